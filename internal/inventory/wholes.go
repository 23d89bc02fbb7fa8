package inventory

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

// maxWholes bounds how far parts of parts are followed.
const maxWholes = 64

// wholes finds, for stores that are a part of a thing which they only name, that
// thing in whatever root declares it.
type wholes struct {
	byName map[string][]*model.Store // by type and name
	byID   map[string]*model.Store
	done   map[string]bool
	now    map[string]string // the store that a part's id stands for
}

// joinWholes gives parts the place and the labels of their wholes that other
// roots declare. A part that nothing sets apart is no store of its own any more.
func joinWholes(doc *model.Document) {
	w := wholes{byName: map[string][]*model.Store{}, byID: map[string]*model.Store{}, done: map[string]bool{}, now: map[string]string{}}
	parts := false
	for i := range doc.Stores {
		s := &doc.Stores[i]
		w.byID[s.ID] = s
		parts = parts || s.Whole != nil
		if s.Name != "" && !s.ByName {
			key := s.Type + " " + s.Name
			w.byName[key] = append(w.byName[key], s)
		}
	}
	if !parts {
		return
	}
	for i := range doc.Stores {
		w.join(&doc.Stores[i], 0)
	}
	doc.Stores = slices.DeleteFunc(doc.Stores, func(s model.Store) bool { return w.now[s.ID] != "" })
	for i := range doc.Copies {
		c := &doc.Copies[i]
		c.From, c.To = w.current(c.From), w.current(c.To)
	}
	doc.Copies = slices.DeleteFunc(doc.Copies, func(c model.Copy) bool { return c.From != "" && c.From == c.To })
	for i := range doc.Grants {
		doc.Grants[i].Store = w.current(doc.Grants[i].Store)
	}
}

// current is the id of the store that a part now is.
func (w *wholes) current(id string) string {
	for range maxWholes {
		next := w.now[id]
		if next == "" {
			break
		}
		id = next
	}
	return id
}

func (w *wholes) join(s *model.Store, depth int) {
	if w.done[s.ID] || s.Whole == nil || depth == maxWholes {
		return
	}
	w.done[s.ID] = true
	whole := w.find(s)
	if whole == nil {
		return
	}
	w.join(whole, depth+1)
	labels := maps.Clone(whole.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, s.Labels)
	unknown := s.LabelsUnknown || whole.LabelsUnknown
	if s.Whole.Merges && len(s.Datasets) == 0 && sameLabels(labels, whole.Labels) && unknown == whole.LabelsUnknown {
		w.now[s.ID] = whole.ID
		return
	}
	if len(labels) > 0 {
		s.Labels = labels
	}
	s.LabelsUnknown = unknown
	if s.Whole.Unique || s.Place.Status != model.Known {
		s.Place = whole.Place
		s.Place.Because = append([]model.Step{s.Whole.Step}, whole.Place.Because...)
	}
}

// sameLabels says whether two stores have the same labels. One called Name only
// names its store.
func sameLabels(a, b map[string]string) bool {
	isName := func(key, _ string) bool { return strings.EqualFold(key, "name") }
	x, y := maps.Clone(a), maps.Clone(b)
	maps.DeleteFunc(x, isName)
	maps.DeleteFunc(y, isName)
	return maps.Equal(x, y)
}

// find returns what a store is a part of; nil when no root declares it, or
// several do and not in the same way. A name that is not unique by itself is that
// of a thing in the part's own place.
func (w *wholes) find(s *model.Store) *model.Store {
	var found []*model.Store
	for _, other := range w.byName[s.Whole.Type+" "+s.Whole.Name] {
		if other.ID != s.ID && canBe(other, s.Whole, s.Place) {
			found = append(found, other)
		}
	}
	if len(found) == 0 {
		return nil
	}
	first := slices.MinFunc(found, func(a, b *model.Store) int { return cmp.Compare(a.ID, b.ID) })
	differs := func(o *model.Store) bool {
		return !sameLocations(o.Place, first.Place) || !sameLabels(o.Labels, first.Labels)
	}
	if slices.ContainsFunc(found, differs) {
		return nil
	}
	return first
}

// canBe says whether a store can be the thing that is named at a place.
func canBe(s *model.Store, w *model.Whole, at model.Place) bool {
	return w.Unique || at.Status == model.Known && sameLocations(at, s.Place)
}

// joinKept gives the stores of all roots the retentions that settings of other
// roots say. Of several stores of the name each may be the one.
func joinKept(doc *model.Document) {
	for _, k := range doc.Kept {
		for i := range doc.Stores {
			s := &doc.Stores[i]
			if s.Type != k.Whole.Type || s.Name != k.Whole.Name || s.ByName || !canBe(s, &k.Whole, k.Place) {
				continue
			}
			for _, r := range k.Retention {
				if !slices.Contains(s.Retention, r) {
					s.Retention = append(slices.Clip(s.Retention), r)
				}
			}
		}
	}
	doc.Kept = nil
}

// joinGroups makes the copies within replication groups whose members several
// roots declare: from one of the root that makes the group, or else from the
// first, to each of another root. A name under which several roots make a group
// is not that of one.
func joinGroups(doc *model.Document) {
	groups := map[string][]*model.Store{}
	for i := range doc.Stores {
		if s := &doc.Stores[i]; s.Group != nil {
			key := s.Type + " " + s.Group.Name
			groups[key] = append(groups[key], s)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		members := groups[key]
		first, makers := members[0], map[string]bool{}
		for _, s := range members {
			if s.Group.Declared && len(makers) == 0 {
				first = s
			}
			if s.Group.Declared {
				makers[s.Root] = true
			}
		}
		for _, s := range members {
			if s.Root == first.Root || len(makers) > 1 {
				continue // joined already, or not to be told apart
			}
			doc.Copies = append(doc.Copies, model.Copy{
				ID: string(model.ByReplica) + ":" + first.ID + ">" + s.ID, From: first.ID, To: s.ID, Means: model.ByReplica,
				Place: s.Place, Address: s.Address, Source: s.Source,
			})
		}
	}
}
