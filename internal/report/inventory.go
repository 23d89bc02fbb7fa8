package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// InventoryText writes the stores as a table, each with its copies below it.
func InventoryText(w io.Writer, r *check.Result, o Options) error {
	t := newTextReport(w, r, o)
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	row := func(cells ...string) {
		for i, cell := range cells {
			cells[i] = clean(strings.ReplaceAll(cell, "\t", " "))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	out := map[string][]*model.Copy{}
	for i := range r.Document.Copies {
		c := &r.Document.Copies[i]
		out[c.From] = append(out[c.From], c)
	}
	copies := func(from string) {
		for _, c := range out[from] {
			row(fmt.Sprintf("    %s→ %s %s", fromText(c), meansText(c), t.nameOf(c.To, c.ToName)), "", "", placeWithReason(c.Place), "")
		}
	}
	if len(r.Document.Stores) > 0 {
		row("STORE", "KIND", "ROLE", "PLACE", "DATA")
	}
	root := ""
	for _, s := range r.Document.Stores {
		if s.Root != root {
			root = s.Root
			row(t.path(root)+":", "", "", "", "")
		}
		row("  "+s.Address+variantsText(s.Variants), string(s.Kind), roleText(&s), placeWithReason(s.Place), datasetsText(s.Datasets))
		copies(s.ID)
	}
	// A copy of something that is not declared here is data at rest all the same.
	if len(out[""]) > 0 {
		row("not declared here:", "", "", "", "")
		copies("")
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		t.line("%s", strings.TrimRight(line, " \n"))
	}
	for _, p := range r.Report.Problems {
		t.prose("%s: %s", strings.ReplaceAll(string(p.Kind), "_", " "), p.Message)
	}
	t.summaryOfPlaces()
	return t.w.Flush()
}

// fromText names a source that is no store of the inventory.
func fromText(c *model.Copy) string {
	if c.From == "" && c.FromName != "" {
		return c.FromName + " "
	}
	return ""
}

// roleText is the role of a store. What holds no data itself has none.
func roleText(s *model.Store) string {
	if s.Transit {
		return "transit"
	}
	return string(s.Role)
}

func placeWithReason(p model.Place) string {
	text := PlaceText(p)
	if p.Status == model.Unknown && p.Reason != "" {
		text += ": " + p.Reason
	}
	return text
}

func datasetsText(datasets []model.Dataset) string {
	var names []string
	for _, d := range datasets {
		names = append(names, fmt.Sprintf("%s (%s)", d.Name, d.Basis))
	}
	return strings.Join(names, ", ")
}
