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
	name, known := inv.typeName(inst)
	if !known {
		return t
	}
	named := inv.Catalogue.Lookup(name)
	switch {
	case named == nil:
		return nil
	case t.Of != "":
		return inv.settingsOf(t, named, inst)
	case catalog.FileOf(name) == "kubernetes":
		return inCluster(t, named)
	}
	return named
}

// inCluster is the row of an object of Kubernetes that a resource stands for: a
// place that the named row leaves to the cluster is what the resource's own says.
func inCluster(t, named *catalog.Type) *catalog.Type {
	own := *named
	own.Place = nil
	for _, rule := range named.Place {
		if rule.At == "provider.cluster" {
			own.Place = append(own.Place, t.Place...)
			break
		}
		own.Place = append(own.Place, rule)
	}
	return &own
}

// typeName returns the type that a resource is of: where an attribute names it,
// that one. known is false when that is not known, or nothing is written.
func (inv *inventory) typeName(inst Resource) (name string, known bool) {
	t := inv.Catalogue.Lookup(inst.Type())
	if t == nil || t.TypeAt == "" {
		return inst.Type(), true
	}
	values := inst.Body().At(inv.Evaluator, t.TypeAt)
	if len(values) == 0 {
		return "", false
	}
	v := inv.Evaluator.Force(values[0].Cell)
	if t.TypeAt == t.BodyAt {
		name = inv.objectType(v)
		return name, name != ""
	}
	name, known = v.Text()
	switch named, _, _ := strings.Cut(name, "@"); {
	case !known:
		return "", false
	case strings.Contains(named, "/"), strings.Contains(named, "::"):
		return named, true
	}
	return inst.Type() + ":" + name, true
}

// objectType is the type of an object of Kubernetes, or of a text with one, as the
// catalogue writes it; "" for anything else.
func (inv *inventory) objectType(v *lang.Value) string {
	if v.Kind == lang.Scalar || v.Kind == lang.Unknown {
		text, known := v.Text()
		if v = inv.Evaluator.Document(v); v == nil || known && !strings.Contains(text, "apiVersion") {
			return ""
		}
	}
	if v.Kind != lang.Object || !v.Has("apiVersion") || !v.Has("kind") {
		return ""
	}
	version, okVersion := inv.Evaluator.Attr(v, "apiVersion").Text()
	kind, okKind := inv.Evaluator.Attr(v, "kind").Text()
	if !okVersion || !okKind {
		return ""
	}
	return catalog.GroupOf(version) + "/" + kind
}

// settingsOf is the row of a resource that changes another one, of the named
// type: it is no store, and what its settings bring about is the other one's.
func (inv *inventory) settingsOf(t, named *catalog.Type, inst Resource) *catalog.Type {
	own := *named
	own.Kind, own.Place, own.Group, own.Name, own.Part = "", nil, "", "", false
	if len(inst.Body().At(inv.Evaluator, t.Of)) > 0 {
		own.Of, own.OfType = t.Of, ""
	}
	return &own
}

// body is where the attributes of a resource are that the catalogue names.
func (inv *inventory) body(inst Resource) Node {
	n := inst.Body()
	t := inv.Catalogue.Lookup(inst.Type())
	if t == nil || t.BodyAt == "" {
		return n
	}
	if v := inv.bodyValue(inst, t); v != nil {
		n.inner = lang.Done(v)
	}
	n.made = lang.Done(lang.ObjectVal(map[string]*lang.Cell{
		"root":     lang.Lazy(func(*lang.Evaluator) *lang.Value { return inv.root(inst) }),
		"children": lang.Lazy(func(*lang.Evaluator) *lang.Value { return inv.children(inst) }),
	}))
	return n
}

// bodyValue is the object with the attributes of the type that a resource names;
// nil when it is not known.
func (inv *inventory) bodyValue(inst Resource, t *catalog.Type) *lang.Value {
	for _, f := range inst.Body().At(inv.Evaluator, t.BodyAt) {
		v := inv.Evaluator.Force(f.Cell)
		if document := inv.Evaluator.Document(v); document != nil {
			v = document
		}
		if v.Kind == lang.Object {
			return v
		}
	}
	return nil
}

// root is the outermost of the resources that one is a part of, as a template
// has it.
func (inv *inventory) root(inst Resource) *lang.Value {
	v := lang.NullVal()
	for range maxReferences {
		name, _ := inv.typeName(inst)
		parent := inv.parentID(inst)
		if parent == nil || strings.Count(name, "/") < 2 {
			break
		}
		v = parent
		if inst = instanceOf(v); inst == nil {
			break
		}
	}
	return v
}

// parentID is the reference to the resource that one is a part of; nil when it
// has none.
func (inv *inventory) parentID(inst Resource) *lang.Value {
	found := inst.Body().At(inv.Evaluator, "parent_id")
	if len(found) == 0 {
		return nil
	}
	v := inv.Evaluator.Force(found[0].Cell)
	if whole := wholeOf(v); whole != nil {
		v = whole
	}
	return v.At(found[0].Range).Named("parent_id")
}

// children are the resources that are a part of one, by the last word of their
// type, as a template has them: of each, what its body holds.
func (inv *inventory) children(inst Resource) *lang.Value {
	of, _ := inv.typeName(inst)
	byWord := map[string][]*lang.Value{}
	for _, other := range inv.resources {
		t := inv.Catalogue.Lookup(other.Type())
		if t == nil || t.BodyAt == "" {
			continue
		}
		name, _ := inv.typeName(other)
		at := strings.LastIndex(name, "/")
		if at < 0 || !strings.EqualFold(name[:at], of) || !inv.isOf(other, inst, t) {
			continue
		}
		if v := inv.bodyValue(other, t); v != nil {
			word := strings.ToLower(name[at+1:])
			byWord[word] = append(byWord[word], v)
		}
	}
	cells := map[string]*lang.Cell{}
	for word, values := range byWord {
		cells[word] = lang.Done(lang.ListOf(values))
	}
	return lang.ObjectVal(cells)
}

// isOf says whether a resource is a part of another, or changes a part of it.
func (inv *inventory) isOf(child, whole Resource, t *catalog.Type) bool {
	if v := inv.parentID(child); v != nil {
		return instanceOf(v) == whole
	}
	if t.Of == "" {
		return false
	}
	for _, f := range child.Body().At(inv.Evaluator, t.Of) {
		v := inv.Evaluator.Force(f.Cell)
		if begin := wholeOf(v); begin != nil {
			v = begin
		}
		if instanceOf(v) == whole {
			return true
		}
	}
	return false
}
