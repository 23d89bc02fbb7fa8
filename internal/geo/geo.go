// Package geo says where a cloud's region lies: its country, its US state, who
// runs it, which region it is paired with, and which regions make up a
// multi-region. A region is always read together with its cloud, since the
// same code names different places in different clouds.
//
// The tables are CSV files under data/, each row with its source and the day
// on which it was checked. A code that no table lists is an error, never a
// guess from its prefix.
package geo

import (
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/model"
)

//go:embed data/*.csv
var files embed.FS

// The clouds that have tables.
const (
	AWS    = "aws"
	Google = "google"
	Azure  = "azurerm"
	OCI    = "oci"
	// OnPremises is the cloud of a site of one's own.
	OnPremises = "on-premises"
)

// Clouds lists the clouds that a configuration may name.
func Clouds() []string { return []string{AWS, Google, Azure, OCI, OnPremises} }

// Tables gives access to the embedded tables; each is read when first asked
// for. The zero value is ready for use, also by several goroutines.
type Tables struct {
	clouds [4]cloudTable
	multi  struct {
		once sync.Once
		rows map[string]multiRegion
	}
}

type cloudTable struct {
	once    sync.Once
	regions map[string]region // by id and by alias
	zones   map[string]region // AWS Local Zone groups
}

type region struct {
	location model.Location
	pair     string
}

type multiRegion struct {
	name      string
	members   []string
	countries []string
}

// UnknownRegionError reports a region that is in no table of its cloud.
type UnknownRegionError struct {
	// Cloud whose table was searched.
	Cloud string
	// Text as the configuration has it.
	Text string
}

func (e *UnknownRegionError) Error() string {
	return fmt.Sprintf("%q is in no region table of %s", e.Text, e.Cloud)
}

// Locate finds the location that text names in a cloud: a region, a zone of a
// region, a multi-region of the given service, or a spelling that the cloud's
// provider accepts for one of these. The error is an *UnknownRegionError.
func (t *Tables) Locate(cloud, service, text string) (model.Location, error) {
	unknown := &UnknownRegionError{Cloud: cloud, Text: text}
	table := t.table(cloud)
	if table == nil || text == "" {
		return model.Location{}, unknown
	}
	switch cloud {
	case AWS:
		return locateAWS(table, text, unknown)
	case Google:
		return t.locateGoogle(table, service, text, unknown)
	case Azure:
		text = strings.ReplaceAll(strings.ToLower(text), " ", "")
	case OCI:
		return locateOCI(table, strings.ToLower(text), unknown)
	}
	if r, ok := table.regions[text]; ok {
		return r.location, nil
	}
	if m, ok := t.multiRegions()[multiKey(cloud, anyService, text)]; ok {
		return m.location(cloud, text, table), nil
	}
	return model.Location{}, unknown
}

// anyService is the service of a multi-region that all services share.
const anyService = "*"

// locateAWS reads regions (us-east-1), availability zones (us-east-1a) and
// Local Zones (us-east-1-bue-1a), which may lie in another country than their
// parent region.
func locateAWS(table *cloudTable, text string, unknown error) (model.Location, error) {
	if r, ok := table.regions[text]; ok {
		return r.location, nil
	}
	group, isZone := trimLetter(text)
	if !isZone {
		return model.Location{}, unknown
	}
	if r, ok := table.regions[group]; ok {
		return r.location, nil
	}
	if z, ok := table.zones[group]; ok {
		location := z.location
		location.Region = text
		return location, nil
	}
	return model.Location{}, unknown
}

// trimLetter takes the letter off the end of a zone's name.
func trimLetter(zone string) (string, bool) {
	n := len(zone) - 1
	if n < 1 || zone[n] < 'a' || zone[n] > 'z' || zone[n-1] < '0' || zone[n-1] > '9' {
		return "", false
	}
	return zone[:n], true
}

// locateGoogle reads regions, zones (us-central1-a), self links, and the
// multi-regions of a service.
func (t *Tables) locateGoogle(table *cloudTable, service, text string, unknown error) (model.Location, error) {
	text = strings.ToLower(path.Base(strings.TrimRight(text, "/")))
	if service == "spanner" {
		text = strings.TrimPrefix(text, "regional-")
	}
	if r, ok := table.regions[text]; ok {
		return r.location, nil
	}
	if m, ok := t.multiRegions()[multiKey(Google, service, text)]; ok {
		return m.location(Google, text, table), nil
	}
	// A zone is its region, a dash and one letter.
	if n := len(text); n > 2 && text[n-2] == '-' {
		if r, ok := table.regions[text[:n-2]]; ok {
			return r.location, nil
		}
	}
	if service == "bigquery" {
		return t.locateOmni(text, unknown)
	}
	return model.Location{}, unknown
}

// locateOmni reads the BigQuery locations that stand in another cloud, such as
// aws-us-east-1.
func (t *Tables) locateOmni(text string, unknown error) (model.Location, error) {
	if id, ok := strings.CutPrefix(text, "aws-"); ok {
		return t.Locate(AWS, "", id)
	}
	if id, ok := strings.CutPrefix(text, "azure-"); ok {
		return t.Locate(Azure, "", id)
	}
	return model.Location{}, unknown
}

// locateOCI reads regions (us-ashburn-1), their keys (iad), and availability
// domains, which name their region with its number or without, or by its key
// (Uocm:PHX-AD-1, abcd:US-ASHBURN-AD-2, abcd:EU-FRANKFURT-1-AD-1). OCIDs write
// a region with underscores.
func locateOCI(table *cloudTable, text string, unknown error) (model.Location, error) {
	if _, after, ok := strings.Cut(text, ":"); ok {
		text = after
	}
	text = strings.ReplaceAll(text, "_", "-")
	if at := strings.LastIndex(text, "-ad-"); at >= 0 {
		text = text[:at]
		if r, ok := table.regions[text+"-1"]; ok {
			return r.location, nil
		}
	}
	if r, ok := table.regions[text]; ok {
		return r.location, nil
	}
	return model.Location{}, unknown
}

// Pair returns the location that a region's geo-redundant settings copy to.
// ok is false for a region that has no pair.
func (t *Tables) Pair(cloud, regionID string) (location model.Location, ok bool) {
	table := t.table(cloud)
	if table == nil {
		return model.Location{}, false
	}
	r, ok := table.regions[regionID]
	if !ok || r.pair == "" {
		return model.Location{}, false
	}
	pair, ok := table.regions[r.pair]
	return pair.location, ok
}

// Nearest returns the multi-region into which a service of Google's puts
// copies of what lies in a region, when it is told no place. ok is false where
// the cloud's documentation names none.
func (t *Tables) Nearest(cloud, service, regionID string) (location model.Location, ok bool) {
	if cloud != Google {
		return model.Location{}, false
	}
	// What lies in a multi-region already is nearest to that one.
	if m, ok := t.multiRegions()[multiKey(Google, service, regionID)]; ok {
		return m.location(Google, regionID, t.table(Google)), true
	}
	for _, row := range readTable("data/nearest.csv") {
		if row["service"] != service || !strings.HasPrefix(regionID, row["prefix"]) {
			continue
		}
		m, ok := t.multiRegions()[multiKey(Google, service, row["multiregion"])]
		return m.location(Google, row["multiregion"], t.table(Google)), ok
	}
	return model.Location{}, false
}

func (m multiRegion) location(cloud, id string, table *cloudTable) model.Location {
	location := model.Location{Cloud: cloud, Region: id, Name: m.name, Countries: slices.Clone(m.countries)}
	for _, member := range m.members {
		l := table.regions[member].location
		location.Countries = append(location.Countries, l.Countries...)
		location.Subdivisions = append(location.Subdivisions, l.Subdivisions...)
	}
	location.Countries = sortedSet(location.Countries)
	location.Subdivisions = sortedSet(location.Subdivisions)
	return location
}

// sortedSet returns the distinct strings of list in order, nil for none.
func sortedSet(list []string) []string {
	set := slices.Clone(list)
	slices.Sort(set)
	return slices.Compact(set)
}

// table returns the table of a cloud, nil for a cloud that has none.
func (t *Tables) table(cloud string) *cloudTable {
	at := slices.Index([]string{AWS, Google, Azure, OCI}, cloud)
	if at < 0 {
		return nil
	}
	table := &t.clouds[at]
	table.once.Do(func() {
		table.regions = readRegions(cloud, "data/"+cloud+".csv")
		if cloud == AWS {
			table.zones = readRegions(cloud, "data/aws_zones.csv")
		}
	})
	return table
}

func readRegions(cloud, file string) map[string]region {
	regions := map[string]region{}
	for _, row := range readTable(file) {
		r := region{
			location: model.Location{
				Cloud: cloud, Region: row["id"], Name: row["name"], Countries: []string{row["country"]},
				Operator: row["operator"], Partition: row["partition"],
			},
			pair: row["pair"],
		}
		if s := row["subdivision"]; s != "" {
			r.location.Subdivisions = []string{s}
		}
		regions[row["id"]] = r
		if alias := row["alias"]; alias != "" {
			regions[alias] = r
		}
	}
	return regions
}

func (t *Tables) multiRegions() map[string]multiRegion {
	t.multi.once.Do(func() {
		t.multi.rows = map[string]multiRegion{}
		for _, row := range readTable("data/multiregions.csv") {
			t.multi.rows[multiKey(row["cloud"], row["service"], row["id"])] = multiRegion{
				name:      row["name"],
				members:   splitList(row["members"]),
				countries: splitList(row["countries"]),
			}
		}
	})
	return t.multi.rows
}

func multiKey(cloud, service, id string) string { return cloud + " " + service + " " + id }

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ";")
}

// readTable reads an embedded CSV file into one map a row. The files are part
// of the program and are checked by its tests, so a bad one is a bug: it panics.
func readTable(file string) []map[string]string {
	f, err := files.Open(file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", file, err))
	}
	rows := make([]map[string]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		row := make(map[string]string, len(line))
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// Groups returns the groups of countries that a configuration may name, such
// as countries-of-concern, each with its ISO 3166-1 alpha-2 codes.
func Groups() map[string][]string {
	groups := map[string][]string{}
	for _, row := range readTable("data/groups.csv") {
		groups[row["group"]] = append(groups[row["group"]], row["country"])
	}
	return groups
}

// Countries returns the English name of each ISO 3166-1 alpha-2 code.
func Countries() map[string]string {
	names := map[string]string{}
	for _, row := range readTable("data/countries.csv") {
		names[row["code"]] = row["name"]
	}
	return names
}

// Regions returns the region codes of a cloud, in order.
func (t *Tables) Regions(cloud string) []string {
	table := t.table(cloud)
	if table == nil {
		return nil
	}
	var ids []string
	for id, r := range table.regions {
		if id == r.location.Region {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
