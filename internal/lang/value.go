// Package lang evaluates HCL expressions, lazily and with reasons.
//
// It differs from the evaluator of the HCL library in what a value knows.
// A value is computed only when something asks for it, element by element, so
// an unknown beside a known one does no harm. Each value carries the chain of
// named objects that decided it: the arm of a conditional that was taken, not
// the other. A value that can't be known says why, keeps the prefix that is
// known, and may be tried in each of its finite possibilities (see Outcomes).
// A value that is exactly an attribute of something keeps a reference to it,
// also when the attribute itself is not known.
//
// What names mean (var, local, module, resources) is left to a Scope.
package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/stateside-dev/stateside/internal/model"
)

// Kind says what a value is.
type Kind uint8

// The kinds of value.
const (
	// Unknown values can't be told from the files.
	Unknown Kind = iota
	// Failed values are errors of the configuration: Terraform would stop.
	Failed
	// Null is null.
	Null
	// Scalar is a known string, number or bool.
	Scalar
	// List is a tuple, list or set; its elements may be unknown.
	List
	// Object is an object or map; its elements may be unknown.
	Object
)

// Shape tells the collection types apart that Kind puts together.
type Shape uint8

// The shapes of collections.
const (
	Structural Shape = iota // tuple or object, as written
	Uniform                 // list or map, after conversion
	Set                     // set
)

// Value is the result of an expression. It is immutable.
type Value struct {
	// Kind of the value.
	Kind Kind
	// Shape of a List or Object.
	Shape Shape
	// Open collections have an unknown number of elements like those they
	// hold; those of an open Object stand under the key AnyKey.
	Open bool

	scalar cty.Value // also of a null whose type is known
	elem   cty.Type  // of a Uniform or Set, when known
	list   []*Cell
	obj    *object
	gap    *Gap
	why    *Origin
	def    *hcl.Range
	ref    *Ref
	secret bool

	headed  bool     // an open list of which the first element is there, and unlike the others
	encoded *Value   // what jsonencode or yamlencode made the text of
	parts   []*Value // that a text which is not wholly known was joined of
}

// AnyKey is the key of the element that stands for all in an open Object.
const AnyKey = "*"

// object holds the elements of an Object. attr, when set, computes attributes
// that are not among the elements; such an object (a resource, say) has
// attributes beyond those anyone can list.
type object struct {
	keys  []string
	elems map[string]*Cell
	attr  func(ev *Evaluator, name string) *Value
	gap   *Gap // why the key of an element under AnyKey is not known
}

// Gap says why a value is not known, and what is known all the same.
type Gap struct {
	// Cause, for counting.
	Cause model.Cause
	// Reason, as a sentence without a full stop.
	Reason string
	// Prefix with which the string, if it is one, begins.
	Prefix string
	// Within names a region in which the thing lies, when that much is known.
	Within string
	// Symbol whose value this is, when it is one's whole value.
	Symbol *Symbol
	// Type that the value has, when known.
	Type cty.Type
	// nullable says that it may be null, though it is an attribute of something.
	nullable bool
	// form writes what the value is made of: two values of the same form are
	// equal, whatever they are. Empty when that can't be told.
	form string
	// notNull says that the value is known not to be null.
	notNull bool
	// not lists the literals that the value is known to differ from.
	not []cty.Value
	// rest is the symbol of which this stands for all values but those of not.
	rest *Symbol
	// of is the cell of the name whose whole value this is, when it has no symbol.
	of *Cell
}

// Ref says that a value is an attribute of something, whatever its content.
type Ref struct {
	// Target that has the attribute; the Scope knows its type.
	Target any
	// Attr is the attribute's name.
	Attr string
}

// Origin is one step of the chain that decided a value.
type Origin struct {
	// What names the object that holds the value; empty for a step that only
	// joins others.
	What string
	// Range of the expression that gives the value.
	Range hcl.Range
	// Text of the value, for one that stands in no file.
	Text string
	// Secret values must not be shown.
	Secret bool
	// From are the origins of what the expression used.
	From []*Origin
}

// StringVal makes a known string.
func StringVal(s string) *Value { return ScalarVal(cty.StringVal(s)) }

// BoolVal makes a known bool.
func BoolVal(b bool) *Value { return ScalarVal(cty.BoolVal(b)) }

// NumberVal makes a known number.
func NumberVal(n int) *Value { return ScalarVal(cty.NumberIntVal(int64(n))) }

// ScalarVal makes a value of a known, non-null string, number or bool.
func ScalarVal(v cty.Value) *Value { return &Value{Kind: Scalar, scalar: v} }

// NullVal makes a null.
func NullVal() *Value { return &Value{Kind: Null} }

// UnknownVal makes a value that can't be known.
func UnknownVal(cause model.Cause, reason string) *Value {
	return &Value{Kind: Unknown, gap: &Gap{Cause: cause, Reason: reason}}
}

// SymbolVal makes an unknown value that Outcomes may try in the symbol's
// possibilities.
func SymbolVal(s *Symbol, cause model.Cause, reason string) *Value {
	return &Value{Kind: Unknown, gap: &Gap{Cause: cause, Reason: reason, Symbol: s}}
}

// FailedVal makes a value that stands for an error of the configuration.
func FailedVal(reason string) *Value {
	return &Value{Kind: Failed, gap: &Gap{Cause: model.Invalid, Reason: reason}}
}

// limitVal makes a value that was given up at a bound.
func limitVal(reason string) *Value {
	return &Value{Kind: Unknown, gap: &Gap{Cause: model.Limit, Reason: reason}}
}

// ListVal makes a list of cells.
func ListVal(cells []*Cell) *Value { return &Value{Kind: List, list: cells} }

// ListOf makes a list of values.
func ListOf(values []*Value) *Value {
	cells := make([]*Cell, len(values))
	for i, v := range values {
		cells[i] = Done(v)
	}
	return ListVal(cells)
}

// ObjectVal makes an object of cells.
func ObjectVal(elems map[string]*Cell) *Value {
	keys := make([]string, 0, len(elems))
	for k := range elems {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return &Value{Kind: Object, obj: &object{keys: keys, elems: elems}}
}

// LazyObject makes an object whose attributes are computed when asked for.
// names are those that are known to exist; attr may know more.
func LazyObject(names []string, attr func(ev *Evaluator, name string) *Value) *Value {
	return &Value{Kind: Object, obj: &object{keys: names, attr: attr}}
}

// AsOpen says of a collection that it has an unknown number of such elements.
func (v *Value) AsOpen() *Value {
	w := *v
	w.Open = true
	return &w
}

// Gap returns why an Unknown or Failed value is not known, nil for others.
func (v *Value) Gap() *Gap { return v.gap }

// Ref returns the attribute whose value this exactly is, nil when it is none.
func (v *Value) Ref() *Ref { return v.ref }

// Origin returns the chain that decided the value, nil for a literal.
func (v *Value) Origin() *Origin { return v.why }

// Defined returns the range of the expression that holds the value, nil when
// it does not come from a file.
func (v *Value) Defined() *hcl.Range { return v.def }

// IsKnown says that the value is neither unknown nor failed; its elements may
// still be.
func (v *Value) IsKnown() bool { return v.Kind != Unknown && v.Kind != Failed }

// Text returns the value as a string, for known strings, numbers and bools.
func (v *Value) Text() (string, bool) {
	if v.Kind != Scalar {
		return "", false
	}
	s, err := convert.Convert(v.scalar, cty.String)
	if err != nil {
		return "", false
	}
	return s.AsString(), true
}

// Prefix returns what is known of the beginning of a string: all of it for a
// known one.
func (v *Value) Prefix() string {
	if text, ok := v.Text(); ok {
		return text
	}
	if v.gap != nil {
		return v.gap.Prefix
	}
	return ""
}

// Bool returns the value as a bool, for known bools and the strings that
// Terraform takes for them.
func (v *Value) Bool() (val, ok bool) {
	if v.Kind != Scalar {
		return false, false
	}
	b, err := convert.Convert(v.scalar, cty.Bool)
	if err != nil {
		return false, false
	}
	return b.True(), true
}

// Int returns the value as a whole number.
func (v *Value) Int() (int, bool) {
	if v.Kind != Scalar {
		return 0, false
	}
	n, err := convert.Convert(v.scalar, cty.Number)
	if err != nil {
		return 0, false
	}
	i, accuracy := n.AsBigFloat().Int64()
	return int(i), accuracy == 0
}

// Because returns v with o as the step that leads to it.
func (v *Value) Because(o *Origin) *Value {
	if o == nil {
		return v
	}
	w := *v
	w.why = o
	return &w
}

// also returns v with the origins of what helped to choose it.
func (v *Value) also(others ...*Value) *Value {
	from := []*Origin{v.why}
	for _, o := range others {
		from = append(from, o.why)
	}
	if why := join(from...); why != v.why {
		return v.Because(why)
	}
	return v
}

// WithRef returns v as the exact value of an attribute.
func (v *Value) WithRef(r *Ref) *Value {
	w := *v
	w.ref = r
	return &w
}

// Form writes a string in terms of what is not known of it, so that two of the
// same form in one configuration are equal. It is empty when that can't be told.
func (v *Value) Form() string {
	if text, ok := v.Text(); ok {
		return strings.ReplaceAll(text, "$", "$$")
	}
	switch {
	case v.Kind != Unknown:
		return ""
	case v.gap.Symbol != nil:
		return fmt.Sprintf("${%s %p}", v.gap.Symbol.Name, v.gap.Symbol)
	}
	return v.gap.form
}

// OfForm returns an unknown value as that of the one thing with this name.
func (v *Value) OfForm(name string) *Value {
	w := *v
	gap := *v.gap
	gap.form = "${" + name + "}"
	w.gap = &gap
	return &w
}

// AsNotNull returns an unknown value as one that is known not to be null.
func (v *Value) AsNotNull() *Value {
	w := *v
	gap := *v.gap
	gap.notNull = true
	w.gap = &gap
	return &w
}

// At returns v as held by the expression at r.
func (v *Value) At(r hcl.Range) *Value {
	w := *v
	w.def = &r
	return &w
}

// AsSecret returns v as one whose text must not be shown.
func (v *Value) AsSecret() *Value {
	w := *v
	w.secret = true
	return &w
}

// IsSecret says that the value's text must not be shown.
func (v *Value) IsSecret() bool { return v.secret }

// Named returns v as the value of a named object: a step with the object's
// name and the place of its expression goes before the steps it has.
func (v *Value) Named(what string) *Value {
	o := &Origin{What: what, Secret: v.secret}
	if v.def != nil {
		o.Range = *v.def
	}
	if v.why != nil {
		o.From = []*Origin{v.why}
	}
	return v.Because(o)
}

// join makes one origin of several, leaving out the empty ones.
func join(origins ...*Origin) *Origin {
	var from []*Origin
	for _, o := range origins {
		if o != nil && !slices.Contains(from, o) {
			from = append(from, o)
		}
	}
	switch len(from) {
	case 0:
		return nil
	case 1:
		return from[0]
	}
	return &Origin{From: from}
}

// Steps lists the named steps of an origin that have a place or a text, the
// nearest first, each once, and at most max of them.
func (o *Origin) Steps(max int) []*Origin {
	var steps []*Origin
	type key struct {
		what string
		rng  hcl.Range
	}
	seen := map[key]bool{}
	visited := map[*Origin]bool{}
	var walk func(*Origin)
	walk = func(o *Origin) {
		if o == nil || visited[o] || len(steps) >= max {
			return
		}
		visited[o] = true
		shown := o.What != "" && (o.Range.Filename != "" || o.Text != "")
		if k := (key{o.What, o.Range}); shown && !seen[k] {
			seen[k] = true
			steps = append(steps, o)
		}
		for _, from := range o.From {
			walk(from)
		}
	}
	walk(o)
	return steps
}

// Cell holds a value that is computed when first asked for.
type Cell struct {
	compute func(ev *Evaluator) *Value
	running bool
	value   *Value    // in the world of no assumptions
	deps    []*Symbol // that the value rests on
	others  []inWorld // the latest values under assumptions
	isName  bool      // see Name
	symbol  *Symbol   // of a name whose value is not known, once it mattered
}

// Lazy makes a cell.
func Lazy(compute func(ev *Evaluator) *Value) *Cell { return &Cell{compute: compute} }

// Name makes the cell of a name. Its value is one and the same wherever the name
// is used, also when it is not known: what it turns out to be for one expression
// it is for all.
func Name(compute func(ev *Evaluator) *Value) *Cell { return &Cell{compute: compute, isName: true} }

// Done makes a cell of a value that is there already.
func Done(v *Value) *Cell { return &Cell{value: v} }

// And returns v with one more origin after those it has.
func (v *Value) And(o *Origin) *Value {
	if o == nil {
		return v
	}
	if v.why == nil {
		return v.Because(o)
	}
	named := *v.why
	named.From = append(named.From[:len(named.From):len(named.From)], o)
	return v.Because(&named)
}

// Has says whether an object has an attribute, or may have it.
func (v *Value) Has(name string) bool {
	if v.Kind != Object {
		return v.Kind == Unknown
	}
	_, ok := v.obj.elems[name]
	return ok || v.Open || v.obj.attr != nil
}

// AnyOfUnknown stands for the elements of a list of objects that is not known;
// nil for any other value.
func (v *Value) AnyOfUnknown() *Value {
	if v.Kind != Unknown || !v.gap.Type.IsListType() && !v.gap.Type.IsSetType() || v.gap.Type.ElementType().IsPrimitiveType() {
		return nil
	}
	w := UnknownVal(v.gap.Cause, v.gap.Reason).Because(v.why)
	w.gap.Type, w.gap.nullable, w.def, w.secret = concrete(v.gap.Type.ElementType()), v.gap.nullable, v.def, v.secret
	return w
}

// Cells returns the elements of a list.
func (v *Value) Cells() []*Cell { return v.list }

// orNothing is a value that may not be there: then it is null, or as good as.
// What it would be an attribute of is kept.
func (v *Value) orNothing() *Value {
	w := UnknownVal(model.AtApply, "whether there is an element is not known").Because(v.why)
	if v.Kind == Unknown {
		w.gap.Cause, w.gap.Reason = v.gap.Cause, v.gap.Reason
	}
	w.gap.nullable, w.ref, w.def, w.secret = true, v.ref, v.def, v.secret
	return w
}

// Unknowable makes an unknown value for a name, for the reason of the value
// that it would come from, which may be nil.
func (ev *Evaluator) Unknowable(from *Value, name string) *Value {
	cause, reason := model.AtApply, name+" is known only when applied"
	if from != nil && from.gap != nil {
		cause, reason = from.gap.Cause, name+" is not known: "+from.gap.Reason
	}
	v := UnknownVal(cause, reason)
	if from != nil {
		v = v.Because(from.why)
	}
	return v
}

// Settle returns a value of which nothing is left to compute, so that several
// evaluators may use it at once. What could be asked for anything is unknown then.
func (ev *Evaluator) Settle(v *Value) *Value { return ev.settle(v, 0) }

func (ev *Evaluator) settle(v *Value, depth int) *Value {
	w := *v
	w.parts, w.encoded = nil, nil
	switch {
	case depth > maxDepth || v.Kind == Object && !v.obj.closed():
		return UnknownVal(model.AtApply, "it is not evaluated as a whole").Because(v.why)
	case v.gap != nil:
		gap := *v.gap
		gap.Symbol = nil
		w.gap = &gap
	case v.Kind == List:
		w.list = make([]*Cell, len(v.list))
		for i, c := range v.list {
			w.list[i] = Done(ev.settle(ev.Force(c), depth+1))
		}
	case v.Kind == Object:
		elems := make(map[string]*Cell, len(v.obj.elems))
		for name, c := range v.obj.elems {
			elems[name] = Done(ev.settle(ev.Force(c), depth+1))
		}
		w.obj = &object{keys: v.obj.keys, elems: elems, gap: v.obj.gap}
	}
	return &w
}

// SourceOf converts a range; nil for one that is in no file.
func SourceOf(r hcl.Range) *model.Source {
	if r.Filename == "" {
		return nil
	}
	return &model.Source{
		File: r.Filename,
		Line: r.Start.Line, Column: r.Start.Column,
		EndLine: r.End.Line, EndColumn: r.End.Column,
	}
}
