package stores

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// maxSteps bounds a because chain.
const maxSteps = 12

// hostKey marks the address of a server in a place value, which is otherwise
// the text of a region, or a list of such texts.
const hostKey = "host"

// place finds where the store of an instance is.
func (inv *inventory) place(t *catalog.Type, inst Resource) model.Place {
	outcomes := inv.outcomes(inst, func() *lang.Value { return inv.placeValue(t, inst, 0) })
	return inv.toPlace(t, outcomes)
}

// outcomes computes a place of what an instance brings about. What would be where
// the instance is not there is left out, like what would be in error.
func (inv *inventory) outcomes(inst Resource, compute func() *lang.Value) []lang.Outcome {
	repeated, ok := inst.(Repeated)
	if !ok {
		return inv.Evaluator.Outcomes(placeSettled, compute)
	}
	return inv.Evaluator.Outcomes(placeSettled, func() *lang.Value {
		absent := false
		inv.Evaluator.InSomeWorld(func() { absent = repeated.IsAbsent(inv.Evaluator) })
		if absent {
			return lang.FailedVal("there is no " + inst.Address() + " then")
		}
		return compute()
	})
}

// placeSettled says that nothing is gained by further assumptions.
func placeSettled(v *lang.Value) bool { return v.IsKnown() }

// placeValue applies the place rules of a type in the world at hand.
func (inv *inventory) placeValue(t *catalog.Type, inst Resource, depth int) *lang.Value {
	if host := inv.endpoint(t, inst); host != nil {
		return host
	}
	if v := inv.ruledPlace(t.Place, t, inst, depth); v != nil {
		return v
	}
	if inst.IsData() {
		return lang.UnknownVal(model.AtApply, "where "+inst.Address()+" is, is known only when applied")
	}
	if t.ByName && t.Name != "" {
		if v := inv.readFirst(t.Name, inst); v != nil {
			return inv.onlyNamed(v)
		}
	}
	return lang.UnknownVal(model.NotPinned, inst.Address()+" does not say where it is")
}

// ruledPlace is what the first rule says that applies, nil when none does.
func (inv *inventory) ruledPlace(rules []catalog.PlaceRule, t *catalog.Type, inst Resource, depth int) *lang.Value {
	isData := inst.IsData()
	for i, rule := range rules {
		if isData && (rule.Default != "" || rule.Unknown != "" || rule.Nearest != "") {
			// What holds for absent settings of a resource says nothing of a thing
			// that is only looked up.
			continue
		}
		if holds, _ := inv.conditions(rule.When, inv.body(inst), 0); !holds {
			continue
		}
		if rule.Of != "" && !inv.isFound(rule, inst) && goesOn(rules[i+1:]) {
			continue
		}
		v := inv.applyRule(rule, t, inst, depth)
		if rule.As == network {
			v = inv.ofSites(v)
		}
		if v == nil {
			continue
		}
		if rule.As == "" {
			return withCloud(v, rule.InCloud)
		}
		v = siteValue(v, rule.As, inv.ruledPlace(rules[i+1:], t, inst, depth))
		if rule.Any != "" {
			return anyOf(v)
		}
		return v
	}
	return nil
}

// network is the sort of the names of networks.
const network = "network"

// ofSites are the names of networks that a site has, nil when none has one. Most
// networks are about what can be reached, and tell no place.
func (inv *inventory) ofSites(v *lang.Value) *lang.Value {
	if v == nil || inv.Tables.HasSite == nil {
		return nil
	}
	names := []*lang.Value{v}
	if v.Kind == lang.List {
		names, _ = inv.Evaluator.Elements(v)
	}
	var kept []*lang.Value
	for _, name := range names {
		if text, ok := name.Text(); ok && inv.Tables.HasSite(network+":"+text) {
			kept = append(kept, name)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	list := lang.ListOf(kept)
	for _, name := range kept {
		list = list.And(name.Origin())
	}
	return list
}

// isFound says whether the store that a rule's Of names is found, or its
// identifier tells the region.
func (inv *inventory) isFound(rule catalog.PlaceRule, inst Resource) bool {
	v := inv.readFirst(rule.Of, inst)
	if v == nil {
		return true // the rule passes on by itself
	}
	if parent, t := inv.whole(v, rule.OfType); parent != nil {
		return !parent.IsData() || !t.UniqueName
	}
	text, _ := v.Text()
	ref, _ := geo.ParseIdentifier(text, true)
	return ref.Region != ""
}

// goesOn says whether rules tell the place of a thing whose whole is not found.
func goesOn(rules []catalog.PlaceRule) bool {
	return slices.ContainsFunc(rules, func(r catalog.PlaceRule) bool { return r.At != "" || r.Host != "" || r.Named != "" })
}

// whole returns what a value names, by reference or by the plain name of a
// resource of the given type; nil for what the catalogue or the files don't
// know.
func (inv *inventory) whole(v *lang.Value, typ string) (Resource, *catalog.Type) {
	if inst, t := inv.typed(v); inst != nil {
		return inst, t
	}
	if e := inv.byName(typ, v); e != nil {
		return e.inst, e.typ
	}
	if text, ok := v.Text(); ok && typ != "" && inv.Find != nil {
		if found := inv.Find(typ, text); found != nil {
			return found, inv.typeOf(found)
		}
	}
	return nil, nil
}

// onlyNamed is the place of a thing of which only the name is known.
func (inv *inventory) onlyNamed(v *lang.Value) *lang.Value {
	if gap := v.Gap(); gap != nil {
		return lang.UnknownVal(gap.Cause, gap.Reason).Because(v.Origin())
	}
	return lang.UnknownVal(model.UnresolvedTarget, fmt.Sprintf("%q is not declared in the checked files, and nothing here tells its region", nameOf(v))).Because(v.Origin())
}

// endpoint returns the host that the provider sends the type's service to,
// instead of the cloud's own; nil when it does not.
func (inv *inventory) endpoint(t *catalog.Type, inst Resource) *lang.Value {
	attribute := t.Endpoint()
	if attribute == "" {
		return nil
	}
	v := inv.readFirst(attribute, inst)
	if v == nil || v.Kind == lang.Null {
		return nil
	}
	if text, ok := v.Text(); ok && text == "" || forAllRegions(v, t.Cloud) {
		return nil
	}
	return hostValue(v)
}

// forAllRegions says whether an address is one that the cloud has for all its
// regions, so that it tells nothing of the place. The address of another cloud
// tells that the region beside it is none of this one.
func forAllRegions(v *lang.Value, cloud string) bool {
	text, ok := v.Text()
	if !ok {
		return false
	}
	ref, ok := geo.ParseHost(geo.Host(text))
	return ok && (ref.Cloud == cloud || cloud == "") && ref.Region == ""
}

// cloudKey marks a place value with a cloud of its own, which stands under
// regionKey.
const (
	cloudKey  = "cloud"
	regionKey = "region"
)

// withCloud says of a place value in which cloud its regions are; they are in the
// type's when cloud is empty.
func withCloud(v *lang.Value, cloud string) *lang.Value {
	if cloud == "" || !v.IsKnown() {
		return v
	}
	return lang.ObjectVal(map[string]*lang.Cell{cloudKey: lang.Done(lang.StringVal(cloud)), regionKey: lang.Done(v)}).Because(v.Origin())
}

// anyKey marks a list of regions in a place value of which only one counts.
const anyKey = "any"

// anyOf marks the regions of a list as alternatives.
func anyOf(v *lang.Value) *lang.Value {
	if v == nil || v.Kind != lang.List {
		return v
	}
	return lang.ObjectVal(map[string]*lang.Cell{anyKey: lang.Done(v)}).Because(v.Origin())
}

func hostValue(v *lang.Value) *lang.Value {
	return lang.ObjectVal(map[string]*lang.Cell{hostKey: lang.Done(v)}).Because(v.Origin())
}

// applyRule returns what a rule says, nil when its attribute is absent or null.
func (inv *inventory) applyRule(rule catalog.PlaceRule, t *catalog.Type, inst Resource, depth int) *lang.Value {
	switch {
	case rule.Cloud != "":
		return inv.readInClouds(cmp.Or(rule.At, rule.Every), rule.Cloud, inst)
	case rule.At != "":
		return orUnset(inv.readFirst(rule.At, inst), rule.At, t)
	case rule.Zone != "":
		return inv.readZones(rule.Zone, inst)
	case rule.Every != "":
		return inv.readAll(rule.Every, inst)
	case rule.Any != "":
		v := inv.readAll(rule.Any, inst)
		if rule.As != "" {
			return orNone(v)
		}
		return anyOf(v)
	case rule.Host != "":
		return inv.readHosts(rule.Host, inst, t.Cloud)
	case rule.Named != "":
		return orNone(inv.readAll(rule.Named, inst))
	case rule.Disk != "":
		v := inv.readFirst(rule.Disk, inst)
		if v == nil {
			return nil
		}
		reason := "it is kept on the disk of the server that " + inst.Address() + " runs on"
		return lang.UnknownVal(model.LeftToCaller, reason).Because(v.Origin())
	case rule.Of != "":
		return inv.inItsCloud(t, rule, inst, inv.placeOf(rule.Of, rule.OfType, inst, depth))
	case rule.Nearest != "":
		return inv.nearestTo(t, rule, inv.placeOf(rule.Nearest, "", inst, depth))
	case rule.Default != "":
		step := &lang.Origin{What: "default of " + t.Type + " (" + docOf(rule.Doc, t.Doc) + ")", Text: fmt.Sprintf("%q", rule.Default)}
		return lang.StringVal(rule.Default).Because(step)
	}
	return lang.UnknownVal(model.NotPinned, rule.Unknown)
}

// readHosts returns the addresses at a path, nil when there is none that tells
// more than the cloud.
func (inv *inventory) readHosts(path string, inst Resource, cloud string) *lang.Value {
	var v *lang.Value
	if each := inv.readEach(path, inst); len(each) > 1 {
		v = oneOrAll(each)
	} else if v = inv.readFirst(path, inst); v == nil || forAllRegions(v, cloud) {
		return nil
	} else {
		return hostValue(v)
	}
	cells := make([]*lang.Cell, len(v.Cells()))
	for i, c := range v.Cells() {
		cells[i] = lang.Done(hostValue(inv.Evaluator.Force(c)))
	}
	return lang.ListVal(cells).Because(v.Origin())
}

// orNone is nil for null.
func orNone(v *lang.Value) *lang.Value {
	if v == nil || v.Kind == lang.Null {
		return nil
	}
	return v
}

// The keys of a place value that is the name of a place of one's own; what the
// rules behind it say of a name that no site has is under outerKey.
const (
	siteKey  = "site"
	asKey    = "as"
	outerKey = "outer"
)

// siteValue marks names as those of places of one's own; outer may be nil.
func siteValue(v *lang.Value, as string, outer *lang.Value) *lang.Value {
	if v.Kind == lang.List {
		cells := make([]*lang.Cell, len(v.Cells()))
		for i, c := range v.Cells() {
			cells[i] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return siteValue(ev.Force(c), as, outer) })
		}
		return lang.ListVal(cells).Because(v.Origin())
	}
	cells := map[string]*lang.Cell{siteKey: lang.Done(v), asKey: lang.Done(lang.StringVal(as))}
	if outer == nil {
		return lang.ObjectVal(cells).Because(v.Origin())
	}
	cells[outerKey] = lang.Done(outer)
	return lang.ObjectVal(cells).Because(v.Origin()).And(outer.Origin())
}

// orUnset says what a provider does that is given no region: where its
// documentation names one, that holds unless the environment names another, so
// that it is not known which.
func orUnset(v *lang.Value, path string, t *catalog.Type) *lang.Value {
	setting, isProvider := strings.CutPrefix(path, "provider.")
	unset := t.Unset(setting)
	if !isProvider || unset == nil || v != nil && (v.Gap() == nil || v.Gap().Cause != model.Environment) {
		return v
	}
	provider, _, _ := strings.Cut(t.Type, "_")
	reason := fmt.Sprintf("the %s of provider %s is what %s says when applied, or else %s", setting, provider, unset.Env, unset.Value)
	if v != nil {
		reason = fmt.Sprintf("%s; where %s is not set, it is %s", v.Gap().Reason, unset.Env, unset.Value)
	}
	step := &lang.Origin{What: fmt.Sprintf("default of %s unless %s is set (documentation of provider %s)", setting, unset.Env, provider), Text: fmt.Sprintf("%q", unset.Value)}
	return lang.UnknownVal(model.Environment, reason).Because(step)
}

func docOf(doc, page string) string {
	if doc != "" {
		return doc
	}
	return "documentation of " + page
}

// read returns the values at a path of the instance, or of the provider
// configuration that it uses.
func (inv *inventory) read(path string, inst Resource) []Found {
	if setting, ok := strings.CutPrefix(path, "provider."); ok {
		v := inst.Setting(inv.Evaluator, strings.Split(setting, "."))
		if v == nil {
			return nil
		}
		return []Found{{Cell: lang.Done(v), Range: inst.Range()}}
	}
	here, there, goesOn := strings.Cut(path, ">")
	values := inv.body(inst).find(inv.Evaluator, parsePath(here))
	if !goesOn {
		return values
	}
	// The path goes on in the resource that the first part refers to, if it does.
	var all []Found
	for _, f := range values {
		if other := instanceOf(inv.Evaluator.Force(f.Cell)); other != nil {
			all = append(all, inv.body(other).find(inv.Evaluator, parsePath(there))...)
		}
	}
	return all
}

// readFirst returns the value of an attribute as a step of the chain; nil when
// it is absent or null.
func (inv *inventory) readFirst(path string, inst Resource) *lang.Value {
	if strings.HasPrefix(path, "provider.") {
		return inv.readProvider(path, inst)
	}
	for _, f := range inv.read(path, inst) {
		if v := inv.Evaluator.Force(f.Cell); v.Kind != lang.Null {
			return v.At(f.Range).Named(plainPath(path))
		}
	}
	return nil
}

// readProvider reads a setting of the provider. Only the region's absence has a
// meaning of its own: the environment gives it.
func (inv *inventory) readProvider(path string, inst Resource) *lang.Value {
	setting := strings.Split(strings.TrimPrefix(path, "provider."), ".")
	v := inst.Setting(inv.Evaluator, setting)
	if gap := v.Gap(); gap != nil && len(setting) > 1 && (gap.Cause == model.Environment || gap.Cause == model.LeftToCaller) {
		return nil
	}
	if v.Kind == lang.Null {
		return nil
	}
	return v
}

func (inv *inventory) readAll(path string, inst Resource) *lang.Value {
	return oneOrAll(inv.readEach(path, inst))
}

// readEach returns the values at a path as steps of the chain.
func (inv *inventory) readEach(path string, inst Resource) []*lang.Value {
	var values []*lang.Value
	for _, f := range inv.read(path, inst) {
		values = append(values, inv.Evaluator.Force(f.Cell).At(f.Range).Named(plainPath(path)))
	}
	return values
}

// oneOrAll is the only value, or a list of several; nil for none.
func oneOrAll(values []*lang.Value) *lang.Value {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	all := lang.ListOf(values)
	for _, v := range values {
		all = all.And(v.Origin())
	}
	return all
}

// readZones returns the zones at a path, of which one or several may be in
// another country than their region. Those that can't be told are left out: they
// lie in the region that another rule finds.
func (inv *inventory) readZones(path string, inst Resource) *lang.Value {
	cannotTell := func(v *lang.Value) bool { return v.Kind == lang.Null || !v.IsKnown() && v.Gap().Within == "" }
	return oneOrAll(slices.DeleteFunc(inv.readEach(path, inst), cannotTell))
}

// readInClouds returns the regions at a path, each told with the cloud that the
// attribute beside it names.
func (inv *inventory) readInClouds(path, cloudPath string, inst Resource) *lang.Value {
	var values []*lang.Value
	prefix := commonBlocks([]string{path, cloudPath})
	for _, n := range inv.body(inst).nodes(inv.Evaluator, prefix) {
		clouds, _ := inv.values(n, cloudPath, len(prefix))
		regions, _ := inv.values(n, path, len(prefix))
		for _, f := range regions {
			region := inv.Evaluator.Force(f.Cell).At(f.Range).Named(path)
			if len(clouds) > 0 {
				values = append(values, inv.inCloud(region, clouds, cloudPath))
			}
		}
	}
	return oneOrAll(values)
}

// inCloud tells a region with its cloud, as the tables of services take it.
func (inv *inventory) inCloud(region *lang.Value, clouds []Found, path string) *lang.Value {
	if len(clouds) == 0 {
		return region
	}
	cloud := inv.Evaluator.Force(clouds[0].Cell).At(clouds[0].Range).Named(path)
	code, ok := region.Text()
	if !ok {
		return region
	}
	name, ok := cloud.Text()
	if !ok {
		return cloud
	}
	return lang.StringVal(name + ":" + code).Because(region.Origin()).And(cloud.Origin())
}

// placeOf returns the place of the store that an attribute names.
func (inv *inventory) placeOf(path, typ string, inst Resource, depth int) *lang.Value {
	v := inv.readFirst(path, inst)
	if v == nil {
		return nil
	}
	parent, t := inv.whole(v, typ)
	if parent != nil && parent.IsData() && t.UniqueName {
		return lang.UnknownVal(model.AtApply, "where "+parent.Address()+" is, is known only when applied").Because(v.Origin())
	}
	if parent == nil || depth > maxReferences {
		if text, ok := v.Text(); ok {
			if ref, ok := geo.ParseIdentifier(text, true); ok && ref.Region != "" {
				return lang.StringVal(ref.Region).Because(v.Origin())
			}
			return lang.UnknownVal(model.UnresolvedTarget, fmt.Sprintf("%s names %q, which the checked files do not declare", path, text)).Because(v.Origin())
		}
		return v
	}
	return inv.placeValue(t, parent, depth+1).And(v.Origin())
}

// inItsCloud reads a place that is another store's in the cloud of that store,
// where the type leaves its own open.
func (inv *inventory) inItsCloud(t *catalog.Type, rule catalog.PlaceRule, inst Resource, place *lang.Value) *lang.Value {
	if place == nil || t.Cloud != "" {
		return place
	}
	v := inv.readFirst(rule.Of, inst)
	if _, whole := inv.whole(v, rule.OfType); whole != nil {
		return withCloud(place, whole.Cloud)
	}
	text, _ := v.Text()
	ref, _ := geo.ParseIdentifier(text, true)
	return withCloud(place, ref.Cloud)
}

// nearestTo is the multi-region that a service chooses near a place.
func (inv *inventory) nearestTo(t *catalog.Type, rule catalog.PlaceRule, v *lang.Value) *lang.Value {
	if v == nil {
		return nil
	}
	text, ok := v.Text()
	if !ok {
		return v
	}
	here, err := inv.Tables.Locate(t.Cloud, t.Service, text)
	if err != nil {
		return v
	}
	near, ok := inv.Tables.Nearest(t.Cloud, t.Service, here.Region)
	if !ok {
		return lang.UnknownVal(model.NotPinned, "the service chooses a multi-region near "+here.Region+", and its documentation does not name it").Because(v.Origin())
	}
	step := &lang.Origin{What: "multi-region nearest to " + here.Region + " (" + docOf(rule.Doc, t.Doc) + ")", Text: near.Region}
	return lang.StringVal(near.Region).Because(step).And(v.Origin())
}

// typed returns the instance that a value refers to, when the catalogue knows
// its type.
func (inv *inventory) typed(v *lang.Value) (Resource, *catalog.Type) {
	if whole := wholeOf(v); whole != nil {
		v = whole
	}
	if v.Ref() == nil {
		return nil, nil
	}
	inst, ok := v.Ref().Target.(Resource)
	if !ok {
		return nil, nil
	}
	t := inv.typeOf(inst)
	if t == nil {
		return nil, nil
	}
	return inst, t
}

// wholeOf returns what a text begins with, when it goes on with a path in that:
// an address, or what ends before a slash. A name that is made of another thing's
// name is not that thing.
func wholeOf(v *lang.Value) *lang.Value {
	parts := v.Parts()
	if v.Ref() != nil || len(parts) < 2 || parts[0].Ref() == nil {
		return nil
	}
	next, _ := parts[1].Text()
	attr := parts[0].Ref().Attr
	if strings.HasSuffix(attr, "endpoint") || strings.HasPrefix(next, "/") {
		return parts[0]
	}
	return nil
}

// typeOf returns the catalogue's row of a resource, with the cloud that its own
// settings say; nil when there is no row.
func (inv *inventory) typeOf(inst Resource) *catalog.Type {
	t := inv.rowOf(inst)
	if t == nil || t.CloudAt == "" {
		return t
	}
	v := inv.readFirst(t.CloudAt, inst)
	if v == nil {
		return t
	}
	word, ok := v.Text()
	if !ok {
		return t
	}
	own := *t
	if own.Cloud, ok = t.Clouds[word]; ok {
		return &own
	}
	if own.Cloud, ok = t.Clouds["*"]; !ok {
		own.Cloud = word
	}
	return &own
}

// toPlace makes a place of what the outcomes say.
func (inv *inventory) toPlace(t *catalog.Type, outcomes []lang.Outcome) model.Place {
	place := model.Place{Status: model.Known}
	var chains []model.Step
	open := false
	for _, o := range outcomes {
		locations, unknown := inv.locations(t, o.Value)
		place.Locations = appendLocations(place.Locations, locations)
		chains = append(chains, inv.steps(o.Value.Origin())...)
		// Where a value can't be told at all, that is the reason, and not that one
		// of those tried makes no sense as a place.
		isOpen := unknown != nil && o.Value.Kind == lang.Unknown
		if unknown != nil && (place.Status != model.Unknown || isOpen && !open) {
			place.Status, place.Cause, place.Reason = model.Unknown, unknown.Cause, unknown.Reason
		}
		open = open || isOpen
	}
	if place.Status == model.Known && len(place.Locations) > 1 && (len(outcomes) > 1 || inv.isOneOf(t.Cloud, outcomes[0].Value, len(place.Locations))) {
		place.Status = model.OneOf
	}
	if place.Cause == model.LeftToCaller {
		place.Status = model.Caller
	}
	place.Alternatives = len(place.Locations) > 1 && inv.isOneOf(t.Cloud, outcomes[0].Value, len(place.Locations))
	place.Because = compactSteps(chains)
	return place
}

// isOneOf says whether only one of the locations that a place value names counts:
// they are alternatives, or regions of the same name in several clouds.
func (inv *inventory) isOneOf(cloud string, v *lang.Value, locations int) bool {
	switch {
	case v.Kind == lang.Object && v.Has(anyKey):
		return true
	case v.Kind == lang.Object && v.Has(cloudKey):
		cloud, _ = inv.Evaluator.Attr(v, cloudKey).Text()
		return inv.isOneOf(cloud, inv.Evaluator.Attr(v, regionKey), locations)
	}
	return cloud == "" && locations > max(1, len(v.Cells()))
}

// appendLocations adds the locations that are not there yet.
func appendLocations(have, more []model.Location) []model.Location {
	for _, l := range more {
		same := func(h model.Location) bool {
			return h.Cloud == l.Cloud && h.Region == l.Region && h.Site == l.Site && h.Endpoint == l.Endpoint
		}
		if !slices.ContainsFunc(have, same) {
			have = append(have, l)
		}
	}
	return have
}

// locations finds the locations that a place value names; what can't be
// located is told by the gap.
func (inv *inventory) locations(t *catalog.Type, v *lang.Value) ([]model.Location, *lang.Gap) {
	switch v.Kind {
	case lang.Scalar:
		text, _ := v.Text()
		return inv.locate(t.Cloud, t.Service, text)
	case lang.List:
		var all []model.Location
		var gap *lang.Gap
		elems, whole := inv.Evaluator.Elements(v)
		for _, elem := range elems {
			if elem.Kind == lang.List {
				gap = &lang.Gap{Cause: model.Invalid, Reason: "it is a list inside a list"}
				continue
			}
			locations, unknown := inv.locations(t, elem)
			all = append(all, locations...)
			if unknown != nil {
				gap = unknown
			}
		}
		if !whole && gap == nil {
			gap = &lang.Gap{Cause: model.AtApply, Reason: "how many places there are is known only when applied"}
		}
		return all, gap
	case lang.Object:
		if v.Has(anyKey) {
			return inv.locations(t, inv.Evaluator.Attr(v, anyKey))
		}
		if v.Has(cloudKey) {
			own := *t
			own.Cloud, _ = inv.Evaluator.Attr(v, cloudKey).Text()
			return inv.locations(&own, inv.Evaluator.Attr(v, regionKey))
		}
		if v.Has(siteKey) {
			return inv.locateSite(t, v)
		}
		return inv.locateHost(inv.Evaluator.Attr(v, hostKey))
	case lang.Null:
		return nil, &lang.Gap{Cause: model.NotPinned, Reason: "it is null"}
	}
	if within := v.Gap().Within; within != "" {
		return inv.locate(t.Cloud, t.Service, within)
	}
	return nil, v.Gap()
}

func (inv *inventory) locate(cloud, service, text string) ([]model.Location, *lang.Gap) {
	if strings.EqualFold(text, "global") {
		return nil, &lang.Gap{Cause: model.NotPinned, Reason: "the location global promises no place"}
	}
	if cloud == "" {
		return inv.locateAnywhere(service, text)
	}
	location, err := inv.Tables.Locate(cloud, service, text)
	if err == nil {
		return []model.Location{location}, nil
	}
	var unknown *geo.UnknownRegionError
	if errors.As(err, &unknown) {
		return nil, &lang.Gap{Cause: model.UnlistedRegion, Reason: err.Error()}
	}
	return nil, &lang.Gap{Cause: model.Invalid, Reason: err.Error()}
}

// locateAnywhere reads the region of a cloud that is not named: each cloud that
// has a region of this name may be meant, or else a site of one's own.
func (inv *inventory) locateAnywhere(service, text string) ([]model.Location, *lang.Gap) {
	found := inv.Tables.Anywhere(service, text)
	if len(found) > 0 {
		return found, nil
	}
	site := model.Location{Cloud: geo.OnPremises, Endpoint: text}
	return []model.Location{site}, &lang.Gap{
		Cause: model.UndeclaredSite, Reason: fmt.Sprintf("%q is no region of a known cloud, and no site in the configuration matches it", text),
	}
}

// locateHost reads the address of a server. A host that is no cloud's may be a
// site of one's own, which the configuration knows.
func (inv *inventory) locateHost(v *lang.Value) ([]model.Location, *lang.Gap) {
	text, ok := v.Text()
	if !ok {
		return nil, v.Gap()
	}
	host := geo.Host(text)
	ref, isCloud := geo.ParseHost(host)
	if ref.Region != "" {
		return inv.locate(ref.Cloud, ref.Service, ref.Region)
	}
	if inv.inCluster(host) {
		return []model.Location{{Cloud: geo.OnPremises, Endpoint: host}}, &lang.Gap{Cause: model.LeftToCaller, Reason: fmt.Sprintf("%q is a host inside the deployment, and nothing here says where that is", host)}
	}
	site := model.Location{Cloud: geo.OnPremises, Endpoint: host}
	what := "no known cloud's host"
	if isCloud {
		site.Cloud, what = ref.Cloud, "a host of "+ref.Cloud+" that tells no region"
	}
	return []model.Location{site}, &lang.Gap{
		Cause: model.UndeclaredSite, Reason: fmt.Sprintf("%q is %s, and no site in the configuration matches it", host, what),
	}
}

// locateSite reads the name of a place of one's own, which the configuration may
// know. Where it doesn't, what the rules behind it say holds.
func (inv *inventory) locateSite(t *catalog.Type, v *lang.Value) ([]model.Location, *lang.Gap) {
	var outer []model.Location
	var gap *lang.Gap
	if v.Has(outerKey) {
		if outer, gap = inv.locations(t, inv.Evaluator.Attr(v, outerKey)); gap == nil {
			return outer, nil
		}
	}
	site := inv.Evaluator.Attr(v, siteKey)
	name, ok := site.Text()
	if !ok {
		return nil, site.Gap()
	}
	as, _ := inv.Evaluator.Attr(v, asKey).Text()
	here := model.Location{Cloud: geo.OnPremises, Endpoint: as + ":" + name}
	if len(outer) == 1 && outer[0].Endpoint != "" {
		here.Within = append([]string{outer[0].Endpoint}, outer[0].Within...)
	}
	if gap == nil || gap.Cause != model.LeftToCaller {
		gap = &lang.Gap{Cause: model.UndeclaredSite, Reason: fmt.Sprintf("no site in the configuration matches %q", here.Endpoint)}
	}
	return []model.Location{here}, gap
}

// inCluster says whether a host is a service inside a cluster, by the name that
// Kubernetes or Consul gives it, or is the machine itself.
func (inv *inventory) inCluster(host string) bool {
	for _, inside := range []string{".svc", ".svc.cluster.local", ".service.consul", ".node.consul", ".query.consul"} {
		if strings.HasSuffix(host, inside) {
			return true
		}
	}
	return inv.Cluster && host != "" && (!strings.ContainsAny(host, ".:") || isLoopback(host))
}

// isLoopback says whether a host is the machine itself.
func isLoopback(host string) bool {
	return strings.HasPrefix(host, "127.") || host == "::1" || host == "0.0.0.0" || host == "host.docker.internal" || strings.HasSuffix(host, ".localhost")
}

// steps writes an origin as a because chain.
func (inv *inventory) steps(o *lang.Origin) []model.Step {
	if o == nil {
		return nil
	}
	var steps []model.Step
	for _, step := range o.Steps(maxSteps) {
		s := model.Step{What: written(step.What), Value: step.Text, Source: lang.SourceOf(step.Range)}
		if s.Source != nil {
			s.Value = inv.excerpt(step)
		}
		if step.Secret && s.Value != "" {
			s.Value = "(sensitive)"
		}
		steps = append(steps, s)
	}
	return steps
}

// written is the path of an attribute as far as it is written in a file: without
// what a loader derives, whose names begin with @.
func written(path string) string {
	if !strings.Contains(path, "@") {
		return path
	}
	before, after, _ := strings.Cut("."+path, ".@")
	if before == "" {
		return after
	}
	return strings.TrimPrefix(before, ".")
}

// Bounds on the text of one step, in bytes.
const (
	maxExcerpt  = 80
	maxRedacted = 1024 // that is looked through for secrets; what is longer is cut between words
)

// excerpt returns the text of an expression on one line, shortened. Most steps
// are those of many stores.
func (inv *inventory) excerpt(o *lang.Origin) string {
	if text, ok := inv.excerpts[o.Range]; ok {
		return text
	}
	text := inv.newExcerpt(o)
	inv.excerpts[o.Range] = text
	return text
}

func (inv *inventory) newExcerpt(o *lang.Origin) string {
	data, err := inv.Tree.Read(o.Range.Filename)
	if err != nil {
		return o.Text
	}
	var text string
	switch {
	case o.Range.Empty() && o.Range.Start == hcl.InitialPos:
		return "" // the whole file
	case o.Range.Empty() || o.Range.End.Byte > len(data):
		// Of a decoded document, and of what a template generates, only the line is
		// known.
		text = inv.Tree.Line(o.Range.Filename, o.Range.Start.Line)
	default:
		text = string(data[o.Range.Start.Byte:o.Range.End.Byte])
	}
	text = source.Redact(words(text, maxRedacted))
	if len(text) > maxExcerpt {
		text = strings.ToValidUTF8(text[:maxExcerpt], "") + "…"
	}
	return text
}

// words puts a text on one line, ending with the word that goes beyond a number
// of bytes.
func words(text string, n int) string {
	var line strings.Builder
	for word := range strings.FieldsSeq(text) {
		if line.Len() > n {
			break
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(word)
	}
	return line.String()
}

// compactSteps drops steps that are there already.
func compactSteps(steps []model.Step) []model.Step {
	var kept []model.Step
	for _, s := range steps {
		same := func(k model.Step) bool {
			return k.What == s.What && k.Value == s.Value && (k.Source == nil) == (s.Source == nil) &&
				(k.Source == nil || *k.Source == *s.Source)
		}
		if !slices.ContainsFunc(kept, same) && len(kept) < maxSteps {
			kept = append(kept, s)
		}
	}
	return kept
}
