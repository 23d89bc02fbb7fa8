package lang

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// Bounds on one Evaluator. They are far above what configurations need, and
// low enough that a hostile one ends soon.
const (
	maxSteps  = 2_000_000 // expressions evaluated
	maxDepth  = 1_000     // expressions inside one another
	maxString = 1 << 20   // bytes of one string
	maxList   = 100_000   // elements of one collection
)

// Scope gives meaning to names.
type Scope interface {
	// Resolve returns the value of the names at the beginning of a traversal,
	// and how many of the traversal's steps they are.
	Resolve(ev *Evaluator, t hcl.Traversal) (v *Value, steps int)
}

// Files gives file functions their files, named by path from the checked root.
type Files interface {
	// Read returns the content of a file.
	Read(name string) ([]byte, error)
	// IsDir says whether there is a directory of that name.
	IsDir(name string) bool
	// Below lists the files below a directory.
	Below(dir string) ([]string, error)
}

// Evaluator evaluates the expressions of one configuration. It is not safe for
// use by several goroutines.
type Evaluator struct {
	// Files for file functions.
	Files Files
	// Dir from which relative paths start, from the checked root.
	Dir string
	// Root is the absolute path of the checked root, for configurations that
	// build absolute paths; those below it are read, all others are not.
	Root string
	// Real is the name under which a file is found, for configurations that are
	// copied elsewhere before they are evaluated; may be nil.
	Real func(name string) string
	// Functions that a dialect has besides Terraform's own. They get the scope of
	// the call, which Innermost leads to the one that the dialect gave.
	Functions map[string]func(ev *Evaluator, sc Scope, args []*Value) *Value
	// Context ends evaluation early.
	Context context.Context
	// Exceeded says that a bound was reached and something was given up.
	Exceeded bool

	world  *World
	strict bool // as Terraform is: what fails fails the whole expression
	doubt  bool // something strict worked with an unknown, and may fail after all
	deps   *[]*Symbol
	steps  int
	// volume of the value that is being converted, in bytes.
	volume     int
	converting int
	depth      int
	symbols    map[symbolKey]*Symbol
	documents  map[string]*yaml.Node // that were decoded, by their text
}

// Force returns the value of a cell, computing it when this is the first time
// that it is asked for under the assumptions at hand.
func (ev *Evaluator) Force(c *Cell) *Value {
	if c.compute == nil {
		return c.value
	}
	if c.value != nil && !ev.assumes(c.deps) {
		ev.touch(c.deps...)
		return c.value
	}
	if r := c.in(ev.world); r != nil {
		ev.touch(r.deps...)
		return r.value
	}
	if c.running {
		return FailedVal("it refers to itself")
	}
	if ev.depth > maxDepth {
		ev.Exceeded = true
		return limitVal("references are nested too deeply")
	}
	c.running = true
	ev.depth++
	strict := ev.strict
	ev.strict = false
	var v *Value
	deps := ev.track(func() { v = c.compute(ev) })
	ev.strict = strict
	ev.depth--
	c.running = false
	v = c.own(v)
	if ev.assumes(deps) {
		c.remember(inWorld{ev.world, v, deps})
	} else {
		c.value, c.deps = v, deps
	}
	ev.touch(deps...)
	return v
}

// track runs f and returns the symbols that it touched.
func (ev *Evaluator) track(f func()) []*Symbol {
	outer := ev.deps
	var deps []*Symbol
	ev.deps = &deps
	f()
	ev.deps = outer
	return deps
}

func (ev *Evaluator) touch(symbols ...*Symbol) {
	if ev.deps == nil {
		return
	}
	for _, s := range symbols {
		if !slices.Contains(*ev.deps, s) {
			*ev.deps = append(*ev.deps, s)
		}
	}
}

// Expr makes a cell of an expression.
func Expr(e hclsyntax.Expression, sc Scope) *Cell {
	return Lazy(func(ev *Evaluator) *Value { return ev.Eval(e, sc).At(e.Range()) })
}

// elem makes a cell of an expression inside another one, which is as strict as
// that one.
func (ev *Evaluator) elem(e hclsyntax.Expression, sc Scope) *Cell {
	if !ev.strict {
		return Expr(e, sc)
	}
	return Lazy(func(ev *Evaluator) *Value {
		ev.strict = true
		return ev.Eval(e, sc).At(e.Range())
	})
}

// checked returns what makes a value fail when errors count wherever they are,
// as they do inside try; the value itself when nothing does, or when only what
// is asked for counts.
func (ev *Evaluator) checked(v *Value) *Value {
	if !ev.strict {
		return v
	}
	if ev.depth++; ev.depth > maxDepth {
		ev.depth--
		return v
	}
	defer func() { ev.depth-- }()
	cells := v.list
	if v.Kind == Object {
		for _, k := range v.obj.keys {
			if c := v.obj.elems[k]; c != nil {
				cells = append(cells, c)
			}
		}
	}
	for _, c := range cells {
		if ev.spent() {
			return v
		}
		if f := ev.checked(ev.Force(c)); f.Kind == Failed {
			if v.Open {
				ev.doubt = true // it may not be there
				continue
			}
			return f
		}
	}
	return v
}

// replaced returns what makes an element fail that another one of its key
// replaces, where that counts.
func (ev *Evaluator) replaced(c *Cell) *Value {
	if !ev.strict || c == nil {
		return nil
	}
	if f := ev.checked(ev.Force(c)); f.Kind == Failed {
		return f
	}
	return nil
}

// doubtful notes that an operation whose errors would be caught goes on with
// these values: with one that is unknown it may fail.
func (ev *Evaluator) doubtful(values ...*Value) {
	if ev.strict && firstUnknown(values...) != nil {
		ev.doubt = true
	}
}

// Eval evaluates an expression.
func (ev *Evaluator) Eval(e hclsyntax.Expression, sc Scope) *Value {
	if ev.spent() {
		return limitVal("evaluation takes too many steps")
	}
	ev.depth++
	defer func() { ev.depth-- }()

	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return fromCty(e.Val, nil)
	case *hclsyntax.TemplateExpr:
		return ev.template(e, sc)
	case *hclsyntax.TemplateWrapExpr:
		return ev.Eval(e.Wrapped, sc)
	case *hclsyntax.TemplateJoinExpr:
		return ev.joinParts(ev.Eval(e.Tuple, sc))
	case *hclsyntax.ParenthesesExpr:
		return ev.Eval(e.Expression, sc)
	case *hclsyntax.ScopeTraversalExpr:
		return ev.traversal(e.Traversal, sc)
	case *hclsyntax.RelativeTraversalExpr:
		source := ev.Eval(e.Source, sc)
		return ev.follow(source, e.Traversal).also(source)
	case *hclsyntax.IndexExpr:
		return ev.indexExpr(e, sc)
	case *hclsyntax.ConditionalExpr:
		return ev.conditional(e, sc)
	case *hclsyntax.BinaryOpExpr:
		return ev.binary(e, sc)
	case *hclsyntax.UnaryOpExpr:
		return ev.unary(e, sc)
	case *hclsyntax.TupleConsExpr:
		return ev.checked(ev.tuple(e, sc))
	case *hclsyntax.ObjectConsExpr:
		return ev.checked(ev.object(e, sc))
	case *hclsyntax.ForExpr:
		return ev.checked(ev.forExpr(e, sc))
	case *hclsyntax.SplatExpr:
		return ev.checked(ev.splat(e, sc))
	case *hclsyntax.AnonSymbolExpr:
		return ev.itemOf(sc, e)
	case *hclsyntax.FunctionCallExpr:
		return ev.checked(ev.call(e, sc))
	}
	return FailedVal("it can't be parsed")
}

// spent counts a step and says whether there are none left.
func (ev *Evaluator) spent() bool {
	ev.steps++
	if ev.steps%1024 == 0 && ev.Context != nil && ev.Context.Err() != nil {
		ev.steps = maxSteps
	}
	if ev.steps > maxSteps || ev.depth > maxDepth {
		ev.Exceeded = true
		return true
	}
	return false
}

// traversal evaluates a chain of names such as var.a.b or local.list[0].
func (ev *Evaluator) traversal(t hcl.Traversal, sc Scope) *Value {
	base, n := sc.Resolve(ev, t)
	v := ev.follow(base, t[n:])
	named := v.Named(Text(t))
	// How the container came to be is part of how its element did.
	if len(t) > n && base.why != nil && v.why != base.why {
		named.why.From = append(named.why.From, base.why)
	}
	return named
}

// Text writes a traversal as configurations do.
func Text(t hcl.Traversal) string {
	var b strings.Builder
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			b.WriteString(indexText(step.Key))
		case hcl.TraverseSplat:
			b.WriteString("[*]")
		}
	}
	return b.String()
}

// isKey says whether a step of a traversal has a key; where the text is in
// error it may have none.
func isKey(key cty.Value) bool {
	return key != cty.NilVal && key.IsWhollyKnown() && !key.IsNull() && key.Type().IsPrimitiveType()
}

func indexText(key cty.Value) string {
	if !isKey(key) {
		return "[?]"
	}
	text, _ := ScalarVal(key).Text()
	if key.Type() == cty.String {
		text = fmt.Sprintf("%q", text)
	}
	return "[" + text + "]"
}

// follow takes the steps of a traversal from a value.
func (ev *Evaluator) follow(v *Value, steps hcl.Traversal) *Value {
	for _, step := range steps {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			v = ev.Attr(v, step.Name)
		case hcl.TraverseIndex:
			if !isKey(step.Key) {
				return FailedVal("it can't be parsed")
			}
			v = ev.Index(v, ScalarVal(step.Key))
		default:
			return FailedVal("it can't be parsed")
		}
	}
	return v
}

// Attr returns an attribute of an object.
func (ev *Evaluator) Attr(v *Value, name string) *Value {
	switch v.Kind {
	case Unknown:
		if !v.mayHave(name) {
			return FailedVal("it has no attribute " + name).Because(v.why)
		}
		ev.doubt = ev.doubt || ev.strict && (v.gap.Type == cty.NilType || !v.gap.Type.IsObjectType())
		return ev.part(v, "."+name, name)
	case Failed:
		return v
	case Null:
		return FailedVal("it is null and has no attribute " + name).Because(v.why)
	case Object:
		ev.doubt = ev.doubt || ev.strict && v.Open // the element may not be there
		if elem, ok := v.obj.elems[name]; ok {
			return ev.Force(elem)
		}
		if v.obj.attr != nil {
			return v.obj.attr(ev, name)
		}
		if any, ok := v.obj.elems[AnyKey]; ok && v.Open {
			return ev.Force(any)
		}
	}
	return FailedVal("it has no attribute " + name).Because(v.why)
}

// mayHave says whether an unknown value may have an attribute.
func (v *Value) mayHave(name string) bool {
	ty := v.gap.Type
	switch {
	case ty == cty.NilType || ty == cty.DynamicPseudoType:
		return true
	case ty.IsObjectType():
		return ty.HasAttribute(name)
	}
	return ty.IsMapType()
}

// partType is the type of a part of something of a type.
func partType(ty cty.Type, name string) cty.Type {
	switch {
	case ty == cty.NilType:
	case ty.IsObjectType() && ty.HasAttribute(name):
		return concrete(ty.AttributeType(name))
	case ty.IsMapType() || ty.IsListType():
		return concrete(ty.ElementType())
	}
	return cty.NilType
}

// part returns a part of an unknown value: unknown for the same reason.
func (ev *Evaluator) part(v *Value, text, name string) *Value {
	w := *v
	w.parts, w.encoded = nil, nil
	gap := *v.gap
	if gap.form != "" {
		gap.form += text
	}
	gap.Prefix, gap.notNull, gap.not, gap.rest, gap.of = "", false, nil, nil, nil
	gap.Type = partType(gap.Type, name)
	if v.ref != nil {
		w.ref = &Ref{Target: v.ref.Target, Attr: v.ref.Attr + "." + name}
	}
	if gap.Symbol != nil {
		gap.Symbol = gap.Symbol.Part(text)
		ev.touch(gap.Symbol)
		if known := ev.assumed(gap.Symbol); known != nil {
			return known.Because(v.why)
		}
	}
	w.gap = &gap
	return &w
}

// Index returns an element of a list or object.
func (ev *Evaluator) Index(v, key *Value) *Value {
	switch {
	case v.Kind == Failed || key.Kind == Failed:
		return firstFailed(v, key)
	case v.Kind == Null:
		return FailedVal("it is null and has no elements").Because(v.why)
	case v.Kind == Unknown && v.gap.Type != cty.NilType && v.gap.Type.IsPrimitiveType():
		return FailedVal("it has no elements").Because(v.why)
	case v.Kind == Unknown:
		ev.doubt = ev.doubt || ev.strict
		if text, ok := key.Text(); ok {
			return ev.part(v, "["+text+"]", text)
		}
		return &Value{Kind: Unknown, gap: &Gap{Cause: v.gap.Cause, Reason: v.gap.Reason}, why: join(v.why, key.why)}
	case key.Kind == Unknown:
		return ev.indexUnknown(v, key)
	case v.Kind == Object:
		name, ok := key.Text()
		if !ok {
			return FailedVal("its key is not a string")
		}
		return ev.Attr(v, name)
	case v.Kind == List:
		return ev.element(v, key)
	}
	return FailedVal("it has no elements").Because(v.why)
}

func (ev *Evaluator) element(v, key *Value) *Value {
	i, ok := key.Int()
	if !ok || i < 0 || v.Shape == Set {
		return FailedVal("it has no such element").Because(v.why)
	}
	if v.headed && i == 0 {
		return ev.Force(v.list[0])
	}
	ev.doubt = ev.doubt || ev.strict && v.Open
	if v.Open && len(v.list) == 1 && !v.headed {
		return ev.Force(v.list[0])
	}
	if v.Open {
		return &Value{Kind: Unknown, gap: &Gap{Cause: model.AtApply, Reason: "the number of elements is not known"}, why: v.why}
	}
	if i >= len(v.list) {
		return FailedVal(fmt.Sprintf("it has %d elements", len(v.list))).Because(v.why)
	}
	return ev.Force(v.list[i])
}

// indexUnknown notes which keys an unknown key may be, so that Outcomes can try
// them.
func (ev *Evaluator) indexUnknown(v, key *Value) *Value {
	if v.Open && len(v.list) == 1 && !v.headed {
		return ev.Force(v.list[0]).also(key)
	}
	if v.Kind == Object && v.Open && len(v.obj.keys) == 1 {
		return ev.Attr(v, AnyKey).also(key)
	}
	if !v.Open && v.obj.closed() && key.differsFrom(keysOf(v)) {
		return FailedVal("it has no such element").Because(v.why)
	}
	if !v.Open {
		key.gap.see(keysOf(v)...)
	}
	return &Value{Kind: Unknown, gap: &Gap{Cause: key.gap.Cause, Reason: key.gap.Reason}, why: join(key.why, v.why)}
}

// keysOf lists the keys of an object or the indexes of a list.
func keysOf(v *Value) []cty.Value {
	var keys []cty.Value
	if v.Kind == Object {
		for _, k := range v.obj.keys {
			keys = append(keys, cty.StringVal(k))
		}
		return keys
	}
	for i := range v.list {
		keys = append(keys, cty.NumberIntVal(int64(i)))
	}
	return keys
}

// differsFrom says whether an unknown value is known to be none of these.
func (v *Value) differsFrom(values []cty.Value) bool {
	if v.gap.not == nil {
		return false
	}
	for _, other := range values {
		if !slices.ContainsFunc(v.gap.not, other.RawEquals) {
			return false
		}
	}
	return true
}

// closed says that the object has no attributes beyond its elements.
func (o *object) closed() bool { return o == nil || o.attr == nil }

func (ev *Evaluator) indexExpr(e *hclsyntax.IndexExpr, sc Scope) *Value {
	coll, key := ev.Eval(e.Collection, sc), ev.Eval(e.Key, sc)
	ev.doubtful(coll, key)
	if coll.IsKnown() {
		key = ev.symbolic(key, e, sc)
	}
	return elementStep(ev.Index(coll, key), coll, key, e.Collection)
}

// elementStep names an element that was chosen by a key: the step leads to the
// element's own expression, not to the whole collection's.
func elementStep(v, coll, key *Value, e hclsyntax.Expression) *Value {
	t, isName := e.(*hclsyntax.ScopeTraversalExpr)
	text, known := key.Text()
	if !isName || !known || v.def == nil {
		return v.also(coll, key)
	}
	if key.scalar.Type() == cty.String {
		text = fmt.Sprintf("%q", text)
	}
	named := v.Named(Text(t.Traversal) + "[" + text + "]")
	if coll.why != nil {
		named.why.From = append(named.why.From, coll.why.From...)
	}
	if key.why != nil {
		named.why.From = append(named.why.From, key.why)
	}
	return named
}

// symbolic gives a value that is computed from what is not known a symbol: that
// of the name whose value it is, else one of the expression that uses it.
func (ev *Evaluator) symbolic(v *Value, e hclsyntax.Expression, sc Scope) *Value {
	if !v.isAnything() {
		return v
	}
	if v.gap.of != nil {
		return ev.symbolicName(v)
	}
	s := ev.symbolFor(e, sc)
	if s == nil {
		return v
	}
	return ev.SymbolValue(s, v.gap.Cause, v.gap.Reason).Because(v.why)
}

// isAnything says of a value that it is unknown, and neither a symbol's nor what
// is left of one's possibilities.
func (v *Value) isAnything() bool {
	return v.Kind == Unknown && v.gap.Symbol == nil && v.gap.not == nil
}

// symbolicName gives the value of a name that is computed from what is not known
// a symbol.
func (ev *Evaluator) symbolicName(v *Value) *Value {
	if !v.isAnything() || v.gap.of == nil {
		return v
	}
	c := v.gap.of
	if c.symbol == nil {
		c.symbol = &Symbol{Name: "a name", condition: true}
		c.symbol.Of(v.gap.Type)
	}
	return ev.SymbolValue(c.symbol, v.gap.Cause, v.gap.Reason).Because(v.why)
}

func firstFailed(values ...*Value) *Value {
	for _, v := range values {
		if v.Kind == Failed {
			return v
		}
	}
	return nil
}

func (ev *Evaluator) conditional(e *hclsyntax.ConditionalExpr, sc Scope) *Value {
	cond := ev.Eval(e.Condition, sc)
	if cond = ev.symbolic(cond, e, sc); cond.Kind == Unknown {
		ev.seeBool(cond)
	}
	ev.doubtful(cond)
	if cond.isNoBool() {
		return FailedVal("its condition is not a bool").Because(cond.why)
	}
	switch cond.Kind {
	case Failed:
		return cond
	case Unknown:
		return &Value{Kind: Unknown, gap: &Gap{Cause: cond.gap.Cause, Reason: cond.gap.Reason}, why: cond.why}
	}
	taken, ok := cond.Bool()
	if !ok {
		return FailedVal("its condition is not a bool")
	}
	arm, other := e.TrueResult, e.FalseResult
	if !taken {
		arm, other = other, arm
	}
	v := ev.Eval(arm, sc)
	if v.def == nil {
		v = v.At(arm.Range())
	}
	return ev.unifyArm(v, other, sc).also(cond)
}

// unifyArm gives the taken arm of a conditional the type that both arms have in
// common, as far as their types are known.
func (ev *Evaluator) unifyArm(v *Value, other hclsyntax.Expression, sc Scope) *Value {
	if v.Kind == Failed || !ev.strict && (v.Kind == Unknown || v.isString()) {
		return v // whatever has a type in common with a string becomes one
	}
	o, doubt := ev.attempt(other, sc)
	mine := arm{v, ev.toCty(v)}
	theirs := arm{o, ev.toCty(o)}
	ev.doubt = ev.doubt || ev.strict && doubt && !theirs.isTyped() && v.Kind != Unknown
	ty, ok := ev.commonType(mine, theirs)
	if o.Kind == Failed {
		ty, ok = ev.failedArm(mine, other)
	}
	if !ok {
		return FailedVal("its two arms are of different types")
	}
	if ty == cty.DynamicPseudoType || v.Kind == Unknown {
		return v
	}
	if exact, ok := ev.unifyExact(mine, theirs); ok {
		return exact
	}
	return ev.checked(ev.Convert(v, ty, nil))
}

// arm is one of the two values of a conditional, and what is known of it.
type arm struct {
	v     *Value
	whole cty.Value
}

// unknownArm is an arm of which only the type is known.
func unknownArm(ty cty.Type) arm {
	return arm{unknownOf(ty, UnknownVal(model.Invalid, "")), cty.UnknownVal(ty)}
}

func (v *Value) isString() bool { return v.Kind == Scalar && v.scalar.Type() == cty.String }

// unifyExact converts an arm that is known whole just as HCL does.
func (ev *Evaluator) unifyExact(mine, theirs arm) (*Value, bool) {
	v := mine.v
	if v.Kind == Null || !mine.whole.IsWhollyKnown() {
		return nil, false
	}
	_, conversions := convert.UnifyUnsafe([]cty.Type{mine.whole.Type(), theirs.whole.Type()})
	if len(conversions) == 0 || conversions[0] == nil {
		return nil, false
	}
	exact, err := conversions[0](mine.whole)
	if err != nil {
		return FailedVal(err.Error()).Because(v.why), true
	}
	return ev.overlay(v, exact, v.why), true
}

// commonType is the type of a conditional with two arms. It is dynamic when
// nothing is to be converted, or when it is not known.
func (ev *Evaluator) commonType(mine, theirs arm) (ty cty.Type, ok bool) {
	a, b := mine.whole.Type(), theirs.whole.Type()
	switch {
	case mine.isNull() && theirs.isTyped():
		return b, true
	case theirs.isNull() || !mine.isTyped() || !theirs.isTyped() || a.Equals(b):
		return cty.DynamicPseudoType, true
	}
	ty, _ = convert.UnifyUnsafe([]cty.Type{a, b})
	if ty == cty.NilType && (a.HasDynamicTypes() || b.HasDynamicTypes()) {
		ev.doubt = ev.doubt || ev.strict
		return cty.DynamicPseudoType, true
	}
	return ty, ty != cty.NilType
}

// failedArm is commonType for an arm that is not taken and would fail. Its type
// still counts; where that is hard to tell, so is whether the conditional fails.
func (ev *Evaluator) failedArm(mine arm, other hclsyntax.Expression) (ty cty.Type, ok bool) {
	switch e := other.(type) {
	case *hclsyntax.ParenthesesExpr:
		return ev.failedArm(mine, e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return ev.failedArm(mine, e.Wrapped)
	case *hclsyntax.TemplateExpr:
		return ev.commonType(mine, unknownArm(cty.String))
	case *hclsyntax.BinaryOpExpr:
		return ev.commonType(mine, unknownArm(e.Op.Type))
	case *hclsyntax.UnaryOpExpr:
		return ev.commonType(mine, unknownArm(e.Op.Type))
	case *hclsyntax.SplatExpr, *hclsyntax.TupleConsExpr, *hclsyntax.ObjectConsExpr, *hclsyntax.ConditionalExpr,
		*hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.ForExpr:
		ev.doubt = ev.doubt || ev.strict
	}
	return cty.DynamicPseudoType, true
}

// isNull says of an arm that it is a null of no type.
func (a arm) isNull() bool { return a.v.Kind == Null && a.whole.Type() == cty.DynamicPseudoType }

// isTyped says of an arm that its type is known.
func (a arm) isTyped() bool {
	return a.v.Kind == Null || a.v.Kind != Failed && a.whole.Type() != cty.DynamicPseudoType
}

func (ev *Evaluator) binary(e *hclsyntax.BinaryOpExpr, sc Scope) *Value {
	l, r := ev.Eval(e.LHS, sc), ev.Eval(e.RHS, sc)
	if e.Op != hclsyntax.OpEqual && e.Op != hclsyntax.OpNotEqual {
		ev.doubtful(l, r)
	}
	why := join(l.why, r.why)
	switch e.Op {
	case hclsyntax.OpLogicalAnd:
		return ev.logical(l, r, false).Because(why)
	case hclsyntax.OpLogicalOr:
		return ev.logical(l, r, true).Because(why)
	case hclsyntax.OpEqual:
		return ev.equal(l, r).Because(why)
	case hclsyntax.OpNotEqual:
		return not(ev.equal(l, r)).Because(why)
	}
	if f := firstFailed(l, r); f != nil {
		return f
	}
	if u := firstUnknown(l, r); u != nil {
		return unknownOf(e.Op.Type, u).Because(why)
	}
	if l.Kind != Scalar || r.Kind != Scalar {
		return FailedVal("its operands are not numbers").Because(why)
	}
	a, errA := convert.Convert(l.scalar, cty.Number)
	b, errB := convert.Convert(r.scalar, cty.Number)
	if errA != nil || errB != nil {
		return FailedVal("its operands are not numbers").Because(why)
	}
	result, err := e.Op.Impl.Call([]cty.Value{a, b})
	if err != nil {
		return FailedVal(err.Error()).Because(why)
	}
	return fromCty(result, nil).Because(why)
}

// logical is && (decisive false) or || (decisive true): a decisive operand
// decides whatever the other one is.
func (ev *Evaluator) logical(l, r *Value, decisive bool) *Value {
	for i, v := range []*Value{l, r} {
		if b, ok := v.Bool(); ok && b == decisive {
			other := []*Value{r, l}[i]
			if _, isBool := other.Bool(); ev.strict && !isBool && other.Kind != Unknown {
				// Newer versions let one operand decide, older ones fail.
				ev.doubt = true
				return UnknownVal(model.AtApply, "it depends on the version of Terraform")
			}
			return BoolVal(decisive)
		}
		if v.Kind == Unknown {
			ev.seeBool(v)
		}
	}
	if f := firstFailed(l, r); f != nil {
		return f
	}
	if u := firstUnknown(l, r); u != nil {
		return unknownOf(cty.Bool, u)
	}
	_, okL := l.Bool()
	_, okR := r.Bool()
	if !okL || !okR {
		return FailedVal("its operands are not bools")
	}
	return BoolVal(!decisive)
}

func firstUnknown(values ...*Value) *Value {
	for _, v := range values {
		if v.Kind == Unknown {
			return v
		}
	}
	return nil
}

// unknownLike makes a value that is unknown for the same cause, and is no
// longer the same value.
func unknownLike(v *Value) *Value {
	return &Value{Kind: Unknown, gap: &Gap{Cause: v.gap.Cause, Reason: v.gap.Reason}, why: v.why}
}

// unknownOf is unknownLike for a result whose type is known.
func unknownOf(ty cty.Type, v *Value) *Value {
	w := unknownLike(v)
	w.gap.Type = ty
	return w
}

// equal compares two values, noting the literals that a symbol is compared with.
func (ev *Evaluator) equal(l, r *Value) *Value {
	if f := firstFailed(l, r); f != nil {
		return f
	}
	if l.Kind == Unknown {
		l, r = r, l
	}
	if r.Kind == Unknown {
		if l.Kind == Scalar && !r.gap.differs(l) {
			if r = ev.symbolicName(r); r.Kind != Unknown {
				return ev.equal(l, r)
			}
		}
		if l.Kind == Scalar {
			r.gap.see(l.scalar)
		}
		if r.gap.differs(l) {
			return BoolVal(false)
		}
		return unknownOf(cty.Bool, r)
	}
	if l.Kind == Null || r.Kind == Null {
		return BoolVal(l.Kind == r.Kind)
	}
	if l.Kind != r.Kind {
		return BoolVal(false)
	}
	a, b := ev.toCty(l), ev.toCty(r)
	result := a.Equals(b)
	if !result.IsKnown() {
		return UnknownVal(model.AtApply, "it is known only when applied")
	}
	return BoolVal(result.True())
}

// differs says whether an unknown value is known not to be this known one.
func (g *Gap) differs(v *Value) bool {
	text, isText := v.Text()
	switch {
	case v.Kind == Null:
		return g.notNull
	case v.Kind == Scalar && slices.ContainsFunc(g.not, v.scalar.RawEquals):
		return true
	}
	return isText && !strings.HasPrefix(text, g.Prefix)
}

func not(v *Value) *Value {
	if b, ok := v.Bool(); ok {
		return BoolVal(!b)
	}
	if v.Kind == Unknown {
		return unknownOf(cty.Bool, v)
	}
	if v.Kind == Failed {
		return v
	}
	return FailedVal("its operand is not a bool")
}

func (ev *Evaluator) unary(e *hclsyntax.UnaryOpExpr, sc Scope) *Value {
	v := ev.Eval(e.Val, sc)
	ev.doubtful(v)
	if e.Op == hclsyntax.OpLogicalNot {
		if v.Kind == Unknown {
			ev.seeBool(v)
		}
		return not(v).Because(v.why)
	}
	if !v.IsKnown() {
		return v
	}
	if v.Kind == Scalar {
		if n, err := convert.Convert(v.scalar, cty.Number); err == nil {
			return ScalarVal(n.Negate()).Because(v.why)
		}
	}
	return FailedVal("its operand is not a number").Because(v.why)
}

func (ev *Evaluator) tuple(e *hclsyntax.TupleConsExpr, sc Scope) *Value {
	cells := make([]*Cell, len(e.Exprs))
	for i, elem := range e.Exprs {
		cells[i] = ev.elem(elem, sc)
	}
	return ListVal(cells)
}

func (ev *Evaluator) object(e *hclsyntax.ObjectConsExpr, sc Scope) *Value {
	elems := newElements(len(e.Items))
	var open *Gap
	var why *Origin
	for _, item := range e.Items {
		key := ev.objectKey(item.KeyExpr, sc)
		ev.doubtful(key)
		name, ok := key.Text()
		switch {
		case key.Kind == Failed:
			return key
		case key.Kind == Unknown:
			open = key.gap
			why = join(why, key.why)
			elems.putAny(ev.elem(item.ValueExpr, sc))
			continue
		case !ok:
			return FailedVal("an object's key is not a string")
		}
		if f := ev.replaced(elems.of[name]); f != nil {
			return f
		}
		elems.put(name, ev.elem(item.ValueExpr, sc))
	}
	v := elems.object(ev, e, sc).Because(why)
	v.Open, v.obj.gap = open != nil, open
	return v
}

// objectKey evaluates a key; a bare name stands for itself.
func (ev *Evaluator) objectKey(e hclsyntax.Expression, sc Scope) *Value {
	key, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok {
		return ev.Eval(e, sc)
	}
	if !key.ForceNonLiteral {
		if name := hcl.ExprAsKeyword(key.Wrapped); name != "" {
			return StringVal(name)
		}
	}
	return ev.Eval(key.Wrapped, sc)
}

// template joins the parts of a string template, keeping the known beginning
// when a later part is unknown.
func (ev *Evaluator) template(e *hclsyntax.TemplateExpr, sc Scope) *Value {
	parts := make([]*Value, len(e.Parts))
	for i, part := range e.Parts {
		parts[i] = ev.Eval(part, sc)
	}
	ev.doubtful(parts...)
	return ev.concat(parts)
}

// Concat joins values into a string, as a template does.
func (ev *Evaluator) Concat(parts []*Value) *Value { return ev.concat(parts) }

// concat joins values into a string.
func (ev *Evaluator) concat(parts []*Value) *Value {
	var text strings.Builder
	var gap *Gap
	var origins []*Origin
	secret := false
	for _, part := range parts {
		origins = append(origins, part.why)
		secret = secret || part.secret
		switch part.Kind {
		case Failed:
			return part
		case Null, List, Object:
			return FailedVal("a part of the string is not a string").Because(part.why)
		}
		if gap != nil {
			continue
		}
		s, known := part.Text()
		if !known {
			s = part.gap.Prefix
			gap = &Gap{Cause: part.gap.Cause, Reason: part.gap.Reason, Type: cty.String}
		}
		if text.Len()+len(s) > maxString {
			ev.Exceeded = true
			return limitVal("a string grows too long")
		}
		text.WriteString(s)
	}
	v := StringVal(text.String())
	if gap != nil {
		gap.Prefix, gap.form, gap.notNull = text.String(), formOf(parts), true
		v = &Value{Kind: Unknown, gap: gap, parts: parts}
	}
	v.why, v.secret, v.ref = join(origins...), secret, refInside(parts)
	return v
}

// formOf joins the forms of the parts of a string.
func formOf(parts []*Value) string {
	var form strings.Builder
	for _, part := range parts {
		f := part.Form()
		if f == "" && part.Kind != Scalar || form.Len() > maxString {
			return ""
		}
		form.WriteString(f)
	}
	return form.String()
}

// refInside finds the reference that a string is about: the string is an
// identifier or URL whose last variable part is an attribute of something, as
// in "arn:aws:s3:::${aws_s3_bucket.b.id}/*". A string with something added to a
// name is another name.
func refInside(parts []*Value) *Ref {
	if len(parts) == 1 {
		return parts[0].ref
	}
	for i, part := range slices.Backward(parts) {
		if part.ref == nil {
			continue
		}
		before, after := textOf(parts[:i]), textOf(parts[i+1:])
		if strings.HasSuffix(before, "://") && (after == "" || strings.ContainsRune("/:?", rune(after[0]))) {
			return part.ref // the host of a URL of any scheme, with or without a port
		}
		_, isIdentifier := geo.ParseIdentifier(before, false)
		if before != "" && !isIdentifier && !strings.HasSuffix(before, "://") {
			return nil
		}
		if after == "" && before == "" || after != "" && after[0] != '/' && after != ":*" && !endsHost(after) {
			return nil
		}
		return part.ref
	}
	return nil
}

// endsHost says whether a text makes the address of a bucket or an account out
// of its name, as in "${aws_s3_bucket.b.id}.s3.amazonaws.com".
func endsHost(after string) bool {
	host, _, _ := strings.Cut(after, "/")
	ref, ok := geo.ParseHost("name" + host)
	return ok && ref.Name == "name"
}

// textOf joins several parts, to see what kind of text they make: of one that
// is not known, what is known of its beginning stands for it.
func textOf(parts []*Value) string {
	var b strings.Builder
	for _, part := range parts {
		text, ok := part.Text()
		if !ok {
			text = cmp.Or(part.Prefix(), "x")
		}
		b.WriteString(text)
	}
	return b.String()
}

// joinParts joins the strings that a template's for directive makes.
func (ev *Evaluator) joinParts(v *Value) *Value {
	if v.Kind != List {
		return v
	}
	if v.Open {
		return UnknownVal(model.AtApply, "the number of elements is not known").Because(v.why)
	}
	parts := make([]*Value, len(v.list))
	for i, c := range v.list {
		parts[i] = ev.Force(c)
	}
	return ev.concat(parts).also(v)
}
