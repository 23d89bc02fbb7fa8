package lang

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
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
	ev.doubtful(a.values...)
	ev.charge(a.values)
	if a.dependOnVersion(name) {
		ev.doubt = true
		return UnknownVal(model.AtApply, "what "+name+" makes of null depends on the version of Terraform").Because(a.why())
	}
	if fn, ok := natives[name]; ok {
		v := fn(ev, a)
		if v.Kind == Unknown && v.gap.Cause == model.Limit || a.keepsElements(name, v) {
			return v
		}
		if exact, ok := ev.callExact(name, a, v); ok {
			return exact
		}
		return v
	}
	if fn, ok := scalarFunctions()[name]; ok {
		v := ev.callScalar(name, fn, a)
		if (name == "jsonencode" || name == "yamlencode") && v.Kind != Failed {
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
	args := make([]cty.Value, len(a.values))
	for i, v := range a.values {
		args[i] = ev.toCty(v)
	}
	if tooMuch(name, args) {
		ev.Exceeded = true
		return limitVal(name + " would make too much").Because(a.why())
	}
	result, err := callCty(name, fn, args)
	if err != nil {
		return a.wrong(err.Error())
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

// dependOnVersion says whether an argument is a null of no type, which some
// versions of a function take and others do not.
func (a arguments) dependOnVersion(name string) bool {
	if name != "format" && name != "formatlist" && name != "contains" {
		return false
	}
	if name == "contains" {
		return len(a.values) == 2 && a.values[1].Kind == Null
	}
	return slices.ContainsFunc(a.values, func(v *Value) bool {
		return v.Kind == Null && v.null().Type() == cty.DynamicPseudoType
	})
}

// try returns the first argument that does not fail. Of one that may fail it
// only says what it refers to.
func (ev *Evaluator) try(e *hclsyntax.FunctionCallExpr, sc Scope) *Value {
	for _, arg := range e.Args {
		v, doubt := ev.attempt(arg, sc)
		switch {
		case v.Kind == Failed:
		case doubt:
			ev.doubt = ev.doubt || ev.strict
			u := UnknownVal(model.AtApply, "whether the first argument of try fails is known only when applied").Because(v.why)
			if v.Kind == Unknown {
				u.gap.Cause, u.gap.Reason, u.ref, u.secret = v.gap.Cause, v.gap.Reason, v.ref, v.secret
			}
			return u
		default:
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
	v, doubt := ev.attempt(e.Args[0], sc)
	if v.Kind == Unknown {
		return unknownLike(v)
	}
	if doubt {
		return UnknownVal(model.AtApply, "whether it fails is known only when applied").Because(v.why)
	}
	return BoolVal(v.Kind != Failed).Because(v.why)
}

// attempt evaluates an expression strictly: elements that nobody asks for fail
// it too. What it refers to is not its own: an error there is not caught.
func (ev *Evaluator) attempt(e hclsyntax.Expression, sc Scope) (v *Value, doubt bool) {
	strict, outer := ev.strict, ev.doubt
	ev.strict, ev.doubt = true, false
	defer func() { ev.strict, ev.doubt = strict, outer }()
	v = ev.Eval(e, sc)
	return v, ev.doubt
}
