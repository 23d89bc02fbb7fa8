package stores

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// end is one end of a copy: a store of this root, or what the configuration
// calls one that it does not declare.
type end struct {
	store *model.Store
	name  string
	value *lang.Value // that names it
	maybe bool
}

// addCopies applies a copy rule to an instance.
func (inv *inventory) addCopies(e *entry, rule catalog.CopyRule) {
	prefix := commonBlocks(rulePaths(rule))
	nodes := inv.body(e.inst).nodes(inv.Evaluator, prefix)
	if len(nodes) == 0 && rule.Absent != "" {
		// The documented default holds without the block as well.
		nodes, prefix = []Node{inv.body(e.inst)}, nil
	}
	for _, n := range nodes {
		inv.addCopiesOf(e, rule, n, len(prefix))
	}
}

// addCopiesOf applies a copy rule to one nested block, the one in which all
// attributes of the rule stand.
func (inv *inventory) addCopiesOf(e *entry, rule catalog.CopyRule, n Node, depth int) {
	holds, certain := inv.conditions(rule.When, n, depth)
	if !holds {
		return
	}
	if _, byKind := rule.When[e.typ.CloudAt]; byKind && !certain {
		// What kind it is is not known, and so neither is what that kind does by
		// default.
		rule.Absent, rule.InAbsent = "", ""
	}
	e = e.copying(rule.InCloud)
	var targets []target
	if rule.To == catalog.ToSelf {
		inv.becomeCopy(e, rule, n, depth)
		targets = []target{{store: e.store, place: e.store.Place, rng: e.inst.Range()}}
	} else {
		targets = inv.targets(e, rule, n, depth)
	}
	if len(targets) == 0 {
		return
	}
	for _, source := range inv.sources(e, rule, n, depth) {
		for _, t := range targets {
			inv.connect(e, rule, source, t, certain)
		}
	}
}

// copying is the entry as the rule of another cloud sees it.
func (e *entry) copying(cloud string) *entry {
	if cloud == "" {
		return e
	}
	own, typ := *e, *e.typ
	typ.Cloud = cloud
	own.typ = &typ
	return &own
}

// becomeCopy gives a primary store that is made from another one the role of
// the copy, also when the other one is not declared here.
func (inv *inventory) becomeCopy(e *entry, rule catalog.CopyRule, n Node, depth int) {
	if e.part || e.store.Role != model.Primary || len(inv.sources(e, rule, n, depth)) == 0 {
		return
	}
	if rule.Means == model.ByReplica {
		e.store.Role = model.Replica
	}
}

// connect makes the copy between two ends.
func (inv *inventory) connect(e *entry, rule catalog.CopyRule, from end, to target, certain bool) {
	c := model.Copy{
		FromName: from.name, ToName: to.name, Means: rule.Means, Automatic: to.automatic,
		Place: to.place, Address: e.inst.Address(), Source: *lang.SourceOf(to.rng),
	}
	if from.store != nil {
		c.From = from.store.ID
	}
	if to.store != nil {
		c.To = to.store.ID
	}
	if rule.To == catalog.ToSelf && from.value != nil {
		// The interesting line is where the source is named.
		if src := firstSource(inv.steps(from.value.Origin())); src != nil {
			c.Source = *src
		}
	}
	if (!certain || from.maybe || to.maybe) && from.store != nil && c.To == "" {
		c.Place = either(from.store.Place, c.Place)
	}
	if c.From != "" && c.From == c.To {
		if to.literal == "" {
			return
		}
		// An identifier names another account's thing of the same name: nothing is
		// copied to itself.
		c.To, c.ToName = "", to.literal
	}
	inv.addCopy(c)
}

func firstSource(steps []model.Step) *model.Source {
	if len(steps) == 0 {
		return nil
	}
	return steps[0].Source
}

// either is the place of a copy that may not be made: then the data stays
// where it is.
func either(stays, goes model.Place) model.Place {
	if goes.Status != model.Known || stays.Status != model.Known {
		return goes
	}
	p := goes
	p.Locations = appendLocations(slices.Clone(stays.Locations), goes.Locations)
	if len(p.Locations) > 1 {
		p.Status = model.OneOf
	}
	return p
}

// commonBlocks is the path of the nested block in which all the attributes of
// a rule stand.
func commonBlocks(paths []string) []segment {
	var common []segment
	first := true
	for _, path := range paths {
		segments := parsePath(path)
		segments = segments[:len(segments)-1]
		if first {
			common, first = segments, false
			continue
		}
		n := 0
		for n < len(common) && n < len(segments) && common[n] == segments[n] {
			n++
		}
		common = common[:n]
	}
	return common
}

// rulePaths lists the attributes of the instance that a rule reads.
func rulePaths(rule catalog.CopyRule) []string {
	return pathsHere(append([]string{rule.At, rule.Cloud, rule.From, rule.In, rule.Host}, slices.Sorted(maps.Keys(rule.When))...))
}

// pathsHere leaves out the paths that are not set. Of one that goes on in another
// resource, the part in this one counts.
func pathsHere(all []string) []string {
	var paths []string
	for _, path := range all {
		if path != "" {
			here, _, _ := strings.Cut(path, ">")
			paths = append(paths, here)
		}
	}
	return paths
}

// values returns the values at a rule's path, read from the common block, which
// lies depth blocks deep. A path a>b goes on in the resource that a refers to;
// where that is not declared, the value is unknown. written says whether the
// part of the path in this resource is written at all.
func (inv *inventory) values(n Node, path string, depth int) (values []Found, written bool) {
	here, there, goesOn := strings.Cut(path, ">")
	values = n.find(inv.Evaluator, parsePath(here)[depth:])
	if !goesOn {
		return values, len(values) > 0
	}
	var all []Found
	for _, f := range values {
		v := inv.Evaluator.Force(f.Cell)
		if inst := instanceOf(v); inst != nil {
			all = append(all, inv.body(inst).find(inv.Evaluator, parsePath(there))...)
			continue
		}
		reason := fmt.Sprintf("%s names %s, which the checked files do not declare", here, quoted(v))
		f.Cell = lang.Done(lang.UnknownVal(model.UnresolvedTarget, reason).Because(v.Origin()))
		all = append(all, f)
	}
	return all, len(values) > 0
}

// instanceOf returns the resource that a value refers to, nil for none.
func instanceOf(v *lang.Value) Resource {
	if v.Ref() == nil {
		return nil
	}
	inst, _ := v.Ref().Target.(Resource)
	return inst
}

func quoted(v *lang.Value) string {
	if name := nameOf(v); name != "" {
		return fmt.Sprintf("%q", name)
	}
	return "something"
}

// conditions says whether attributes have the values that a rule asks for;
// certain is false when that is not known.
func (inv *inventory) conditions(when map[string][]string, n Node, depth int) (holds, certain bool) {
	certain = !n.maybe
	for _, path := range slices.Sorted(maps.Keys(when)) {
		accepted := when[path]
		values, _ := inv.values(n, path, depth)
		if len(values) == 0 && !slices.Contains(accepted, "") {
			blocks := inv.blocks(n, path, depth)
			if len(accepted) > 0 || len(blocks) == 0 {
				return false, true
			}
			certain = certain && slices.ContainsFunc(blocks, func(b Node) bool { return !b.maybe })
		}
		for _, f := range values {
			text, ok := inv.Evaluator.Force(f.Cell).Text()
			switch {
			case !ok:
				possible, sure := inv.mayBe(accepted, n, path, depth)
				if !possible {
					return false, true
				}
				certain = certain && sure
			case !matches(accepted, text):
				return false, true
			}
		}
	}
	return true, certain
}

// mayBe says of a value that is not known whether it can be what a rule asks for,
// and whether it is that whatever it hangs on.
func (inv *inventory) mayBe(accepted []string, n Node, path string, depth int) (possible, sure bool) {
	outcomes := inv.Evaluator.Outcomes(placeSettled, func() *lang.Value {
		values, _ := inv.values(n, path, depth)
		if len(values) == 0 {
			return lang.StringVal("")
		}
		return inv.Evaluator.Force(values[0].Cell)
	})
	sure = true
	for _, o := range outcomes {
		text, ok := o.Value.Text()
		fits := ok && matches(accepted, text)
		possible = possible || fits || !ok
		sure = sure && fits
	}
	return possible, sure
}

// blocks returns the nested blocks at a rule's path, read as values reads it.
func (inv *inventory) blocks(n Node, path string, depth int) []Node {
	here, _, goesOn := strings.Cut(path, ">")
	if goesOn {
		return nil
	}
	return n.nodes(inv.Evaluator, parsePath(here)[depth:])
}

// sources returns the stores that are copied: those that the rule's attribute
// names, or the instance's own.
func (inv *inventory) sources(e *entry, rule catalog.CopyRule, n Node, depth int) []end {
	switch {
	case rule.FromLabels != "":
		return inv.labelled(e, rule)
	case rule.From == "" && rule.FromType != "":
		return inv.beside(e, func(other *entry) bool { return other.typ.Type == rule.FromType })
	}
	if rule.From != "" {
		var ends []end
		values, _ := inv.values(n, rule.From, depth)
		for _, f := range values {
			if text, ok := inv.Evaluator.Force(f.Cell).Text(); ok && text == "*" && len(rule.FromKinds) > 0 {
				ends = append(ends, inv.beside(e, ofKinds(rule.FromKinds))...)
				continue
			}
			ends = append(ends, inv.end(e, rule.FromType, inv.Evaluator.Force(f.Cell).At(f.Range).Named(rule.From), f.maybe))
		}
		return ends
	}
	if e.typ.Of == "" {
		return []end{{store: e.store}}
	}
	if v := inv.readFirst(e.typ.Of, e.inst); v != nil {
		return []end{inv.end(e, e.typ.OfType, v, false)}
	}
	return nil
}

// labelled returns the stores beside an entry that have one of the labels which
// a rule's attribute lists.
func (inv *inventory) labelled(e *entry, rule catalog.CopyRule) []end {
	wanted := inv.wantedLabels(inv.body(e.inst), rule.FromLabels)
	isMeant := ofKinds(rule.FromKinds)
	return inv.beside(e, func(other *entry) bool {
		return isMeant(other) && slices.ContainsFunc(wanted, func(w [2]string) bool {
			value, ok := other.store.Labels[w[0]]
			begin, isPrefix := strings.CutSuffix(w[1], "*")
			return ok && (value == w[1] || isPrefix && strings.HasPrefix(value, begin))
		})
	})
}

// wantedLabels reads labels at a path: those of a map, or in blocks with a key
// and a value. AWS writes the keys of conditions with a prefix.
func (inv *inventory) wantedLabels(n Node, path string) [][2]string {
	var wanted [][2]string
	add := func(key, value *lang.Value) {
		k, okKey := key.Text()
		v, okValue := value.Text()
		if okKey && okValue {
			wanted = append(wanted, [2]string{strings.TrimPrefix(k, "aws:ResourceTag/"), v})
		}
	}
	for _, block := range n.nodes(inv.Evaluator, parsePath(path)) {
		key, okKey := block.Attribute(inv.Evaluator, "key")
		value, okValue := block.Attribute(inv.Evaluator, "value")
		if okKey && okValue {
			add(inv.Evaluator.Force(key.Cell), inv.Evaluator.Force(value.Cell))
			continue
		}
		if block.cell == nil {
			continue
		}
		pairs, _ := inv.Evaluator.Pairs(inv.Evaluator.Force(block.cell))
		for _, pair := range pairs {
			add(pair.Key, inv.Evaluator.Force(pair.Value))
		}
	}
	return wanted
}

func ofKinds(kinds []model.Kind) func(*entry) bool {
	return func(e *entry) bool { return slices.Contains(kinds, e.store.Kind) }
}

// beside returns the stores that fit and are where an entry is, or may be.
func (inv *inventory) beside(e *entry, fits func(*entry) bool) []end {
	here := inv.place(e.typ, e.inst)
	var ends []end
	for _, other := range inv.entries {
		s := other.store
		if s == nil || other.part || s == e.store || s.Cloud != e.typ.Cloud || !fits(other) {
			continue
		}
		if here.Status == model.Known && s.Place.Status == model.Known && !overlap(here, s.Place) {
			continue
		}
		ends = append(ends, end{store: s})
	}
	return ends
}

// overlap says whether two places have a region in common.
func overlap(a, b model.Place) bool {
	return slices.ContainsFunc(a.Locations, func(x model.Location) bool {
		return slices.ContainsFunc(b.Locations, func(y model.Location) bool { return x.Cloud == y.Cloud && x.Region == y.Region })
	})
}

// end reads a value that names a store.
func (inv *inventory) end(e *entry, typ string, v *lang.Value, maybe bool) end {
	from := end{store: inv.named(e, typ, v, nil), value: v, maybe: maybe}
	if from.store == nil {
		from.name = nameOf(v)
	}
	return from
}

// named returns the store that a value names: by reference, or by the plain
// name of a resource of the given type. Of several with that name it is the one
// in the given place or, when none is given, in that of the resource that names
// it.
func (inv *inventory) named(e *entry, typ string, v *lang.Value, in *model.Place) *model.Store {
	if s := inv.refStore(v); s != nil {
		if elsewhere(v, s.Place) {
			return nil
		}
		return s
	}
	same := inv.ofName(typ, v)
	if len(same) > 1 || in != nil {
		here := in
		if here == nil {
			p := inv.place(e.typ, e.inst)
			here = &p
		}
		same = slices.DeleteFunc(same, func(s *model.Store) bool { return placeText(s.Place) != placeText(*here) })
	}
	if len(same) != 1 {
		return nil
	}
	return same[0]
}

// ofName lists the stores of a type that have the name which a value gives.
func (inv *inventory) ofName(typ string, v *lang.Value) []*model.Store {
	name, ok := inv.nameFor(typ, v)
	var same []*model.Store
	for _, other := range inv.names[typ][name] {
		if ok && other.store != nil && !slices.Contains(same, other.store) && inv.maybeIn(other.store.Place, v) {
			same = append(same, other.store)
		}
	}
	if _, known := v.Text(); len(same) == 0 && !known {
		return inv.ofForm(typ, v)
	}
	return same
}

// ofForm lists the stores whose name is the same as that which a value gives,
// though neither is known. An identifier names a store of its own service; a
// plain name one of the given type.
func (inv *inventory) ofForm(typ string, v *lang.Value) []*model.Store {
	form := v.Form()
	if form == "" {
		return nil
	}
	ref, isIdentifier := geo.ParseIdentifier(v.Prefix(), false)
	var same []*model.Store
	for _, other := range inv.entries {
		if other.store == nil || other.store.Name != "" || other.form == "" {
			continue
		}
		before, ok := strings.CutSuffix(form, other.form)
		switch {
		case !ok, typ != "" && other.typ.Type != typ:
		case before == "" && typ != "",
			isIdentifier && other.store.Cloud == ref.Cloud && other.store.Service == ref.Service &&
				(strings.HasSuffix(before, ":") || strings.HasSuffix(before, "/")):
			same = append(same, other.store)
		}
	}
	return same
}

// maybeIn says whether a place may be in the region that an identifier tells. A
// thing of the name in another region is another thing.
func (inv *inventory) maybeIn(place model.Place, v *lang.Value) bool {
	text, ok := v.Text()
	if !ok || place.Status != model.Known && place.Status != model.OneOf {
		return true
	}
	ref, _ := geo.ParseIdentifier(text, true)
	if ref.Region == "" {
		return true
	}
	told, err := inv.Tables.Locate(ref.Cloud, ref.Service, ref.Region)
	return err != nil || slices.ContainsFunc(place.Locations, func(l model.Location) bool { return l.Region == told.Region })
}

// nameFor is the name that a value gives to a thing of a type. Parts of the value
// that are not known don't matter, as long as they are not the name's.
func (inv *inventory) nameFor(typ string, v *lang.Value) (string, bool) {
	if typ == "" {
		return "", false
	}
	if text, ok := v.Text(); ok {
		return inv.nameIn(typ, text), true
	}
	text, ok := v.Marked()
	if !ok {
		return "", false
	}
	name, ok := inv.nameInForm(typ, text)
	if ref, is := geo.ParseIdentifier(text, true); !ok && is {
		// What is not known must not be the region, which tells things of a name apart.
		_, known := inv.Evaluator.Unmark(v, ref.Region).Text()
		name, ok = ref.Name, known && ref.Name != ""
	}
	if !ok {
		return "", false
	}
	return inv.Evaluator.Unmark(v, name).Text()
}

// nameInForm is the name within an identifier of a form that the catalogue tells.
func (inv *inventory) nameInForm(typ, text string) (name string, ok bool) {
	t := inv.Catalogue.Lookup(typ)
	if t == nil {
		return "", false
	}
	for _, form := range t.Forms {
		if name, ok := nameByForm(form, text); ok {
			return name, true
		}
	}
	return "", false
}

func nameByForm(form, text string) (name string, ok bool) {
	for form != "" {
		rest, isName := strings.CutPrefix(form, "NAME")
		if !isName && form[0] != '*' {
			if text == "" || form[0] != text[0] {
				return "", false
			}
			form, text = form[1:], text[1:]
			continue
		}
		end := strings.IndexAny(text, ".:/")
		if end < 0 {
			end = len(text)
		}
		if isName {
			name, form = text[:end], rest
		} else {
			form = form[1:]
		}
		text = text[end:]
	}
	return name, text == "" && name != ""
}

// nameIn is the name of a thing of a type within an identifier. Of buckets, also
// within a host or before a path.
func (inv *inventory) nameIn(typ, text string) string {
	if ref, ok := geo.ParseIdentifier(text, true); ok {
		return ref.Name
	}
	if name, ok := inv.nameInForm(typ, text); ok {
		return name
	}
	if t := inv.Catalogue.Lookup(typ); t == nil || !t.UniqueName {
		return text
	}
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "/"), "/")
	if ref, ok := geo.ParseHost(text); ok && ref.Name != "" {
		return ref.Name
	}
	return text
}

// elsewhere says whether an identifier that is made with the name of a store
// names one of that name in another region.
func elsewhere(v *lang.Value, place model.Place) bool {
	text, whole := v.Text()
	if !whole {
		text = v.Prefix()
	}
	ref, ok := geo.ParseIdentifier(text, whole)
	if !ok || ref.Region == "" || place.Status != model.Known && place.Status != model.OneOf {
		return false
	}
	return !slices.ContainsFunc(place.Locations, func(l model.Location) bool { return l.Region == ref.Region })
}

// nameOf is what the configuration calls a store that it names by v. A
// connection string may hold a secret: only what names the store is taken.
func nameOf(v *lang.Value) string {
	if text, ok := v.Text(); ok {
		return plainName(text)
	}
	if inst := instanceOf(v); inst != nil {
		return inst.Address() + "." + v.Ref().Attr
	}
	return plainName(v.Prefix())
}

// plainName takes the account or host out of a connection string, and the query
// and the user off a URL.
func plainName(text string) string {
	for _, part := range strings.Split(text, ";") {
		key, value, ok := strings.Cut(part, "=")
		if ok && (strings.EqualFold(key, "AccountName") || strings.EqualFold(key, "Endpoint")) {
			return value
		}
	}
	text, _, _ = strings.Cut(text, "?")
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		user, _, _ := strings.Cut(rest, "@")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 && scheme == "s3" && !strings.Contains(user, ":") {
			text = scheme + "://" + user // bucket@region
		} else if at >= 0 {
			text = scheme + "://" + rest[at+1:]
		}
	}
	if before, _, ok := strings.Cut(text, "="); ok {
		return before + "=…"
	}
	return text
}
