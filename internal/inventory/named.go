package inventory

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// named is what stores that are only named bring to those which are made.
type named struct {
	// datasets by the id of the store that is made.
	datasets map[string][]model.Dataset
	// now is the store that another one's id stands for.
	now map[string]string
}

// mergeNamed finds the stores that are only named among those that are made,
// and drops them: a bucket that a program writes to is the one that Terraform
// makes. Of several names of one thing that nobody makes the first remains.
// What is known of the one that goes, its datasets, its role and the place where
// it is named, is kept with the one that stays.
func mergeNamed(doc *model.Document, cfg *config.Config) named {
	n := named{datasets: map[string][]model.Dataset{}, now: map[string]string{}}
	made := map[string][]*model.Store{}
	var kept []*model.Store
	for i := range doc.Stores {
		if s := &doc.Stores[i]; !s.ByName {
			kept = append(kept, s)
			if s.Name != "" {
				made[s.Name] = append(made[s.Name], s)
			}
		}
	}
	seen := map[nameKey]*model.Store{}
	roles := map[string]model.Role{}
	for i := range doc.Stores {
		s := &doc.Stores[i]
		if !s.ByName {
			continue
		}
		one := makes(s, made)
		if one == nil {
			key := keyOf(s)
			// A host inside a deployment is another one in the next deployment.
			if one = seen[key]; one == nil || key.name == "" || s.Place.Status == model.Caller {
				seen[key] = s
				kept = append(kept, s)
				continue
			}
		}
		n.now[s.ID] = one.ID
		n.datasets[one.ID] = slices.Concat(n.datasets[one.ID], s.Datasets, matched(s, cfg))
		takeRole(roles, one, s.Role)
		one.Place.Because = append(one.Place.Because[:len(one.Place.Because):len(one.Place.Because)], step(s))
	}
	slices.SortStableFunc(kept, compareID)
	stores := make([]model.Store, len(kept))
	for i, s := range kept {
		if r := roles[s.ID]; r != "" {
			s.Role = r
		}
		stores[i] = *s
	}
	doc.Stores = stores
	for i := range doc.Copies {
		c := &doc.Copies[i]
		c.From, c.To = cmp.Or(n.now[c.From], c.From), cmp.Or(n.now[c.To], c.To)
	}
	return n
}

// step says in the chain of a store by whom it is named.
func step(s *model.Store) model.Step {
	return model.Step{What: "named by " + s.Address, Value: s.Name, Source: &s.Source}
}

// takeRole gives a bucket, which has no role by itself, that in which all who
// name it use it.
func takeRole(roles map[string]model.Role, s *model.Store, r model.Role) {
	before, known := roles[s.ID]
	switch {
	case s.Role != model.Primary || s.Kind != model.ObjectStorage:
	case !known:
		roles[s.ID] = r
	case before != r:
		roles[s.ID] = model.Primary
	}
}

// nameKey is the same for two stores that are one.
type nameKey struct{ cloud, name, place string }

func keyOf(s *model.Store) nameKey {
	var places []string
	for _, l := range s.Place.Locations {
		places = append(places, l.Cloud+" "+l.Region+" "+l.Site+" "+l.Endpoint)
	}
	name := cmp.Or(s.Name, strings.Join(places, ","))
	if name == "" && s.Place.Cause == model.Environment {
		// What one variable gives is one thing for all that stands together.
		name = path.Dir(s.Source.File) + " " + s.Type + " " + s.Place.Reason
	}
	return nameKey{cloudOf(s), name, string(s.Place.Status) + strings.Join(places, ",")}
}

// cloudOf is the cloud in which a store is that is only named: the one of the
// server which has it, where that is given.
func cloudOf(s *model.Store) string {
	for _, l := range s.Place.Locations {
		return l.Cloud
	}
	return s.Cloud
}

// makes returns the store that a name stands for, nil when none is made by that
// name, or when what is known of the place of the two does not agree: then both
// are judged.
func makes(s *model.Store, made map[string][]*model.Store) *model.Store {
	ref, isIdentifier := identify(s.Name)
	if !isIdentifier {
		ref = geo.Reference{Cloud: cloudOf(s), Name: s.Name}
	}
	var found []*model.Store
	for _, other := range made[ref.Name] {
		switch {
		case other.Cloud != ref.Cloud,
			!isIdentifier && other.Kind != model.ObjectStorage,
			isIdentifier && ref.Service != "" && other.Service != ref.Service,
			!agree(s.Place, other.Place):
			continue
		}
		found = append(found, other)
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(o *model.Store) bool { return !sameLocations(o.Place, found[0].Place) }) {
		return nil
	}
	return found[0]
}

// identify reads a name that is an identifier, or the address of a server.
func identify(name string) (geo.Reference, bool) {
	if ref, ok := geo.ParseIdentifier(name, true); ok && ref.Name != "" {
		return ref, true
	}
	ref, ok := geo.ParseHost(geo.Host(name))
	return ref, ok && ref.Name != ""
}

// agree says whether what one file says of a place can be so by what the other
// says. Where only the one that names the thing knows its place, that must not
// be lost.
func agree(named, made model.Place) bool {
	if named.Status != model.Known && named.Status != model.OneOf {
		return true
	}
	return made.Status == model.Known && named.Status == model.Known && sameLocations(named, made)
}

func sameLocations(a, b model.Place) bool {
	if a.Status != b.Status || len(a.Locations) != len(b.Locations) {
		return false
	}
	for i, l := range a.Locations {
		if o := b.Locations[i]; l.Cloud != o.Cloud || l.Region != o.Region || l.Site != o.Site || l.Endpoint != o.Endpoint {
			return false
		}
	}
	return true
}
