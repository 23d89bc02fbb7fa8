package lang

import (
	"slices"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/stateside-dev/stateside/internal/model"
)

// unreadable marks a value that stands for text that could not be parsed.
type unreadable struct{}

// Unreadable is the value of an expression that could not be parsed.
func Unreadable() cty.Value { return cty.DynamicVal.Mark(unreadable{}) }

// FromCty makes a value of a cty value, decided by why.
func FromCty(v cty.Value, why *Origin) *Value { return fromCty(v, why) }

func fromCty(v cty.Value, why *Origin) *Value {
	v, marks := v.Unmark()
	if _, ok := marks[unreadable{}]; ok {
		return UnknownVal(model.Invalid, "it can't be parsed").Because(why)
	}
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
		u.gap.Type = ty
		return u.Because(why)
	case v.IsNull():
		return (&Value{Kind: Null, scalar: v}).Because(why)
	case ty == cty.Number && tooLarge(v.AsBigFloat()):
		return limitVal("a number is too large").Because(why)
	case !ty.IsPrimitiveType() && v.CanIterateElements() && v.LengthInt() > maxList:
		return limitVal("a collection is too long").Because(why)
	case ty == cty.String && len(v.AsString()) > 4*maxString:
		return limitVal("a string is too long").Because(why)
	case ty.IsPrimitiveType():
		return ScalarVal(v).Because(why)
	case ty.IsObjectType() || ty.IsMapType():
		elems := map[string]*Cell{}
		for it := v.ElementIterator(); it.Next(); {
			key, elem := it.Element()
			elems[key.AsString()] = Done(fromCty(elem, why))
		}
		w := ObjectVal(elems).Because(why)
		w.Shape, w.elem = shapeOf(ty), elemType(ty)
		return w
	case v.CanIterateElements():
		var cells []*Cell
		for it := v.ElementIterator(); it.Next(); {
			_, elem := it.Element()
			cells = append(cells, Done(fromCty(elem, why)))
		}
		w := ListVal(cells).Because(why)
		// What is not known may be one of those that are.
		w.Open = ty.IsSetType() && !v.IsWhollyKnown()
		w.Shape, w.elem = shapeOf(ty), elemType(ty)
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
	if ev.converting == 0 {
		ev.volume = 0
	}
	ev.converting++
	defer func() { ev.converting-- }()
	if ev.converting > maxDepth {
		ev.Exceeded = true
		return cty.DynamicVal // it may hold itself
	}
	switch v.Kind {
	case Null:
		return v.null()
	case Scalar:
		if v.scalar.Type() == cty.String {
			ev.volume += len(v.scalar.AsString())
		}
		if ev.volume > maxVolume {
			ev.Exceeded = true
			return cty.DynamicVal
		}
		return v.scalar
	case List:
		return ev.listToCty(v)
	case Object:
		return ev.objectToCty(v)
	}
	if v.Prefix() != "" {
		return cty.UnknownVal(cty.String).Refine().StringPrefixFull(v.Prefix()).NotNull().NewValue()
	}
	if v.Kind == Unknown && v.gap.Type != cty.NilType {
		return cty.UnknownVal(v.gap.Type)
	}
	return cty.DynamicVal
}

// null returns a null with the type that it is known to have.
func (v *Value) null() cty.Value {
	if v.scalar != cty.NilVal {
		return v.scalar
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

func (ev *Evaluator) listToCty(v *Value) cty.Value {
	if v.Open && v.Shape == Structural {
		return cty.DynamicVal
	}
	elems := make([]cty.Value, len(v.list))
	for i, c := range v.list {
		elems[i] = ev.toCty(ev.Force(c))
	}
	result := v.shaped(cty.TupleVal(elems))
	if v.Open {
		return cty.UnknownVal(result.Type())
	}
	return result
}

func (ev *Evaluator) objectToCty(v *Value) cty.Value {
	if v.Open || v.obj.attr != nil {
		return cty.DynamicVal
	}
	elems := make(map[string]cty.Value, len(v.obj.keys))
	for _, k := range v.obj.keys {
		elems[k] = ev.toCty(ev.Force(v.obj.elems[k]))
	}
	return v.shaped(cty.ObjectVal(elems))
}

// elemType is the type of the elements, as far as it is known.
func (v *Value) elemType() cty.Type {
	if v.elem == cty.NilType {
		return cty.DynamicPseudoType
	}
	return v.elem
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
	case Failed:
		return v
	case Null:
		w := *v
		w.scalar = cty.NullVal(ty.WithoutOptionalAttributesDeep())
		return &w
	case Unknown:
		return convertUnknown(v, ty)
	}
	if exact, ok := ev.convertExact(v, ty, defaults); ok {
		return exact
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

// convertExact converts a value that is known whole, which may take all of its
// elements to find out their common type.
func (ev *Evaluator) convertExact(v *Value, ty cty.Type, defaults *typeexpr.Defaults) (*Value, bool) {
	if ty == cty.DynamicPseudoType || v.Kind == Scalar || !ev.strict && !dependsOnElements(ty) {
		return nil, false
	}
	whole, ok := ev.exactly(v)
	if !ok {
		return nil, false
	}
	if defaults != nil {
		whole = defaults.Apply(whole)
	}
	exact, err := convert.Convert(whole, ty)
	if err != nil {
		return FailedVal(err.Error()).Because(v.why), true
	}
	return ev.overlay(v, exact, v.why), true
}

// dependsOnElements says of a type that what a value becomes in it takes all of
// its elements to tell: their common type, or which of them are equal.
func dependsOnElements(ty cty.Type) bool {
	switch {
	case ty.IsPrimitiveType():
		return false
	case ty.IsListType(), ty.IsMapType():
		return dependsOnElements(ty.ElementType())
	case ty.IsObjectType():
		for _, attr := range ty.AttributeTypes() {
			if dependsOnElements(attr) {
				return true
			}
		}
		return false
	case ty.IsTupleType():
		return slices.ContainsFunc(ty.TupleElementTypes(), dependsOnElements)
	}
	return true
}

func convertUnknown(v *Value, ty cty.Type) *Value {
	if ty == cty.Bool && v.gap.Symbol != nil {
		v.gap.Symbol.Of(cty.Bool)
	}
	w := *v
	gap := *v.gap
	gap.Type = ty.WithoutOptionalAttributesDeep()
	w.gap = &gap
	return &w
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

// common replaces an element type that may be any by the one that all elements
// of a collection have in common, as far as that is known.
func (ev *Evaluator) common(ty cty.Type, cells []*Cell) (cty.Type, bool) {
	if ty != cty.DynamicPseudoType || len(cells) == 0 {
		return ty, true
	}
	types := make([]cty.Type, len(cells))
	for i, c := range cells {
		types[i] = ev.toCty(ev.Force(c)).Type()
	}
	unified, _ := convert.UnifyUnsafe(types)
	isDynamic := slices.ContainsFunc(types, cty.Type.HasDynamicTypes)
	ev.doubt = ev.doubt || ev.strict && isDynamic
	if unified == cty.NilType || isDynamic && shapeOf(unified) != shapeOf(types[0]) {
		return ty, isDynamic
	}
	return unified, true
}

func (ev *Evaluator) convertMap(v *Value, ty cty.Type, defaults *typeexpr.Defaults) *Value {
	if v.Kind != Object {
		return FailedVal("it is not a map").Because(v.why)
	}
	if v.obj.attr != nil {
		return v
	}
	cells := make([]*Cell, len(v.obj.keys))
	for i, k := range v.obj.keys {
		cells[i] = v.obj.elems[k]
	}
	elem, ok := ev.common(ty.ElementType(), cells)
	if !ok {
		return FailedVal("its elements are of different types").Because(v.why)
	}
	elems := map[string]*Cell{}
	for _, k := range v.obj.keys {
		elems[k] = converted(v.obj.elems[k], elem, child(defaults, ""))
	}
	w := *v
	w.Shape, w.elem = Uniform, concrete(elem)
	w.obj = ObjectVal(elems).obj
	w.obj.gap = v.obj.gap
	return &w
}

// concrete is an element type, or NilType when it is not all known.
func concrete(ty cty.Type) cty.Type {
	if ty.HasDynamicTypes() {
		return cty.NilType
	}
	return ty.WithoutOptionalAttributesDeep()
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
	elem, ok := ev.common(ty.ElementType(), v.list)
	if !ok {
		return FailedVal("its elements are of different types").Because(v.why)
	}
	w := *v
	w.Shape, w.elem = Uniform, concrete(elem)
	w.list = make([]*Cell, len(v.list))
	for i, c := range v.list {
		w.list[i] = converted(c, elem, child(defaults, ""))
	}
	if ty.IsSetType() {
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
		if elem.Kind == Failed {
			return elem
		}
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

// maxExact is how many elements a value may have, at all depths, to be taken
// whole for its exact type. Of larger ones, data mostly, the elements are
// evaluated when they are asked for.
const maxExact = 256

// exactly is Whole for values that are small. It ends at the first part that is
// not known.
func (ev *Evaluator) exactly(v *Value) (whole cty.Value, ok bool) {
	budget := maxExact
	return ev.within(v, &budget)
}

// maxExactText is how many bytes of text count as much as an element.
const maxExactText = 8 << 10

func (ev *Evaluator) within(v *Value, budget *int) (whole cty.Value, ok bool) {
	if *budget--; *budget < len(v.list) || !v.IsKnown() || v.Open {
		return cty.DynamicVal, false
	}
	switch v.Kind {
	case Null:
		return v.null(), true
	case Scalar:
		if v.isString() {
			*budget -= len(v.scalar.AsString()) / maxExactText
		}
		return v.scalar, true
	case List:
		elems := make([]cty.Value, len(v.list))
		for i, c := range v.list {
			if elems[i], ok = ev.within(ev.Force(c), budget); !ok {
				return cty.DynamicVal, false
			}
		}
		return v.shaped(cty.TupleVal(elems)), true
	}
	if v.obj.attr != nil || *budget < len(v.obj.keys) {
		return cty.DynamicVal, false
	}
	elems := make(map[string]cty.Value, len(v.obj.keys))
	for _, k := range v.obj.keys {
		if elems[k], ok = ev.within(ev.Force(v.obj.elems[k]), budget); !ok {
			return cty.DynamicVal, false
		}
	}
	return v.shaped(cty.ObjectVal(elems)), true
}

// shaped gives a tuple or object of the elements of v the form that v has.
func (v *Value) shaped(structural cty.Value) cty.Value {
	switch {
	case v.Shape == Set:
		return convertOr(structural, cty.Set(v.elemType()))
	case v.Shape == Uniform && v.Kind == List:
		return convertOr(structural, cty.List(v.elemType()))
	case v.Shape == Uniform:
		return convertOr(structural, cty.Map(v.elemType()))
	}
	return structural
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
