// Package stores applies the catalogue to resources: it makes the stores,
// copies and grants that their settings bring about. It does not know in which
// language the resources are written; whoever reads that language gives it
// their attributes as values of package lang, with the places they come from.
package stores

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Resource is one instance of a resource, or of a thing that is only looked up.
// Values that refer to one have it as the Target of their Ref.
type Resource interface {
	// Address as its users write it.
	Address() string
	// Type as the catalogue writes it.
	Type() string
	// IsData says that the thing is only looked up, not declared.
	IsData() bool
	// Range of the declaration.
	Range() hcl.Range
	// Body is where the attributes are.
	Body() Node
	// Setting returns a setting of the provider that the resource uses, given by
	// its path; unknown when nothing in the files gives it.
	Setting(ev *lang.Evaluator, path []string) *lang.Value
}

// Repeated is a Resource of which there may be none.
type Repeated interface {
	// IsAbsent says that there is no such instance under the assumptions at hand.
	IsAbsent(ev *lang.Evaluator) bool
}

// Collector makes a document of resources.
type Collector struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	// Tree from which the text of because chains is taken.
	Tree *source.Tree
	// Dir is the root to which the resources belong, from the checked root.
	Dir string
	// Evaluator of the resources' values.
	Evaluator *lang.Evaluator
	// Find looks for a resource by its type and plain name beyond those that are
	// collected, where one is only named; may be nil.
	Find func(typ, name string) Resource
	// RootOf is the root of a resource that belongs to another one than Dir, and is
	// collected there; may be nil.
	RootOf func(Resource) string
	// Cluster says that the resources belong to a Kubernetes cluster, in which a
	// host without a dot is a service beside them.
	Cluster bool
}

// Collect makes the stores and copies that the resources bring about. Types of
// which the catalogue does not even know that they store nothing are problems.
func (c *Collector) Collect(resources []Resource) model.Document {
	inv := &inventory{Collector: c, resources: resources, byInst: map[Resource]*entry{}, groups: map[string]*group{}, names: map[string]map[string][]*entry{}, excerpts: map[hcl.Range]string{}}
	for _, r := range resources {
		t := inv.typeOf(r)
		if t == nil && !r.IsData() {
			inv.addUnlisted(r)
		}
		if t != nil && !r.IsData() && inv.counts(t, r) {
			e := &entry{inst: r, typ: t}
			inv.entries = append(inv.entries, e)
			inv.byInst[r] = e
		}
	}
	inv.collect()
	return inv.doc
}

// addUnlisted reports a resource of a type that the catalogue does not know: one
// problem each, which are joined when all that is checked has been read.
func (inv *inventory) addUnlisted(r Resource) {
	typ, known := inv.typeName(r)
	if !known || !inv.Catalogue.Unlisted(typ) {
		return
	}
	inv.doc.Problems = append(inv.doc.Problems, model.Problem{
		Kind: model.UnlistedType, Address: catalog.FileOf(typ), Source: lang.SourceOf(r.Range()),
		Message: "the catalogue does not know the type " + typ, Types: []model.TypeCount{{Type: typ, Resources: 1}},
	})
}

// counts says whether a resource has one of the attributes without which it is
// nothing that the catalogue means, and may have the values that it must.
func (inv *inventory) counts(t *catalog.Type, r Resource) bool {
	if holds, _ := inv.conditions(t.When, r.Body(), 0); !holds {
		return false
	}
	return len(t.Needs) == 0 || slices.ContainsFunc(t.Needs, func(path string) bool { return inv.readFirst(path, r) != nil })
}

// maxReferences bounds how far a chain of things that stand for others is
// followed.
const maxReferences = 64
