package stores

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// entry is an instance of a resource type that the catalogue knows.
type entry struct {
	inst  Resource
	typ   *catalog.Type
	store *model.Store // nil for a type that only declares copies
	form  string       // of the store's name; see lang.Value.Form
	part  bool         // of the store, which is another entry's
}

// inventory is what one root says about data.
type inventory struct {
	*Collector
	resources []Resource
	entries   []*entry
	byInst    map[Resource]*entry
	groups    map[string]*group
	names     map[string]map[string][]*entry // by type and name

	excerpts map[hcl.Range]string // of the texts of expressions
	doc      model.Document
}

// group is a replication group: a global cluster and its members.
type group struct {
	primary *entry
	members []member
}

type member struct {
	entry *entry
	rng   hcl.Range // of the attribute that makes it one
	steps []model.Step
}

// collect makes the stores, then what connects them.
func (inv *inventory) collect() {
	inv.noteNames()
	for _, e := range inv.entries {
		if e.typ.IsStore() {
			inv.storeOf(e, 0)
		}
	}
	for _, e := range inv.entries {
		inv.addRetention(e)
		inv.addGroup(e)
		for _, rule := range e.typ.Copies {
			inv.addCopies(e, rule)
		}
	}
	inv.copyWithinGroups()
	for _, e := range inv.entries {
		for _, rule := range e.typ.Grants {
			inv.addGrants(e, rule)
		}
		inv.addGuardrails(e)
	}
	for _, e := range inv.entries {
		if e.store != nil && !e.part {
			inv.doc.Stores = append(inv.doc.Stores, *e.store)
		}
	}
}

// storeID makes the id of a store in this root.
func (inv *inventory) storeID(address string) string { return inv.Dir + ":" + address }

// storeOf returns the store of an entry; made when it is first asked for. A part
// has that of its whole, unless its labels set it apart.
func (inv *inventory) storeOf(e *entry, depth int) *model.Store {
	if e.store != nil || !e.typ.IsStore() {
		return e.store
	}
	inv.addStore(e)
	if !e.typ.Part || depth == maxReferences {
		return e.store
	}
	whole := inv.parent(e)
	if whole == nil || whole == e {
		return e.store
	}
	if s := inv.storeOf(whole, depth+1); s != nil && sameLabels(s, e.store) {
		e.store, e.part = s, true
	}
	return e.store
}

// sameLabels says whether two stores have the same labels. One called Name only
// names its store.
func sameLabels(a, b *model.Store) bool {
	isName := func(key, _ string) bool { return strings.EqualFold(key, "name") }
	x, y := maps.Clone(a.Labels), maps.Clone(b.Labels)
	maps.DeleteFunc(x, isName)
	maps.DeleteFunc(y, isName)
	return maps.Equal(x, y) && a.LabelsUnknown == b.LabelsUnknown
}

func (inv *inventory) addStore(e *entry) {
	s := &model.Store{
		ID:      inv.storeID(e.inst.Address()),
		Root:    inv.Dir,
		Address: e.inst.Address(),
		Type:    e.typ.Type,
		Cloud:   e.typ.Cloud,
		Service: e.typ.Service,
		Kind:    e.typ.Kind,
		Role:    e.typ.Role,
		Transit: e.typ.Transit,
		Content: e.typ.Content,
		ByName:  e.typ.ByName,
		Place:   inv.place(e.typ, e.inst),
		Source:  *lang.SourceOf(e.inst.Range()),
	}
	if e.typ.Name != "" {
		if v := inv.readFirst(e.typ.Name, e.inst); v != nil {
			s.Name, _ = v.Text()
			if e.typ.ByName {
				s.Name = plainName(s.Name)
			}
			e.form = v.Form()
		}
	}
	if s.Cloud == "" {
		s.Cloud = cloudOfPlace(s.Place)
	}
	s.Labels, s.LabelsUnknown = inv.labels(e, 0)
	s.Whole = inv.wholeElsewhere(e)
	e.store = s
}

// wholeElsewhere is what the entry is a part of, when it is named and this root
// does not declare it; nil when it is no part, or more than the name is known.
func (inv *inventory) wholeElsewhere(e *entry) *model.Whole {
	for _, rule := range e.typ.Place {
		if rule.Of == "" || rule.OfType == "" {
			continue
		}
		v := inv.readFirst(rule.Of, e.inst)
		if v == nil {
			continue
		}
		t := inv.Catalogue.Lookup(rule.OfType)
		name, known := inv.nameFor(rule.OfType, v)
		if inst, _ := inv.whole(v, rule.OfType); inst != nil && !inst.IsData() || t == nil || !known {
			return nil
		}
		w := &model.Whole{Type: t.Type, Name: name, Unique: t.UniqueName, Merges: e.typ.Part}
		if steps := inv.steps(v.Origin()); len(steps) > 0 {
			w.Step = steps[0]
		}
		return w
	}
	return nil
}

// cloudOfPlace is the cloud of all the locations of a place, "" when there are
// several or none.
func cloudOfPlace(p model.Place) string {
	cloud := ""
	for _, l := range p.Locations {
		if cloud != "" && l.Cloud != cloud {
			return ""
		}
		cloud = l.Cloud
	}
	return cloud
}

// labels returns the labels of a resource over the provider's default ones and
// over those of the store that it is a part of, and whether some could not be
// read.
func (inv *inventory) labels(e *entry, depth int) (labels map[string]string, unknown bool) {
	labels = map[string]string{}
	if parent := inv.parent(e); parent != nil && depth < maxReferences {
		inherited, gap := inv.labels(parent, depth+1)
		maps.Copy(labels, inherited)
		unknown = gap
	}
	for _, path := range []string{e.typ.DefaultLabels, e.typ.Labels} {
		if path == "" {
			continue
		}
		for _, f := range inv.read(path, e.inst) {
			if !inv.addLabels(labels, inv.Evaluator.Force(f.Cell)) {
				unknown = true
			}
		}
		if !inv.addLabelBlocks(labels, inv.body(e.inst), path) {
			unknown = true
		}
	}
	if len(labels) == 0 {
		labels = nil
	}
	return labels, unknown
}

// parent is the store of which the entry's is a part; nil when it is none, or
// the other is not declared here.
func (inv *inventory) parent(e *entry) *entry {
	for _, rule := range e.typ.Place {
		if rule.Of == "" {
			continue
		}
		if v := inv.readFirst(rule.Of, e.inst); v != nil {
			inst, _ := inv.whole(v, rule.OfType)
			return inv.byInst[inst]
		}
	}
	return nil
}

// byName returns the entry of a type that has a name, given plainly or within
// an identifier; nil when there is none, or several.
func (inv *inventory) byName(typ string, v *lang.Value) *entry {
	name, ok := inv.nameFor(typ, v)
	if !ok {
		return nil
	}
	if same := inv.names[typ][name]; len(same) == 1 {
		return same[0]
	}
	return nil
}

// noteNames notes by which names others may name the entries. It is done before
// anything is tried out with assumed values.
func (inv *inventory) noteNames() {
	for _, e := range inv.entries {
		if e.typ.Name == "" {
			continue
		}
		v := inv.readFirst(e.typ.Name, e.inst)
		if v == nil {
			continue
		}
		if text, ok := v.Text(); ok {
			byName := inv.names[e.typ.Type]
			if byName == nil {
				byName = map[string][]*entry{}
				inv.names[e.typ.Type] = byName
			}
			byName[text] = append(byName[text], e)
		}
	}
}

// addPair takes in one label that is written with its key and value apart; false
// when it is not known.
func (inv *inventory) addPair(labels map[string]string, n Node) bool {
	key, okKey := inv.textAt(n, "key")
	value, okValue := inv.textAt(n, "value")
	if okKey && okValue {
		labels[key] = value
	}
	return okKey && okValue
}

func (inv *inventory) textAt(n Node, name string) (string, bool) {
	f, ok := n.Attribute(inv.Evaluator, name)
	if !ok {
		return "", false
	}
	return inv.Evaluator.Force(f.Cell).Text()
}

// addLabels takes in a map of labels, a label with its key and value apart, or a
// word such as data:us-users; false when it is not wholly known.
func (inv *inventory) addLabels(labels map[string]string, v *lang.Value) bool {
	if word, ok := v.Text(); ok {
		at := strings.IndexAny(word, ":=")
		if at < 0 {
			at = len(word)
		}
		labels[word[:at]] = strings.TrimLeft(word[at:], ":=")
		return true
	}
	if v.Kind == lang.Object && v.Has("key") && v.Has("value") {
		return inv.addPair(labels, Node{cell: lang.Done(v)})
	}
	if gap := v.Gap(); gap != nil {
		// A provider that is configured elsewhere may have default labels, but
		// nothing points to there being any.
		return gap.Cause == model.Environment || gap.Cause == model.LeftToCaller
	}
	if v.Kind == lang.Null {
		return true
	}
	if key, value, isPair := inv.labelPair(v); isPair {
		labels[key] = value
		return true
	}
	pairs, ok := inv.Evaluator.Pairs(v)
	whole := ok && !v.Open
	for _, pair := range pairs {
		key, okKey := pair.Key.Text()
		value, okValue := inv.Evaluator.Force(pair.Value).Text()
		if okKey && okValue {
			labels[key] = value
		} else {
			whole = false
		}
	}
	return whole
}

// labelPair reads one label that is written as {Key: k, Value: v}, which is how
// several languages list them.
func (inv *inventory) labelPair(v *lang.Value) (key, value string, ok bool) {
	for _, names := range [][2]string{{"Key", "Value"}, {"key", "value"}, {"ConditionKey", "ConditionValue"}} {
		if v.Kind != lang.Object || !v.Has(names[0]) || !v.Has(names[1]) {
			continue
		}
		key, okKey := inv.Evaluator.Attr(v, names[0]).Text()
		value, okValue := inv.Evaluator.Attr(v, names[1]).Text()
		return key, value, okKey && okValue
	}
	return "", "", false
}

// addLabelBlocks takes in labels that are written as blocks with a key and a
// value; false when one is not wholly known.
func (inv *inventory) addLabelBlocks(labels map[string]string, n Node, path string) bool {
	if strings.HasPrefix(path, "provider.") {
		return true
	}
	whole := true
	for _, block := range n.nodes(inv.Evaluator, parsePath(path)) {
		if block.body == nil {
			continue // an attribute, which is a map
		}
		key, okKey := block.Attribute(inv.Evaluator, "key")
		value, okValue := block.Attribute(inv.Evaluator, "value")
		if !okKey || !okValue {
			continue
		}
		k, okKey := inv.Evaluator.Force(key.Cell).Text()
		v, okValue := inv.Evaluator.Force(value.Cell).Text()
		if okKey && okValue && !block.maybe {
			labels[k] = v
		} else {
			whole = false
		}
	}
	return whole
}

// addGroup notes the replication group that an instance belongs to, or is.
func (inv *inventory) addGroup(e *entry) {
	if e.typ.Group == "" {
		return
	}
	v := inv.readFirst(e.typ.Group, e.inst)
	if v == nil {
		return
	}
	other := inv.refEntry(v)
	if !e.typ.IsStore() {
		// The group itself: the attribute names its first member.
		if other != nil {
			inv.group(e.inst.Address()).primary = other
		}
		return
	}
	key, known := v.Text()
	if known && e.store != nil {
		e.store.Group = &model.Group{Name: key, Declared: other != nil}
	}
	if other != nil && !other.typ.IsStore() {
		key, known = other.inst.Address(), true
	}
	if known {
		g := inv.group(key)
		g.members = append(g.members, member{e, inv.attrRange(e.inst, e.typ.Group), inv.steps(v.Origin())})
	}
}

func (inv *inventory) group(key string) *group {
	if inv.groups[key] == nil {
		inv.groups[key] = &group{}
	}
	return inv.groups[key]
}

// attrRange is the range of an attribute's expression, or of the whole
// declaration when it is not written.
func (inv *inventory) attrRange(inst Resource, name string) hcl.Range {
	if f, ok := inv.body(inst).Attribute(inv.Evaluator, name); ok {
		return f.Range
	}
	return inst.Range()
}

// copyWithinGroups makes a copy from the first member of each replication group
// to each other one.
func (inv *inventory) copyWithinGroups() {
	for _, key := range slices.Sorted(maps.Keys(inv.groups)) {
		g := inv.groups[key]
		slices.SortFunc(g.members, func(a, b member) int { return cmp.Compare(a.entry.inst.Address(), b.entry.inst.Address()) })
		primary := g.primary
		if primary == nil && len(g.members) > 0 {
			primary = g.members[0].entry
		}
		for _, m := range g.members {
			if m.entry == primary || primary.store == nil {
				continue
			}
			inv.addCopy(model.Copy{
				From: primary.store.ID, To: m.entry.store.ID, Means: model.ByReplica,
				Place: m.entry.store.Place, Address: m.entry.inst.Address(), Source: *lang.SourceOf(m.rng),
			})
		}
	}
}

// refEntry returns the entry that a value refers to.
func (inv *inventory) refEntry(v *lang.Value) *entry {
	inst, _ := inv.typed(v)
	if inst == nil {
		return nil
	}
	return inv.byInst[inst]
}

// refStore returns the store that a value refers to. A part of a store, such as
// a table or a hub, stands for the store.
func (inv *inventory) refStore(v *lang.Value) *model.Store {
	e := inv.refEntry(v)
	if e == nil && inv.RootOf != nil {
		return inv.storeBeyond(v)
	}
	for range maxReferences {
		if e == nil || e.store != nil || e.typ.Of == "" {
			break
		}
		if v = inv.readFirst(e.typ.Of, e.inst); v == nil {
			return nil
		}
		typ := e.typ.OfType
		if e = inv.refEntry(v); e == nil {
			e = inv.byName(typ, v)
		}
	}
	if e == nil {
		return nil
	}
	return e.store
}

// storeBeyond is the store that a value refers to in another root: its id and
// place, which is all that one needs of it here.
func (inv *inventory) storeBeyond(v *lang.Value) *model.Store {
	inst, t := inv.typed(v)
	if inst == nil || inst.IsData() || !t.IsStore() {
		return nil
	}
	root := inv.RootOf(inst)
	if root == "" || root == inv.Dir {
		return nil
	}
	return &model.Store{ID: root + ":" + inst.Address(), Address: inst.Address(), Type: t.Type, Cloud: t.Cloud, Place: inv.place(t, inst)}
}

func (inv *inventory) addCopy(c model.Copy) {
	ends := []string{cmp.Or(c.From, c.FromName), cmp.Or(c.To, c.ToName, placeText(c.Place))}
	c.ID = string(c.Means) + ":" + strings.Join(ends, ">")
	at := slices.IndexFunc(inv.doc.Copies, func(o model.Copy) bool { return o.ID == c.ID })
	if at >= 0 && c.To == "" && placeText(inv.doc.Copies[at].Place) != placeText(c.Place) {
		// What has the same name elsewhere is another thing.
		c.ID += "@" + placeText(c.Place)
		at = slices.IndexFunc(inv.doc.Copies, func(o model.Copy) bool { return o.ID == c.ID })
	}
	if at < 0 {
		inv.doc.Copies = append(inv.doc.Copies, c)
	}
}

// placeText names a place within the id of a copy.
func placeText(p model.Place) string {
	var parts []string
	for _, l := range p.Locations {
		parts = append(parts, cmp.Or(l.Region, l.Site, l.Endpoint))
	}
	if len(parts) == 0 {
		return "?"
	}
	return strings.Join(parts, ",")
}
