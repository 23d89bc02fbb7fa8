package lang

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/stateside-dev/stateside/internal/model"
)

// arguments are those of one function call, evaluated.
type arguments struct {
	values []*Value
	call   *hclsyntax.FunctionCallExpr
	scope  Scope
}

// native is a function that works on lazy values, so that elements keep what
// is known of them.
type native func(ev *Evaluator, a arguments) *Value

// call evaluates a function call.
func (ev *Evaluator) call(e *hclsyntax.FunctionCallExpr, sc Scope) *Value {
	name := strings.TrimPrefix(e.Name, "core::")
	switch name {
	case "try":
		return ev.try(e, sc)
	case "can":
		return ev.can(e, sc)
	}
	a := arguments{call: e, scope: sc}
	for i, arg := range e.Args {
		v := ev.Eval(arg, sc)
		if e.ExpandFinal && i == len(e.Args)-1 {
			if v.Kind != List || v.Open {
				return notExpanded(v)
			}
			for _, c := range v.list {
				a.values = append(a.values, ev.Force(c).also(v))
			}
			continue
		}
		a.values = append(a.values, v)
	}
	if f := firstFailed(a.values...); f != nil {
		return f
	}
	if fn, ok := ev.Functions[name]; ok {
		return fn(ev, sc, a.values).And(a.why())
	}
	if fn, ok := natives[name]; ok {
		return fn(ev, a)
	}
	if fn, ok := scalarFunctions()[name]; ok {
		v := ev.callScalar(name, fn, a)
		if name == "jsonencode" && v.Kind != Failed {
			v.encoded = a.values[0]
		}
		return v
	}
	return UnknownVal(model.AtApply, "the function "+name+" is not evaluated").Because(a.why())
}

func notExpanded(v *Value) *Value {
	if v.Kind == Failed {
		return v
	}
	return UnknownVal(model.AtApply, "the number of arguments is not known").Because(v.why)
}

// why joins the origins of all arguments.
func (a arguments) why() *Origin {
	var origins []*Origin
	for _, v := range a.values {
		origins = append(origins, v.why)
	}
	return join(origins...)
}

// unknown returns the result of a function one of whose arguments is unknown.
func (a arguments) unknown() *Value {
	for _, v := range a.values {
		if v.Kind == Unknown {
			return unknownLike(v).Because(a.why())
		}
	}
	return UnknownVal(model.AtApply, "it is known only when applied").Because(a.why())
}

func (a arguments) wrong(reason string) *Value { return FailedVal(reason).Because(a.why()) }

// callScalar calls a function that works on whole cty values.
func (ev *Evaluator) callScalar(name string, fn function.Function, a arguments) *Value {
	params, rest := fn.Params(), fn.VarParam()
	if len(a.values) < len(params) || len(a.values) > len(params) && rest == nil {
		return a.wrong("wrong number of arguments for " + name)
	}
	args := make([]cty.Value, len(a.values))
	for i, v := range a.values {
		param := rest
		if i < len(params) {
			param = &params[i]
		}
		arg, err := convert.Convert(ev.toCty(v), param.Type)
		if err != nil {
			return a.wrong("argument of " + name + ": " + err.Error())
		}
		args[i] = arg
	}
	result, err := fn.Call(args)
	if err != nil {
		return a.wrong(name + ": " + err.Error())
	}
	if !result.IsWhollyKnown() && !result.IsKnown() {
		u := a.unknown()
		if result.Type() == cty.String {
			u.gap.Prefix = result.Range().StringPrefix()
		}
		return u
	}
	v := fromCty(result, a.why())
	v.secret = slices.ContainsFunc(a.values, func(v *Value) bool { return v.secret })
	return v
}

// try returns the first argument that does not fail.
func (ev *Evaluator) try(e *hclsyntax.FunctionCallExpr, sc Scope) *Value {
	for _, arg := range e.Args {
		if v := ev.Eval(arg, sc); !ev.fails(v, 0) {
			return v
		}
	}
	return FailedVal("no argument of try succeeds")
}

// can says whether its argument does not fail.
func (ev *Evaluator) can(e *hclsyntax.FunctionCallExpr, sc Scope) *Value {
	if len(e.Args) != 1 {
		return FailedVal("wrong number of arguments for can")
	}
	v := ev.Eval(e.Args[0], sc)
	if v.Kind == Unknown {
		return unknownLike(v)
	}
	return BoolVal(!ev.fails(v, 0)).Because(v.why)
}

// fails says whether a value or one of its elements is in error. It looks only
// a little way in, since try is mostly asked about a single thing.
func (ev *Evaluator) fails(v *Value, depth int) bool {
	if v.Kind == Failed {
		return true
	}
	if depth > 2 {
		return false
	}
	for _, c := range v.list {
		if ev.fails(ev.Force(c), depth+1) {
			return true
		}
	}
	if v.Kind == Object {
		for _, c := range v.obj.elems {
			if ev.fails(ev.Force(c), depth+1) {
				return true
			}
		}
	}
	return false
}
