package lang

import (
	"slices"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/stateside-dev/stateside/internal/model"
)

// FromCty makes a value of a cty value, decided by why.
func FromCty(v cty.Value, why *Origin) *Value { return fromCty(v, why) }

func fromCty(v cty.Value, why *Origin) *Value {
	v, marks := v.Unmark()
	w := fromUnmarked(v, why)
	if len(marks) > 0 {
		w = w.AsSecret()
	}
	return w
}

func fromUnmarked(v cty.Value, why *Origin) *Value {
	ty := v.Type()
	switch {
	case !v.IsKnown():
		u := UnknownVal(model.AtApply, "it is known only when applied")
		if ty == cty.String {
			u.gap.Prefix = v.Range().StringPrefix()
		}
		return u.Because(why)
	case v.IsNull():
		return NullVal().Because(why)
	case ty.IsPrimitiveType():
		return ScalarVal(v).Because(why)
	case ty.IsObjectType() || ty.IsMapType():
		elems := map[string]*Cell{}
		for it := v.ElementIterator(); it.Next(); {
			key, elem := it.Element()
			elems[key.AsString()] = Done(fromCty(elem, why))
		}
		w := ObjectVal(elems).Because(why)
		w.Shape = shapeOf(ty)
		return w
	case v.CanIterateElements():
		var cells []*Cell
		for it := v.ElementIterator(); it.Next(); {
			_, elem := it.Element()
			cells = append(cells, Done(fromCty(elem, why)))
		}
		w := ListVal(cells).Because(why)
		w.Shape = shapeOf(ty)
		return w
	}
	return UnknownVal(model.AtApply, "its type is not known").Because(why)
}

func shapeOf(ty cty.Type) Shape {
	switch {
	case ty.IsSetType():
		return Set
	case ty.IsListType(), ty.IsMapType():
		return Uniform
	}
	return Structural
}

// toCty makes a cty value of v and all its elements.
func (ev *Evaluator) toCty(v *Value) cty.Value {
	if ev.spent() {
		return cty.DynamicVal
	}
	switch v.Kind {
	case Null:
		return cty.NullVal(cty.DynamicPseudoType)
	case Scalar:
		return v.scalar
	case List:
		return ev.listToCty(v)
	case Object:
		return ev.objectToCty(v)
	}
	if v.Prefix() != "" {
		return cty.UnknownVal(cty.String).Refine().StringPrefixFull(v.Prefix()).NotNull().NewValue()
	}
	return cty.DynamicVal
}

func (ev *Evaluator) listToCty(v *Value) cty.Value {
	if v.Open {
		return cty.DynamicVal
	}
	elems := make([]cty.Value, len(v.list))
	for i, c := range v.list {
		elems[i] = ev.toCty(ev.Force(c))
	}
	tuple := cty.TupleVal(elems)
	switch {
	case v.Shape == Uniform:
		return convertOr(tuple, cty.List(cty.DynamicPseudoType))
	case v.Shape == Set:
		return convertOr(tuple, cty.Set(cty.DynamicPseudoType))
	}
	return tuple
}

func (ev *Evaluator) objectToCty(v *Value) cty.Value {
	if v.Open || v.obj.attr != nil {
		return cty.DynamicVal
	}
	elems := make(map[string]cty.Value, len(v.obj.keys))
	for _, k := range v.obj.keys {
		elems[k] = ev.toCty(ev.Force(v.obj.elems[k]))
	}
	object := cty.ObjectVal(elems)
	if v.Shape == Uniform {
		return convertOr(object, cty.Map(cty.DynamicPseudoType))
	}
	return object
}

// convertOr converts v to ty, or returns it as it is where that can't be done.
func convertOr(v cty.Value, ty cty.Type) cty.Value {
	if w, err := convert.Convert(v, ty); err == nil {
		return w
	}
	return v
}

// Convert gives v the type of a variable, filling in the defaults of optional
// attributes. Elements are converted when they are asked for.
func (ev *Evaluator) Convert(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	switch v.Kind {
	case Failed, Null:
		return v
	case Unknown:
		if ty == cty.Bool && v.gap.Symbol != nil {
			v.gap.Symbol.IsBool()
		}
		return v
	}
	switch {
	case ty == cty.DynamicPseudoType:
		return v
	case ty.IsPrimitiveType():
		return convertScalar(v, ty)
	case ty.IsObjectType():
		return ev.convertObject(v, ty, defaults)
	case ty.IsMapType():
		return ev.convertMap(v, ty, defaults)
	case ty.IsTupleType():
		return ev.convertTuple(v, ty, defaults)
	case ty.IsListType(), ty.IsSetType():
		return ev.convertList(v, ty, defaults)
	}
	return v
}

func convertScalar(v *Value, ty cty.Type) *Value {
	if v.Kind == Scalar {
		if s, err := convert.Convert(v.scalar, ty); err == nil {
			w := *v
			w.scalar = s
			return &w
		}
	}
	return FailedVal("it is not a " + ty.FriendlyName()).Because(v.why)
}

// child returns the defaults for the elements under a key.
func child(defaults *typeexpr.Defaults, key string) *typeexpr.Defaults {
	if defaults == nil {
		return nil
	}
	return defaults.Children[key]
}

func (ev *Evaluator) convertObject(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	if v.Kind != Object {
		return FailedVal("it is not an object").Because(v.why)
	}
	elems := map[string]*Cell{}
	for name, attrType := range ty.AttributeTypes() {
		elems[name] = Lazy(func(ev *Evaluator) *Value {
			return ev.convertAttr(v, name, attrType, ty.AttributeOptional(name), defaults)
		})
	}
	w := *v
	w.Open = false
	w.Shape = Structural
	w.obj = ObjectVal(elems).obj
	return &w
}

func (ev *Evaluator) convertAttr(v *Value, name string, ty cty.Type, optional bool, defaults *typeexpr.Defaults) *Value {
	_, has := v.obj.elems[name]
	attr := NullVal()
	if has || v.obj.attr != nil {
		attr = ev.Attr(v, name)
	} else if v.Open {
		return ev.part(&Value{Kind: Unknown, gap: &Gap{Cause: model.AtApply, Reason: "the object's attributes are not known"}, why: v.why}, "."+name, name)
	} else if !optional {
		return FailedVal("it has no attribute " + name).Because(v.why)
	}
	if attr.Kind == Null && defaults != nil {
		if def, ok := defaults.DefaultValues[name]; ok {
			attr = fromCty(def, nil)
		}
	}
	return ev.Convert(attr, ty, child(defaults, name))
}

func (ev *Evaluator) convertMap(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	if v.Kind != Object {
		return FailedVal("it is not a map").Because(v.why)
	}
	if v.obj.attr != nil {
		return v
	}
	elems := map[string]*Cell{}
	for _, k := range v.obj.keys {
		elems[k] = converted(v.obj.elems[k], ty.ElementType(), child(defaults, ""))
	}
	w := *v
	w.Shape = Uniform
	w.obj = ObjectVal(elems).obj
	return &w
}

func converted(c *Cell, ty cty.Type, defaults *typeexpr.Defaults) *Cell {
	if ty == cty.DynamicPseudoType {
		return c
	}
	return Lazy(func(ev *Evaluator) *Value { return ev.Convert(ev.Force(c), ty, defaults) })
}

func (ev *Evaluator) convertTuple(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	types := ty.TupleElementTypes()
	if v.Kind != List || len(types) != len(v.list) && !v.Open {
		return FailedVal("it is not such a tuple").Because(v.why)
	}
	if v.Open {
		return v
	}
	cells := make([]*Cell, len(types))
	for i, c := range v.list {
		cells[i] = converted(c, types[i], nil)
	}
	w := *v
	w.Shape = Structural
	w.list = cells
	return &w
}

func (ev *Evaluator) convertList(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	if v.Kind != List {
		return FailedVal("it is not a list").Because(v.why)
	}
	w := *v
	w.Shape = Uniform
	w.list = make([]*Cell, len(v.list))
	for i, c := range v.list {
		w.list[i] = converted(c, ty.ElementType(), child(defaults, ""))
	}
	if ty.IsSetType() && v.Shape != Set {
		return ev.asSet(&w)
	}
	return &w
}

// asSet orders the elements of a list and drops those that are there twice.
// With elements that aren't known, their number isn't either.
func (ev *Evaluator) asSet(v *Value) *Value {
	w := *v
	w.Shape = Set
	var known []*Value
	var rest []*Cell
	for _, c := range v.list {
		elem := ev.Force(c)
		if elem.Kind != Scalar {
			rest = append(rest, c)
			w.Open = w.Open || !elem.IsKnown()
			continue
		}
		known = append(known, elem)
	}
	slices.SortStableFunc(known, compareScalars)
	known = slices.CompactFunc(known, func(a, b *Value) bool { return a.scalar.RawEquals(b.scalar) })
	w.list = nil
	for _, elem := range known {
		w.list = append(w.list, Done(elem))
	}
	w.list = append(w.list, rest...)
	return &w
}

// compareScalars orders numbers by size and everything else as strings.
func compareScalars(a, b *Value) int {
	if a.scalar.Type() == cty.Number && b.scalar.Type() == cty.Number {
		return a.scalar.AsBigFloat().Cmp(b.scalar.AsBigFloat())
	}
	x, _ := a.Text()
	y, _ := b.Text()
	if x < y {
		return -1
	}
	if x > y {
		return 1
	}
	return 0
}

// Whole returns a value with all its elements; ok is false when some part of it
// is not known.
func (ev *Evaluator) Whole(v *Value) (whole cty.Value, ok bool) {
	if v.Kind == Failed {
		return cty.DynamicVal, false
	}
	whole = ev.toCty(v)
	return whole, whole.IsWhollyKnown()
}
