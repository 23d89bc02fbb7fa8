package lang

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/model"
)

// natives are Terraform's functions over collections, and those that return
// one of their arguments.
var natives map[string]native

func init() {
	natives = map[string]native{
		"alltrue":          func(ev *Evaluator, a arguments) *Value { return ev.allOrAny(a, true) },
		"anytrue":          func(ev *Evaluator, a arguments) *Value { return ev.allOrAny(a, false) },
		"chunklist":        chunklist,
		"coalesce":         coalesce,
		"coalescelist":     coalescelist,
		"compact":          compact,
		"concat":           concatLists,
		"contains":         contains,
		"distinct":         distinct,
		"element":          element,
		"ephemeralasnull":  ephemeralAsNull,
		"flatten":          flatten,
		"format":           format,
		"index":            indexOf,
		"join":             joinStrings,
		"keys":             keys,
		"length":           length,
		"lookup":           lookup,
		"matchkeys":        matchkeys,
		"merge":            merge,
		"nonsensitive":     passThrough,
		"one":              one,
		"reverse":          reverse,
		"sensitive":        func(_ *Evaluator, a arguments) *Value { return passThrough(nil, a).AsSecret() },
		"slice":            slice,
		"sort":             sortStrings,
		"split":            split,
		"tobool":           toType(cty.Bool),
		"tolist":           toList,
		"tomap":            toMap,
		"tonumber":         toType(cty.Number),
		"toset":            toSet,
		"tostring":         toType(cty.String),
		"transpose":        transpose,
		"values":           values,
		"zipmap":           zipmap,
		"file":             readFile,
		"fileexists":       fileExists,
		"fileset":          fileSet,
		"jsondecode":       jsonDecode,
		"templatefile":     templateFile,
		"templatestring":   templateString,
		"yamldecode":       yamlDecode,
		"abspath":          impure,
		"base64gzip":       impure,
		"bcrypt":           impure,
		"pathexpand":       pathExpand,
		"plantimestamp":    impure,
		"rsadecrypt":       impure,
		"timestamp":        impure,
		"uuid":             impure,
		"filebase64":       digestFile("base64"),
		"filebase64sha256": digestFile("base64sha256"),
		"filebase64sha512": digestFile("base64sha512"),
		"filemd5":          digestFile("md5"),
		"filesha1":         digestFile("sha1"),
		"filesha256":       digestFile("sha256"),
		"filesha512":       digestFile("sha512"),
	}
}

// impure functions have another result each time, or on each machine.
func impure(_ *Evaluator, a arguments) *Value {
	v := UnknownVal(model.AtApply, "it is known only when applied").Because(a.why())
	v.gap.Type = cty.String
	return v
}

// pathExpand returns a path that does not begin with a home directory as it is.
func pathExpand(_ *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	text, ok := v.Text()
	switch {
	case ok && strings.HasPrefix(text, "~"):
		return impure(nil, a)
	case ok:
		return StringVal(text).Because(v.why)
	case v.IsKnown():
		return a.wrong("pathexpand needs a string")
	}
	return v
}

// passThrough returns its argument.
func passThrough(_ *Evaluator, a arguments) *Value {
	if len(a.values) != 1 {
		return a.wrong("wrong number of arguments")
	}
	return a.values[0]
}

func ephemeralAsNull(_ *Evaluator, a arguments) *Value { return passThrough(nil, a) }

func toType(ty cty.Type) native {
	return func(ev *Evaluator, a arguments) *Value { return ev.Convert(passThrough(nil, a), ty, nil) }
}

func toList(ev *Evaluator, a arguments) *Value {
	return ev.Convert(passThrough(nil, a), cty.List(cty.DynamicPseudoType), nil)
}

func toSet(ev *Evaluator, a arguments) *Value {
	return ev.Convert(passThrough(nil, a), cty.Set(cty.DynamicPseudoType), nil)
}

func toMap(ev *Evaluator, a arguments) *Value {
	return ev.Convert(passThrough(nil, a), cty.Map(cty.DynamicPseudoType), nil)
}

// asList gives the elements of a list the type that they have in common, as a
// function that takes a list of any type does.
func (ev *Evaluator) asList(v *Value) *Value {
	if v.Kind != List {
		return v
	}
	return ev.Convert(v, cty.List(cty.DynamicPseudoType), nil)
}

// lookup returns an element of a map, or a default.
func lookup(ev *Evaluator, a arguments) *Value {
	if len(a.values) < 2 || len(a.values) > 3 {
		return a.wrong("wrong number of arguments for lookup")
	}
	m, key := a.values[0], a.values[1]
	if m.Kind == Unknown {
		return a.unknown()
	}
	if m.Kind != Object {
		return a.wrong("lookup needs a map")
	}
	if def := ev.lookupDefault(a); def != nil {
		if def.Kind == Failed {
			return def
		}
		a.values = []*Value{m, key, def}
	}
	if key = ev.symbolic(key, a.call, a.scope); key.Kind == Unknown {
		return ev.lookupUnknown(a, key)
	}
	name, ok := key.Text()
	if !ok {
		return a.wrong("lookup needs a key")
	}
	if _, has := m.obj.elems[name]; has || m.obj.attr != nil || m.Open {
		return elementStep(ev.Attr(m, name), m, key, a.call.Args[0])
	}
	if len(a.values) == 3 {
		return a.values[2].also(key)
	}
	return a.wrong("lookup finds no " + name)
}

// lookupDefault gives the default the type that the elements of the map have;
// nil when there is none, or the elements may have any.
func (ev *Evaluator) lookupDefault(a arguments) *Value {
	if len(a.values) != 3 || a.values[0].Shape != Uniform {
		return nil
	}
	ty := a.values[0].elem
	if ty == cty.NilType {
		if whole, ok := ev.Whole(a.values[0]); ok {
			ty = elemType(whole.Type())
		}
	}
	if ty == cty.NilType || ty.HasDynamicTypes() {
		return nil
	}
	return ev.Convert(a.values[2], ty, nil)
}

// lookupUnknown notes the keys that matter. Unlike an index, a lookup may miss.
func (ev *Evaluator) lookupUnknown(a arguments, key *Value) *Value {
	m := a.values[0]
	if m.Open || !m.obj.closed() {
		return a.unknown()
	}
	if key.differsFrom(keysOf(m)) && len(a.values) == 3 {
		return a.values[2].also(key)
	}
	key.gap.see(keysOf(m)...)
	return a.unknown()
}

// element returns an element of a list, counting on from its beginning when
// the index is past its end.
func element(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 2 {
		return a.wrong("wrong number of arguments for element")
	}
	list, index := a.values[0], a.values[1]
	switch {
	case list.Kind == Unknown:
		return a.unknown()
	case list.Kind != List || list.Shape == Set:
		return a.wrong("element needs a list")
	case index.Kind == Unknown || list.Open:
		if index = ev.symbolic(index, a.call, a.scope); index.Kind == Unknown {
			return ev.indexUnknown(list, index)
		}
		return ev.Index(list, index)
	}
	i, ok := index.Int()
	if !ok || i < 0 || len(list.list) == 0 {
		return a.wrong("element finds no such element")
	}
	i %= len(list.list)
	return elementStep(ev.Force(list.list[i]), list, NumberVal(i).Because(index.why), a.call.Args[0])
}

// one returns the only element of a list, null for none.
func one(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	switch {
	case v.Kind == Unknown:
		return a.unknown()
	case v.Kind == Null, v.Kind == List && len(v.list) == 0 && !v.Open:
		return NullVal().Because(v.why)
	case v.Kind == List && len(v.list) == 1 && v.Open:
		return ev.Force(v.list[0]).also(v).orNothing()
	case v.Kind == List && len(v.list) == 1:
		return ev.Force(v.list[0]).also(v)
	case v.Kind == List && v.Open:
		return a.unknown()
	}
	return a.wrong("one needs a list of at most one element")
}

// coalesce returns the first argument that is neither null nor "".
func coalesce(ev *Evaluator, a arguments) *Value {
	for _, v := range a.values {
		ev.doubt = ev.doubt || ev.strict && v.Kind != Scalar && v.Kind != Null // its type may not go with the others'
		text, isText := v.Text()
		switch {
		case v.Kind == Null, isText && text == "":
			continue
		case v.Kind == Unknown && (v.ref == nil && v.gap.Prefix == "" || v.gap.nullable):
			return a.unknown()
		}
		return v
	}
	return a.wrong("coalesce has no argument with a value")
}

func coalescelist(_ *Evaluator, a arguments) *Value {
	for _, v := range a.values {
		if v.Kind == Unknown || v.Open {
			return a.unknown()
		}
		if v.Kind == List && len(v.list) > 0 {
			return v
		}
	}
	return a.wrong("coalescelist has no argument with elements")
}

// compact drops nulls and empty strings.
func compact(ev *Evaluator, a arguments) *Value {
	return ev.filter(a, func(v *Value) (keep, known bool) {
		text, isText := v.Text()
		return v.Kind != Null && !(isText && text == ""), v.IsKnown() || v.ref != nil
	})
}

// distinct drops elements that are there already.
func distinct(ev *Evaluator, a arguments) *Value {
	var seen []cty.Value
	a.values = slices.Clone(a.values)
	for i, v := range a.values {
		a.values[i] = ev.asList(v)
	}
	return ev.filter(a, func(v *Value) (keep, known bool) {
		if !v.IsKnown() {
			return true, false
		}
		c := ev.toCty(v)
		if slices.ContainsFunc(seen, c.RawEquals) {
			return false, true
		}
		seen = append(seen, c)
		return true, true
	})
}

// filter keeps some elements of a list; the list becomes open with the first
// one of which that is not known.
func (ev *Evaluator) filter(a arguments, test func(*Value) (keep, known bool)) *Value {
	v := passThrough(nil, a)
	if v.Kind == Unknown {
		return a.unknown()
	}
	if v.Kind != List {
		return a.wrong("it needs a list")
	}
	w := *v
	w.list = nil
	for _, c := range v.list {
		keep, known := test(ev.Force(c))
		w.Open = w.Open || !known
		if keep {
			w.list = append(w.list, c)
		}
	}
	return &w
}

func concatLists(_ *Evaluator, a arguments) *Value {
	result := ListVal(nil)
	for _, v := range a.values {
		switch v.Kind {
		case List:
			result.list = append(result.list, v.list...)
			result.Open = result.Open || v.Open
		case Unknown:
			result.list = append(result.list, Done(unknownLike(v)))
			result.Open = true
		default:
			return a.wrong("concat needs lists")
		}
		if len(result.list) > maxList {
			return limitVal("a list grows too long")
		}
	}
	return result.Because(a.why())
}

// flatten puts the elements of inner lists in their place.
func flatten(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind == Unknown {
		return a.unknown()
	}
	if v.Kind != List {
		return a.wrong("flatten needs a list")
	}
	result := ListVal(nil)
	if !ev.flattenInto(result, v, 0) {
		return limitVal("a list grows too long")
	}
	return result.Because(v.why)
}

func (ev *Evaluator) flattenInto(result, v *Value, depth int) bool {
	if depth > maxDepth || ev.spent() {
		ev.Exceeded = true
		return false
	}
	result.Open = result.Open || v.Open
	for _, c := range v.list {
		elem := ev.Force(c)
		switch {
		case elem.Kind == List:
			if !ev.flattenInto(result, elem, depth+1) {
				return false
			}
		case elem.Kind == Unknown:
			// It may be a list, and then stands for what is in it.
			result.Open = true
			result.list = append(result.list, Done(unknownLike(elem)))
		default:
			result.list = append(result.list, c)
		}
		if len(result.list) > maxList {
			ev.Exceeded = true
			return false
		}
	}
	return true
}

// contains says whether a list has an element.
func contains(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 2 {
		return a.wrong("wrong number of arguments for contains")
	}
	list, want := a.values[0], a.values[1]
	if list.Kind == Unknown {
		return a.unknown()
	}
	if list.Kind != List {
		return a.wrong("contains needs a list")
	}
	var unknown *Value
	for _, c := range list.list {
		same := ev.equal(ev.Force(c), want)
		if yes, ok := same.Bool(); ok && yes {
			return BoolVal(true).Because(a.why())
		}
		if same.Kind == Unknown {
			unknown = same
		}
	}
	if unknown != nil {
		return unknownLike(unknown).Because(a.why())
	}
	if list.Open {
		return a.unknown()
	}
	return BoolVal(false).Because(a.why())
}

// indexOf returns the index of an element.
func indexOf(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 2 || a.values[0].Kind != List || a.values[1].Kind == Unknown || a.values[0].Open {
		if firstUnknown(a.values...) != nil || len(a.values) == 2 && a.values[0].Open {
			return a.unknown()
		}
		return a.wrong("index needs a list and an element")
	}
	for i, c := range a.values[0].list {
		same := ev.equal(ev.Force(c), a.values[1])
		if same.Kind == Unknown {
			return a.unknown()
		}
		if yes, _ := same.Bool(); yes {
			return NumberVal(i).Because(a.why())
		}
	}
	return a.wrong("index finds no such element")
}

// length counts the elements of a collection or the characters of a string.
func length(_ *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	text, isText := v.Text()
	switch {
	case v.Kind == Unknown || v.Open:
		return a.unknown()
	case v.Kind == List:
		return NumberVal(len(v.list)).Because(v.why)
	case v.Kind == Object && v.obj.closed():
		return NumberVal(len(v.obj.keys)).Because(v.why)
	case isText:
		n, err := textseg.TokenCount([]byte(text), textseg.ScanGraphemeClusters)
		if err == nil {
			return NumberVal(n).Because(v.why)
		}
	}
	return a.unknown()
}

func keys(_ *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind != Object {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("keys needs a map")
	}
	result := ListVal(nil).Because(v.why)
	result.Open = v.Open
	for _, k := range v.obj.keys {
		key := StringVal(k)
		if k == AnyKey && v.Open {
			key = unknownKey(v)
		}
		result.list = append(result.list, Done(key.Because(v.why)))
	}
	return result
}

func values(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind != Object {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("values needs a map")
	}
	result := ListVal(nil).Because(v.why)
	result.Open = v.Open
	for _, k := range v.obj.keys {
		result.list = append(result.list, Lazy(func(ev *Evaluator) *Value { return ev.Attr(v, k) }))
	}
	return result
}

// merge puts maps over one another, the last one on top. What an unknown map
// has is not known, nor what it hides.
func merge(ev *Evaluator, a arguments) *Value {
	elems := newElements(0)
	var below *Value
	var gap *Gap
	open := false
	for _, v := range a.values {
		switch v.Kind {
		case Null:
		case Unknown:
			elems, below, open = newElements(0), v, true
		case Object:
			if v.obj.attr != nil {
				elems, below, open = newElements(0), v, true
				continue
			}
			open = open || v.Open
			gap = cmp.Or(gap, v.obj.gap)
			elems.putAll(v, below)
		default:
			return a.wrong("merge needs maps")
		}
	}
	if len(elems.of) > maxList {
		return limitVal("a map grows too long")
	}
	result := elems.object(ev, a.call, a.scope).Because(a.why())
	result.Open, result.obj.gap = open, gap
	if below != nil {
		result.obj.attr = func(ev *Evaluator, name string) *Value {
			if elems.of[AnyKey] != nil {
				return UnknownVal(model.AtApply, name+" may be an element whose key is not known").Because(a.why())
			}
			return ev.Attr(below, name)
		}
	}
	return result
}

func reverse(_ *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind != List {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("reverse needs a list")
	}
	w := *v
	w.list = slices.Clone(v.list)
	slices.Reverse(w.list)
	return &w
}

func slice(_ *Evaluator, a arguments) *Value {
	if len(a.values) != 3 {
		return a.wrong("wrong number of arguments for slice")
	}
	v := a.values[0]
	if firstUnknown(a.values...) != nil || v.Open {
		return a.unknown()
	}
	from, ok1 := a.values[1].Int()
	to, ok2 := a.values[2].Int()
	if v.Kind != List || !ok1 || !ok2 || from < 0 || to < from || to > len(v.list) {
		return a.wrong("slice goes past the list")
	}
	w := *v
	w.list = v.list[from:to]
	return &w
}

func sortStrings(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind != List {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("sort needs a list")
	}
	elems := make([]*Value, len(v.list))
	for i, c := range v.list {
		elems[i] = ev.Force(c)
		if elems[i].Kind != Scalar {
			w := *v
			w.Open = true
			return &w
		}
	}
	slices.SortStableFunc(elems, func(a, b *Value) int {
		x, _ := a.Text()
		y, _ := b.Text()
		return strings.Compare(x, y)
	})
	w := ListOf(elems).Because(v.why)
	w.Shape = Uniform
	return w
}

// zipmap makes a map of a list of keys and a list of values.
func zipmap(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 2 {
		return a.wrong("wrong number of arguments for zipmap")
	}
	ks, vs := a.values[0], a.values[1]
	if firstUnknown(ks, vs) != nil || ks.Open || vs.Open {
		return a.unknown()
	}
	if ks.Kind != List || vs.Kind != List || len(ks.list) != len(vs.list) {
		return a.wrong("zipmap needs two lists of one length")
	}
	elems := map[string]*Cell{}
	for i, c := range ks.list {
		key, ok := ev.Force(c).Text()
		if !ok {
			return a.unknown()
		}
		elems[key] = vs.list[i]
	}
	return ObjectVal(elems).Because(a.why())
}

func chunklist(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 2 || firstUnknown(a.values...) != nil || a.values[0].Open {
		return a.unknown()
	}
	v := ev.asList(a.values[0])
	n, ok := a.values[1].Int()
	if v.Kind != List || !ok || n < 0 {
		return a.wrong("chunklist needs a list and a size")
	}
	if n == 0 {
		n = max(len(v.list), 1)
	}
	var chunks []*Value
	for chunk := range slices.Chunk(v.list, n) {
		chunks = append(chunks, ListVal(chunk))
	}
	return ListOf(chunks).Because(v.why)
}

// matchkeys returns the values whose key is one that is searched.
func matchkeys(ev *Evaluator, a arguments) *Value {
	if len(a.values) != 3 || firstUnknown(a.values...) != nil {
		return a.unknown()
	}
	vs, ks, search := ev.asList(a.values[0]), ev.asList(a.values[1]), ev.asList(a.values[2])
	if vs.Kind != List || ks.Kind != List || search.Kind != List || len(vs.list) != len(ks.list) {
		return a.wrong("matchkeys needs lists")
	}
	result := ListVal(nil)
	result.Open = vs.Open || ks.Open || search.Open
	for i, k := range ks.list {
		hit := contains(ev, arguments{values: []*Value{search, ev.Force(k)}})
		if hit.Kind == Unknown {
			result.Open = true
			result.list = append(result.list, vs.list[i])
		} else if yes, _ := hit.Bool(); yes {
			result.list = append(result.list, vs.list[i])
		}
	}
	return result.Because(a.why())
}

// transpose turns a map of lists of strings round.
func transpose(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	if v.Kind != Object || v.Open || !v.obj.closed() {
		return a.unknown()
	}
	turned := map[string][]*Value{}
	for _, k := range v.obj.keys {
		list := ev.Attr(v, k)
		if list.Kind != List {
			return a.unknown()
		}
		for _, c := range list.list {
			text, ok := ev.Force(c).Text()
			if !ok {
				return a.unknown()
			}
			turned[text] = append(turned[text], StringVal(k))
		}
	}
	elems := map[string]*Cell{}
	for k, list := range turned {
		elems[k] = Done(ListOf(list))
	}
	return ObjectVal(elems).Because(v.why)
}

// allOrAny is alltrue and anytrue: an element that is not want decides.
func (ev *Evaluator) allOrAny(a arguments, want bool) *Value {
	v := passThrough(nil, a)
	if v.Kind == Unknown {
		return a.unknown()
	}
	if v.Kind != List {
		return a.wrong("it needs a list")
	}
	unknown := v.Open
	for _, c := range v.list {
		b, ok := ev.Force(c).Bool()
		if ok && b != want {
			return BoolVal(!want).Because(v.why)
		}
		unknown = unknown || !ok
	}
	if unknown {
		return a.unknown()
	}
	return BoolVal(want).Because(v.why)
}

// joinStrings joins the elements of lists. The join of one element is that
// element itself, an idiom for "the one instance, if any".
func joinStrings(ev *Evaluator, a arguments) *Value {
	if len(a.values) < 2 {
		return a.wrong("wrong number of arguments for join")
	}
	var parts []*Value
	for _, list := range a.values[1:] {
		if list.Kind == Unknown || list.Open && len(list.list) != 1 {
			return a.unknown()
		}
		if list.Kind != List {
			return a.wrong("join needs lists")
		}
		for _, c := range list.list {
			if len(parts) > 0 {
				parts = append(parts, a.values[0])
			}
			parts = append(parts, ev.Force(c).also(list))
		}
	}
	if len(parts) == 1 && slices.ContainsFunc(a.values, func(v *Value) bool { return v.Open }) {
		return parts[0].orNothing()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return ev.concat(parts)
}

// format fills in a template. Where it only puts strings in, an unknown one
// leaves the text before it known.
func format(ev *Evaluator, a arguments) *Value {
	if len(a.values) == 0 {
		return a.wrong("wrong number of arguments for format")
	}
	if parts := simpleFormat(a.values); parts != nil {
		return ev.concat(parts)
	}
	return ev.callScalar("format", scalarFunctions()["format"], a)
}

// simpleFormat splits a format of nothing but %s, %d, %v and %% into its
// parts; nil for any other.
func simpleFormat(args []*Value) []*Value {
	text, ok := args[0].Text()
	if !ok {
		return nil
	}
	next := args[1:]
	var parts []*Value
	for {
		before, after, found := strings.Cut(text, "%")
		if before != "" {
			parts = append(parts, StringVal(before).Because(args[0].why))
		}
		if !found {
			break
		}
		if after == "" {
			return nil
		}
		switch after[0] {
		case '%':
			parts = append(parts, StringVal("%"))
		case 's', 'v', 'd':
			if len(next) == 0 || next[0].IsKnown() && next[0].Kind != Scalar {
				return nil
			}
			if _, isText := next[0].Text(); after[0] == 'd' && isText && next[0].scalar.Type() != cty.Number {
				return nil
			}
			parts, next = append(parts, next[0]), next[1:]
		default:
			return nil
		}
		text = after[1:]
	}
	if len(next) > 0 {
		return nil
	}
	if parts == nil {
		parts = []*Value{StringVal("")}
	}
	return parts
}
