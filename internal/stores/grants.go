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

// granted is what one value of a grant's attribute says: who may do what.
type granted struct {
	principal   model.Principal
	actions     []string
	conditional bool
	because     *lang.Origin
	rng         hcl.Range
	// in, with the form of statements, says which stores; nil for those of the rule.
	in *statement
}

// addGrants applies a grant rule to an instance.
func (inv *inventory) addGrants(e *entry, rule catalog.GrantRule) {
	prefix := commonBlocks(pathsHere(append([]string{rule.At, rule.ActionsAt}, slices.Sorted(maps.Keys(rule.When))...)))
	nodes := inv.body(e.inst).nodes(inv.Evaluator, prefix)
	if len(nodes) == 0 && rule.Absent != "" {
		nodes, prefix = []Node{inv.body(e.inst)}, nil
	}
	for _, n := range nodes {
		holds, certain := inv.conditions(rule.When, n, len(prefix))
		if !holds {
			continue
		}
		for _, g := range inv.granted(e, rule, n, len(prefix)) {
			if len(g.actions) == 0 {
				g.actions = inv.actions(rule, n, len(prefix))
			}
			g.conditional = g.conditional || !certain
			for _, to := range inv.reached(e, rule, g) {
				inv.addGrant(e, to, g)
			}
		}
	}
}

// granted reads the values of a rule's attribute.
func (inv *inventory) granted(e *entry, rule catalog.GrantRule, n Node, depth int) []granted {
	if rule.At == "" {
		return []granted{{principal: model.Principal{Kind: model.PrincipalKind(rule.As)}, rng: e.inst.Range()}}
	}
	values, _ := inv.values(n, rule.At, depth)
	if len(values) == 0 && rule.Absent != "" {
		step := &lang.Origin{What: "default of " + e.typ.Type + "." + rule.At + " (" + docOf(rule.Doc, e.typ.Doc) + ")", Text: rule.Absent}
		return inv.grantedBy(rule, lang.StringVal(rule.Absent).Because(step), e.inst.Range())
	}
	what := rule.At[strings.Index(rule.At, ">")+1:]
	var all []granted
	for _, f := range values {
		outcomes := inv.Evaluator.Outcomes(
			func(v *lang.Value) bool { return v.IsKnown() || v.Ref() != nil },
			func() *lang.Value { return inv.Evaluator.Force(f.Cell).At(f.Range).Named(what) },
		)
		for _, o := range outcomes {
			for _, g := range inv.grantedBy(rule, o.Value, f.Range) {
				g.conditional = g.conditional || f.maybe || len(outcomes) > 1
				all = append(all, g)
			}
		}
	}
	return all
}

// grantedBy reads one value in the form that the rule says.
func (inv *inventory) grantedBy(rule catalog.GrantRule, v *lang.Value, rng hcl.Range) []granted {
	if v.Kind == lang.Null {
		return nil
	}
	if text, known := v.Text(); known && !matches(rule.Is, text) {
		return nil
	}
	g := granted{because: v.Origin(), rng: rng}
	switch rule.As {
	case catalog.AsPolicy:
		return inv.policy(v, rng)
	case catalog.AsBindings:
		return inv.bindings(v, rng)
	case catalog.AsACL:
		g.principal, g.actions = aclOf(v)
		return []granted{g}
	case catalog.AsStatement:
		return inv.statement(v, rng)
	case catalog.AsSwitch:
		g.principal.Kind = model.PublicPrincipal
		if !v.IsKnown() {
			g.principal.Kind = model.SomePrincipal
		}
		return []granted{g}
	case catalog.AsMember:
		p, ok := memberOf(v)
		g.principal = p
		if !ok {
			return nil
		}
	case catalog.AsARN:
		g.principal = arnPrincipal(v)
	default:
		g.principal = plainPrincipal(model.PrincipalKind(rule.As), v)
	}
	return []granted{g}
}

// actions are those that the rule names, or its attribute.
func (inv *inventory) actions(rule catalog.GrantRule, n Node, depth int) []string {
	if rule.ActionsAt == "" {
		return rule.Actions
	}
	var all []string
	values, _ := inv.values(n, rule.ActionsAt, depth)
	for _, f := range values {
		v := inv.Evaluator.Force(f.Cell)
		if text, ok := v.Text(); ok {
			all = append(all, text)
		} else {
			// What may be done is not known, so it may be anything.
			all = append(all, "*")
		}
	}
	return all
}

// reached returns the stores that a grant opens: the one that the type's Of
// names, or those in what it names.
func (inv *inventory) reached(e *entry, rule catalog.GrantRule, g granted) []end {
	if g.in != nil {
		return inv.reachedBy(e, *g.in)
	}
	if e.typ.Of == "" {
		return []end{{store: e.store}}
	}
	v := inv.readFirst(e.typ.Of, e.inst)
	if v == nil && rule.Within == "" {
		return nil
	}
	if v != nil {
		if s := inv.named(e, e.typ.OfType, v, nil); s != nil {
			return []end{{store: s}}
		}
	}
	if rule.Within == "" && len(rule.Whole) == 0 {
		return []end{{name: nameOf(v)}}
	}
	var ends []end
	for _, other := range inv.entries {
		if other.store != nil && !other.part && other.typ.Cloud == e.typ.Cloud && inv.within(rule, other, v) {
			ends = append(ends, end{store: other.store})
		}
	}
	if len(ends) == 0 && v != nil {
		ends = []end{{name: nameOf(v)}}
	}
	return ends
}

// within says whether a store lies in what a value names; nil is the one that
// holds when none is written.
func (inv *inventory) within(rule catalog.GrantRule, other *entry, v *lang.Value) bool {
	if v != nil {
		if inst := instanceOf(v); inst != nil && slices.Contains(rule.Whole, inst.Type()) {
			return true
		}
	}
	own := inv.readFirst(rule.Within, other.inst)
	if own == nil || v == nil {
		// One of them takes what the provider gives, of which there mostly is one.
		return own == nil && v == nil || inv.isDefault(rule.Within, other, cmp.Or(own, v))
	}
	return alikeValues(own, v)
}

// isDefault says whether a value is what the provider gives for an attribute.
func (inv *inventory) isDefault(attribute string, e *entry, v *lang.Value) bool {
	given := inv.readProvider("provider."+attribute, e.inst)
	return given != nil && alikeValues(given, v)
}

// alikeValues says whether two values are the same text, or belong to the same
// thing, or are the same unknown.
func alikeValues(a, b *lang.Value) bool {
	textA, okA := a.Text()
	textB, okB := b.Text()
	if okA && okB {
		return textA == textB
	}
	if x, y := instanceOf(a), instanceOf(b); x != nil || y != nil {
		return x == y
	}
	x, y := a.Gap(), b.Gap()
	return x != nil && y != nil && x.Symbol != nil && x.Symbol == y.Symbol
}

// addGrant adds a grant, or what it says to the one that is there already.
func (inv *inventory) addGrant(e *entry, to end, g granted) {
	grant := model.Grant{
		StoreName: to.name, Principal: g.principal, Actions: g.actions, Conditional: g.conditional,
		Address: e.inst.Address(), Because: inv.steps(g.because), Source: *lang.SourceOf(g.rng),
	}
	if to.store != nil {
		grant.Store = to.store.ID
	}
	if grant.Actions == nil {
		grant.Actions = []string{}
	}
	grant.ID = strings.Join([]string{cmp.Or(grant.Store, grant.StoreName), string(g.principal.Kind) + ":" + g.principal.ID, inv.storeID(grant.Address)}, ">")
	for i := range inv.doc.Grants {
		same := &inv.doc.Grants[i]
		if same.ID != grant.ID {
			continue
		}
		for _, action := range grant.Actions {
			if !slices.Contains(same.Actions, action) {
				same.Actions = append(slices.Clone(same.Actions), action)
			}
		}
		// What one statement grants without conditions, the other's do not restrict.
		same.Conditional = same.Conditional && grant.Conditional
		return
	}
	inv.doc.Grants = append(inv.doc.Grants, grant)
}
