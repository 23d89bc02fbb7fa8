package stores

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
)

// rowOf returns the catalogue's row of a resource; that of the type which an
// attribute names, for a resource that may be of many types.
func (inv *inventory) rowOf(inst Resource) *catalog.Type {
	t := inv.Catalogue.Lookup(inst.Type())
	if t == nil || t.TypeAt == "" {
		return t
	}
	values := inst.Body().At(inv.Evaluator, t.TypeAt)
	if len(values) == 0 {
		return nil
	}
	name, known := inv.Evaluator.Force(values[0].Cell).Text()
	if !known {
		return t
	}
	if named, _, _ := strings.Cut(name, "@"); strings.Contains(named, "/") {
		return inv.Catalogue.Lookup(named)
	}
	return inv.Catalogue.Lookup(inst.Type() + ":" + name)
}

// body is where the attributes of a resource are that the catalogue names.
func (inv *inventory) body(inst Resource) Node {
	n := inst.Body()
	t := inv.Catalogue.Lookup(inst.Type())
	if t == nil || t.BodyAt == "" {
		return n
	}
	for _, f := range n.At(inv.Evaluator, t.BodyAt) {
		v := inv.Evaluator.Force(f.Cell)
		if structure := inv.Evaluator.Structure(v); structure != nil {
			v = structure
		}
		if v.Kind == lang.Object {
			n.inner = lang.Done(v)
		}
	}
	return n
}
