package report

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// view is a result with what most formats look up in it.
type view struct {
	r      *check.Result
	stores map[string]*model.Store
	copies map[string]*model.Copy
	// manyRoots says that an address alone does not tell the store.
	manyRoots bool
	// verdicts by the id of a store or a copy.
	verdicts map[string]verdict
}

// verdict is the gravest thing that was said of a store or a copy.
type verdict int

// The verdicts. Quiet says that no rule found anything, and no more than that.
const (
	quiet verdict = iota
	excepted
	warned
	failed
)

func (v verdict) String() string {
	return [...]string{"no finding", "excepted", "warning", "error"}[v]
}

func verdictOf(f *model.Finding) verdict {
	switch {
	case f.SuppressedBy != nil, f.Known:
		return excepted
	case f.Severity == model.Error:
		return failed
	}
	return warned
}

func newView(r *check.Result) view {
	v := view{r: r, stores: map[string]*model.Store{}, copies: map[string]*model.Copy{}, verdicts: map[string]verdict{}}
	for i := range r.Document.Stores {
		s := &r.Document.Stores[i]
		v.stores[s.ID] = s
		v.manyRoots = v.manyRoots || s.Root != r.Document.Stores[0].Root
	}
	for i := range r.Document.Copies {
		v.copies[r.Document.Copies[i].ID] = &r.Document.Copies[i]
	}
	for i := range r.Report.Findings {
		f := &r.Report.Findings[i]
		// What is wrong with a copy is not wrong with its source.
		subject := cmp.Or(f.Copy, f.Store)
		v.verdicts[subject] = max(v.verdicts[subject], verdictOf(f))
	}
	return v
}

// path writes a path of the tree as seen from the working directory, as other
// tools do, so that it can be opened by a click.
func (v *view) path(file string) string {
	if filepath.IsAbs(file) || file == source.Stdin {
		return file
	}
	full := filepath.Join(v.r.Tree.Dir(), filepath.FromSlash(file))
	if rel, err := filepath.Rel(v.r.WorkDir, full); err == nil {
		return filepath.ToSlash(rel)
	}
	return file
}

func (v *view) at(s *model.Source) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", v.path(s.File), s.Line)
}

// nameOf names the store of an id by its address, else by what the
// configuration says.
func (v *view) nameOf(id, name string) string {
	if s := v.stores[id]; s != nil {
		return s.Address
	}
	return name
}

// endText names one end of a copy with its place.
func (v *view) endText(id, name string, place *model.Place) string {
	if s := v.stores[id]; s != nil {
		return s.Address + "  " + PlaceText(s.Place)
	}
	if place != nil {
		return strings.TrimSpace(name + "  " + PlaceText(*place))
	}
	if name == "" {
		return "what is not declared here"
	}
	return name
}

func meansText(c *model.Copy) string {
	text := strings.ReplaceAll(string(c.Means), "_", " ")
	if c.Automatic {
		text = "automatic " + text
	}
	return text
}

// PlaceText writes a place in a few words.
func PlaceText(p model.Place) string {
	var names []string
	for _, l := range p.Locations {
		names = append(names, LocationText(l))
	}
	switch p.Status {
	case model.Known:
		return strings.Join(names, " and ")
	case model.OneOf:
		return "one of " + strings.Join(names, ", ")
	case model.Caller:
		return "left to the caller"
	}
	return "unknown"
}

// maxCountries is how many countries of a multi-region are written out.
const maxCountries = 3

// LocationText writes a location as cloud, code, city and country.
func LocationText(l model.Location) string {
	label := l.Cloud + " " + l.Region
	if l.Site != "" {
		label = "site " + l.Site
	}
	var detail []string
	if l.Name != "" && l.Site == "" {
		detail = append(detail, l.Name)
	}
	if len(l.Countries) <= maxCountries {
		detail = append(detail, l.Countries...)
	}
	if len(detail) == 0 {
		return strings.TrimSpace(label + " " + l.Endpoint)
	}
	return fmt.Sprintf("%s (%s)", label, strings.Join(detail, ", "))
}

// homepage of the project, of which the documentation is a part.
const homepage = "https://github.com/stateside-dev/stateside"

// docsOf is the page of a rule as of the running version.
func (v *view) docsOf(rule *engine.Rule) string { return RuleURL(rule, v.r.Report.Tool) }

// RuleURL is the page of a built-in rule as of a version of the program; "" for
// a rule of a user's own.
func RuleURL(rule *engine.Rule, version string) string {
	if !strings.HasPrefix(rule.File, "policies/") {
		return ""
	}
	return fmt.Sprintf("%s/blob/%s/docs/rules/%s.md", homepage, Release(version), rule.ID)
}

// Release is the name in the repository of what a version was made from: its
// tag, or main for one that is no release.
func Release(version string) string {
	if !strings.HasPrefix(version, "v") || strings.ContainsAny(version, "+-") {
		return "main"
	}
	return version
}

// shownFindings are those that no exception covers and that were not there before.
func (v *view) shownFindings() []model.Finding {
	var shown []model.Finding
	for _, f := range v.r.Report.Findings {
		if f.SuppressedBy == nil && !f.Known {
			shown = append(shown, f)
		}
	}
	return shown
}

// countText says how many errors and warnings there are.
func countText(s model.Summary) string {
	parts := []string{model.Count(s.Errors, "error"), model.Count(s.Warnings, "warning")}
	if s.Suppressed > 0 {
		parts = append(parts, fmt.Sprintf("%d excepted", s.Suppressed))
	}
	if s.KnownFindings > 0 {
		parts = append(parts, fmt.Sprintf("%d known from before", s.KnownFindings))
	}
	return strings.Join(parts, ", ")
}

// judgedText says what was asked and what came of it.
func judgedText(s model.Summary) string {
	exceptions := "no exception"
	if s.Exceptions > 0 {
		exceptions = model.Count(s.Exceptions, "exception")
	}
	return fmt.Sprintf("%s asked, %s used: %s", model.Count(s.Rules, "rule"), exceptions, countText(s))
}

// none is a number as a word where there is nothing to count.
func none(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

// checkedText says what was checked and how much of it is known.
func (v *view) checkedText() string { return strings.Join(v.checkedSentences(), " ") }

func (v *view) checkedSentences() []string {
	var all []string
	if len(v.r.Report.Empty) > 0 {
		all = append(all, fmt.Sprintf("Nothing to check: no configuration that stateside reads in %s.", strings.Join(v.empty(), ", ")))
	}
	if s := v.r.Report.Summary; s.Files > 0 {
		all = append(all, fmt.Sprintf("Checked %s and %s in %s, %s unread: %s.", model.Count(s.Stores, "store"), model.Count(s.Copies, "copy"), model.Count(s.Files, "file"), none(s.Unread), placesText(s)))
	}
	if s := v.r.Report.Summary; s.UnlistedTypes > 0 {
		all = append(all, fmt.Sprintf("Not checked: %s of %s that the catalogue does not know.", model.Count(s.UnlistedResources, "resource"), model.Count(s.UnlistedTypes, "type")))
	}
	if n := v.r.Report.Summary.Examples; n > 0 {
		all = append(all, fmt.Sprintf("Left out %s of examples and tests; --include-examples reads them.", model.Count(n, "file")))
	}
	return all
}

// empty names the paths in which there was nothing to check.
func (v *view) empty() []string {
	var paths []string
	for _, p := range v.r.Report.Empty {
		if p = v.path(p); p == "." {
			p = "the current directory"
		}
		paths = append(paths, p)
	}
	return paths
}

// stepText is one value of a because chain.
func stepText(s model.Step) string {
	if s.Value == "" {
		return s.What
	}
	return s.What + ": " + s.Value
}

// exceptionText says until when, by whom and why something is excepted.
func exceptionText(e *model.ExceptionUse) string {
	text := fmt.Sprintf("until %s, approved by %s: %s", e.Until, e.Approver, e.Reason)
	if e.Ticket != "" {
		text += " (" + e.Ticket + ")"
	}
	return text
}
