package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
)

// node is a place inside a resource where attributes are looked up: the body
// of a block, or an object that an attribute holds. Blocks written as
// attributes, as JSON has them, are read like blocks.
type node struct {
	body  *hclsyntax.Body
	scope lang.Scope
	cell  *lang.Cell // of the object, when there is no body
	rng   hcl.Range
	maybe bool // it may turn out not to exist
}

// found is a value at a path.
type found struct {
	cell  *lang.Cell
	rng   hcl.Range
	maybe bool
}

func bodyNode(body *hclsyntax.Body, sc lang.Scope) node { return node{body: body, scope: sc} }

func (inst *resourceInst) body() node { return bodyNode(inst.def.body, inst.scope) }

// segment is one name of a path, with a condition on a sibling attribute:
// geo_location[failover_priority=0].
type segment struct {
	name   string
	attr   string
	equal  string
	differ bool // the attribute must differ from equal
}

func parsePath(path string) []segment {
	var segments []segment
	for _, part := range strings.Split(path, ".") {
		name, condition, ok := strings.Cut(part, "[")
		s := segment{name: name}
		if ok {
			condition = strings.TrimSuffix(condition, "]")
			s.attr, s.equal, _ = strings.Cut(condition, "=")
			s.attr, s.differ = strings.CutSuffix(s.attr, "!")
		}
		segments = append(segments, s)
	}
	return segments
}

// at returns the values at a path of plain names.
func (n node) at(ev *lang.Evaluator, path []string) []found {
	return n.find(ev, parsePath(strings.Join(path, ".")))
}

// find returns the values at a path, in order. A list at its end counts as
// its elements; what is absent or null is left out.
func (n node) find(ev *lang.Evaluator, path []segment) []found {
	nodes := n.nodes(ev, path[:len(path)-1])
	last := path[len(path)-1]
	var all []found
	for _, n := range nodes {
		if f, ok := n.attribute(ev, last.name); ok {
			all = append(all, spread(ev, f)...)
		}
	}
	return all
}

// nodes returns the nodes at a path of nested blocks or objects.
func (n node) nodes(ev *lang.Evaluator, path []segment) []node {
	nodes := []node{n}
	for _, s := range path {
		var next []node
		for _, n := range nodes {
			for _, child := range n.children(ev, s.name) {
				if s.attr == "" || child.matches(ev, s) {
					next = append(next, child)
				}
			}
		}
		nodes = next
	}
	return nodes
}

// matches says whether the node fulfils the condition of a segment, or may.
func (n node) matches(ev *lang.Evaluator, s segment) bool {
	f, ok := n.attribute(ev, s.attr)
	if !ok {
		return s.differ
	}
	text, known := ev.Force(f.cell).Text()
	return !known || (text == s.equal) != s.differ
}

// children returns the nested blocks, or objects, of a name.
func (n node) children(ev *lang.Evaluator, name string) []node {
	children := n.blocks(ev, name)
	f, ok := n.attribute(ev, name)
	if !ok {
		return children
	}
	for _, elem := range spread(ev, f) {
		children = append(children, node{cell: elem.cell, rng: elem.rng, maybe: elem.maybe})
	}
	return children
}

// attribute returns the value of an attribute that is written.
func (n node) attribute(ev *lang.Evaluator, name string) (found, bool) {
	if n.body == nil {
		v := ev.Force(n.cell)
		if v.Kind != lang.Object && v.Kind != lang.Unknown || !v.Has(name) {
			return found{}, false
		}
		cell := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Attr(ev.Force(n.cell), name) })
		rng := n.rng
		if def := ev.Force(cell).Defined(); def != nil {
			rng = *def
		}
		return found{cell, rng, n.maybe}, true
	}
	a := n.body.Attributes[name]
	if a == nil {
		return found{}, false
	}
	return found{lang.Expr(a.Expr, n.scope), a.Expr.Range(), n.maybe}, true
}

// spread takes a list for its elements and leaves out nulls, and empty strings,
// which providers take for nothing written.
func spread(ev *lang.Evaluator, f found) []found {
	v := ev.Force(f.cell)
	switch v.Kind {
	case lang.Null:
		return nil
	case lang.Scalar:
		if text, _ := v.Text(); text == "" {
			return nil
		}
	case lang.List:
		var all []found
		for _, c := range v.Cells() {
			elem := ev.Force(c)
			rng := f.rng
			if def := elem.Defined(); def != nil && def.Filename == f.rng.Filename {
				rng = *def
			}
			cell := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Force(c).And(v.Origin()) })
			all = append(all, spread(ev, found{cell, rng, f.maybe || v.Open})...)
		}
		return all
	}
	return []found{f}
}

// blocks returns the nested blocks of a type, dynamic ones expanded. A dynamic
// block whose for_each is not known may be there, once or more.
func (n node) blocks(ev *lang.Evaluator, name string) []node {
	if n.body == nil {
		return nil
	}
	var all []node
	for _, b := range n.body.Blocks {
		switch {
		case b.Type == name:
			all = append(all, node{body: b.Body, scope: n.scope, rng: b.DefRange(), maybe: n.maybe})
		case b.Type == "dynamic" && len(b.Labels) == 1 && b.Labels[0] == name:
			all = append(all, n.dynamic(ev, b)...)
		}
	}
	return all
}

func (n node) dynamic(ev *lang.Evaluator, b *hclsyntax.Block) []node {
	forEach := b.Body.Attributes["for_each"]
	at := slices.IndexFunc(b.Body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "content" })
	if forEach == nil || at < 0 {
		return nil
	}
	content := b.Body.Blocks[at].Body
	iterator := b.Labels[0]
	if a := b.Body.Attributes["iterator"]; a != nil {
		if name := hcl.ExprAsKeyword(a.Expr); name != "" {
			iterator = name
		}
	}
	items, sure := n.iterations(ev, forEach.Expr, iterator)
	all := make([]node, len(items))
	for i, item := range items {
		all[i] = node{
			body: content, scope: lang.Bind(n.scope, iterator, item),
			rng: b.DefRange(), maybe: n.maybe || !sure,
		}
	}
	return all
}

// iterations returns the iterator objects of a dynamic block, in every world
// that its for_each may be in; sure is false when it is not known which of
// them there are.
func (n node) iterations(ev *lang.Evaluator, forEach hclsyntax.Expression, iterator string) (items []*lang.Value, sure bool) {
	outcomes := ev.Outcomes(
		func(v *lang.Value) bool { return v.IsKnown() && !v.Open },
		func() *lang.Value { return ev.Eval(forEach, n.scope) },
	)
	sure = len(outcomes) == 1
	seen := map[string]bool{}
	for _, o := range outcomes {
		pairs, ok := ev.Entries(o.Value)
		if o.Value.Kind == lang.Null || o.Value.Kind == lang.Failed {
			continue
		}
		if !ok || o.Value.Open && len(pairs) == 0 {
			key := ev.Unknowable(o.Value, iterator+".key")
			pairs = []lang.Pair{{Key: key, Value: lang.Done(ev.Unknowable(o.Value, iterator+".value"))}}
		}
		sure = sure && ok && !o.Value.Open
		for _, pair := range pairs {
			if key, known := pair.Key.Text(); known {
				if seen[key] && len(outcomes) > 1 && o.Value.Kind == lang.Object {
					continue
				}
				seen[key] = true
			}
			value := pair.Value
			origin := o.Value.Origin()
			items = append(items, lang.ObjectVal(map[string]*lang.Cell{
				"key":   lang.Done(pair.Key),
				"value": lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Force(value).And(origin) }),
			}))
		}
	}
	return items, sure
}

// value is the block as an object, for expressions that refer to it. What the
// provider fills in is still known to be an attribute of the resource.
func (n node) value(inst *resourceInst, path string) *lang.Value {
	return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value {
		if f, ok := n.attribute(ev, name); ok {
			return ev.Force(f.cell)
		}
		inner := path + "." + name
		if blocks := n.blocks(ev, name); len(blocks) > 0 {
			objects := make([]*lang.Value, len(blocks))
			for i, b := range blocks {
				objects[i] = b.value(inst, inner)
			}
			return lang.ListOf(objects)
		}
		return inst.atApply(inner)
	})
}
