// Package geo says where a cloud's region lies: its country, its US state, who
// runs it, which region it is paired with, and which regions make up a
// multi-region. A region is always read together with its cloud, since the
// same code names different places in different clouds.
//
// The tables are CSV files under data/, each row with its source and the day
// on which it was checked; docs/geo.md describes them. Only the tables of the
// clouds asked for are read. A code that no table lists is an error, never a
// guess from its prefix.
package geo

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/model"
)

// The clouds that the code names. All others are data: see Clouds.
const (
	AWS    = "aws"
	Google = "google"
	Azure  = "azurerm"
	OCI    = "oci"
	// OnPremises is the cloud of a site of one's own.
	OnPremises = "on-premises"
)

// Anywhere finds the locations that text names in all the clouds that have
// regions of their own, for where the cloud is not said.
func (t *Tables) Anywhere(service, text string) []model.Location {
	var found []model.Location
	for _, cloud := range regionTables() {
		if location, err := t.Locate(cloud, service, text); err == nil {
			found = append(found, location)
		}
	}
	return found
}

// Clouds lists the clouds and services that a configuration may name, in
// order. They are named as their Terraform providers are, where they have one.
func Clouds() []string {
	clouds := regionTables()
	for row := range rowsOf("data/services.csv") {
		clouds = append(clouds, row.get("id"))
	}
	for row := range rowsOf("data/saas.csv") {
		clouds = append(clouds, row.get("cloud"))
	}
	return sortedSet(append(clouds, OnPremises))
}

// Tables gives access to the embedded tables; each is read when first asked
// for. The zero value is ready for use, also by several goroutines.
type Tables struct {
	// HasSite says whether a site of the configuration has a name of a place of one's
	// own, such as network:va1; none has when nil.
	HasSite func(name string) bool

	mu       sync.Mutex
	clouds   map[string]*cloudTable
	zones    map[string]region
	multi    map[string]multiRegion
	services map[string]service
}

// cloudTable holds the regions of a cloud by their ids and other spellings.
type cloudTable map[string]region

type region struct {
	location model.Location
	pair     string
	// isHint marks a place that the cloud does not promise.
	isHint bool
}

type multiRegion struct {
	name      string
	members   []string
	countries []string
}

// UnknownRegionError reports a region that is in no table of its cloud, or that
// does not tell a place.
type UnknownRegionError struct {
	// Cloud whose table was searched.
	Cloud string
	// Text as the configuration has it.
	Text string
	// Why the text tells no place, where a table has it all the same.
	Why string
}

func (e *UnknownRegionError) Error() string {
	if e.Why != "" {
		return fmt.Sprintf("%q of %s tells no place: %s", e.Text, e.Cloud, e.Why)
	}
	return fmt.Sprintf("%q is in no region table of %s", e.Text, e.Cloud)
}

// Locate finds the location that text names in a cloud: a region, a zone of a
// region, a multi-region of the given service, or a spelling that the cloud's
// provider accepts for one of these. A service that runs in other clouds names
// the cloud too, as in AWS_US_EAST_1 or aws:us-east-1. The error is an
// *UnknownRegionError.
func (t *Tables) Locate(cloud, service, text string) (model.Location, error) {
	if text == "" {
		return model.Location{}, &UnknownRegionError{Cloud: cloud}
	}
	if s, ok := t.service(cloud); ok {
		return t.locateInService(s, text)
	}
	switch cloud {
	case AWS:
		return t.locateAWS(text)
	case Google:
		return t.locateGoogle(service, text)
	}
	if location, err, ok := t.table(cloud).find(cloud, text); ok {
		return location, err
	}
	folded := spellingOf(cloud).fold(text)
	if m, ok := t.multiRegion(cloud, anyService, folded); ok {
		return t.spanning(m, cloud, folded), nil
	}
	return model.Location{}, &UnknownRegionError{Cloud: cloud, Text: text}
}

// find looks up a region or the region of a zone. ok is false when the table
// has neither; err says that it has the text, but no place for it.
func (c cloudTable) find(cloud, text string) (location model.Location, err error, ok bool) {
	spelling := spellingOf(cloud)
	folded := spelling.fold(text)
	r, ok := c[folded]
	if !ok {
		r, ok = c[spelling.zone(folded)]
	}
	if r.isHint {
		return model.Location{}, &UnknownRegionError{Cloud: cloud, Text: text, Why: "the cloud does not promise it"}, true
	}
	return r.location, nil, ok
}

// anyService is the service of a multi-region that all services share.
const anyService = "*"

// locateAWS reads regions (us-east-1), availability zones (us-east-1a,
// use1-az1), and Local and Wavelength Zones (us-east-1-bue-1a), which may lie in
// another country than their parent region.
func (t *Tables) locateAWS(text string) (model.Location, error) {
	table := t.table(AWS)
	if location, err, ok := table.find(AWS, text); ok {
		return location, err
	}
	for _, group := range awsZoneGroups(table, text) {
		if z, ok := t.awsZones()[group]; ok {
			location := z.location
			location.Region = text
			return location, nil
		}
	}
	return model.Location{}, &UnknownRegionError{Cloud: AWS, Text: text}
}

// locateGoogle reads regions, zones (us-central1-a), self links, and the
// multi-regions of a service.
func (t *Tables) locateGoogle(service, text string) (model.Location, error) {
	name := strings.ToLower(path.Base(strings.TrimRight(text, "/")))
	switch service {
	case "spanner":
		name = strings.TrimPrefix(name, "regional-")
	case "orgpolicy":
		name = valueGroup(name)
	}
	if location, err, ok := t.table(Google).find(Google, name); ok {
		return location, err
	}
	if m, ok := t.multiRegion(Google, service, name); ok {
		return t.spanning(m, Google, name), nil
	}
	if service == "bigquery" {
		if location, ok := t.locateOmni(name); ok {
			return location, nil
		}
	}
	if service == "storage" && strings.Contains(name, "+") {
		return t.locateDualRegion(name)
	}
	return model.Location{}, &UnknownRegionError{Cloud: Google, Text: text}
}

// valueGroup spells what an organisation policy names: the group of a region's
// locations is the region, and a group may stand without its prefix.
func valueGroup(name string) string {
	group, isGroup := strings.CutSuffix(strings.TrimPrefix(name, "in:"), "-locations")
	switch {
	case !isGroup:
		return strings.TrimPrefix(name, "in:")
	case strings.ContainsAny(group, "0123456789"):
		return group
	}
	return "in:" + group + "-locations"
}

// locateOmni reads the BigQuery locations that stand in another cloud, such as
// aws-us-east-1.
func (t *Tables) locateOmni(name string) (model.Location, bool) {
	word, id, _ := strings.Cut(name, "-")
	cloud, ok := map[string]string{"aws": AWS, "azure": Azure}[word]
	if !ok {
		return model.Location{}, false
	}
	location, err := t.Locate(cloud, "", id)
	return location, err == nil
}

// locateDualRegion reads the two regions of a bucket, as in us-east1+us-west1.
func (t *Tables) locateDualRegion(name string) (model.Location, error) {
	table := t.table(Google)
	members := strings.Split(name, "+")
	var names []string
	for _, member := range members {
		r, ok := table[member]
		if !ok {
			return model.Location{}, &UnknownRegionError{Cloud: Google, Text: member}
		}
		names = append(names, r.location.Name)
	}
	return t.spanning(multiRegion{name: strings.Join(names, " and "), members: members}, Google, name), nil
}

// Pair returns the location that a region's geo-redundant settings copy to.
// ok is false for a region that has no pair.
func (t *Tables) Pair(cloud, regionID string) (location model.Location, ok bool) {
	table := t.table(cloud)
	r, ok := table[regionID]
	if !ok || r.pair == "" {
		return model.Location{}, false
	}
	pair, ok := table[r.pair]
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
	if m, ok := t.multiRegion(Google, service, regionID); ok {
		return t.spanning(m, Google, regionID), true
	}
	for row := range rowsOf("data/nearest.csv") {
		if row.get("service") != service || !strings.HasPrefix(regionID, row.get("prefix")) {
			continue
		}
		id := row.get("multiregion")
		m, ok := t.multiRegion(Google, service, id)
		return t.spanning(m, Google, id), ok
	}
	return model.Location{}, false
}

// spanning is the location of a multi-region.
func (t *Tables) spanning(m multiRegion, cloud, id string) model.Location {
	location := model.Location{Cloud: cloud, Region: id, Name: m.name, Countries: slices.Clone(m.countries)}
	table := t.table(cloud)
	for _, member := range m.members {
		l := table[member].location
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

// Groups returns the groups of countries that a configuration may name, such
// as countries-of-concern, each with its ISO 3166-1 alpha-2 codes.
func Groups() map[string][]string { return maps.Clone(groups()) }

var groups = sync.OnceValue(func() map[string][]string {
	groups := map[string][]string{}
	for row := range rowsOf("data/groups.csv") {
		groups[row.get("group")] = append(groups[row.get("group")], row.get("country"))
	}
	return groups
})

// Countries returns the English name of each ISO 3166-1 alpha-2 code.
func Countries() map[string]string { return maps.Clone(countries()) }

var countries = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for row := range rowsOf("data/countries.csv") {
		names[row.get("code")] = row.get("name")
	}
	return names
})

// Regions returns the region codes of a cloud, in order.
func (t *Tables) Regions(cloud string) []string {
	var ids []string
	for id, r := range t.table(cloud) {
		if id == r.location.Region && !r.isHint {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
