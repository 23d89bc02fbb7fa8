package stores

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// bound is one thing that a guardrail says.
type bound struct {
	as     boundKind
	values []*lang.Value // regions, or groups of them
	whole  bool          // there are no other values
	of     string        // what it bounds, where that is not everything
	rng    hcl.Range
}

type boundKind int

const (
	letsIn      boundKind = iota // nothing but these is let in
	letsInToo                    // these are let in, and nothing is said of others
	keepsOut                     // these are not
	letsAllIn                    // everything is
	keepsAllOut                  // nothing is but what others let in
)

// orgPolicy is the service under which the tables have the groups of regions that
// Google's organisation policies name.
const orgPolicy = "orgpolicy"

// addGuardrails makes the guardrails of an entry: one for each list of what is let
// in, or one with all that is not kept out.
func (inv *inventory) addGuardrails(e *entry) {
	var bounds []bound
	for _, rule := range e.typ.Guardrails {
		bounds = append(bounds, inv.bounds(e, rule)...)
	}
	var out []bound
	closed := map[string]bool{}
	for _, b := range bounds {
		if b.as == keepsOut {
			out = append(out, b)
		}
		closed[b.of] = closed[b.of] || b.as == letsIn || b.as == keepsAllOut
	}
	kept := inv.boundPlace(e, out)
	for _, b := range bounds {
		switch b.as {
		case letsIn, letsInToo:
			place := inv.boundPlace(e, []bound{b})
			place.Locations = without(place.Locations, kept.Locations)
			inv.addGuardrail(e, model.Guardrail{Place: place}, b.rng)
		case letsAllIn:
			place := model.Place{Status: model.Known, Locations: inv.everywhere(e.typ.Cloud)}
			inv.addGuardrail(e, model.Guardrail{Place: place, Open: true}, b.rng)
		}
	}
	out = slices.DeleteFunc(out, func(b bound) bool { return closed[b.of] })
	if len(out) > 0 {
		kept.Locations = without(inv.everywhere(e.typ.Cloud), kept.Locations)
		inv.addGuardrail(e, model.Guardrail{Place: kept, Open: true}, out[0].rng)
	}
}

func (inv *inventory) addGuardrail(e *entry, g model.Guardrail, rng hcl.Range) {
	g.Address, g.Type, g.Cloud = e.inst.Address(), e.typ.Type, e.typ.Cloud
	g.Source = *lang.SourceOf(rng)
	g.ID = inv.storeID(g.Address)
	for i := 2; slices.ContainsFunc(inv.doc.Guardrails, func(o model.Guardrail) bool { return o.ID == g.ID }); i++ {
		g.ID = fmt.Sprintf("%s#%d", inv.storeID(g.Address), i)
	}
	inv.doc.Guardrails = append(inv.doc.Guardrails, g)
}

// bounds reads what one rule of the catalogue says of an entry.
func (inv *inventory) bounds(e *entry, rule catalog.GuardrailRule) []bound {
	if rule.On != "" && !inv.endsIn(e, rule) {
		return nil
	}
	prefix := commonBlocks(pathsHere([]string{rule.At}))
	var all []bound
	for _, n := range inv.body(e.inst).nodes(inv.Evaluator, prefix) {
		if holds, _ := inv.conditions(rule.When, inv.body(e.inst), 0); !holds {
			continue
		}
		values, _ := inv.values(n, rule.At, len(prefix))
		if len(values) == 0 {
			continue
		}
		all = append(all, inv.boundsOf(rule, values)...)
	}
	return all
}

// endsIn says whether the name of what an entry bounds ends as the rule says. What
// comes before need not be known.
func (inv *inventory) endsIn(e *entry, rule catalog.GuardrailRule) bool {
	v := inv.readFirst(rule.On, e.inst)
	if v == nil {
		return false
	}
	text, _ := v.Marked()
	return path.Base(text) == rule.Ends
}

// boundsOf reads the values of a rule's attribute.
func (inv *inventory) boundsOf(rule catalog.GuardrailRule, values []Found) []bound {
	kinds := map[catalog.Bound]boundKind{catalog.BoundAllowed: letsIn, catalog.BoundForbidden: keepsOut}
	list := bound{as: kinds[rule.As], whole: true, rng: values[0].Range}
	var all []bound
	for _, f := range values {
		v := inv.Evaluator.Force(f.Cell).At(f.Range)
		if text, known := v.Text(); known && !matches(rule.Is, text) {
			continue
		}
		switch rule.As {
		case catalog.BoundPolicy:
			all = append(all, inv.policyBounds(v, f.Range)...)
		case catalog.BoundQuota:
			all = append(all, inv.quotaBounds(v, f.Range)...)
		case catalog.BoundNothing:
			all = append(all, bound{as: letsAllIn, rng: f.Range})
		default:
			elems, whole := inv.listed(v)
			list.values = append(list.values, elems...)
			list.whole = list.whole && whole && !f.maybe
		}
	}
	if len(list.values) > 0 || !list.whole {
		all = append(all, list)
	}
	return all
}

// listed returns the elements of a list, also of one that is written as JSON.
func (inv *inventory) listed(v *lang.Value) (elems []*lang.Value, whole bool) {
	if text, ok := v.Text(); ok && strings.HasPrefix(strings.TrimSpace(text), "[") {
		if decoded := inv.Evaluator.Structure(v); decoded != nil {
			v = decoded
		}
	}
	return inv.oneOrMore(v)
}

// boundPlace is the place that the values of bounds name.
func (inv *inventory) boundPlace(e *entry, bounds []bound) model.Place {
	place := model.Place{Status: model.Known}
	typ := *e.typ
	typ.Service = orgPolicy
	var chain []model.Step
	for _, b := range bounds {
		if !b.whole {
			place.Status, place.Cause, place.Reason = model.Unknown, model.AtApply, "how many places it names is known only when applied"
		}
		for _, v := range b.values {
			chain = append(chain, inv.steps(v.Origin())...)
			locations, gap := inv.boundLocations(&typ, v)
			place.Locations = appendLocations(place.Locations, locations)
			switch {
			case gap == nil || place.Status == model.Caller:
			case gap.Cause == model.LeftToCaller:
				place.Status, place.Cause, place.Reason = model.Caller, gap.Cause, gap.Reason
			default:
				place.Status, place.Cause, place.Reason = model.Unknown, gap.Cause, gap.Reason
			}
		}
	}
	place.Because = compactSteps(chain)
	return place
}

// boundLocations finds the locations that a value names: a region, a group of
// them, or a pattern. What is global is no place, and not bounded.
func (inv *inventory) boundLocations(t *catalog.Type, v *lang.Value) ([]model.Location, *lang.Gap) {
	text, known := v.Text()
	switch {
	case known && strings.EqualFold(text, "global"):
		return nil, nil
	case known && strings.ContainsAny(text, "*?"):
		var fitting []model.Location
		for _, l := range inv.everywhere(t.Cloud) {
			if ok, err := path.Match(text, l.Region); ok && err == nil {
				fitting = append(fitting, l)
			}
		}
		return fitting, nil
	}
	return inv.locations(t, v)
}

// everywhere lists the regions of a cloud that are not in a partition apart.
func (inv *inventory) everywhere(cloud string) []model.Location {
	var all []model.Location
	for _, id := range inv.Tables.Regions(cloud) {
		if l, err := inv.Tables.Locate(cloud, orgPolicy, id); err == nil && l.Partition == "" {
			all = append(all, l)
		}
	}
	return all
}

// without leaves out the locations that others are, or lie in: a group of regions
// stands for those whose countries are all among its own.
func without(all, others []model.Location) []model.Location {
	return slices.DeleteFunc(slices.Clone(all), func(l model.Location) bool {
		return slices.ContainsFunc(others, func(o model.Location) bool {
			isGroup := strings.HasPrefix(o.Region, "in:")
			return l.Region == o.Region || isGroup && !slices.ContainsFunc(l.Countries, func(c string) bool { return !slices.Contains(o.Countries, c) })
		})
	})
}

// requestedRegion is the condition key of AWS with the region of a request.
const requestedRegion = "aws:requestedregion"

// policyBounds reads the statements of a policy of AWS that go by the region.
func (inv *inventory) policyBounds(v *lang.Value, rng hcl.Range) []bound {
	statements, _ := inv.statements(v, 0)
	var all []bound
	for _, s := range statements {
		at := rng
		if s.rng.Filename != "" {
			at = s.rng
		}
		for _, c := range s.conditions {
			if !strings.EqualFold(c.key, requestedRegion) {
				continue
			}
			if as, ok := boundBy(s, c.operator); ok {
				all = append(all, bound{as: as, values: c.values, whole: true, rng: at})
			}
		}
	}
	return all
}

// boundBy says how a statement with a condition on the region bounds. One that
// forbids a few actions somewhere says nothing of all else.
func boundBy(s policyStatement, operator string) (boundKind, bool) {
	operator = strings.ToLower(operator)
	operator = strings.TrimSuffix(operator[strings.LastIndexByte(operator, ':')+1:], "ifexists")
	positive := slices.Contains([]string{"stringequals", "stringequalsignorecase", "stringlike"}, operator)
	negative := slices.Contains([]string{"stringnotequals", "stringnotequalsignorecase", "stringnotlike"}, operator)
	forbids := strings.EqualFold(s.effect, "Deny")
	switch {
	case positive && !forbids, negative && forbids:
		return letsIn, true
	case (positive || negative) && slices.Contains(s.actions, "*"):
		return keepsOut, true
	}
	return 0, false
}

// regionCondition is a condition of a quota on the region. The syntax is that of
// the page "Quota Policy Syntax" of the OCI documentation.
var regionCondition = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)request\.region\s*(!?=)\s*('[^']*'|"[^"]*"|[^\s,}]+)`)
})

// quotaLimit is what a set statement allows.
var quotaLimit = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\sto\s+(\S+)\s+in\s`) })

// quotaBounds reads one statement of a quota of OCI that goes by the region.
func (inv *inventory) quotaBounds(v *lang.Value, rng hcl.Range) []bound {
	text, ok := v.Marked()
	if !ok {
		return nil
	}
	action, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	action = strings.ToLower(action)
	if limit := quotaLimit().FindStringSubmatch(text); action == "set" && limit != nil && limit[1] == "0" {
		action = "zero"
	}
	var named, excluded []*lang.Value
	for _, m := range regionCondition().FindAllStringSubmatch(text, -1) {
		region := inv.Evaluator.Unmark(v, strings.Trim(m[2], `'"`))
		if m[1] == "=" {
			named = append(named, region)
		} else {
			excluded = append(excluded, region)
		}
	}
	family, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	var all []bound
	add := func(as boundKind, values []*lang.Value) {
		if len(values) > 0 {
			all = append(all, bound{as: as, values: values, whole: true, of: strings.ToLower(family), rng: rng})
		}
	}
	switch action {
	case "zero":
		add(keepsOut, named)
		add(letsIn, excluded)
		if !strings.Contains(strings.ToLower(rest), " where ") {
			all = append(all, bound{as: keepsAllOut, of: strings.ToLower(family), rng: rng})
		}
	case "set", "unset":
		add(letsInToo, named)
	}
	return all
}
