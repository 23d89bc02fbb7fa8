package terraform

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// collect makes the document of a root: what the resources of its modules
// bring about, and what could not be read.
func (r *root) collect() model.Document {
	collector := stores.Collector{Tables: r.tables, Catalogue: r.catalogue, Tree: r.tree, Dir: r.dir, Evaluator: r.ev}
	doc := collector.Collect(r.resources(r.top, nil))
	if r.ev.Exceeded {
		r.limit("evaluation of " + r.dir + " reached a bound")
	}
	r.reportCaller(doc.Stores)
	doc.Problems = r.problems
	return doc
}

// resources lists the instances below a module that the catalogue knows, and
// reports the modules that are not at hand.
func (r *root) resources(m *moduleInst, all []stores.Resource) []stores.Resource {
	for _, key := range slices.Sorted(maps.Keys(m.def.resources)) {
		def := m.def.resources[key]
		if def.mode != "resource" || r.catalogue.Lookup(def.typ) == nil {
			continue
		}
		for _, inst := range m.instancesOf(def) {
			all = append(all, inst)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.def.calls)) {
		c := m.def.calls[name]
		def := r.modules.find(m.def, c)
		switch {
		case def == nil && len(m.keys(c)) == 0 && !r.limited:
			continue
		case def == nil:
			r.problems = append(r.problems, model.Problem{
				Kind: model.ModuleMissing, Address: join(m.path, "module."+name), Source: lang.SourceOf(c.block.rng),
				Message: "the module " + c.source + " is not in the checked files; what it declares was not checked",
			})
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

// concerns says whether a module, or one that it calls, declares what the
// catalogue knows or calls what is not at hand. Which instances there are of
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
		if def.mode == "resource" && r.catalogue.Lookup(def.typ) != nil {
			return true
		}
	}
	return false
}

func (r *root) callsConcerning(m *module) bool {
	for _, c := range m.calls {
		if def := r.modules.find(m, c); def == nil || r.concerns(def) {
			return true
		}
	}
	return false
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
			Message: fmt.Sprintf("%s is called by nobody here: its caller decides the place of %s", r.dir, count(n, "store")),
		})
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
