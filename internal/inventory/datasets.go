package inventory

import (
	"cmp"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// flow carries datasets along copies.
type flow struct {
	stores map[string]*model.Store
	out    map[string][]*model.Copy
	in     map[string][]*model.Copy
}

// assignDatasets says which data rests in each store. What a comment names, and
// what the configuration matches, comes first, then what copies bring from there;
// a backup of US users' data is US users' data, however it is labelled. Stores
// that neither reaches get the dataset of `unlabelled`, if it names one, which
// flows on in turn.
func assignDatasets(doc model.Document, cfg *config.Config, names named) {
	f := flow{stores: map[string]*model.Store{}, out: map[string][]*model.Copy{}, in: map[string][]*model.Copy{}}
	var order []*model.Store
	for i := range doc.Stores {
		s := &doc.Stores[i]
		f.stores[s.ID] = s
		order = append(order, s)
	}
	slices.SortFunc(order, compareID)
	for i := range doc.Copies {
		c := &doc.Copies[i]
		if f.stores[c.From] != nil && f.stores[c.To] != nil && c.From != c.To {
			f.out[c.From] = append(f.out[c.From], c)
			f.in[c.To] = append(f.in[c.To], c)
		}
	}
	for _, s := range order {
		for _, d := range append(matched(s, cfg), names.datasets[s.ID]...) {
			if at := slices.IndexFunc(s.Datasets, func(have model.Dataset) bool { return have.Name == d.Name }); at < 0 {
				s.Datasets = append(s.Datasets, d)
			} else {
				s.Datasets[at].DeleteBy = cmp.Or(d.DeleteBy, s.Datasets[at].DeleteBy)
			}
		}
	}
	for _, s := range order {
		for _, d := range slices.Clone(s.Datasets) {
			if d.Basis == model.ByMatch || d.Basis == model.ByComment {
				f.spread(s, d)
			}
		}
	}
	if _, ok := cfg.Datasets[cfg.Unlabelled]; ok {
		f.fill(order, cfg.Unlabelled)
	}
}

// fill gives a dataset to the stores that have none: first to those that are
// the copy of no other, then, where copies go in a circle, to the first of it.
func (f *flow) fill(order []*model.Store, dataset string) {
	for _, circles := range []bool{false, true} {
		for _, s := range order {
			if len(s.Datasets) > 0 || !circles && f.isCopy(s) {
				continue
			}
			d := model.Dataset{Name: dataset, Role: s.Role, Basis: model.ByDefault}
			s.Datasets = append(s.Datasets, d)
			f.spread(s, d)
		}
	}
}

func (f *flow) isCopy(s *model.Store) bool { return len(f.in[s.ID]) > 0 }

// spread carries a dataset from a store along all copies, by the shortest path.
func (f *flow) spread(from *model.Store, d model.Dataset) {
	type step struct {
		store *model.Store
		path  []string
	}
	queue := []step{{from, d.Path}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, c := range f.out[at.store.ID] {
			to := f.stores[c.To]
			if to == from || has(to, d.Name) {
				continue
			}
			path := append(slices.Clone(at.path), c.ID)
			to.Datasets = append(to.Datasets, model.Dataset{
				Name: d.Name, Role: inheritedRole(to, c.Means), Basis: model.ByCopy, Path: path,
			})
			queue = append(queue, step{to, path})
		}
	}
}

// inheritedRole is the role in which a store holds what a copy brings. A store
// that is a replica or a backup by itself stays one, and what data is moved or
// restored to is what it is by itself.
func inheritedRole(s *model.Store, m model.Means) model.Role {
	if s.Role == model.Replica || s.Role == model.Backup || m == model.ByMigration {
		return s.Role
	}
	return roleOf(m)
}

func has(s *model.Store, dataset string) bool {
	return slices.ContainsFunc(s.Datasets, func(d model.Dataset) bool { return d.Name == dataset })
}

// matched lists the datasets whose conditions a store fulfils.
func matched(s *model.Store, cfg *config.Config) []model.Dataset {
	var found []model.Dataset
	for name, d := range cfg.Datasets {
		at := slices.IndexFunc(d.Match, func(m config.Match) bool { return fits(s, m) })
		if at >= 0 {
			role := cmp.Or(d.Match[at].Role, s.Role)
			found = append(found, model.Dataset{Name: name, Role: role, Basis: model.ByMatch, DeleteBy: d.Match[at].DeleteBy})
		}
	}
	slices.SortFunc(found, func(a, b model.Dataset) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// fits says whether a store fulfils every field of a condition.
func fits(s *model.Store, m config.Match) bool {
	for key, pattern := range m.Labels {
		value, ok := s.Labels[key]
		if !ok || !config.Matches(pattern, value) {
			return false
		}
	}
	// What a root declares in a module that it calls is declared by the root.
	return (m.Paths == nil || anyPath(m.Paths, s.Source.File) || anyPath(m.Paths, s.Root)) &&
		(m.Addresses == nil || anyText(m.Addresses, s.Address)) &&
		(m.Names == nil || s.Name != "" && anyText(m.Names, s.Name)) &&
		(m.Types == nil || anyText(m.Types, s.Type))
}

func anyText(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return config.Matches(p, text) })
}

func anyPath(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := doublestar.Match(p, path)
		return ok && err == nil
	})
}
