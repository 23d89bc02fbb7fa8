package lang

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/model"
)

// Bind returns a scope in which one more name has a meaning, as inside a for
// expression or a dynamic block.
func Bind(outer Scope, name string, v *Value) Scope {
	return bind(outer, name, Done(v))
}

func bind(outer Scope, name string, c *Cell) Scope {
	return &binding{outer: outer, name: name, cell: c}
}

type binding struct {
	outer Scope
	name  string
	cell  *Cell
	item  *hclsyntax.AnonSymbolExpr // of a splat, instead of a name
}

func (b *binding) Resolve(ev *Evaluator, t hcl.Traversal) (*Value, int) {
	if b.item == nil && t.RootName() == b.name {
		return ev.Force(b.cell), 1
	}
	return b.outer.Resolve(ev, t)
}

// Innermost returns the scope that lies below all names bound by expressions.
func Innermost(sc Scope) Scope {
	for {
		b, ok := sc.(*binding)
		if !ok {
			return sc
		}
		sc = b.outer
	}
}

// itemOf finds the element that a splat is at.
func (ev *Evaluator) itemOf(sc Scope, e *hclsyntax.AnonSymbolExpr) *Value {
	for {
		b, ok := sc.(*binding)
		if !ok {
			return FailedVal("it can't be parsed")
		}
		if b.item == e {
			return ev.Force(b.cell)
		}
		sc = b.outer
	}
}

// Empty is a scope without names.
type Empty struct{}

// Resolve fails.
func (Empty) Resolve(_ *Evaluator, t hcl.Traversal) (*Value, int) {
	return FailedVal("there is no " + t.RootName() + " here"), len(t)
}

// forExpr evaluates [for …] and {for …}.
func (ev *Evaluator) forExpr(e *hclsyntax.ForExpr, sc Scope) *Value {
	coll := ev.Eval(e.CollExpr, sc)
	ev.doubtful(coll)
	if !coll.IsKnown() {
		if coll.Kind == Unknown {
			return unknownLike(coll)
		}
		return coll
	}
	switch {
	case coll.Kind == Null || coll.Kind == Scalar:
		return FailedVal("a for expression goes over what is no collection").Because(coll.why)
	case coll.Kind == Object && !coll.obj.closed():
		return UnknownVal(model.AtApply, "what it has is known only when applied").Because(coll.why)
	}
	if f := ev.forCondition(e, sc); f != nil {
		return f
	}
	result := forResult{open: coll.Open, elems: newElements(0)}
	for _, item := range coll.items() {
		inner := bind(sc, e.ValVar, item.value)
		if e.KeyVar != "" {
			inner = bind(inner, e.KeyVar, item.key)
		}
		if v := ev.forItem(e, inner, &result); v != nil {
			return v
		}
		if len(result.list) > maxList || len(result.elems.of) > maxList {
			ev.Exceeded = true
			return limitVal("a collection grows too long")
		}
	}
	return result.value(ev, e, sc).also(coll)
}

// forCondition checks the condition of a for expression before any element is
// looked at, as HCL does: one that fails by itself fails even for none.
func (ev *Evaluator) forCondition(e *hclsyntax.ForExpr, sc Scope) *Value {
	if e.CondExpr == nil || !ev.strict {
		return nil
	}
	if doubt := ev.doubt; isAboutElements(e) {
		defer func() { ev.doubt = doubt }()
	}
	any := UnknownVal(model.AtApply, "it is any element")
	inner := Bind(sc, e.ValVar, any)
	if e.KeyVar != "" {
		inner = Bind(inner, e.KeyVar, any)
	}
	v := ev.Eval(e.CondExpr, inner)
	if _, ok := v.Bool(); !ok && v.Kind != Unknown {
		return FailedVal("a for expression's condition fails").Because(v.why)
	}
	return nil
}

// isAboutElements says whether the condition of a for expression has the names of
// its elements.
func isAboutElements(e *hclsyntax.ForExpr) bool {
	return slices.ContainsFunc(e.CondExpr.Variables(), func(t hcl.Traversal) bool {
		return t.RootName() == e.ValVar || t.RootName() == e.KeyVar
	})
}

type forResult struct {
	open  bool
	gap   *Gap // why a key is not known
	list  []*Cell
	elems *elements
	why   []*Origin
}

// forItem adds one element; a value returned is the whole expression's.
func (ev *Evaluator) forItem(e *hclsyntax.ForExpr, sc Scope, result *forResult) *Value {
	if e.CondExpr != nil {
		cond := ev.Eval(e.CondExpr, sc)
		ev.doubtful(cond)
		keep, ok := cond.Bool()
		switch {
		case cond.Kind == Unknown:
			// The element may be there.
			result.open = true
			result.why = append(result.why, cond.why)
		case cond.Kind == Failed:
			return cond
		case !ok:
			return FailedVal("a for expression's condition is not a bool").Because(cond.why)
		case !keep:
			return nil
		}
	}
	if e.KeyExpr == nil {
		result.list = append(result.list, ev.elem(e.ValExpr, sc))
		return nil
	}
	key := ev.Eval(e.KeyExpr, sc)
	ev.doubtful(key)
	name, ok := key.Text()
	switch {
	case key.Kind == Failed:
		return key
	case key.Kind == Unknown:
		result.open, name, result.gap = true, AnyKey, key.gap
		result.why = append(result.why, key.why)
	case !ok:
		return FailedVal("a for expression's key is not a string").Because(key.why)
	}
	if result.elems.of[name] != nil && !e.Group && name != AnyKey {
		return FailedVal("a for expression makes the key " + name + " twice")
	}
	// A key that is not known is none of the others, or there would be an error.
	result.elems.putMaybe(name, ev.elem(e.ValExpr, sc))
	return nil
}

// groups makes a list of the elements of each key. Those whose key is not known
// may be in any of them.
func (s *elements) groups() *Value {
	groups := make(map[string]*Cell, len(s.of))
	any := s.all(AnyKey)
	for name := range s.of {
		group := ListVal(s.all(name))
		if any != nil && name != AnyKey {
			group = ListVal(append(s.all(name), any...))
		}
		group.Open = any != nil
		groups[name] = Done(group)
	}
	return ObjectVal(groups)
}

func (r *forResult) value(ev *Evaluator, e *hclsyntax.ForExpr, sc Scope) *Value {
	v := ListVal(r.list)
	switch {
	case e.Group:
		v = r.elems.groups()
	case e.KeyExpr != nil:
		v = r.elems.object(ev, e, sc)
	}
	if v.Kind == Object {
		v.obj.gap = r.gap
	}
	v.Open = r.open
	v.why = join(r.why...)
	return v
}

// item is a key and a value of a collection.
type item struct{ key, value *Cell }

// items lists a collection in Terraform's order: by index, or by key. No
// element is looked at yet.
func (v *Value) items() []item {
	var items []item
	switch v.Kind {
	case List:
		for i, c := range v.list {
			key := c
			if v.Shape != Set {
				key = Done(NumberVal(i))
			}
			items = append(items, item{key, c})
		}
	case Object:
		for _, k := range v.obj.keys {
			key := StringVal(k)
			if k == AnyKey && v.Open {
				key = unknownKey(v)
			}
			value := v.obj.elems[k]
			if value == nil {
				value = Lazy(func(ev *Evaluator) *Value { return ev.Attr(v, k) })
			}
			items = append(items, item{Done(key), value})
		}
	}
	return items
}

func unknownKey(v *Value) *Value {
	if gap := v.obj.gap; gap != nil {
		return UnknownVal(gap.Cause, gap.Reason).Because(v.why)
	}
	return UnknownVal(model.AtApply, "its key is known only when applied").Because(v.why)
}

// splat evaluates list[*].attr: of one value it makes a list, of null none.
func (ev *Evaluator) splat(e *hclsyntax.SplatExpr, sc Scope) *Value {
	source := ev.Eval(e.Source, sc)
	ev.doubtful(source)
	switch source.Kind {
	case Failed:
		return source
	case Unknown:
		return unknownLike(source)
	case Null:
		if ty := source.null().Type(); ty.IsListType() || ty.IsSetType() || ty.IsTupleType() {
			return FailedVal("it is null and has no elements").Because(source.why)
		}
		return ListVal(nil).Because(source.why)
	}
	elems := []*Cell{Done(source)}
	if source.Kind == List {
		elems = source.list
	}
	result := make([]*Cell, len(elems))
	strict := ev.strict
	for i, elem := range elems {
		result[i] = Lazy(func(ev *Evaluator) *Value {
			ev.strict = strict
			inner := &binding{outer: sc, item: e.Item, cell: elem}
			return ev.Eval(e.Each, inner).At(e.Range())
		})
	}
	if f := ev.splatOfNone(e, source, sc); f != nil {
		return f
	}
	v := ListVal(result).Because(source.why)
	v.Open = source.Kind == List && source.Open
	if source.Kind == List && source.Shape != Structural {
		v.Shape = Uniform
	}
	return v
}

// splatOfNone checks what a splat does with each element of a list that has
// none: where the type of its elements makes that an error, it is one.
func (ev *Evaluator) splatOfNone(e *hclsyntax.SplatExpr, source *Value, sc Scope) *Value {
	if !ev.strict || source.Kind != List || len(source.list) > 0 || source.elem == cty.NilType {
		return nil
	}
	any := unknownOf(source.elem, UnknownVal(model.AtApply, "it is any element"))
	if v := ev.Eval(e.Each, &binding{outer: sc, item: e.Item, cell: Done(any)}); v.Kind == Failed {
		return v
	}
	return nil
}

// Pair is a key of a collection with its value.
type Pair struct {
	Key   *Value
	Value *Cell
}

// Pairs lists a map, object or set as for_each sees it; ok is false for a
// value of another kind.
func (ev *Evaluator) Pairs(v *Value) (pairs []Pair, ok bool) {
	switch {
	case v.Kind == Object && v.obj.closed():
		for _, k := range v.obj.keys {
			key := StringVal(k)
			if k == AnyKey && v.Open {
				key = unknownKey(v)
			}
			pairs = append(pairs, Pair{key, v.obj.elems[k]})
		}
		return pairs, true
	case v.Kind == List:
		for _, c := range v.list {
			pairs = append(pairs, Pair{ev.Force(c), c})
		}
		return pairs, true
	}
	return nil, false
}

// Entries lists a collection as a dynamic block sees it: unlike for_each it
// takes a list, whose keys are its indexes.
func (ev *Evaluator) Entries(v *Value) (pairs []Pair, ok bool) {
	pairs, ok = ev.Pairs(v)
	if v.Kind == List && v.Shape != Set {
		for i := range pairs {
			pairs[i].Key = NumberVal(i)
		}
	}
	return pairs, ok
}

// Elements lists the elements of a list; whole is false when it may have more.
func (ev *Evaluator) Elements(v *Value) (elems []*Value, whole bool) {
	if v.Kind != List {
		return nil, false
	}
	for _, c := range v.list {
		elems = append(elems, ev.Force(c))
	}
	return elems, !v.Open
}
