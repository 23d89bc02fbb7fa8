package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// Explain writes for each of the stores why it is where it is, which data rests
// in it, where its copies go and come from, who may read it, and what the rules
// say of it.
func Explain(w io.Writer, r *check.Result, ids []string, o Options) error {
	t := newTextReport(w, r, o)
	for i, id := range ids {
		if i > 0 {
			t.line("")
		}
		t.explain(t.stores[id])
	}
	return t.w.Flush()
}

func (t *textReport) explain(s *model.Store) {
	in := ""
	if t.manyRoots {
		in = "  in " + t.path(s.Root)
	}
	t.line("%s  %s%s", t.strong(s.Address), strings.ReplaceAll(string(s.Kind), "_", " "), in)
	// The block is shown like a finding's line, without one.
	width := t.snippet(model.Finding{Source: &s.Source, Severity: model.Warning})
	for _, d := range t.explanation(s) {
		t.detail(d, width)
	}
}

func (t *textReport) explanation(s *model.Store) []detail {
	var details []detail
	add := func(label string, lines ...string) {
		for i, line := range lines {
			details = append(details, detail{word(label, i), line})
		}
	}
	add("place", placeWithReason(s.Place))
	add("because", t.chain(model.Finding{Place: &s.Place})...)
	if s.Name != "" {
		add("name", s.Name)
	}
	add("data", t.dataLines(s)...)
	for i := range t.r.Document.Copies {
		c := &t.r.Document.Copies[i]
		if c.From != s.ID {
			continue
		}
		add("copies", fmt.Sprintf("%s → %s  %s", meansText(c), t.endText(c.To, c.ToName, &c.Place), t.at(&c.Source)))
		for _, step := range t.chain(model.Finding{Place: &c.Place}) {
			add("", "  "+step)
		}
	}
	for i := range t.r.Document.Copies {
		if c := &t.r.Document.Copies[i]; c.To == s.ID {
			add("from", fmt.Sprintf("%s, %s  %s", t.endText(c.From, c.FromName, nil), meansText(c), t.at(&c.Source)))
		}
	}
	for i := range t.r.Document.Grants {
		if g := &t.r.Document.Grants[i]; g.Store == s.ID {
			add("readers", fmt.Sprintf("%s %s: %s  %s", strings.ReplaceAll(string(g.Principal.Kind), "_", " "), g.Principal.ID, strings.Join(g.Actions, ", "), t.at(&g.Source)))
		}
	}
	add("rules", t.said(s)...)
	return details
}

func (t *textReport) dataLines(s *model.Store) []string {
	if len(s.Datasets) == 0 {
		return []string{"none that the configuration knows"}
	}
	var lines []string
	for _, d := range s.Datasets {
		line := fmt.Sprintf("%s as %s, by %s", d.Name, d.Role, basisText(d.Basis))
		for _, id := range d.Path {
			if c := t.copies[id]; c != nil {
				line += fmt.Sprintf(" ← %s of %s", meansText(c), t.nameOf(c.From, c.FromName))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// said is what the rules say of a store.
func (t *textReport) said(s *model.Store) []string {
	var lines []string
	for _, f := range t.r.Report.Findings {
		if f.Store != s.ID {
			continue
		}
		line := fmt.Sprintf("%s: %s: %s", f.Rule, f.Severity, f.Message)
		if f.SuppressedBy != nil {
			line = fmt.Sprintf("%s: excepted %s: %s", f.Rule, exceptionText(f.SuppressedBy), f.Message)
		}
		lines = append(lines, line)
	}
	others := "no rule found anything"
	if len(lines) > 0 {
		others = "no other rule found anything"
	}
	return append(lines, others+"; `stateside rules` lists them")
}

// Summary writes what was checked, and how much was found if it was judged.
func Summary(w io.Writer, r *check.Result, o Options) error {
	t := newTextReport(w, r, o)
	if r.Rules == nil {
		t.summaryOfPlaces()
		return t.w.Flush()
	}
	t.summary()
	return t.w.Flush()
}

// ConfigText counts what a configuration holds.
func ConfigText(c *config.Config) string {
	return strings.Join([]string{model.Count(len(c.Datasets), "dataset"), model.Count(len(c.Sites), "site"), model.Count(len(c.Exceptions), "exception")}, ", ")
}
