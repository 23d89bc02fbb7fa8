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

// What a name turns out to be for one expression it is for all, also where it is
// computed from what is not known.
func TestOutcomesOfName(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`"${env == "p" ? "a" : "b"}${env == "p" ? "c" : "d"}"`:          "ac bd",
		`"${{p = 1, q = 2}[env]}${{p = 3, q = 4}[env]}"`:                "13 24",
		`"${env == "p" ? "" : {p = 1, q = 2}[env]}"`:                    " 2",
		`"${copy == "p" ? "a" : "b"}${env == "p" ? "c" : "d"}"`:         "ac bd",
		`"${env == "p" ? "a" : "b"}${{p = 1, q = 2}[other]}"`:           "a1 a2 b1 b2",
		`"${flag ? 1 : 2}${flag ? 3 : 4}"`:                              "13 24",
		`"${env == "p" ? 1 : 2}${lookup({p = 3}, env, 4)}"`:             "13 24",
		`"${element(["a", "b"], n)}${element(["c", "d"], n)}"`:          "ac bd",
		`join("", [for x in ["a", "b"] : x if x == "a" || env == "p"])`: "ab a",
	} {
		n := newNames(nil)
		for _, name := range []string{"env", "other", "flag", "n"} {
			n.cells[name] = Name(func(*Evaluator) *Value { return UnknownVal(model.AtApply, "it is computed") })
		}
		n.cells["copy"] = Name(func(ev *Evaluator) *Value { return ev.Eval(parse("env", "copy"), n) })
		ev := &Evaluator{}
		e := parse(expr, "test")
		var got []string
		for _, o := range ev.Outcomes((*Value).IsKnown, func() *Value { return ev.Eval(e, n) }) {
			text, _ := o.Value.Text()
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

// What was computed under an assumption for one question holds for the next.
func TestOutcomesRemembered(t *testing.T) {
	t.Parallel()
	n := newNames(nil)
	computed := 0
	n.cells["env"] = Name(func(*Evaluator) *Value { return UnknownVal(model.AtApply, "it is computed") })
	n.cells["slow"] = Lazy(func(ev *Evaluator) *Value {
		computed++
		return ev.Eval(parse(`env == "p" ? "x" : "y"`, "slow"), n)
	})
	ev := &Evaluator{}
	for _, expr := range []string{`"${slow}1"`, `"${slow}2"`, `"${slow}3"`} {
		e := parse(expr, "test")
		if outcomes := ev.Outcomes((*Value).IsKnown, func() *Value { return ev.Eval(e, n) }); len(outcomes) != 2 {
			t.Errorf("%s has %d outcomes, want 2", expr, len(outcomes))
		}
	}
	if computed != 3 {
		t.Errorf("slow was computed %d times, want once without and once with each assumption", computed)
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
