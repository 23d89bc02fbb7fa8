package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/digest"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// HTML writes a report for an audit: one page that needs nothing but itself.
// Its policy of content lets it load nothing, and run no script but its own.
func HTML(w io.Writer, r *check.Result, o Options) error {
	style, script := mustRead("style.css"), mustRead("script.js")
	t, err := template.New("report").Funcs(template.FuncMap{
		"css":   func() template.CSS { return template.CSS(style) },
		"js":    func() template.JS { return template.JS(script) },
		"prose": prose, "breaks": breaks,
	}).Parse(mustRead("report.tmpl"))
	if err != nil {
		return err
	}
	p := newPage(r, o)
	p.Policy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'", sourceHash(style), sourceHash(script))
	return t.Execute(w, p)
}

// sourceHash names a script or style in a policy of content.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// prose is a sentence in which what stands between backticks is code.
func prose(text string) template.HTML {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		return template.HTML(template.HTMLEscapeString(text))
	}
	for i := range parts {
		parts[i] = template.HTMLEscapeString(parts[i])
		if i%2 == 1 {
			parts[i] = "<code>" + parts[i] + "</code>"
		}
	}
	return template.HTML(strings.Join(parts, ""))
}

// breaks is an address or a path that a line may end in after each part.
func breaks(text string) template.HTML {
	var b strings.Builder
	for len(text) > 20 {
		i := strings.IndexAny(text[1:], "./_:[")
		if i < 0 {
			break
		}
		b.WriteString(template.HTMLEscapeString(text[:i+2]))
		b.WriteString("<wbr>")
		text = text[i+2:]
	}
	b.WriteString(template.HTMLEscapeString(text))
	return template.HTML(b.String())
}

// page is what the template shows.
type page struct {
	view
	Policy     string
	Report     *model.Report
	Built      bool // the configuration is the built-in one
	Date       string
	Map        worldMap
	Chart      chart
	Countries  []option
	Datasets   []string
	Findings   []pageFinding
	ByRule     []option // the findings of each rule, by the first of them
	Stores     []pageStore
	Copies     []pageCopy
	Grants     []pageGrant
	Allowed    []pageAllowed
	Exceptions []pageException
	Causes     []option
	Problems   []pageProblem
	Provenance []pageDigest
	Variables  string
}

// option is a value that one can filter by, or a count.
type option struct {
	Value, Text string
	Count       int
}

type pageFinding struct {
	Finding model.Finding
	Verdict verdict
	Rule    string
	Docs    string
	Subject string
	Of      []string
	More    int
	Code    []codeLine
	At      string
	Flow    []string
	Chain   []pageStep
	Setting *pageStep
	Kind    string
}

type codeLine struct {
	Number              int
	Before, Mark, After string
	Marked              bool
}

type pageStep struct{ What, Value, At string }

type pageStore struct {
	Address, Root, Type, Kind, Role, Place, At string
	Name                                       string
	Datasets                                   []string
	Countries                                  string
	Verdict                                    verdict
	// Verdicts of the store and of its copies, as the filter finds them.
	Verdicts string
	Copies   []pageCopy
	Unknown  bool
	Transit  bool
}

type pageCopy struct {
	Means, To, Place, At, From string
	Verdict                    verdict
}

type pageGrant struct {
	Store, Principal, Who, Actions, At string
	Conditional                        bool
}

type pageAllowed struct {
	Title, Name string
	Uses        []pageStep
}

type pageException struct {
	model.ExceptionUse
	Days int
	At   string
}

// pageProblem is a problem, and how many more have its cause.
type pageProblem struct {
	Text, At string
	More     int
}

type pageDigest struct{ What, Value, Digest string }

func newPage(r *check.Result, o Options) *page {
	v := newView(r)
	p := &page{
		view: v, Report: &r.Report, Built: r.Config.File == "", Date: dateOf(r.Report.Now),
		Map: v.makeMap(), Chart: v.draw().layOut(),
	}
	for _, group := range alike(r.Report.Findings) {
		p.Findings = append(p.Findings, v.pageFinding(group))
	}
	p.countRules()
	p.addProblems()
	p.addStores()
	p.addGrants()
	p.addAllowed()
	p.addExceptions()
	p.addProvenance(r.Provenance(o.Program))
	for cause, n := range r.Report.Summary.Unknown {
		p.Causes = append(p.Causes, option{Text: strings.ReplaceAll(string(cause), "_", " "), Count: n})
	}
	slices.SortFunc(p.Causes, func(a, b option) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return p
}

// manyFindings are so many that it helps to have a list of their rules.
const manyFindings = 6

func (p *page) countRules() {
	if len(p.Findings) < manyFindings {
		return
	}
	at := map[string]int{}
	for _, f := range p.Findings {
		i, ok := at[f.Rule]
		if !ok {
			i = len(p.ByRule)
			at[f.Rule] = i
			p.ByRule = append(p.ByRule, option{Value: f.Finding.Fingerprint, Text: f.Rule})
		}
		p.ByRule[i].Count++
	}
}

// addProblems lists the problems; those of one cause once.
func (p *page) addProblems() {
	at := map[string]int{}
	for _, problem := range p.Report.Problems {
		if i, ok := at[problem.RootCause]; ok && problem.RootCause != "" {
			p.Problems[i].Text = problem.RootCause
			p.Problems[i].More++
			continue
		}
		at[problem.RootCause] = len(p.Problems)
		p.Problems = append(p.Problems, pageProblem{Text: problem.Message, At: position(problem.Source)})
	}
}

func dateOf(now string) string {
	t, err := time.Parse(time.RFC3339, now)
	if err != nil {
		return now
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// Judged says whether rules were asked at all.
func (p *page) Judged() bool { return p.r.Rules != nil }

// Word is a verdict; an inventory has none.
func (p *page) Word(v verdict) string {
	if !p.Judged() {
		return "not judged"
	}
	return v.String()
}

// Headline says what was found, and no more than that.
func (p *page) Headline() string {
	s := p.Report.Summary
	switch {
	case s.Files == 0:
		return "Nothing was checked"
	case !p.Judged():
		return fmt.Sprintf("%s and %s", model.Count(s.Stores, "store"), model.Count(s.Copies, "copy"))
	case s.Errors+s.Warnings == 0:
		return "No finding in what was checked"
	}
	return countText(s)
}

// CheckedText says what was checked and how much of it is known.
func (p *page) CheckedText() string { return p.checkedText() }

// Share of the places that are of a kind, in thousandths of the whole, for a
// bar that is 1000 wide.
func (p *page) Bar() []barPart {
	s := p.Report.Summary
	unknown := 0
	for _, n := range s.Unknown {
		unknown += n
	}
	var parts []barPart
	x := 0
	for _, part := range []barPart{
		{Text: "known", Count: s.Known, Class: "known"}, {Text: "one of several", Count: s.OneOf, Class: "oneof"},
		{Text: "unknown", Count: unknown, Class: "unknown"}, {Text: "left to a caller", Count: s.Caller, Class: "caller"},
	} {
		if part.Count == 0 {
			continue
		}
		part.X, part.Width = x, part.Count*1000/max(s.Stores, 1)
		x += part.Width
		parts = append(parts, part)
	}
	return parts
}

type barPart struct {
	Text, Class     string
	Count, X, Width int
}

// KnownShare is the share of known places in percent, rounded down: it is 100
// only when all are known.
func (p *page) KnownShare() int {
	return p.Report.Summary.Known * 100 / max(p.Report.Summary.Stores, 1)
}

func (v *view) pageFinding(group []model.Finding) pageFinding {
	f := group[0]
	pf := pageFinding{Finding: f, Verdict: verdictOf(&f), Rule: f.Rule, Subject: subjectLabel(&f), At: position(f.Source), Code: v.codeLines(f.Source)}
	for i, g := range group {
		if i == maxAlike {
			pf.More = len(group) - maxAlike
			break
		}
		if g.Address != "" {
			pf.Of = append(pf.Of, v.storeName(&g))
		}
	}
	for _, rule := range v.r.Rules() {
		if rule.ID == f.Rule {
			pf.Docs = v.docsOf(rule)
		}
	}
	for i, id := range f.Path {
		c := v.copies[id]
		if c == nil {
			continue
		}
		if i == 0 {
			pf.Flow = append(pf.Flow, v.endText(c.From, c.FromName, nil))
		}
		pf.Flow = append(pf.Flow, fmt.Sprintf("%s → %s  %s", meansText(c), v.endText(c.To, c.ToName, &c.Place), position(&c.Source)))
	}
	for _, step := range f.Chain() {
		pf.Chain = append(pf.Chain, pageStep{clean(step.What), clean(step.Value), position(step.Source)})
	}
	if f.Setting != nil {
		pf.Setting = &pageStep{settingLabel(*f.Setting), settingText(*f.Setting), position(f.Setting.Source)}
	}
	return pf
}

// storeName is the address of a finding, with its root where there are several.
func (v *view) storeName(f *model.Finding) string {
	if s := v.stores[f.Store]; s != nil && v.manyRoots {
		return clean(f.Address + "  in " + s.Root)
	}
	return clean(f.Address)
}

// around is how many lines are shown before and after one.
const around = 1

// codeLines are the line of a source and those around it.
func (v *view) codeLines(s *model.Source) []codeLine {
	if s == nil || strings.TrimSpace(v.r.Tree.Line(s.File, s.Line)) == "" {
		return nil
	}
	var lines []codeLine
	for n := max(s.Line-around, 1); n <= s.Line+around; n++ {
		text := clean(expand(source.Redact(v.r.Tree.Line(s.File, n))))
		if n != s.Line {
			if text != "" {
				lines = append(lines, codeLine{Number: n, Before: shorten(text)})
			}
			continue
		}
		before, marked := underline(source.Redact(v.r.Tree.Line(s.File, n)), *s)
		if s.EndLine == s.Line && s.EndColumn <= s.Column {
			// A place without a length is the rest of its line.
			marked = utf8.RuneCountInString(strings.TrimRight(text, " ")) - before
		}
		shown, before, marked := crop(text, before, marked, maxCode)
		runes := []rune(shown)
		before = min(before, len(runes))
		end := min(before+marked, len(runes))
		lines = append(lines, codeLine{n, string(runes[:before]), string(runes[before:end]), string(runes[end:]), true})
	}
	return lines
}

// maxCode is the longest line of code that is shown, in characters.
const maxCode = 160

func shorten(text string) string {
	shown, _, _ := crop(text, 0, 0, maxCode)
	return shown
}

func (p *page) addStores() {
	out := map[string][]pageCopy{}
	for i := range p.r.Document.Copies {
		c := &p.r.Document.Copies[i]
		row := pageCopy{
			Means: meansText(c), To: clean(p.nameOf(c.To, c.ToName)), Place: placeWithReason(c.Place),
			At: position(&c.Source), From: clean(c.FromName), Verdict: p.verdicts[c.ID],
		}
		if c.From == "" {
			p.Copies = append(p.Copies, row)
		}
		out[c.From] = append(out[c.From], row)
	}
	countries, datasets := map[string]int{}, map[string]bool{}
	for _, s := range p.r.Document.Stores {
		row := pageStore{
			Address: clean(s.Address), Root: clean(s.Root), Type: s.Type, Kind: strings.ReplaceAll(string(s.Kind), "_", " "), Role: string(s.Role),
			Place: placeWithReason(s.Place), At: position(&s.Source), Name: clean(s.Name), Verdict: p.verdicts[s.ID],
			Copies: out[s.ID], Unknown: s.Place.Status != model.Known, Transit: s.Transit,
		}
		row.Verdicts = verdictsOf(&row)
		for _, d := range s.Datasets {
			row.Datasets = append(row.Datasets, fmt.Sprintf("%s (%s, by %s)", d.Name, d.Role, basisText(d.Basis)))
			datasets[d.Name] = true
		}
		var here []string
		for _, l := range s.Place.Locations {
			here = append(here, l.Countries...)
		}
		slices.Sort(here)
		here = slices.Compact(here)
		for _, c := range here {
			countries[c]++
		}
		row.Countries = strings.Join(here, " ")
		p.Stores = append(p.Stores, row)
	}
	names := geo.Countries()
	for _, code := range slices.Sorted(maps.Keys(countries)) {
		p.Countries = append(p.Countries, option{code, cmp.Or(names[code], code), countries[code]})
	}
	p.Datasets = slices.Sorted(maps.Keys(datasets))
}

// verdictsOf lists what the filter finds a row by: the verdict on the store and
// those on its copies. Only what has no finding at all is found as such.
func verdictsOf(row *pageStore) string {
	all := []verdict{row.Verdict}
	for _, c := range row.Copies {
		all = append(all, c.Verdict)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 1 && all[0] == quiet {
		all = all[1:]
	}
	var texts []string
	for _, v := range all {
		texts = append(texts, strconv.Itoa(int(v)))
	}
	return strings.Join(texts, " ")
}

// Passing says how many of the rows are of what holds no data itself.
func (p *page) Passing() string {
	n := len(p.Stores) - p.Report.Summary.Stores
	switch {
	case n == 0:
		return ""
	case n == 1:
		return "One of the rows is no store: it passes data on to where its copy goes."
	}
	return fmt.Sprintf("%d of the rows are no stores: they pass data on to where their copies go.", n)
}

// Rows is what the rows of the table of stores are called.
func (p *page) Rows() string {
	if p.Passing() != "" {
		return "rows"
	}
	return "stores"
}

func (p *page) addGrants() {
	for i := range p.r.Document.Grants {
		g := &p.r.Document.Grants[i]
		var who []string
		for _, part := range []string{g.Principal.Name, g.Principal.Organisation, g.Principal.Country} {
			if part != "" {
				who = append(who, part)
			}
		}
		p.Grants = append(p.Grants, pageGrant{
			Store: clean(p.nameOf(g.Store, g.StoreName)), Conditional: g.Conditional, At: position(&g.Source),
			Principal: clean(strings.TrimSpace(strings.ReplaceAll(string(g.Principal.Kind), "_", " ") + " " + g.Principal.ID)),
			Who:       strings.Join(who, ", "), Actions: clean(strings.Join(g.Actions, ", ")),
		})
	}
}

// basisText says how it is known that data rests in a store.
func basisText(b model.Basis) string {
	if b == model.ByDefault {
		return "default"
	}
	return string(b)
}

// InText names the countries in which data rests.
func (p *page) InText() string {
	all := p.Map.In
	if len(all) == 0 {
		return ""
	}
	if len(all) == 1 {
		return "Data rests in " + all[0] + "."
	}
	return fmt.Sprintf("Data rests in %d countries: %s and %s.", len(all), strings.Join(all[:len(all)-1], ", "), all[len(all)-1])
}

// ManyRoots says that an address alone does not tell the store.
func (p *page) ManyRoots() bool { return p.manyRoots }

func (p *page) addAllowed() {
	for _, name := range slices.Sorted(maps.Keys(p.r.Config.Datasets)) {
		d := p.r.Config.Datasets[name]
		a := pageAllowed{Title: d.Title, Name: name}
		for _, use := range config.Uses() {
			if places, ok := d.Allow[use]; ok {
				a.Uses = append(a.Uses, pageStep{What: use, Value: places.String(), At: p.settingAt("datasets." + name + ".allow." + use)})
			}
		}
		if _, _, ok := p.r.Config.Setting("datasets." + name + ".deny"); ok {
			a.Uses = append(a.Uses, pageStep{What: "never", Value: d.Deny.String(), At: p.settingAt("datasets." + name + ".deny")})
		}
		p.Allowed = append(p.Allowed, a)
	}
}

func (p *page) settingAt(path string) string {
	_, src, ok := p.r.Config.Setting(path)
	if !ok || p.Built {
		return ""
	}
	return position(&src)
}

func (p *page) addExceptions() {
	now, err := time.Parse(time.RFC3339, p.Report.Now)
	for _, e := range p.r.Exceptions {
		row := pageException{ExceptionUse: e, At: position(&e.Source)}
		if until, parseErr := time.Parse(time.DateOnly, e.Until); err == nil && parseErr == nil {
			// The last day counts as a whole one.
			row.Days = int(until.AddDate(0, 0, 1).Sub(now).Hours() / 24)
		}
		p.Exceptions = append(p.Exceptions, row)
	}
}

// Left says how long an exception still holds.
func (e pageException) Left() string {
	switch {
	case e.Expired:
		return "ended"
	case e.Days == 0:
		return "ends today"
	case e.Days == 1:
		return "1 day left"
	}
	return fmt.Sprintf("%d days left", e.Days)
}

func (p *page) addProvenance(from check.Provenance) {
	add := func(what, value, digest string) {
		p.Provenance = append(p.Provenance, pageDigest{what, value, digest})
	}
	add("Program", "stateside "+from.Tool, from.Program)
	add("Rules", model.Count(len(from.Rules), "file"), digest.List(from.Rules))
	add("Region tables", model.Count(len(from.Regions), "file"), digest.List(from.Regions))
	add("Catalogue", model.Count(len(from.Catalogue), "file"), digest.List(from.Catalogue))
	add("Configuration", cmp.Or(from.Config.Name, "built in"), from.Config.SHA256)
	// More files are opened, to see what they are, than are read as configuration.
	add("Input", model.Count(len(from.Inputs), "opened file"), digest.List(from.Inputs))
	p.Variables = strings.Join(from.Variables, ", ")
}
