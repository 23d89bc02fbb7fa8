package report

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// InventoryText writes the stores as a table, each with its copies below it.
func InventoryText(w io.Writer, r *check.Result) error {
	buf := bufio.NewWriter(w)
	t := &textReport{w: buf, r: r}
	var cells bytes.Buffer
	table := tabwriter.NewWriter(&cells, 0, 4, 2, ' ', 0)
	out := map[string][]model.Copy{}
	stores := map[string]string{}
	for _, s := range r.Document.Stores {
		stores[s.ID] = s.Address
	}
	for _, c := range r.Document.Copies {
		out[c.From] = append(out[c.From], c)
	}
	if len(r.Document.Stores) > 0 {
		fmt.Fprintln(table, "STORE\tKIND\tROLE\tPLACE\tDATA")
	}
	root := ""
	for _, s := range r.Document.Stores {
		if s.Root != root {
			root = s.Root
			fmt.Fprintf(table, "%s:\t\t\t\t\n", t.path(root))
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", s.Address, s.Kind, s.Role, placeWithReason(s.Place), datasetsText(s.Datasets))
		for _, c := range out[s.ID] {
			to := cmp.Or(stores[c.To], c.ToName)
			fmt.Fprintf(table, "    → %s %s\t\t\t%s\t\n", meansText(&c), to, placeWithReason(c.Place))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(cells.String()) {
		t.line("%s", strings.TrimRight(line, " \n"))
	}
	for _, p := range r.Report.Problems {
		t.line("%s: %s", strings.ReplaceAll(string(p.Kind), "_", " "), p.Message)
	}
	t.summaryOfPlaces()
	return buf.Flush()
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
