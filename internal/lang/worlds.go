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

	assumable []assumption // so far
	rest      *Value       // that stands for all others
}

// assumption is a literal as the value that a symbol is assumed to have.
type assumption struct {
	literal cty.Value
	value   *Value
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

// see notes values that matter to the symbol that an unknown value stands for.
func (g *Gap) see(values ...cty.Value) {
	switch {
	case g.Symbol != nil:
		g.Symbol.see(values...)
	case g.rest != nil:
		g.rest.see(values...)
	}
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

// inWorld is the value of a cell under assumptions.
type inWorld struct {
	world *World
	value *Value
	deps  []*Symbol // that the value rests on
}

// maxRemembered is how many values under assumptions a cell keeps. The stores
// of a configuration mostly rest on the same few symbols, which are tried anew
// for each of them.
const maxRemembered = 8

// in returns the value that a cell is known to have in a world, nil when it
// must be computed.
func (c *Cell) in(w *World) *inWorld {
	for i := range c.others {
		if o := &c.others[i]; o.world.agrees(w, o.deps) {
			return o
		}
	}
	return nil
}

// remember keeps a value under assumptions in place of the oldest one.
func (c *Cell) remember(v inWorld) {
	if len(c.others) == maxRemembered {
		c.others = append(c.others[:0], c.others[1:]...)
	}
	c.others = append(c.others, v)
}

// own returns what a cell computed, as the value of the name that it is of.
func (c *Cell) own(v *Value) *Value {
	if !c.isName || v.Kind != Unknown || v.gap.Symbol != nil || v.gap.of != nil {
		return v
	}
	w := *v
	gap := *v.gap
	gap.of = c
	w.gap = &gap
	return &w
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
		s := ev.choose(deps)
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
		assume := func(value *Value) { try(&World{outer: w, symbol: s, value: value}) }
		values, other := s.values()
		if !other {
			for _, v := range values {
				assume(s.assumption(v))
			}
			return
		}
		// With the value of a symbol go the arms of conditionals: the one for all
		// other values may say of some of them that they matter too.
		for done := 0; ; {
			for ; done < len(s.literals); done++ {
				assume(s.assumption(s.literals[done]))
			}
			mark := len(outcomes)
			assume(s.anythingBut(s.literals))
			if overflow || done == len(s.literals) {
				return
			}
			outcomes = outcomes[:mark]
		}
	}
	try(outer)
	if overflow || len(outcomes) == 0 {
		ev.world = outer
		return []Outcome{{Value: compute()}}
	}
	return outcomes
}

// choose picks the next symbol to make an assumption about; real symbols come
// before made-up ones.
func (ev *Evaluator) choose(deps []*Symbol) *Symbol {
	for _, conditions := range []bool{false, true} {
		for _, s := range deps {
			if s.condition != conditions || ev.assumed(s) != nil {
				continue
			}
			if values, _ := s.values(); len(values) == 0 || len(values) > maxWorlds {
				continue
			}
			return s
		}
	}
	return nil
}

// assumption makes the value to assume of a literal. It is the same one each
// time, so that what was computed under it holds for the next question.
func (s *Symbol) assumption(literal cty.Value) *Value {
	literal = s.converted(literal)
	for _, a := range s.assumable {
		if a.literal.RawEquals(literal) {
			return a.value
		}
	}
	v := fromCty(literal, nil)
	s.assumable = append(s.assumable, assumption{literal, v})
	return v
}

// anythingBut is the value of a symbol of which no more is known than that it is
// none of these.
func (s *Symbol) anythingBut(values []cty.Value) *Value {
	if s.rest == nil || len(s.rest.gap.not) != len(values) {
		s.rest = UnknownVal(model.NoValue, s.Name+" has no value here")
		if s.gap != nil {
			s.rest = UnknownVal(s.gap.Cause, s.gap.Reason)
		}
		s.rest.gap.not, s.rest.gap.rest = slices.Clip(values), s
	}
	return s.rest
}

// InSomeWorld runs f if there are assumptions at hand, and does not note what it
// rests on.
func (ev *Evaluator) InSomeWorld(f func()) {
	if ev.world == nil {
		return
	}
	outer := ev.deps
	ev.deps = nil
	f()
	ev.deps = outer
}

// InNoWorld runs f without the assumptions at hand.
func (ev *Evaluator) InNoWorld(f func()) {
	outer := ev.world
	ev.world = nil
	f()
	ev.world = outer
}
