package stores

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// target is where a copy goes.
type target struct {
	store     *model.Store
	name      string
	place     model.Place
	automatic bool
	maybe     bool
	rng       hcl.Range
	literal   string       // an identifier of its own that names the store
	in        *model.Place // where a store that is only named lies, if that is written
}

// targets returns the places and stores that a rule's attribute names. For an
// attribute that is not written, the documented default counts.
func (inv *inventory) targets(e *entry, rule catalog.CopyRule, n Node, depth int) []target {
	if rule.At == "" {
		return inv.absent(e, rule)
	}
	values, written := inv.values(n, rule.At, depth)
	var targets []target
	for _, f := range values {
		targets = append(targets, inv.target(e, rule, n, depth, f)...)
	}
	// Of a path that goes on in another resource, the default is that of the
	// other resource's attribute: without a reference there is none.
	goesOn := strings.Contains(rule.At, ">")
	if len(values) > 0 || rule.Absent == "" || goesOn && !written {
		return targets
	}
	return inv.absent(e, rule)
}

// absent applies the documented default of an attribute that is not written.
func (inv *inventory) absent(e *entry, rule catalog.CopyRule) []target {
	what := "default of " + e.typ.Type + "." + rule.At
	switch {
	case rule.At == "" && len(rule.When) == 0:
		what = e.typ.Type + " always"
	case rule.At == "":
		what = e.typ.Type + " as it is set here"
	}
	step := model.Step{What: fmt.Sprintf("%s (%s)", what, docOf(rule.Doc, e.typ.Doc)), Value: rule.Absent}
	t := target{automatic: true, rng: e.inst.Range()}
	switch {
	case rule.Unknown != "":
		t.place = model.Place{Status: model.Unknown, Cause: model.NotPinned, Reason: rule.Unknown}
	case rule.Absent == catalog.NearestMultiRegion:
		t.place = inv.nearest(e)
	case rule.To == catalog.ToPair:
		if !matches(rule.Is, rule.Absent) {
			return nil
		}
		pair, ok := inv.pair(e)
		if !ok {
			return nil
		}
		t.place = pair
	case rule.To == catalog.ToHost:
		t.place = inv.toPlace(e.typ, []lang.Outcome{{Value: hostValue(lang.StringVal(rule.Absent))}})
	default:
		t.place = inv.toPlace(e.typ, []lang.Outcome{{Value: lang.StringVal(rule.Absent)}})
	}
	t.place.Because = append([]model.Step{step}, t.place.Because...)
	return []target{t}
}

// target reads one value of the attribute.
func (inv *inventory) target(e *entry, rule catalog.CopyRule, n Node, depth int, f Found) []target {
	what := plainPath(rule.At[strings.Index(rule.At, ">")+1:])
	value := func() *lang.Value { return inv.Evaluator.Force(f.Cell).At(f.Range).Named(what) }
	t := target{rng: f.Range, maybe: f.maybe}
	switch rule.To {
	case catalog.ToPair:
		return inv.pairTarget(e, rule, value(), t)
	case catalog.ToStore:
		t.in = inv.in(e, rule, n, depth)
		return inv.storeTargets(e, rule, value, t)
	}
	if rule.Cloud != "" {
		clouds, _ := inv.values(n, rule.Cloud, depth)
		region := value
		value = func() *lang.Value { return inv.inCloud(region(), clouds, rule.Cloud) }
	}
	if rule.To == catalog.ToHost {
		value = func() *lang.Value { return hostValue(inv.Evaluator.Force(f.Cell).At(f.Range).Named(what)) }
	}
	if v := value(); v.Kind == lang.Scalar && len(rule.Is) > 0 {
		if text, _ := v.Text(); !matches(rule.Is, text) {
			return nil
		}
	}
	t.place = inv.toPlace(e.typ, inv.outcomes(e.inst, value))
	return []target{t}
}

// in is the place that a rule's attribute gives for a store that another one
// only names; nil when none does.
func (inv *inventory) in(e *entry, rule catalog.CopyRule, n Node, depth int) *model.Place {
	if rule.Host != "" {
		if values, _ := inv.values(n, rule.Host, depth); len(values) > 0 {
			f := values[0]
			host := inv.Evaluator.Force(f.Cell).At(f.Range).Named(plainPath(rule.Host))
			if !forAllRegions(host, e.typ.Cloud) {
				place := inv.toPlace(e.typ, []lang.Outcome{{Value: hostValue(host)}})
				return &place
			}
		}
	}
	if rule.In == "" {
		return nil
	}
	values, _ := inv.values(n, rule.In, depth)
	if len(values) == 0 {
		return inv.inAbsent(e, rule)
	}
	f := values[0]
	place := inv.toPlace(e.typ, inv.outcomes(e.inst, func() *lang.Value {
		return inv.Evaluator.Force(f.Cell).At(f.Range).Named(plainPath(rule.In))
	}))
	return &place
}

// inAbsent is the documented place of a store whose region is not written.
func (inv *inventory) inAbsent(e *entry, rule catalog.CopyRule) *model.Place {
	if rule.InAbsent == "" {
		return nil
	}
	what := fmt.Sprintf("default of %s.%s (%s)", e.typ.Type, plainPath(rule.In), docOf(rule.Doc, e.typ.Doc))
	step := &lang.Origin{What: what, Text: rule.InAbsent}
	place := inv.toPlace(e.typ, []lang.Outcome{{Value: lang.StringVal(rule.InAbsent).Because(step)}})
	return &place
}

// pairTarget is the paired region, when the value is one that copies there.
func (inv *inventory) pairTarget(e *entry, rule catalog.CopyRule, v *lang.Value, t target) []target {
	text, known := v.Text()
	if known && !matches(rule.Is, text) {
		return nil
	}
	pair, ok := inv.pair(e)
	if !ok {
		return nil
	}
	t.automatic = true
	t.maybe = t.maybe || !known
	t.place = pair
	t.place.Because = compactSteps(append(inv.steps(v.Origin()), pair.Because...))
	return []target{t}
}

func matches(accepted []string, text string) bool {
	return len(accepted) == 0 || slices.ContainsFunc(accepted, func(s string) bool { return strings.EqualFold(s, text) })
}

// pair is the place that geo-redundant settings of the entry's store copy to;
// false when its region is known to have none.
func (inv *inventory) pair(e *entry) (model.Place, bool) {
	return inv.derived(e, "region pair of ", inv.Tables.Pair)
}

// nearest is the multi-region into which the service copies by itself.
func (inv *inventory) nearest(e *entry) model.Place {
	place, ok := inv.derived(e, "multi-region nearest to ", func(cloud, region string) (model.Location, bool) {
		return inv.Tables.Nearest(cloud, e.typ.Service, region)
	})
	if !ok {
		place.Status, place.Cause = model.Unknown, model.NotPinned
		place.Reason = "the service chooses the multi-region, and its documentation names none for this region"
	}
	return place
}

// derived makes a place out of the regions of the entry's own store.
func (inv *inventory) derived(e *entry, what string, of func(cloud, region string) (model.Location, bool)) (model.Place, bool) {
	own := e.ownPlace(inv)
	place := model.Place{Status: own.Status, Cause: own.Cause, Reason: own.Reason, Because: own.Because}
	if own.Status == model.Unknown || own.Status == model.Caller {
		return place, true
	}
	for _, l := range own.Locations {
		other, ok := of(l.Cloud, l.Region)
		if !ok {
			continue
		}
		place.Locations = appendLocations(place.Locations, []model.Location{other})
		place.Because = append([]model.Step{{What: what + l.Region, Value: other.Region}}, place.Because...)
	}
	return place, len(place.Locations) > 0
}

// ownPlace is the place of the store to which the entry's copies belong.
func (e *entry) ownPlace(inv *inventory) model.Place {
	if e.store != nil {
		return e.store.Place
	}
	if e.typ.Of != "" {
		if v := inv.readFirst(e.typ.Of, e.inst); v != nil {
			if s := inv.named(e, e.typ.OfType, v, nil); s != nil {
				return s.Place
			}
		}
	}
	return model.Place{Status: model.Unknown, Cause: model.UnresolvedTarget, Reason: "the store is not declared in the checked files"}
}

// sameRegion is the place of a target that the service accepts only in the
// region of the entry's own store; where that is not known either, it is what
// its name says.
func (inv *inventory) sameRegion(e *entry, named model.Place) model.Place {
	place := e.ownPlace(inv)
	if len(place.Locations) == 0 {
		return named
	}
	step := model.Step{What: "region of the source (documentation of " + e.typ.Doc + ": no other is accepted)", Value: placeText(place)}
	place.Because = append([]model.Step{step}, place.Because...)
	return place
}

// storeTargets reads a value that names a store, in each world.
func (inv *inventory) storeTargets(e *entry, rule catalog.CopyRule, value func() *lang.Value, t target) []target {
	outcomes := inv.Evaluator.Outcomes(func(v *lang.Value) bool { return v.IsKnown() || v.Ref() != nil }, value)
	var targets []target
	for _, o := range outcomes {
		if o.Value.Kind == lang.Null {
			continue
		}
		one := t
		one.maybe = t.maybe || len(outcomes) > 1
		one.store = inv.named(e, rule.Type, o.Value, t.in)
		switch {
		case one.store != nil:
			one.place, one.literal = one.store.Place, identifier(o.Value)
		case t.in != nil:
			one.name, one.place = nameOf(o.Value), *t.in
		default:
			one.name, one.place = inv.elsewhere(o.Value)
			if rule.SameRegion && len(one.place.Locations) == 0 {
				one.place = inv.sameRegion(e, one.place)
			}
		}
		one.place.Because = compactSteps(append(inv.steps(o.Value.Origin()), one.place.Because...))
		targets = append(targets, one)
	}
	return targets
}

// elsewhere is the name and the place of a store that is not among those of the
// root: one that another root declares, which a reference leads to, or one that
// is only named.
func (inv *inventory) elsewhere(v *lang.Value) (name string, place model.Place) {
	name, place = nameOf(v), inv.namedPlace(v)
	inst, t := inv.typed(v)
	if inst == nil || inst.IsData() || inv.byInst[inst] != nil || v.Kind != lang.Unknown {
		return name, place
	}
	if t.Name != "" {
		if written := inv.readFirst(t.Name, inst); written != nil {
			name = nameOf(written)
		}
	}
	return name, inv.place(t, inst)
}

// identifier is the text of a value that is an identifier written out, and not a
// reference; empty for any other.
func identifier(v *lang.Value) string {
	text, known := v.Text()
	if _, ok := geo.ParseIdentifier(text, true); !known || !ok || v.Ref() != nil {
		return ""
	}
	return text
}

// namedPlace is what an identifier says of the place of the thing it names.
func (inv *inventory) namedPlace(v *lang.Value) model.Place {
	if place, ok := inv.dataPlace(v); ok {
		return place
	}
	text, whole := v.Text()
	if !whole {
		text = v.Prefix()
	}
	text = strings.TrimPrefix(text, "jdbc:")
	ref, isIdentifier := geo.ParseIdentifier(text, whole)
	switch {
	case ref.Region != "":
		return unlessGap(inv.locate(ref.Cloud, ref.Service, ref.Region))
	case !isIdentifier && isURL(text, whole):
		return unlessGap(inv.locateHost(lang.StringVal(text)))
	case v.Gap() != nil && v.Gap().Within != "":
		inst := instanceOf(v)
		return unlessGap(inv.locate(cloudOf(inst), "", v.Gap().Within))
	}
	return unlessGap(nil, inv.namedGap(v))
}

// namedGap says why a thing that is named can't be found.
func (inv *inventory) namedGap(v *lang.Value) *lang.Gap {
	inst := instanceOf(v)
	switch {
	case v.Gap() != nil && (inst == nil || inst.IsData()):
		return v.Gap()
	case inst != nil && !inst.IsData():
		return &lang.Gap{
			Cause:  model.UnresolvedTarget,
			Reason: fmt.Sprintf("it goes to %s, and the catalogue does not know where %s keeps it", inst.Address(), inst.Type()),
		}
	}
	return &lang.Gap{
		Cause:  model.UnresolvedTarget,
		Reason: fmt.Sprintf("%q is not declared in the checked files, and its name tells no region", nameOf(v)),
	}
}

// isURL says whether a text is the address of a host. Of one whose end is not
// known, the host must be whole.
func isURL(text string, whole bool) bool {
	scheme, rest, ok := strings.Cut(text, "://")
	return ok && (whole || strings.HasPrefix(scheme, "http") && strings.Contains(rest, "/"))
}

// cloudOf is the cloud of a resource's provider.
func cloudOf(inst Resource) string {
	if inst == nil {
		return ""
	}
	prefix, _, _ := strings.Cut(inst.Type(), "_")
	return prefix
}

// unlessGap makes a place of locations, unknown when there is a gap.
func unlessGap(locations []model.Location, gap *lang.Gap) model.Place {
	place := model.Place{Status: model.Known, Locations: locations}
	if gap != nil {
		place.Status, place.Cause, place.Reason = model.Unknown, gap.Cause, gap.Reason
		if gap.Cause == model.LeftToCaller {
			place.Status = model.Caller
		}
	}
	return place
}

// dataPlace is the place of a thing that a data source looks up: for types
// whose name is unique in a region only, the region in which it is looked up.
func (inv *inventory) dataPlace(v *lang.Value) (model.Place, bool) {
	inst, t := inv.typed(v)
	if inst == nil || !inst.IsData() || t.UniqueName || !t.IsStore() {
		return model.Place{}, false
	}
	return inv.place(t, inst), true
}
