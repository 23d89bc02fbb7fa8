package stores

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
)

// Node is a place inside a resource where attributes are looked up: the body
// of a block, or an object, such as an attribute holds. Blocks written as
// attributes, as JSON has them, are read like blocks.
type Node struct {
	body  *hclsyntax.Body
	scope lang.Scope
	cell  *lang.Cell // of the object, when there is no body
	rng   hcl.Range
	maybe bool // it may turn out not to exist

	inner *lang.Cell // of an object whose attributes come before those of the body
	made  *lang.Cell // of an object with attributes that nobody writes
}

// Found is a value at a path.
type Found struct {
	// Cell holds the value.
	Cell *lang.Cell
	// Range of the expression that gives it.
	Range hcl.Range

	maybe bool // it may turn out not to exist
}

// BodyNode makes a node of the body of a block, whose expressions find their
// names in a scope.
func BodyNode(body *hclsyntax.Body, sc lang.Scope) Node { return Node{body: body, scope: sc} }

// ObjectNode makes a node of an object, which is written at a range.
func ObjectNode(object *lang.Value, rng hcl.Range) Node {
	return Node{cell: lang.Done(object), rng: rng}
}

// segment is one name of a path, with a condition on a sibling attribute:
// geo_location[failover_priority=0], which may have dots. A name with dots stands
// in quotes. A name that ends in {} is of a text, and the path goes on in the
// JSON that it holds.
type segment struct {
	name   string
	isJSON bool
	attr   string
	equal  string
	differ bool // the attribute must differ from equal
}

func parsePath(path string) []segment {
	var segments []segment
	for _, part := range splitPath(path) {
		name, condition, ok := strings.Cut(part, "[")
		s := segment{}
		s.name, s.isJSON = strings.CutSuffix(name, "{}")
		if ok {
			condition = strings.TrimSuffix(condition, "]")
			s.attr, s.equal, _ = strings.Cut(condition, "=")
			s.attr, s.differ = strings.CutSuffix(s.attr, "!")
		}
		segments = append(segments, s)
	}
	return segments
}

// splitPath takes a path apart at its dots, but for those in a condition and
// those of a name in quotes.
func splitPath(path string) []string {
	if !strings.ContainsAny(path, `["`) {
		return strings.Split(path, ".")
	}
	var parts []string
	from, quoted, inCondition := 0, false, false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '"':
			quoted = !quoted
		case c == '[' && !quoted:
			inCondition = true
		case c == ']' && !quoted:
			inCondition = false
		case c == '.' && !quoted && !inCondition:
			parts = append(parts, plainPath(path[from:i]))
			from = i + 1
		}
	}
	return append(parts, plainPath(path[from:]))
}

// plainPath is a path as people read it, without quotes.
func plainPath(path string) string { return strings.ReplaceAll(path, `"`, "") }

// At returns the values at a path of names, as the catalogue writes them.
func (n Node) At(ev *lang.Evaluator, path string) []Found {
	return n.find(ev, parsePath(path))
}

// find returns the values at a path, in order. A list at its end counts as
// its elements; what is absent or null is left out.
func (n Node) find(ev *lang.Evaluator, path []segment) []Found {
	nodes := n.nodes(ev, path[:len(path)-1])
	last := path[len(path)-1]
	var all []Found
	for _, n := range nodes {
		if f, ok := n.Attribute(ev, last.name); ok {
			all = append(all, spread(ev, f)...)
		}
	}
	return all
}

// nodes returns the nodes at a path of nested blocks or objects.
func (n Node) nodes(ev *lang.Evaluator, path []segment) []Node {
	nodes := []Node{n}
	for _, s := range path {
		var next []Node
		for _, n := range nodes {
			children := n.children(ev, s.name)
			if s.isJSON {
				children = decoded(ev, children)
			}
			for _, child := range children {
				if s.attr == "" || child.matches(ev, s) {
					next = append(next, child)
				}
			}
		}
		nodes = next
	}
	return nodes
}

// decoded returns what texts of JSON hold. Of a text that is not known nothing
// can be told.
func decoded(ev *lang.Evaluator, texts []Node) []Node {
	var all []Node
	for _, n := range texts {
		if n.cell == nil {
			continue
		}
		if v := ev.Structure(ev.Force(n.cell)); v != nil {
			for _, elem := range spread(ev, Found{lang.Done(v), n.rng, n.maybe}) {
				all = append(all, Node{cell: elem.Cell, rng: elem.Range, maybe: elem.maybe})
			}
		}
	}
	return all
}

// matches says whether the node fulfils the condition of a segment, or may.
func (n Node) matches(ev *lang.Evaluator, s segment) bool {
	f, ok := n.Attribute(ev, s.attr)
	if !ok {
		return s.differ
	}
	text, known := ev.Force(f.Cell).Text()
	return !known || (text == s.equal) != s.differ
}

// children returns the nested blocks, or objects, of a name.
func (n Node) children(ev *lang.Evaluator, name string) []Node {
	if name == "*" {
		return n.allChildren(ev)
	}
	children := n.Blocks(ev, name)
	f, ok := n.Attribute(ev, name)
	if !ok {
		return children
	}
	for _, elem := range spread(ev, f) {
		children = append(children, Node{cell: elem.Cell, rng: elem.Range, maybe: elem.maybe})
	}
	return children
}

// allChildren returns the objects under every name of an object: * in a path is
// any name.
func (n Node) allChildren(ev *lang.Evaluator) []Node {
	if n.body != nil {
		return nil
	}
	pairs, _ := ev.Pairs(ev.Force(n.cell))
	var all []Node
	for _, p := range pairs {
		if name, ok := p.Key.Text(); ok && name != "*" {
			all = append(all, n.children(ev, name)...)
		}
	}
	return all
}

// Attribute returns the value of an attribute that is written.
func (n Node) Attribute(ev *lang.Evaluator, name string) (Found, bool) {
	if n.body == nil {
		v := ev.Force(n.cell)
		if v.Kind != lang.Object && v.Kind != lang.Unknown || !v.Has(name) {
			return Found{}, false
		}
		cell := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Attr(ev.Force(n.cell), name) })
		rng := n.rng
		if def := ev.Force(cell).Defined(); def != nil {
			rng = *def
		}
		return Found{cell, rng, n.maybe}, true
	}
	if n.inner != nil {
		if f, ok := ObjectNode(ev.Force(n.inner), n.rng).Attribute(ev, name); ok {
			return f, true
		}
	}
	a := n.body.Attributes[name]
	if a == nil && n.made != nil {
		return ObjectNode(ev.Force(n.made), n.rng).Attribute(ev, name)
	}
	if a == nil {
		return Found{}, false
	}
	return Found{lang.Expr(a.Expr, n.scope), a.Expr.Range(), n.maybe}, true
}

// spread takes a list for its elements and leaves out nulls, and empty strings,
// which providers take for nothing written.
func spread(ev *lang.Evaluator, f Found) []Found { return spreadInto(nil, ev, f, 0) }

// Bounds on the lists of one attribute. Values are computed when asked for, so
// one in error may hold itself, without end.
const (
	maxSpread     = 10_000
	maxSpreadInto = 20 // lists inside one another
)

func spreadInto(all []Found, ev *lang.Evaluator, f Found, depth int) []Found {
	v := ev.Force(f.Cell)
	switch v.Kind {
	case lang.Null:
		return all
	case lang.Scalar:
		if text, _ := v.Text(); text == "" {
			return all
		}
	case lang.Unknown:
		if elem := v.AnyOfUnknown(); elem != nil {
			return append(all, Found{lang.Done(elem), f.Range, true})
		}
	case lang.List:
		if depth > maxSpreadInto {
			break
		}
		for _, c := range v.Cells() {
			elem := ev.Force(c)
			rng := f.Range
			if def := elem.Defined(); def != nil && def.Filename == f.Range.Filename {
				rng = *def
			}
			cell := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Force(c).And(v.Origin()) })
			all = spreadInto(all, ev, Found{cell, rng, f.maybe || v.Open}, depth+1)
			if len(all) > maxSpread {
				ev.Exceeded = true
				return all
			}
		}
		return all
	}
	return append(all, f)
}

// Blocks returns the nested blocks of a type, dynamic ones expanded. A dynamic
// block whose for_each is not known may be there, once or more.
func (n Node) Blocks(ev *lang.Evaluator, name string) []Node {
	if n.body == nil {
		return nil
	}
	var all []Node
	for _, b := range n.body.Blocks {
		switch {
		case b.Type == name:
			all = append(all, Node{body: b.Body, scope: n.scope, rng: b.DefRange(), maybe: n.maybe})
		case b.Type == "dynamic" && len(b.Labels) == 1 && b.Labels[0] == name:
			all = append(all, n.dynamic(ev, b)...)
		}
	}
	return all
}

func (n Node) dynamic(ev *lang.Evaluator, b *hclsyntax.Block) []Node {
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
	all := make([]Node, len(items))
	for i, item := range items {
		all[i] = Node{
			body: content, scope: lang.Bind(n.scope, iterator, item),
			rng: b.DefRange(), maybe: n.maybe || !sure,
		}
	}
	return all
}

// iterations returns the iterator objects of a dynamic block, in every world
// that its for_each may be in; sure is false when it is not known which of
// them there are.
func (n Node) iterations(ev *lang.Evaluator, forEach hclsyntax.Expression, iterator string) (items []*lang.Value, sure bool) {
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
