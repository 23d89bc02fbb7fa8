package lang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/model"
)

// What rests on one symbol alone is computed once for each of its values,
// whatever else is assumed meanwhile.
func TestOutcomesReuse(t *testing.T) {
	t.Parallel()
	n := newNames(nil)
	computed := 0
	n.cells["slow"] = Lazy(func(ev *Evaluator) *Value {
		computed++
		return ev.Eval(parse(`a ? "x" : "y"`, "slow"), n)
	})
	ev := &Evaluator{}
	e := parse(`"${slow}${b ? 1 : 2}${c ? 1 : 2}"`, "test")
	outcomes := ev.Outcomes((*Value).IsKnown, func() *Value { return ev.Eval(e, n) })
	if len(outcomes) != 8 || computed != 3 {
		t.Errorf("%d outcomes, and slow computed %d times; want 8 and 3", len(outcomes), computed)
	}
}

// A question that hangs on more conditions than can be tried is given up after
// a bounded number of steps, and stays open.
func TestOutcomesBudget(t *testing.T) {
	t.Parallel()
	exprs := map[string]string{"long": "[for i in range(500) : i]"}
	var parts strings.Builder
	for i := range 40 {
		fmt.Fprintf(&parts, "${length([for i in long : i if flag%d]) == 500 ? 1 : 2}", i)
	}
	ev := &Evaluator{}
	n := newNames(exprs)
	e := parse(`"`+parts.String()+`"`, "test")
	ev.Eval(e, n)
	once := ev.steps
	outcomes := ev.Outcomes((*Value).IsKnown, func() *Value { return ev.Eval(e, n) })
	if len(outcomes) != 1 || outcomes[0].Value.Kind != Unknown || ev.Exceeded {
		t.Errorf("outcomes %v, exceeded %v; want one that is unknown", outcomes, ev.Exceeded)
	}
	if ev.steps > maxTrySteps+4*once {
		t.Errorf("%d steps for a question of %d", ev.steps, once)
	}
}

// What fails inside a for expression's condition says why.
func TestForCondition(t *testing.T) {
	t.Parallel()
	ev := &Evaluator{}
	v := ev.Eval(parse(`[for k in ["a"] : k if {}.x]`, "test"), newNames(nil))
	if v.Kind != Failed || v.gap.Reason != "it has no attribute x" {
		t.Errorf("%v %v", v.Kind, v.gap)
	}
}

// A for expression looks only at the elements that it uses.
func TestForIsLazy(t *testing.T) {
	t.Parallel()
	n := newNames(map[string]string{"map": `{a = slow, b = 1}`, "list": `[slow, 1]`})
	asked := false
	n.cells["slow"] = Lazy(func(*Evaluator) *Value {
		asked = true
		return UnknownVal(model.AtApply, "unknown")
	})
	ev := &Evaluator{}
	for _, expr := range []string{`{for k, v in map : k => v}`, `{for k, v in map : k => v}.b`, `[for v in list : v][1]`} {
		if ev.Eval(parse(expr, "test"), n); asked {
			t.Errorf("%s looks at an element that it does not use", expr)
		}
	}
}
