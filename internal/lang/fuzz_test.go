package lang

import (
	"maps"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// FuzzEval feeds arbitrary expressions to the evaluator: whatever it claims to
// know must be what the HCL library makes of the expression, with the same
// functions and without laziness.
func FuzzEval(f *testing.F) {
	for _, text := range []string{
		`1 + 2 * 3`, `{a = [1, "x"]}.a[1]`, `[for k, v in {a = 1} : "${k}${v}" if v > 0]`, `true ? [1] : ["a", "b"]`, `try({}.a, tolist(["x", 1])[1])`,
		`"%{ for x in ["a"] ~} ${x} %{ endfor }"`, `merge({a = 1}, {b = null}).b`, `[{a = 1}, {a = "x"}][*].a`, `toset([2, 1, "1"])`, `can(regex("^a", "b")) || false`, `coalesce("", null, "x")`,
		`flatten([[1], [[2]], []])`, `format("%s-%03d", "a", 7)`, `{for x in ["a", "b"] : upper(x) => x...}`, `cidrsubnet("10.0.0.0/8", 8, 1)`, "<<-EOT\n  a\n   ${1}\nEOT\n", `null == 1 ? 1 : "2"`, `-(1 - 2) % 3 != 0`, `jsondecode("{\"a\": [1.50]}")`,
	} {
		f.Add(text)
	}
	functions := map[string]function.Function{"try": tryfunc.TryFunc, "can": tryfunc.CanFunc}
	maps.Copy(functions, scalarFunctions())
	maps.Copy(functions, exactFunctions())
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 || TooNested([]byte(text)) {
			return
		}
		e, diags := hclsyntax.ParseExpression([]byte(text), "test", hcl.InitialPos)
		if diags.HasErrors() {
			return
		}
		ev := &Evaluator{}
		v := ev.Eval(e, Empty{})
		ours, ok := ev.Whole(v)
		if !ok || ev.Exceeded || len(e.Variables()) > 0 {
			return
		}
		// What the library would take too long for was given up above.
		theirs, diags := e.Value(&hcl.EvalContext{Functions: functions})
		if diags.HasErrors() || !theirs.IsWhollyKnown() {
			return
		}
		if theirs, _ = theirs.UnmarkDeep(); !sameValue(ours, theirs) {
			t.Errorf("%s\nwe say    %#v\nHCL says  %#v", text, ours, theirs)
		}
	})
}

// sameValue compares values, but not the type of a null.
func sameValue(a, b cty.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	if a.Type().IsPrimitiveType() || !a.CanIterateElements() || !b.CanIterateElements() {
		return a.RawEquals(b)
	}
	if a.LengthInt() != b.LengthInt() || shapeOf(a.Type()) != shapeOf(b.Type()) && a.LengthInt() > 0 {
		return false
	}
	for itA, itB := a.ElementIterator(), b.ElementIterator(); itA.Next() && itB.Next(); {
		keyA, elemA := itA.Element()
		keyB, elemB := itB.Element()
		if !sameValue(elemA, elemB) || !a.Type().IsSetType() && !keyA.RawEquals(keyB) {
			return false
		}
	}
	return true
}
