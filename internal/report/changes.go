package report

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

// changes says what rests elsewhere than in the commit that the check compares
// with, and what of a baseline is no longer found.
func (t *textReport) changes() {
	for _, c := range t.r.Report.Changes {
		text := ChangeText(c)
		if root, _, ok := strings.Cut(c.Store, ":"); ok && t.manyRoots {
			text += "  in " + t.path(root)
		}
		t.line("moved: %s", text)
	}
	if n := t.r.Report.Gone; n > 0 {
		t.line("note: %s of the baseline %s no longer found; write it anew", model.Count(n, "finding"), verb(n))
	}
	if len(t.r.Report.Changes) > 0 {
		t.line("")
	}
}

func verb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// ChangeText writes a change in one line: address, part, and from where to where.
func ChangeText(c model.Change) string {
	side := func(places []string, none string) string {
		if len(places) == 0 {
			return none
		}
		return strings.Join(places, " and ")
	}
	return c.Address + ": " + c.Part + " " + side(c.From, "(new)") + " → " + side(c.To, "(gone)")
}
