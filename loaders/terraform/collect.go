package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// collect makes the document of a root: what the resources of its modules
// bring about, and what could not be read.
func (r *root) collect() model.Document {
	collector := stores.Collector{Tables: r.tables, Catalogue: r.catalogue, Tree: r.tree, Dir: r.dir, Evaluator: r.ev}
	doc := collector.Collect(append(r.resources(r.top, nil), r.states()...))
	if r.ev.Exceeded {
		r.limit("evaluation of " + r.dir + " reached a bound")
	}
	r.reportCaller(doc.Stores)
	doc.Problems = append(doc.Problems, r.problems...)
	return doc
}

// holdsNothing says whether the catalogue knows of a resource's type that nothing
// rests in it.
func (r *root) holdsNothing(def *resource) bool {
	if r.catalogue.Lookup(def.typ) != nil {
		return false
	}
	_, ok := r.catalogue.NoStore(def.typ)
	return ok
}

// resources lists the instances below a module that may hold data, and reports
// the modules that are not at hand.
func (r *root) resources(m *moduleInst, all []stores.Resource) []stores.Resource {
	for _, key := range slices.Sorted(maps.Keys(m.def.resources)) {
		def := m.def.resources[key]
		if def.mode != "resource" || r.holdsNothing(def) {
			continue
		}
		for _, inst := range m.instancesOf(def) {
			all = append(all, inst)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.def.calls)) {
		c := m.def.calls[name]
		def := r.moduleOf(m, c)
		switch {
		case def == nil && len(m.keys(c)) == 0 && !r.limited:
			continue
		case def == nil:
			r.problems = append(r.problems, r.missing(m, c))
			continue
		case !r.concerns(def):
			continue
		}
		for _, child := range m.child(c) {
			all = r.resources(child, all)
		}
	}
	return all
}

// concerns says whether a module, or one that it calls, declares what may hold
// data or calls what is not at hand. Which instances there are of
// any other module need not be found out.
func (r *root) concerns(m *module) bool {
	if known, ok := r.concerning[m]; ok {
		return known
	}
	r.concerning[m] = true // a ring of calls is to be reported
	r.concerning[m] = r.declares(m) || r.callsConcerning(m)
	return r.concerning[m]
}

func (r *root) declares(m *module) bool {
	for _, def := range m.resources {
		if def.mode == "resource" && !r.holdsNothing(def) {
			return true
		}
	}
	return false
}

func (r *root) callsConcerning(m *module) bool {
	for _, c := range m.calls {
		dir, isLocal := c.localDir(m)
		if def := r.modules[dir]; !isLocal || def == nil || r.concerns(def) {
			return true
		}
	}
	return false
}

// missing reports a module that is not at hand, and what may hide in it: with
// the providers that it gets, resources in their regions.
func (r *root) missing(m *moduleInst, c *call) model.Problem {
	why := "is not in the checked files"
	if i, ok := r.manifest[m.callPath(c)]; ok && !i.fits(c, r.arguments(c).version) {
		why = "is not the one that was installed (" + strings.TrimSpace(i.Source+" "+i.Version) + ")"
	}
	what := "what it declares"
	if places := r.hidingPlaces(m, c); len(places) > 0 {
		what += " in " + strings.Join(places, ", ")
	}
	return model.Problem{
		Kind: model.ModuleMissing, Address: join(m.path, "module."+c.name), Source: lang.SourceOf(c.block.rng),
		Message:   fmt.Sprintf("the module %s %s; %s was not checked", strings.TrimSpace(c.source+" "+r.arguments(c).version), why, what),
		RootCause: fmt.Sprintf("the module %s %s; what it declares was not checked", packageOf(c.source), why),
	}
}

// packageOf is what is fetched for the source of a module: without the directory
// in it, the version and the like.
func packageOf(source string) string {
	source, _, _ = strings.Cut(source, "?")
	scheme := 0
	if at := strings.Index(source, "://"); at >= 0 {
		scheme = at + len("://")
	}
	before, _, _ := strings.Cut(source[scheme:], "//")
	return source[:scheme] + before
}

// hidingPlaces lists the provider configurations that a called module can use,
// with their regions where those are known.
func (r *root) hidingPlaces(m *moduleInst, c *call) []string {
	args := r.arguments(c)
	refs := map[string]providerRef{}
	for _, inner := range slices.Sorted(maps.Keys(args.providers)) {
		if ref, ok := readProviderRef(args.providers[inner]); ok {
			refs[ref.String()] = ref
		}
	}
	if len(args.providers) == 0 {
		for _, p := range r.top.def.providers {
			if p.alias == "" {
				refs[p.name] = providerRef{name: p.name}
			}
		}
	}
	var places []string
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		if region, ok := m.setting(r.ev, refs[name], m.scope, []string{"region"}).Text(); ok {
			name += " (" + region + ")"
		}
		places = append(places, name)
	}
	return places
}

// reportCaller says once for a module that its caller decides.
func (r *root) reportCaller(all []model.Store) {
	n := 0
	var first *model.Source
	for _, s := range all {
		if s.Place.Status == model.Caller && !s.Transit {
			n++
			if first == nil {
				first = &s.Source
			}
		}
	}
	if n > 0 {
		r.problems = append(r.problems, model.Problem{
			Kind: model.CallerDecides, Source: first,
			Message: fmt.Sprintf("%s is called by nobody here: its caller decides the place of %s", r.dir, model.Count(n, "store")),
		})
	}
}
