package lang

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/model"
)

// Symbol stands for one thing that the files do not say: the value of a
// variable, the name of the workspace, the outcome of a condition. While an
// expression is evaluated, the symbol collects the values that matter to it.
type Symbol struct {
	// Name for people, such as var.env.
	Name string

	literals  []cty.Value // it is compared with, or that index something
	closed    []cty.Value // the only values it can have, when known
	isBool    bool
	typ       cty.Type // NilType when it may have any
	condition bool     // made up for an expression; tried after the real ones
	parts     map[string]*Symbol
	gap       *Gap // why its value is not known
}

// NewSymbol makes a symbol.
func NewSymbol(name string) *Symbol { return &Symbol{Name: name} }

// Only says that the symbol has one of these values, as a validation does.
func (s *Symbol) Only(values []*Value) {
	s.closed = nil
	for _, v := range values {
		switch v.Kind {
		case Scalar:
			s.closed = append(s.closed, v.scalar)
		case Null:
			s.closed = append(s.closed, v.null())
		}
	}
}

// Of says of which type the symbol's value is.
func (s *Symbol) Of(ty cty.Type) {
	if ty.IsPrimitiveType() {
		s.typ = ty
	}
	s.isBool = s.isBool || ty == cty.Bool
}

// converted returns a value as one of the symbol's type.
func (s *Symbol) converted(v cty.Value) cty.Value {
	if s.typ == cty.NilType {
		return v
	}
	return convertOr(v, s.typ)
}

// seeBool notes that a value is used as a bool. Where an error would be caught,
// it may as well be none.
func (ev *Evaluator) seeBool(v *Value) {
	s := v.gap.Symbol
	switch {
	case s == nil:
	case ev.strict && !s.isBool:
		s.see(cty.True, cty.False)
	default:
		s.isBool = true
	}
}

// isNoBool says of an unknown value that it is known to be neither true nor
// false.
func (v *Value) isNoBool() bool {
	return v.Kind == Unknown && v.differsFrom([]cty.Value{cty.True, cty.False})
}

// see notes values that matter. That it must be one of them, as an index must,
// comes out when the other ones are tried: they fail.
func (s *Symbol) see(values ...cty.Value) {
	for _, v := range values {
		if !slices.ContainsFunc(s.literals, v.RawEquals) {
			s.literals = append(s.literals, v)
		}
	}
}

// Part returns the symbol of an attribute or element, whose text is .name or
// [key].
func (s *Symbol) Part(text string) *Symbol {
	if s.parts == nil {
		s.parts = map[string]*Symbol{}
	}
	if s.parts[text] == nil {
		s.parts[text] = NewSymbol(s.Name + text)
	}
	return s.parts[text]
}

// values lists the values to try, nil when there are too many to. other says
// that it may be something else besides.
func (s *Symbol) values() (values []cty.Value, other bool) {
	switch {
	case s.closed != nil:
		return s.closed, false
	case s.isBool:
		return []cty.Value{cty.True, cty.False}, false
	}
	return s.literals, true
}

// World is a set of assumptions about symbols.
type World struct {
	outer  *World
	symbol *Symbol
	value  *Value
}

// Assumptions lists what a world assumes, the first assumption first.
func (w *World) Assumptions() []string {
	if w == nil {
		return nil
	}
	text, ok := w.value.Text()
	switch {
	case w.value.Kind == Null:
		text = "null"
	case !ok:
		text = "something else"
	}
	return append(w.outer.Assumptions(), w.symbol.Name+" = "+text)
}

func (w *World) depth() int {
	n := 0
	for ; w != nil; w = w.outer {
		n++
	}
	return n
}

func (w *World) find(s *Symbol) *Value {
	for ; w != nil; w = w.outer {
		if w.symbol == s {
			return w.value
		}
	}
	return nil
}

// agrees says whether two worlds give the symbols the same values.
func (w *World) agrees(other *World, symbols []*Symbol) bool {
	return w == other || !slices.ContainsFunc(symbols, func(s *Symbol) bool { return w.find(s) != other.find(s) })
}

// assumed returns the value that the world at hand gives a symbol, or nil.
func (ev *Evaluator) assumed(s *Symbol) *Value { return ev.world.find(s) }

// assumes says whether the world at hand gives any of the symbols a value.
func (ev *Evaluator) assumes(symbols []*Symbol) bool {
	if ev.world == nil {
		return false
	}
	return slices.ContainsFunc(symbols, func(s *Symbol) bool { return ev.world.find(s) != nil })
}

// SymbolValue returns the value of a symbol in the world at hand.
func (ev *Evaluator) SymbolValue(s *Symbol, cause model.Cause, reason string) *Value {
	if s.gap == nil {
		s.gap = &Gap{Cause: cause, Reason: reason}
	}
	ev.touch(s)
	if v := ev.assumed(s); v != nil {
		return v
	}
	return SymbolVal(s, cause, reason)
}

type symbolKey struct {
	expr hclsyntax.Expression
	sc   Scope
}

// symbolFor returns the symbol of an expression in a scope; nil inside a for
// expression, where each turn would need its own.
func (ev *Evaluator) symbolFor(e hclsyntax.Expression, sc Scope) *Symbol {
	if _, isBinding := sc.(*binding); isBinding {
		return nil
	}
	key := symbolKey{e, sc}
	if ev.symbols == nil {
		ev.symbols = map[symbolKey]*Symbol{}
	}
	if ev.symbols[key] == nil {
		ev.symbols[key] = &Symbol{Name: "a condition", condition: true}
	}
	return ev.symbols[key]
}

// Outcome is a value with the world in which it comes about.
type Outcome struct {
	// Value in that world.
	Value *Value
	// World, nil when no assumption was needed.
	World *World
}

// Bounds on one question.
const (
	maxWorlds      = 256     // outcomes
	maxAssumptions = 16      // on top of one another
	maxTrySteps    = 100_000 // expressions evaluated under assumptions
)

// Outcomes computes a value, and where it is not settled, computes it again
// under each finite set of assumptions about what it rests on. An outcome that
// is still unknown stands for values that can't be listed. Worlds in which the
// configuration is in error are left out: Terraform would not apply it there.
func (ev *Evaluator) Outcomes(settled func(*Value) bool, compute func() *Value) []Outcome {
	outer := ev.world
	defer func() { ev.world = outer }()

	var outcomes []Outcome
	overflow := false
	start := ev.steps
	var try func(w *World)
	try = func(w *World) {
		if overflow {
			return
		}
		ev.world = w
		var v *Value
		deps := ev.track(func() { v = compute() })
		if w == outer {
			start = ev.steps
		}
		s, values := ev.choose(deps)
		if w.depth() > maxAssumptions {
			s = nil
		}
		if settled(v) || s == nil {
			if v.Kind != Failed || w == outer {
				outcomes = append(outcomes, Outcome{v, w})
			}
			overflow = len(outcomes) > maxWorlds
			return
		}
		if overflow = ev.steps-start > maxTrySteps; overflow {
			return
		}
		for _, value := range values {
			try(&World{outer: w, symbol: s, value: value})
		}
	}
	try(outer)
	if overflow || len(outcomes) == 0 {
		ev.world = outer
		return []Outcome{{Value: compute()}}
	}
	return outcomes
}

// choose picks the next symbol to make an assumption about, and the values to
// assume; real symbols come before made-up ones.
func (ev *Evaluator) choose(deps []*Symbol) (*Symbol, []*Value) {
	for _, conditions := range []bool{false, true} {
		for _, s := range deps {
			if s.condition != conditions || ev.assumed(s) != nil {
				continue
			}
			values, other := s.values()
			if len(values) == 0 || len(values) > maxWorlds {
				continue
			}
			return s, assumptions(s, values, other)
		}
	}
	return nil, nil
}

func assumptions(s *Symbol, values []cty.Value, other bool) []*Value {
	var assume []*Value
	for _, v := range values {
		assume = append(assume, fromCty(s.converted(v), nil))
	}
	if other {
		rest := UnknownVal(model.NoValue, s.Name+" has no value here")
		if s.gap != nil {
			rest = UnknownVal(s.gap.Cause, s.gap.Reason)
		}
		rest.gap.not = values
		assume = append(assume, rest)
	}
	return assume
}

// InNoWorld runs f without the assumptions at hand.
func (ev *Evaluator) InNoWorld(f func()) {
	outer := ev.world
	ev.world = nil
	f()
	ev.world = outer
}
