package geo

import (
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

// A service keeps its data in the regions of other clouds.
type service struct {
	id       string
	backings []string
	// bare says that a region's code alone tells the cloud.
	bare bool
	// spellings are the service's own names, by cloud and name.
	spellings map[[2]string]string
}

// backingWords are the words by which services name the clouds they run in.
var backingWords = []struct{ word, cloud string }{
	{"aws", AWS}, {"amazon", AWS}, {"gcp", Google}, {"google", Google}, {"azurerm", Azure}, {"azure", Azure},
}

// locateInService finds the place of what a service keeps: a location of the
// cloud underneath, operated by the service.
func (t *Tables) locateInService(s service, text string) (model.Location, error) {
	if location, err, ok := t.table(s.id).find(s.id, text); ok {
		return location, err
	}
	cloud, name := splitBacking(text)
	if cloud != "" {
		if location, ok := t.backing(s, cloud, name); ok {
			return location, nil
		}
		return model.Location{}, &UnknownRegionError{Cloud: s.id, Text: text}
	}
	if !s.bare {
		return model.Location{}, &UnknownRegionError{Cloud: s.id, Text: text, Why: "the cloud it is in must be said with it"}
	}
	var found []model.Location
	for _, cloud := range s.backings {
		if location, ok := t.backing(s, cloud, name); ok {
			found = append(found, location)
		}
	}
	switch len(found) {
	case 0:
		return model.Location{}, &UnknownRegionError{Cloud: s.id, Text: text}
	case 1:
		return found[0], nil
	}
	return model.Location{}, &UnknownRegionError{Cloud: s.id, Text: text, Why: "more than one cloud has it"}
}

// backing finds a region of a cloud that a service runs in.
func (t *Tables) backing(s service, cloud, name string) (model.Location, bool) {
	if !slices.Contains(s.backings, cloud) {
		return model.Location{}, false
	}
	code, ok := s.spellings[[2]string{cloud, foldSpelling(name)}]
	if !ok {
		code = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		if cloud == Azure {
			code = strings.ReplaceAll(code, "-", "")
		}
	}
	r, ok := t.table(cloud)[spellingOf(cloud).fold(code)]
	if !ok {
		return model.Location{}, false
	}
	location := r.location
	location.Operator = s.id
	if r.location.Operator != "" {
		location.Operator += " on " + r.location.Operator
	}
	return location, true
}

// splitBacking takes the cloud off a place: AWS_US_EAST_1, aws-us-east-1,
// us-east-1.aws, PUBLIC.AWS_US_EAST_1. cloud is empty when none is said.
func splitBacking(text string) (cloud, name string) {
	lower := strings.ToLower(text)
	last := lower[strings.LastIndexByte(lower, '.')+1:]
	for _, b := range backingWords {
		if rest, ok := strings.CutSuffix(lower, "."+b.word); ok {
			return b.cloud, rest[strings.LastIndexByte(rest, '.')+1:]
		}
		if rest, ok := strings.CutPrefix(last, b.word); ok && rest != "" && strings.ContainsRune("-_:/ ", rune(rest[0])) {
			return b.cloud, rest[1:]
		}
	}
	return "", lower
}

func foldSpelling(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// service returns the service with an id; ok is false for a cloud that keeps
// its data in regions of its own.
func (t *Tables) service(id string) (s service, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := t.services[id]; ok {
		return s, s.id != ""
	}
	if t.services == nil {
		t.services = map[string]service{}
	}
	s = readService(id)
	t.services[id] = s
	return s, s.id != ""
}

func readService(id string) service {
	if _, err := files.Open("data/regions/" + id + ".csv"); err == nil {
		return service{}
	}
	for row := range rowsOf("data/services.csv") {
		if row.get("id") == id {
			return service{
				id: id, backings: splitList(row.get("backings")), bare: row.get("bare") == "yes",
				spellings: readSpellings(id),
			}
		}
	}
	return service{}
}

func readSpellings(id string) map[[2]string]string {
	names := map[[2]string]string{}
	for row := range rowsOf("data/spellings.csv") {
		if row.get("service") == id {
			names[[2]string{row.get("cloud"), foldSpelling(row.get("spelling"))}] = row.get("region")
		}
	}
	return names
}
