package lang

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// exactFunctions are the functions over collections as Terraform has them, for
// values that are known whole. The native of the same name says where each
// element comes from, and what is known when some of them are not.
var exactFunctions = sync.OnceValue(func() map[string]function.Function {
	return map[string]function.Function{
		"alltrue":      ofBools(true),
		"anytrue":      ofBools(false),
		"chunklist":    stdlib.ChunklistFunc,
		"coalesce":     coalesceFunc,
		"coalescelist": stdlib.CoalesceListFunc,
		"compact":      stdlib.CompactFunc,
		"concat":       stdlib.ConcatFunc,
		"contains":     stdlib.ContainsFunc,
		"distinct":     stdlib.DistinctFunc,
		"flatten":      stdlib.FlattenFunc,
		"format":       stdlib.FormatFunc,
		"index":        indexFunc,
		"join":         stdlib.JoinFunc,
		"keys":         stdlib.KeysFunc,
		"length":       lengthFunc,
		"matchkeys":    matchkeysFunc,
		"merge":        stdlib.MergeFunc,
		"one":          oneFunc,
		"reverse":      stdlib.ReverseListFunc,
		"slice":        stdlib.SliceFunc,
		"sort":         stdlib.SortFunc,
		"tobool":       stdlib.MakeToFunc(cty.Bool),
		"tolist":       stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap":        stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"tonumber":     stdlib.MakeToFunc(cty.Number),
		"toset":        stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tostring":     stdlib.MakeToFunc(cty.String),
		"transpose":    transposeFunc,
		"values":       stdlib.ValuesFunc,
		"zipmap":       stdlib.ZipmapFunc,
	}
})

// keepsElements says of the result of a native function that it is exact as it
// is: it has elements of the arguments, unchanged, in a collection of the same
// form as these. The elements need not be looked at then.
func (a arguments) keepsElements(name string, v *Value) bool {
	switch name {
	case "length":
		return v.Kind == Scalar && a.values[0].Kind != Scalar
	case "keys", "values":
		return v.Kind == List && a.values[0].Shape == Structural
	case "merge":
		return v.Kind == Object && a.areAll(Object)
	case "concat":
		return v.Kind == List && a.areAll(List)
	}
	return false
}

// areAll says whether all arguments are tuples, or objects, whose elements have
// types of their own.
func (a arguments) areAll(kind Kind) bool {
	return !slices.ContainsFunc(a.values, func(v *Value) bool { return v.Kind != kind || v.Shape != Structural })
}

// callExact calls the exact form of a native function, when there is one and
// the arguments are known whole. ok is false when there is none to call.
func (ev *Evaluator) callExact(name string, a arguments, native *Value) (v *Value, ok bool) {
	fn, found := exactFunctions()[name]
	if !found {
		return nil, false
	}
	args := make([]cty.Value, len(a.values))
	for i, v := range a.values {
		if args[i], ok = ev.exactly(v); !ok {
			return nil, false
		}
	}
	if tooMuch(name, args) {
		return native, true
	}
	result, err := callCty(name, fn, args)
	switch {
	case err != nil:
		return a.wrong(err.Error()), true
	case !result.IsWhollyKnown():
		return a.unknown(), true
	}
	return ev.overlay(native, result, a.why()), true
}

// overlay gives a value the content and the types of an exact one, and keeps
// what it says of where its elements come from.
func (ev *Evaluator) overlay(v *Value, exact cty.Value, why *Origin) *Value {
	if exact.IsNull() {
		w := Value{Kind: Null}
		if v != nil && v.Kind == Null {
			w = *v
		}
		w.scalar = exact
		return &w
	}
	ty := exact.Type()
	switch {
	case v != nil && v.Kind == Scalar && ty.IsPrimitiveType():
		w := *v
		w.scalar = exact
		return &w
	case v != nil && v.Kind == List && !v.Open && exact.CanIterateElements() && !ty.IsMapType() && !ty.IsObjectType() && len(v.list) == exact.LengthInt():
		return ev.overlayList(v, exact)
	case v != nil && v.Kind == Object && !v.Open && v.obj.closed() && (ty.IsMapType() || ty.IsObjectType()):
		return ev.overlayObject(v, exact)
	}
	return fromCty(exact, why)
}

func (ev *Evaluator) overlayList(v *Value, exact cty.Value) *Value {
	have := make([]*Value, len(v.list))
	for i, c := range v.list {
		have[i] = ev.Force(c)
	}
	w := *v
	w.Shape, w.list, w.elem = shapeOf(exact.Type()), nil, elemType(exact.Type())
	i := 0
	for it := exact.ElementIterator(); it.Next(); i++ {
		_, elem := it.Element()
		from := have[i]
		if w.Shape == Set {
			from = sameText(have, elem)
		}
		w.list = append(w.list, Done(ev.overlay(from, elem, v.why)))
	}
	return &w
}

// sameText finds the value that became an element of a set, whose order is its
// own.
func sameText(values []*Value, elem cty.Value) *Value {
	if !elem.Type().IsPrimitiveType() || elem.IsNull() {
		return nil
	}
	want, _ := ScalarVal(elem).Text()
	for _, v := range values {
		if text, ok := v.Text(); ok && text == want {
			return v
		}
	}
	return nil
}

func (ev *Evaluator) overlayObject(v *Value, exact cty.Value) *Value {
	elems := map[string]*Cell{}
	for it := exact.ElementIterator(); it.Next(); {
		key, elem := it.Element()
		var from *Value
		if c := v.obj.elems[key.AsString()]; c != nil {
			from = ev.Force(c)
		}
		elems[key.AsString()] = Done(ev.overlay(from, elem, v.why))
	}
	w := *v
	w.Shape, w.obj, w.elem = shapeOf(exact.Type()), ObjectVal(elems).obj, elemType(exact.Type())
	return &w
}

// elemType is the type that all elements of a collection have, NilType for a
// tuple or object.
func elemType(ty cty.Type) cty.Type {
	if ty.IsCollectionType() {
		return ty.ElementType()
	}
	return cty.NilType
}

// callCty converts arguments to the types of a function's parameters, as HCL
// does, and calls it.
func callCty(name string, fn function.Function, args []cty.Value) (cty.Value, error) {
	params, rest := fn.Params(), fn.VarParam()
	if len(args) < len(params) || len(args) > len(params) && rest == nil {
		return cty.NilVal, fmt.Errorf("wrong number of arguments for %s", name)
	}
	args = slices.Clone(args)
	for i := range args {
		param := rest
		if i < len(params) {
			param = &params[i]
		}
		arg, err := convert.Convert(args[i], param.Type)
		if err != nil {
			return cty.NilVal, fmt.Errorf("argument of %s: %w", name, err)
		}
		args[i] = arg
	}
	result, err := fn.Call(args)
	if err != nil {
		return cty.NilVal, fmt.Errorf("%s: %w", name, err)
	}
	return result, nil
}

// ofBools is alltrue and anytrue: an element that is not want decides. A null
// counts as false.
func ofBools(want bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if is := !v.IsNull() && v.True(); is != want {
					return cty.BoolVal(!want), nil
				}
			}
			return cty.BoolVal(want), nil
		},
	})
}

// coalesceFunc returns the first argument that is neither null nor "", in the
// type that all of them have in common.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "vals", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, arg := range args {
			types[i] = arg.Type()
		}
		ty, _ := convert.UnifyUnsafe(types)
		if ty == cty.NilType {
			return ty, errors.New("all arguments must have the same type")
		}
		return ty, nil
	},
	Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
		for _, arg := range args {
			arg, err := convert.Convert(arg, ty)
			if err != nil {
				return cty.NilVal, err
			}
			if !arg.IsNull() && !arg.RawEquals(cty.StringVal("")) {
				return arg, nil
			}
		}
		return cty.NilVal, errors.New("no argument has a value")
	},
})

// indexFunc finds the index of an element.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
			return cty.NilVal, errors.New("it needs a list")
		}
		for it := args[0].ElementIterator(); it.Next(); {
			i, v := it.Element()
			if v.Equals(args[1]).True() {
				return i, nil
			}
		}
		return cty.NilVal, errors.New("there is no such element")
	},
})

// lengthFunc counts the elements of a collection or the characters of a string.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		if ty != cty.String && !ty.IsTupleType() && !ty.IsObjectType() && !ty.IsCollectionType() && ty != cty.DynamicPseudoType {
			return cty.NilType, errors.New("it needs a string or a collection")
		}
		return cty.Number, nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v := args[0]
		switch {
		case !v.IsKnown():
			return cty.UnknownVal(cty.Number), nil
		case v.Type() == cty.String:
			n, err := textseg.TokenCount([]byte(v.AsString()), textseg.ScanGraphemeClusters)
			return cty.NumberIntVal(int64(n)), err
		case v.Type().IsObjectType():
			return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))), nil
		}
		return v.Length(), nil
	},
})

// matchkeysFunc returns the values whose key is one that is searched.
var matchkeysFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "values", Type: cty.List(cty.DynamicPseudoType)}, {Name: "keys", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "searchset", Type: cty.List(cty.DynamicPseudoType)},
	},
	Type: func(args []cty.Value) (cty.Type, error) {
		if ty, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); ty == cty.NilType {
			return cty.NilType, errors.New("keys and searchset must be of the same type")
		}
		return args[0].Type(), nil
	},
	Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
		if args[0].LengthInt() != args[1].LengthInt() {
			return cty.NilVal, errors.New("keys and values must have the same length")
		}
		common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
		keys, err := convert.Convert(args[1], common)
		if err != nil {
			return cty.NilVal, err
		}
		search, err := convert.Convert(args[2], common)
		if err != nil {
			return cty.NilVal, err
		}
		var found []cty.Value
		values, searched := args[0].AsValueSlice(), search.AsValueSlice()
		for i, key := range keys.AsValueSlice() {
			if slices.ContainsFunc(searched, func(s cty.Value) bool { return s.Equals(key).True() }) {
				found = append(found, values[i])
			}
		}
		if len(found) == 0 {
			return cty.ListValEmpty(ty.ElementType()), nil
		}
		return cty.ListVal(found), nil
	},
})

// oneFunc returns the only element of a list, null for none.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		switch {
		case ty.IsListType() || ty.IsSetType():
			return ty.ElementType(), nil
		case ty.IsTupleType() && ty.Length() == 0:
			return cty.DynamicPseudoType, nil
		case ty.IsTupleType() && ty.Length() == 1:
			return ty.TupleElementType(0), nil
		}
		return cty.NilType, errors.New("it needs a list of at most one element")
	},
	Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
		switch args[0].LengthInt() {
		case 0:
			return cty.NullVal(ty), nil
		case 1:
			return args[0].AsValueSlice()[0], nil
		}
		return cty.NilVal, errors.New("it needs a list of at most one element")
	},
})

// transposeFunc turns a map of lists of strings round.
var transposeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "map", Type: cty.Map(cty.List(cty.String))}},
	Type:   function.StaticReturnType(cty.Map(cty.List(cty.String))),
	Impl: func(args []cty.Value, ty cty.Type) (cty.Value, error) {
		turned := map[string][]cty.Value{}
		for it := args[0].ElementIterator(); it.Next(); {
			key, list := it.Element()
			if list.IsNull() {
				return cty.NilVal, errors.New("a list is null")
			}
			for _, v := range list.AsValueSlice() {
				if v.IsNull() {
					return cty.NilVal, errors.New("an element is null")
				}
				turned[v.AsString()] = append(turned[v.AsString()], key)
			}
		}
		if len(turned) == 0 {
			return cty.MapValEmpty(ty.ElementType()), nil
		}
		result := map[string]cty.Value{}
		for key, list := range turned {
			result[key] = cty.ListVal(list)
		}
		return cty.MapVal(result), nil
	},
})
