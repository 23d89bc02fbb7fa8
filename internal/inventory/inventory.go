// Package inventory joins what the loaders found: it recognises one's own
// sites, finds the stores that copies name, says which data rests in each store
// (by the configuration's conditions, and along the copies), and writes the
// facts that the policies judge.
package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Join completes a document in the light of a configuration, and of the comments
// in the files.
func Join(doc model.Document, cfg *config.Config, comments []source.Comment) model.Document {
	doc.Version = model.Version
	doc.Stores = slices.Clone(doc.Stores)
	doc.Copies = slices.Clone(doc.Copies)
	doc.Grants = slices.Clone(doc.Grants)
	doc.Guardrails = slices.Clone(doc.Guardrails)
	slices.SortStableFunc(doc.Stores, func(a, b model.Store) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(doc.Copies, func(a, b model.Copy) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(doc.Grants, func(a, b model.Grant) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(doc.Guardrails, func(a, b model.Guardrail) int { return cmp.Compare(a.ID, b.ID) })
	recognizeSites(doc, cfg)
	doc.Problems = stillOpen(doc)
	labels, problems := labels(comments, cfg)
	problems = append(problems, applyLabels(doc, labels)...)
	joinWholes(&doc)
	joinGroups(&doc)
	joinKept(&doc)
	names := mergeNamed(&doc, cfg)
	doc.Copies = resolveNames(doc)
	doc.Grants = resolveGrants(doc, cfg)
	assignDatasets(doc, cfg, names)
	doc.Problems = append(joinUnlisted(doc.Problems, cfg), problems...)
	complete(&doc)
	return doc
}

// complete makes empty lists of missing ones, since a policy goes over lists.
func complete(doc *model.Document) {
	if doc.Problems == nil {
		doc.Problems = []model.Problem{}
	}
	if doc.Stores == nil {
		doc.Stores = []model.Store{}
	}
	if doc.Copies == nil {
		doc.Copies = []model.Copy{}
	}
	if doc.Grants == nil {
		doc.Grants = []model.Grant{}
	}
	if doc.Guardrails == nil {
		doc.Guardrails = []model.Guardrail{}
	}
	for i := range doc.Stores {
		completePlace(&doc.Stores[i].Place)
		if doc.Stores[i].Datasets == nil {
			doc.Stores[i].Datasets = []model.Dataset{}
		}
	}
	for i := range doc.Copies {
		completePlace(&doc.Copies[i].Place)
	}
	for i := range doc.Guardrails {
		completePlace(&doc.Guardrails[i].Place)
	}
	for i := range doc.Grants {
		if g := &doc.Grants[i]; g.Because == nil {
			g.Because = []model.Step{}
		}
	}
}

func completePlace(p *model.Place) {
	if p.Locations == nil {
		p.Locations = []model.Location{}
	}
	if p.Because == nil {
		p.Because = []model.Step{}
	}
	for i := range p.Locations {
		if p.Locations[i].Countries == nil {
			p.Locations[i].Countries = []string{}
		}
	}
}

// recognizeSites turns hosts that a site of the configuration matches into
// that site.
func recognizeSites(doc model.Document, cfg *config.Config) {
	names := make([]string, 0, len(cfg.Sites))
	for name := range cfg.Sites {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := range doc.Stores {
		recognizeSite(&doc.Stores[i].Place, names, cfg)
	}
	for i := range doc.Copies {
		recognizeSite(&doc.Copies[i].Place, names, cfg)
	}
}

func recognizeSite(p *model.Place, names []string, cfg *config.Config) {
	if p.Cause != model.UndeclaredSite && p.Cause != model.LeftToCaller {
		return
	}
	all := len(p.Locations) > 0
	locations := slices.Clone(p.Locations)
	for i, l := range locations {
		if l.Endpoint == "" || l.Site != "" {
			// What a caller leaves open may be a region, too: this is one of several.
			all = all && p.Cause != model.LeftToCaller && (l.Region != "" || l.Site != "")
			continue
		}
		name, ok := siteOf(l, names, cfg)
		if !ok {
			all = false
			continue
		}
		locations[i] = locationOf(name, cfg.Sites[name], l.Endpoint)
	}
	p.Locations = locations
	if all {
		p.Status, p.Cause, p.Reason = model.Known, "", ""
		if p.Alternatives {
			p.Status = model.OneOf
		}
	}
}

// stillOpen returns the problems less the stores that a site has the place of,
// which whoever deploys them need not decide any more.
func stillOpen(doc model.Document) []model.Problem {
	left := map[string]bool{}
	for _, s := range doc.Stores {
		left[s.ID] = s.Place.Status == model.Caller
	}
	var problems []model.Problem
	for _, p := range doc.Problems {
		if p.Open == nil {
			problems = append(problems, p)
			continue
		}
		before := len(p.Open)
		p.Open = slices.DeleteFunc(slices.Clone(p.Open), func(id string) bool { return !left[id] })
		p.Message = strings.Replace(p.Message, model.PlaceOf(before), model.PlaceOf(len(p.Open)), 1)
		if len(p.Open) > 0 {
			problems = append(problems, p)
		}
	}
	return problems
}

// siteOf is the site of an endpoint or else of the nearest thing around it that
// has one.
func siteOf(l model.Location, names []string, cfg *config.Config) (string, bool) {
	for _, endpoint := range append([]string{l.Endpoint}, l.Within...) {
		for _, name := range names {
			for _, pattern := range cfg.Sites[name].Match {
				if config.Matches(pattern, endpoint) {
					return name, true
				}
			}
		}
	}
	return "", false
}

func locationOf(name string, s config.Site, endpoint string) model.Location {
	l := model.Location{
		Cloud: geo.OnPremises, Site: name, Endpoint: endpoint, Name: "site " + name,
		Countries: []string{s.Country}, Operator: s.Operator,
	}
	if s.Subdivision != "" {
		l.Subdivisions = []string{s.Subdivision}
	}
	return l
}

// resolveNames finds the stores that copies name, by identifier or by a bucket
// name, in whatever root they are declared.
func resolveNames(doc model.Document) []model.Copy {
	byName := storesByName(doc)
	byID := map[string]*model.Store{}
	for i := range doc.Stores {
		byID[doc.Stores[i].ID] = &doc.Stores[i]
	}
	copies := doc.Copies
	for i := range copies {
		c := &copies[i]
		if c.To == "" && c.ToName != "" {
			if s := find(c.ToName, byName, byID[c.From]); s != nil && s.ID != c.From {
				c.To = s.ID
				if c.Place.Status == model.Unknown && c.Place.Cause == model.UnresolvedTarget {
					because := c.Place.Because
					c.Place = s.Place
					c.Place.Because = append(slices.Clone(because), s.Place.Because...)
				}
			}
		}
		if c.From == "" && c.FromName != "" {
			if s := find(c.FromName, byName, byID[c.To]); s != nil && s.ID != c.To {
				c.From = s.ID
			}
		}
	}
	return copies
}

func storesByName(doc model.Document) map[string][]*model.Store {
	byName := map[string][]*model.Store{}
	for i := range doc.Stores {
		if s := &doc.Stores[i]; s.Name != "" {
			byName[s.Name] = append(byName[s.Name], s)
		}
	}
	return byName
}

// find returns the one store that a text names. A plain name is enough for
// buckets, whose names are unique in their cloud; an identifier also says the
// region. other is the store at the copy's other end, if known.
func find(text string, byName map[string][]*model.Store, other *model.Store) *model.Store {
	ref, isIdentifier := geo.ParseIdentifier(text, true)
	name := text
	if isIdentifier {
		name = ref.Name
	}
	var found []*model.Store
	for _, s := range byName[name] {
		switch {
		case isIdentifier && s.Cloud != ref.Cloud,
			!isIdentifier && (s.Kind != model.ObjectStorage || other != nil && s.Cloud != other.Cloud),
			ref.Region != "" && !isIn(s.Place, ref.Region):
			continue
		}
		found = append(found, s)
	}
	if len(found) > 1 && ref.Service != "" {
		same := slices.DeleteFunc(slices.Clone(found), func(s *model.Store) bool { return s.Service != ref.Service })
		if len(same) > 0 {
			found = same
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// isIn says whether a place may be in a region. One that is not known may be.
func isIn(p model.Place, region string) bool {
	if p.Status != model.Known && p.Status != model.OneOf {
		return true
	}
	return slices.ContainsFunc(p.Locations, func(l model.Location) bool { return l.Region == region })
}

// Inputs makes what the policies judge: each store with its copies, placements
// and accesses, each copy of a store and each grant on one that is not declared,
// then each guardrail and each problem.
func Inputs(doc model.Document, cfg *config.Config) []model.Input {
	out := map[string][]model.Copy{}
	in := map[string][]model.Copy{}
	for _, c := range doc.Copies {
		if c.From != "" {
			out[c.From] = append(out[c.From], c)
		}
		if c.To != "" {
			in[c.To] = append(in[c.To], c)
		}
	}
	grants := map[string][]model.Grant{}
	for _, g := range doc.Grants {
		grants[g.Store] = append(grants[g.Store], g)
	}
	byID := map[string]*model.Store{}
	for i := range doc.Stores {
		byID[doc.Stores[i].ID] = &doc.Stores[i]
	}
	var inputs []model.Input
	for i := range doc.Stores {
		s := &doc.Stores[i]
		copies := &model.Copies{Out: nonNil(out[s.ID]), In: nonNil(in[s.ID])}
		inputs = append(inputs, model.Input{
			Kind: model.StoreInput, Store: s, Copies: copies, Grants: grants[s.ID],
			Placements: placements(s, copies.Out, byID, cfg), Access: accesses(s, grants[s.ID]),
		})
	}
	for i := range doc.Copies {
		c := &doc.Copies[i]
		if c.From == "" && restsElsewhere(c, byID) {
			inputs = append(inputs, model.Input{
				Kind: model.CopyInput, Copies: &model.Copies{Out: []model.Copy{*c}, In: []model.Copy{}},
				Placements: undeclared(c, byID, cfg),
			})
		}
	}
	for i := range doc.Grants {
		if g := doc.Grants[i]; byID[g.Store] == nil {
			inputs = append(inputs, model.Input{Kind: model.GrantInput, Grants: []model.Grant{g}, Access: elsewhere(g, cfg)})
		}
	}
	for i := range doc.Guardrails {
		inputs = append(inputs, model.Input{Kind: model.GuardrailInput, Guardrail: &doc.Guardrails[i]})
	}
	for i := range doc.Problems {
		inputs = append(inputs, model.Input{Kind: model.ProblemInput, Problem: &doc.Problems[i]})
	}
	return inputs
}

func nonNil(copies []model.Copy) []model.Copy {
	if copies == nil {
		return []model.Copy{}
	}
	return copies
}

// placements lists each dataset of a store at the store's own place, and at
// that of each copy that comes to rest in no declared store. A copy into a
// declared store is judged there.
func placements(s *model.Store, copies []model.Copy, byID map[string]*model.Store, cfg *config.Config) []model.Placement {
	datasets := s.Datasets
	if len(datasets) == 0 {
		if cfg.Unlabelled == config.Ignore && !s.LabelsUnknown {
			return nil
		}
		datasets = []model.Dataset{{Role: s.Role, Basis: model.ByDefault}}
	}
	var all []model.Placement
	add := func(d model.Dataset, c *model.Copy, place model.Place) {
		p := model.Placement{
			Index: len(all), Dataset: d.Name, Basis: d.Basis, Role: d.Role, Kind: s.Kind, Content: s.Content, LabelsUnknown: s.LabelsUnknown,
			DeleteBy: d.DeleteBy, Status: place.Status, Locations: place.Locations, Cause: place.Cause, Reason: place.Reason,
		}
		if c != nil {
			p.Copy, p.Role, p.Means, p.Automatic = c.ID, roleOf(c.Means), c.Means, c.Automatic
			p.Owner = owner(c.ToName, cfg)
		}
		all = append(all, p)
	}
	for _, d := range datasets {
		if !s.Transit {
			add(d, nil, s.Place)
		}
		if d.Name == "" {
			continue
		}
		for i := range copies {
			if restsElsewhere(&copies[i], byID) {
				add(d, &copies[i], copies[i].Place)
			}
		}
	}
	return all
}

// undeclared lists the placements of a copy whose store is not declared. Its
// data is that of a store without labels, of which nothing is known but what it
// is called and where the copy is declared.
func undeclared(c *model.Copy, byID map[string]*model.Store, cfg *config.Config) []model.Placement {
	s := model.Store{Name: c.FromName, Address: c.Address, Source: c.Source, Transit: true}
	if ref, ok := geo.ParseIdentifier(c.FromName, true); ok && ref.Name != "" {
		s.Name = ref.Name
	}
	s.Datasets = matched(&s, cfg)
	if _, ok := cfg.Datasets[cfg.Unlabelled]; ok && len(s.Datasets) == 0 {
		s.Datasets = []model.Dataset{{Name: cfg.Unlabelled, Basis: model.ByDefault}}
	}
	return placements(&s, []model.Copy{*c}, byID, cfg)
}

// restsElsewhere says whether a copy is to be judged by its own place: it goes
// to no declared store, or to one whose own place is less well known.
func restsElsewhere(c *model.Copy, byID map[string]*model.Store) bool {
	target := byID[c.To]
	if target == nil {
		return true
	}
	return c.Place.Status == model.Known && target.Place.Status != model.Known
}

// roleOf is the role in which a copy holds the data.
func roleOf(m model.Means) model.Role {
	switch m {
	case model.ByReplica, model.ByFailover:
		return model.Replica
	case model.ByBackup, model.BySnapshotCopy:
		return model.Backup
	case model.ByLogDelivery:
		return model.LogRole
	case model.ByCache:
		return model.Cache
	}
	return model.Exported
}

// compareID orders stores.
func compareID(a, b *model.Store) int { return cmp.Compare(a.ID, b.ID) }
