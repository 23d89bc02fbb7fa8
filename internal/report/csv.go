package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// CSV writes the data map as a table: a row for each dataset of each store at
// each location, and for each copy that is no store of its own.
func CSV(w io.Writer, r *check.Result, _ Options) error {
	c := &csvReport{view: newView(r), w: csv.NewWriter(w), rules: map[string][]string{}}
	for _, f := range r.Report.Findings {
		subject := cmp.Or(f.Copy, f.Store)
		if !slices.Contains(c.rules[subject], f.Rule) {
			c.rules[subject] = append(c.rules[subject], f.Rule)
		}
	}
	c.write([]string{
		"dataset", "basis", "role", "store", "root", "type", "kind", "name", "means",
		"status", "cloud", "region", "site", "place", "countries", "subdivisions", "operator", "reason",
		"verdict", "rules", "file", "line",
	})
	for i := range r.Document.Stores {
		c.store(&r.Document.Stores[i])
	}
	for i := range r.Document.Copies {
		if copied := &r.Document.Copies[i]; c.stores[copied.To] == nil {
			c.copy(copied)
		}
	}
	c.w.Flush()
	return c.w.Error()
}

type csvReport struct {
	view
	w *csv.Writer
	// rules that found something, by the id of a store or a copy.
	rules map[string][]string
}

func (c *csvReport) store(s *model.Store) {
	datasets := s.Datasets
	if len(datasets) == 0 {
		datasets = []model.Dataset{{Role: s.Role}}
	}
	for _, d := range datasets {
		c.place([]string{
			d.Name, string(d.Basis), string(d.Role), s.Address, s.Root, s.Type, string(s.Kind), s.Name, "",
		}, s.Place, s.ID, s.Source)
	}
}

// copy writes what a copy puts where no store is declared. Its datasets are
// those of its source.
func (c *csvReport) copy(copied *model.Copy) {
	from := c.stores[copied.From]
	if from == nil {
		from = &model.Store{Address: copied.FromName}
	}
	datasets := from.Datasets
	if len(datasets) == 0 {
		datasets = []model.Dataset{{}}
	}
	for _, d := range datasets {
		c.place([]string{
			d.Name, string(d.Basis), "", from.Address, from.Root, from.Type, string(from.Kind), copied.ToName, meansText(copied),
		}, copied.Place, copied.ID, copied.Source)
	}
}

// place writes a row for each location of a place, one for a place without.
func (c *csvReport) place(begin []string, p model.Place, id string, src model.Source) {
	locations := p.Locations
	if len(locations) == 0 {
		locations = []model.Location{{}}
	}
	verdict := ""
	if c.r.Rules != nil {
		verdict = c.verdicts[id].String()
	}
	for _, l := range locations {
		row := append(slices.Clone(begin),
			string(p.Status), l.Cloud, l.Region, l.Site, l.Name, strings.Join(l.Countries, ";"),
			strings.Join(l.Subdivisions, ";"), l.Operator, p.Reason,
			verdict, strings.Join(c.rules[id], ";"), src.File, strconv.Itoa(src.Line))
		c.write(row)
	}
}

func (c *csvReport) write(row []string) {
	for i, cell := range row {
		row[i] = plainCell(cell)
	}
	c.w.Write(row) // the error is kept until the end
}

// plainCell keeps a spreadsheet from reading a cell as a formula.
func plainCell(text string) string {
	text = clean(text)
	if text != "" && strings.ContainsRune("=+-@\t", rune(text[0])) {
		return "'" + text
	}
	return fmt.Sprint(text)
}
