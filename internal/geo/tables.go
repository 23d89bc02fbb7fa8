package geo

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

//go:embed data/*.csv data/regions/*.csv
var files embed.FS

// regionTables lists the clouds that have a table of regions of their own.
func regionTables() []string {
	entries, err := files.ReadDir("data/regions")
	if err != nil {
		panic(err)
	}
	var clouds []string
	for _, e := range entries {
		clouds = append(clouds, strings.TrimSuffix(e.Name(), ".csv"))
	}
	return clouds
}

// table returns the regions of a cloud, nil for a cloud that has none.
func (t *Tables) table(cloud string) cloudTable {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.clouds[cloud]; ok {
		return *known
	}
	table := readCloud(cloud)
	if t.clouds == nil {
		t.clouds = map[string]*cloudTable{}
	}
	t.clouds[cloud] = &table
	return table
}

func readCloud(cloud string) cloudTable {
	file := "data/regions/" + cloud + ".csv"
	if f, err := files.Open(file); err == nil {
		f.Close()
		return readRegions(cloud, rowsOf(file))
	}
	return readRegions(cloud, func(yield func(tableRow) bool) {
		for row := range rowsOf("data/saas.csv") {
			if row.get("cloud") == cloud && !yield(row) {
				return
			}
		}
	})
}

// awsZones returns the zone groups of AWS that are no part of a region's place.
func (t *Tables) awsZones() map[string]region {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.zones == nil {
		t.zones = readRegions(AWS, rowsOf("data/aws_zones.csv"))
	}
	return t.zones
}

func readRegions(cloud string, rows iter.Seq[tableRow]) cloudTable {
	regions := cloudTable{}
	for row := range rows {
		r := region{
			location: model.Location{
				Cloud: cloud, Region: row.get("id"), Name: row.get("name"),
				Countries: countriesOf(row.get("country")), Subdivisions: splitList(row.get("subdivision")),
				Operator: row.get("operator"), Partition: row.get("partition"),
			},
			pair:   row.get("pair"),
			isHint: row.get("status") == "hint",
		}
		regions[r.location.Region] = r
		for _, alias := range splitList(row.get("alias")) {
			regions[alias] = r
		}
	}
	return regions
}

// countriesOf reads a list of countries, in which @group stands for those of a
// group.
func countriesOf(cell string) []string {
	if !strings.Contains(cell, "@") {
		return splitList(cell)
	}
	var all []string
	for _, part := range splitList(cell) {
		if group, ok := strings.CutPrefix(part, "@"); ok {
			all = append(all, groups()[group]...)
		} else {
			all = append(all, part)
		}
	}
	return sortedSet(all)
}

func (t *Tables) multiRegion(cloud, service, id string) (multiRegion, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.multi == nil {
		t.multi = map[string]multiRegion{}
		for row := range rowsOf("data/multiregions.csv") {
			t.multi[multiKey(row.get("cloud"), row.get("service"), row.get("id"))] = multiRegion{
				name:      row.get("name"),
				members:   splitList(row.get("members")),
				countries: countriesOf(row.get("countries")),
			}
		}
	}
	m, ok := t.multi[multiKey(cloud, service, id)]
	return m, ok
}

func multiKey(cloud, service, id string) string { return cloud + " " + service + " " + id }

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ";")
}

// tableRow is one line of a table; its cells are valid until the next one.
type tableRow struct{ columns, cells []string }

// get returns the cell of a column, empty where the table has no such column.
func (r tableRow) get(column string) string {
	if at := slices.Index(r.columns, column); at >= 0 {
		return r.cells[at]
	}
	return ""
}

// rowsOf reads an embedded CSV file. The files are part of the program and are
// checked by its tests, so a bad one is a bug: it panics.
func rowsOf(file string) iter.Seq[tableRow] {
	return func(yield func(tableRow) bool) {
		f, err := files.Open(file)
		if err != nil {
			panic(err)
		}
		defer f.Close()
		r := csv.NewReader(f)
		r.Comment = '#'
		columns, err := r.Read()
		r.ReuseRecord = true
		for err == nil {
			var cells []string
			if cells, err = r.Read(); err == nil && !yield(tableRow{columns, cells}) {
				return
			}
		}
		if err != io.EOF {
			panic(fmt.Sprintf("%s: %v", file, err))
		}
	}
}
