package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Text writes findings as blocks with the line, the chain of values that
// decided the place, and what to do; then what was checked.
func Text(w io.Writer, r *check.Result, o Options) error {
	t := newTextReport(w, r, o)
	if r.Config.File == "" && r.Report.Summary.Files > 0 {
		t.prose("No stateside.yaml found: every store is taken to hold US users' data, only the United States is allowed, and unknown places warn. `stateside init` writes one.")
		t.line("")
	}
	for _, group := range alike(r.Report.Findings) {
		t.finding(group)
	}
	t.notes()
	t.changes()
	t.summary()
	return t.w.Flush()
}

type textReport struct {
	view
	pen
	w *bufio.Writer
	// width of the terminal; 0 for none.
	width int
}

func newTextReport(w io.Writer, r *check.Result, o Options) *textReport {
	return &textReport{view: newView(r), pen: pen{o.Color}, w: bufio.NewWriter(w), width: o.Width}
}

// line writes one line. What comes from the checked files is cleaned, what the
// pen has painted is not.
func (t *textReport) line(format string, args ...any) {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = clean(text)
		}
	}
	fmt.Fprintf(t.w, format+"\n", args...)
}

// prose writes a sentence, over several lines where the terminal is narrow.
func (t *textReport) prose(format string, args ...any) {
	for _, line := range wrap(fmt.Sprintf(format, args...), t.width, 0) {
		t.line("%s", line)
	}
}

// alike puts findings together that would read the same: the instances of one
// block, places that are unknown for one cause, and calls of one module that is
// missing. Suppressed ones are left out; the summary counts them.
func alike(findings []model.Finding) [][]model.Finding {
	var groups [][]model.Finding
	byKey := map[string]int{}
	for _, f := range findings {
		if f.SuppressedBy != nil || f.Known {
			continue
		}
		key := f.Rule + "\x00" + string(f.Severity) + "\x00" + cmp.Or(f.RootCause, f.Message)
		if f.Source != nil && f.RootCause == "" && !oneCause[f.Rule] {
			key += fmt.Sprintf("\x00%s:%d:%d", f.Source.File, f.Source.Line, f.Source.Column)
		}
		if at, ok := byKey[key]; ok {
			groups[at] = append(groups[at], f)
			continue
		}
		byKey[key] = len(groups)
		groups = append(groups, []model.Finding{f})
	}
	for _, group := range groups {
		if first := &group[0]; first.Place == nil && slices.ContainsFunc(group, func(f model.Finding) bool { return f.Message != first.Message }) {
			first.Message = first.RootCause
		}
	}
	return groups
}

// oneCause are the rules whose findings have one cause in many places.
var oneCause = map[string]bool{"place-unknown": true, "missing-module": true, "not-rendered": true}

func (t *textReport) finding(group []model.Finding) {
	t.head(group[0])
	width := t.snippet(group[0])
	for _, d := range t.details(group) {
		t.detail(d, width)
	}
	t.line("")
}

// detail writes a line below a snippet whose line numbers have a width.
func (t *textReport) detail(d detail, width int) {
	mark := "="
	if d.label == "" {
		mark = " "
	}
	lines := wrap(d.text, t.width, width+labelWidth+3)
	t.line("%s%s %s%s", strings.Repeat(" ", width+1), t.dim(mark), t.strong(fmt.Sprintf("%-*s", labelWidth, d.label)), lines[0])
	for _, more := range lines[1:] {
		t.line("%s%s", strings.Repeat(" ", width+labelWidth+3), more)
	}
}

// labelWidth is the width of the column of labels.
const labelWidth = 8

// head writes severity and message, and the rule at the right.
func (t *textReport) head(f model.Finding) {
	severity := t.severity(f.Severity)
	plain := fmt.Sprintf("%s: %s", f.Severity, f.Message)
	length := utf8.RuneCountInString(plain) + utf8.RuneCountInString(f.Rule)
	if t.width == 0 || length+2 <= t.width {
		gap := max(t.headWidth()-length, 2)
		t.line("%s: %s%s%s", severity, t.strong(f.Message), strings.Repeat(" ", gap), t.rule(f.Rule))
		return
	}
	indent := len(f.Severity) + 2
	lines := wrap(f.Message+"  "+f.Rule, t.width, indent)
	for i, text := range lines {
		begin := strings.Repeat(" ", indent)
		if i == 0 {
			begin = string(severity) + ": "
		}
		// The rule is the last word of the last line.
		message, rule := text, ""
		if i == len(lines)-1 {
			message, rule = strings.TrimSuffix(text, f.Rule), f.Rule
		}
		t.line("%s%s%s", painted(begin), t.strong(message), t.rule(rule))
	}
}

// headWidth is the column at which the id of the rule ends, if it fits.
func (t *textReport) headWidth() int {
	if t.width > 0 {
		return min(t.width, maxHeadWidth)
	}
	return maxHeadWidth
}

const maxHeadWidth = 100

// snippet shows the line of a finding with a caret under what decided it, and
// returns the width of the line numbers.
func (t *textReport) snippet(f model.Finding) int {
	if f.Source == nil {
		return 1
	}
	s := *f.Source
	number := fmt.Sprint(s.Line)
	width := len(number)
	pad := strings.Repeat(" ", width)
	t.line("%s %s %s:%d:%d", pad, t.dim("┌"), t.path(s.File), s.Line, s.Column)
	text := source.Redact(t.r.Tree.Line(s.File, s.Line))
	if strings.TrimSpace(text) == "" {
		return width
	}
	before, marked := underline(text, s)
	room := maxLine
	if t.width > 0 {
		room = t.width - width - 3
	}
	shown, before, marked := crop(expand(text), before, marked, room)
	t.line("%s %s %s", t.dim(number), t.dim("│"), shown)
	label := placeLabel(f)
	caret := t.caret(strings.Repeat("^", marked), f.Severity)
	if t.width > 0 && before+marked+utf8.RuneCountInString(label) > t.width-width-3 {
		t.line("%s %s %s%s", pad, t.dim("│"), strings.Repeat(" ", before), caret)
		before, caret = 0, ""
		label = strings.TrimSpace(label)
	}
	t.line("%s %s %s%s%s", pad, t.dim("│"), strings.Repeat(" ", before), caret, label)
	return width
}

// maxLine is how much of a line is shown where there is no terminal, in
// characters: a plan may be one line of many megabytes.
const maxLine = 400

// expand writes tabs as spaces, so that the caret stands under its text.
func expand(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// underline returns where the caret begins and how long it is, in columns of
// the expanded line. A range of several lines is underlined on its first.
func underline(text string, s model.Source) (before, length int) {
	runes := []rune(text)
	from := min(max(s.Column-1, 0), len(runes))
	to := len(runes)
	if s.EndLine == s.Line {
		to = min(max(s.EndColumn-1, from), len(runes))
	}
	marked := strings.TrimRight(string(runes[from:to]), " \t{")
	if marked == "" {
		marked = string(runes[from:to])
	}
	return utf8.RuneCountInString(expand(string(runes[:from]))), max(utf8.RuneCountInString(expand(marked)), 1)
}

// placeLabel names the place at the caret.
func placeLabel(f model.Finding) string {
	if f.Place == nil {
		return ""
	}
	return " " + PlaceText(*f.Place)
}

// detail is one line below a snippet.
type detail struct{ label, text string }

func (t *textReport) details(group []model.Finding) []detail {
	f := group[0]
	var details []detail
	add := func(label, text string) { details = append(details, detail{label, text}) }
	for i, g := range group {
		if g.Address == "" {
			break
		}
		if i == maxAlike {
			add("", fmt.Sprintf("and %d more", len(group)-maxAlike))
			break
		}
		add(word(subjectLabel(&g), i), t.storeText(g, f))
	}
	for i, step := range t.pathText(f) {
		add(word("path", i), step)
	}
	for i, c := range t.incoming(f) {
		add(word("from", i), c)
	}
	for i, step := range t.chain(f) {
		add(word("because", i), step)
	}
	if f.Setting != nil {
		add(settingLabel(*f.Setting), t.setting(*f.Setting))
	}
	if f.Fix != "" {
		add("fix", f.Fix)
	}
	return details
}

// maxAlike is how many stores of one group are named.
const maxAlike = 10

// word gives a label to the first of several lines only.
func word(label string, i int) string {
	if i > 0 {
		return ""
	}
	return label
}

// storeText names the store of a finding, for one about a copy its place, and
// for one that is shown elsewhere where it is.
func (t *textReport) storeText(f, shown model.Finding) string {
	text := f.Address
	if s := t.stores[f.Store]; s != nil {
		if t.manyRoots {
			text += "  in " + t.path(s.Root)
		}
		text += variantsText(f.Variants)
		if f.Copy != "" {
			text += "  " + PlaceText(s.Place)
		}
	}
	if at := t.at(f.Source); at != t.at(shown.Source) {
		text += "  " + at
	}
	return text
}

// variantsText names the variants in which something holds, where it does not in
// all of them.
func variantsText(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "  [" + strings.Join(names, ", ") + "]"
}

// pathText shows the copies over which the data got where it is.
func (t *textReport) pathText(f model.Finding) []string {
	if len(f.Path) == 0 || len(f.Path) == 1 && f.Copy != "" && f.Store != "" {
		return nil
	}
	var lines []string
	for i, id := range f.Path {
		c := t.copies[id]
		if c == nil {
			continue
		}
		if i == 0 {
			lines = append(lines, t.endText(c.From, c.FromName, nil))
		}
		lines = append(lines, fmt.Sprintf("→ %s → %s  %s:%d", meansText(c), t.endText(c.To, c.ToName, &c.Place), t.path(c.Source.File), c.Source.Line))
	}
	return lines
}

// maxIncoming is how many copies into a store are named.
const maxIncoming = 3

// incoming lists the copies into a store that holds the dataset in its own
// right, which has no path.
func (t *textReport) incoming(f model.Finding) []string {
	if len(f.Path) > 0 || f.Copy != "" || f.Store == "" {
		return nil
	}
	var lines []string
	for i := range t.r.Document.Copies {
		c := &t.r.Document.Copies[i]
		if c.To != f.Store {
			continue
		}
		if len(lines) == maxIncoming {
			return append(lines, "and others")
		}
		lines = append(lines, fmt.Sprintf("%s, %s  %s", t.endText(c.From, c.FromName, nil), meansText(c), t.at(&c.Source)))
	}
	return lines
}

// maxWhat is the width of the first column of a chain; longer names go over it.
const maxWhat = 44

// chain writes the because chain in columns. A step that stands in no file has
// but its value.
func (t *textReport) chain(f model.Finding) []string {
	because := f.Chain()
	what, where := 0, 0
	for _, s := range because {
		if s.Source != nil {
			what = max(what, min(utf8.RuneCountInString(s.What), maxWhat))
			where = max(where, utf8.RuneCountInString(t.at(s.Source)))
		}
	}
	var lines []string
	for _, s := range because {
		line := s.What + ": " + s.Value
		if s.Source != nil {
			line = fmt.Sprintf("%s  %s  %s", padTo(s.What, what), padTo(t.at(s.Source), where), s.Value)
		}
		lines = append(lines, strings.TrimRight(line, " :"))
	}
	return lines
}

func padTo(text string, width int) string {
	return text + strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
}

// settingLabel is "allowed" or "denied", from the entry's path.
func settingLabel(s model.Step) string {
	switch {
	case strings.HasSuffix(s.What, ".deny"):
		return "denied"
	case strings.HasPrefix(s.What, "sites."):
		return "site"
	}
	return "allowed"
}

func (t *textReport) setting(s model.Step) string {
	text := settingText(s)
	if s.Source != nil {
		text += "  " + t.at(s.Source)
	}
	return text
}

// settingText is the use that an entry is for, and the places it names.
func settingText(s model.Step) string {
	use := s.What[strings.LastIndexByte(s.What, '.')+1:]
	if use == "deny" || strings.HasPrefix(s.What, "sites.") {
		return s.Value
	}
	return use + ": " + s.Value
}

// notes tells what is no finding but should be known.
func (t *textReport) notes() {
	for _, p := range t.r.Report.Problems {
		if p.Kind == model.CallerDecides {
			t.prose("note: %s", p.Message)
		}
	}
}

// summary says what was checked, what could not be told, and what was found.
// It never says more than that.
func (t *textReport) summary() {
	t.summaryOfPlaces()
	if t.r.Report.Summary.Files > 0 || len(t.r.Report.Findings) > 0 {
		t.prose("%s.", judgedText(t.r.Report.Summary))
	}
}

func (t *textReport) summaryOfPlaces() {
	for _, sentence := range t.checkedSentences() {
		t.prose("%s", sentence)
	}
}

func placesText(s model.Summary) string {
	if s.Stores == 0 {
		return "no place to judge"
	}
	parts := []string{fmt.Sprintf("%d of %s known", s.Known, model.Count(s.Stores, "place"))}
	if s.OneOf > 0 {
		parts = append(parts, fmt.Sprintf("%d one of several", s.OneOf))
	}
	unknown := 0
	var causes []string
	for cause, n := range s.Unknown {
		unknown += n
		causes = append(causes, fmt.Sprintf("%s %d", strings.ReplaceAll(string(cause), "_", " "), n))
	}
	if unknown > 0 {
		slices.Sort(causes)
		parts = append(parts, fmt.Sprintf("%d unknown (%s)", unknown, strings.Join(causes, ", ")))
	}
	if s.Caller > 0 {
		parts = append(parts, fmt.Sprintf("%d left to a caller", s.Caller))
	}
	return strings.Join(parts, ", ")
}
