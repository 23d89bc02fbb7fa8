package stores

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxPolicies bounds how many policy documents may be put together out of others.
const maxPolicies = 16

// document is the type of the data source that writes policies of AWS.
const document = "aws_iam_policy_document"

// policy reads a policy document: JSON text, the argument of jsonencode, or the
// data source that writes one. Of one that can't be read, somebody may do
// something.
func (inv *inventory) policy(v *lang.Value, rng hcl.Range) []granted {
	statements, whole := inv.statements(v, 0)
	var all []granted
	for _, s := range statements {
		all = append(all, inv.statementGrants(s, v, rng)...)
	}
	if !whole {
		all = append(all, granted{
			principal: model.Principal{Kind: model.SomePrincipal}, actions: []string{"*"},
			because: v.Origin(), rng: rng,
		})
	}
	return all
}

// policyStatement is one statement, of either form.
type policyStatement struct {
	effect     string
	principals []policyPrincipal
	actions    []string
	conditions []policyCondition
	rng        hcl.Range // zero when it is that of the whole policy
}

type policyPrincipal struct {
	kind  string // AWS, Service, Federated, CanonicalUser, *
	value *lang.Value
}

type policyCondition struct {
	operator, key string
	values        []*lang.Value
}

// statements lists the statements of a policy; whole is false when there may be
// others.
func (inv *inventory) statements(v *lang.Value, depth int) (all []policyStatement, whole bool) {
	if depth > maxPolicies {
		return nil, false
	}
	if inst := instanceOf(v); inst != nil && inst.Type() == document {
		return inv.documentStatements(inst, depth)
	}
	structure := inv.structured(v)
	if structure == nil {
		return nil, false
	}
	list, ok := inv.attr(structure, "Statement")
	if !ok {
		return nil, structure.Kind == lang.Object && !structure.Open
	}
	elems, whole := inv.oneOrMore(list)
	for _, elem := range elems {
		if elem.Kind != lang.Object {
			whole = false
			continue
		}
		all = append(all, inv.jsonStatement(elem))
	}
	return all, whole
}

// structured returns what a document holds that is written as text, or as an object
// as in templates of CloudFormation; nil when it is neither.
func (inv *inventory) structured(v *lang.Value) *lang.Value {
	if v.Kind == lang.Object {
		return v
	}
	return inv.Evaluator.Structure(v)
}

// attr returns an attribute of an object that may lack it.
func (inv *inventory) attr(v *lang.Value, name string) (*lang.Value, bool) {
	if v.Kind != lang.Object || !v.Has(name) {
		return nil, false
	}
	attr := inv.Evaluator.Attr(v, name)
	return attr, attr.Kind != lang.Null
}

// oneOrMore takes a list for its elements, and anything else for one; whole is
// false when there may be more.
func (inv *inventory) oneOrMore(v *lang.Value) (elems []*lang.Value, whole bool) {
	if v.Kind != lang.List {
		return []*lang.Value{v}, true
	}
	return inv.Evaluator.Elements(v)
}

func (inv *inventory) jsonStatement(v *lang.Value) policyStatement {
	var s policyStatement
	if effect, ok := inv.attr(v, "Effect"); ok {
		s.effect, _ = effect.Text()
	}
	if def := v.Defined(); def != nil && def.Filename != "" {
		s.rng = *def
	}
	if p, ok := inv.attr(v, "Principal"); ok {
		s.principals = inv.jsonPrincipals(p)
	}
	if _, ok := inv.attr(v, "NotPrincipal"); ok {
		// Everybody but the ones named.
		s.principals = append(s.principals, policyPrincipal{"*", lang.StringVal("*")})
	}
	if actions, ok := inv.attr(v, "Action"); ok {
		s.actions = inv.texts(actions)
	}
	if _, ok := inv.attr(v, "NotAction"); ok {
		s.actions = []string{"*"}
	}
	if conditions, ok := inv.attr(v, "Condition"); ok {
		s.conditions = inv.jsonConditions(conditions)
	}
	return s
}

func (inv *inventory) jsonPrincipals(v *lang.Value) []policyPrincipal {
	if v.Kind != lang.Object {
		return []policyPrincipal{{"*", v}}
	}
	pairs, _ := inv.Evaluator.Pairs(v)
	var all []policyPrincipal
	for _, pair := range pairs {
		kind, _ := pair.Key.Text()
		elems, whole := inv.oneOrMore(inv.Evaluator.Force(pair.Value))
		for _, elem := range elems {
			all = append(all, policyPrincipal{kind, elem})
		}
		if !whole {
			all = append(all, policyPrincipal{kind, inv.Evaluator.Unknowable(v, "a principal")})
		}
	}
	return all
}

func (inv *inventory) jsonConditions(v *lang.Value) []policyCondition {
	operators, ok := inv.Evaluator.Pairs(v)
	if !ok {
		return []policyCondition{{}}
	}
	var all []policyCondition
	for _, operator := range operators {
		name, _ := operator.Key.Text()
		keys, _ := inv.Evaluator.Pairs(inv.Evaluator.Force(operator.Value))
		for _, key := range keys {
			c := policyCondition{operator: name}
			c.key, _ = key.Key.Text()
			c.values, _ = inv.oneOrMore(inv.Evaluator.Force(key.Value))
			all = append(all, c)
		}
	}
	return all
}

// texts lists known strings; what is not known may be anything.
func (inv *inventory) texts(v *lang.Value) []string {
	elems, whole := inv.oneOrMore(v)
	var all []string
	for _, elem := range elems {
		text, ok := elem.Text()
		if !ok {
			text = "*"
		}
		all = append(all, text)
	}
	if !whole {
		all = append(all, "*")
	}
	return all
}

// documentStatements reads the blocks of a data source, and those of the
// documents that it is put together of.
func (inv *inventory) documentStatements(inst Resource, depth int) (all []policyStatement, whole bool) {
	whole = true
	body := inst.Body()
	for _, block := range body.Blocks(inv.Evaluator, "statement") {
		all = append(all, inv.blockStatement(block))
	}
	for _, path := range []string{"source_policy_documents", "override_policy_documents", "source_json", "override_json"} {
		for _, f := range body.At(inv.Evaluator, path) {
			more, ok := inv.statements(inv.Evaluator.Force(f.Cell), depth+1)
			all = append(all, more...)
			whole = whole && ok && !f.maybe
		}
	}
	return all, whole
}

func (inv *inventory) blockStatement(n Node) policyStatement {
	s := policyStatement{effect: "Allow", rng: n.rng}
	for _, f := range n.At(inv.Evaluator, "effect") {
		s.effect, _ = inv.Evaluator.Force(f.Cell).Text()
	}
	for _, p := range n.Blocks(inv.Evaluator, "principals") {
		kind := inv.firstText(p, "type")
		for _, f := range p.At(inv.Evaluator, "identifiers") {
			s.principals = append(s.principals, policyPrincipal{kind, inv.Evaluator.Force(f.Cell).At(f.Range)})
		}
	}
	if len(n.Blocks(inv.Evaluator, "not_principals")) > 0 {
		s.principals = append(s.principals, policyPrincipal{"*", lang.StringVal("*")})
	}
	for _, f := range n.At(inv.Evaluator, "actions") {
		s.actions = append(s.actions, inv.texts(inv.Evaluator.Force(f.Cell))...)
	}
	if len(n.At(inv.Evaluator, "not_actions")) > 0 {
		s.actions = []string{"*"}
	}
	for _, c := range n.Blocks(inv.Evaluator, "condition") {
		condition := policyCondition{operator: inv.firstText(c, "test"), key: inv.firstText(c, "variable")}
		for _, f := range c.At(inv.Evaluator, "values") {
			condition.values = append(condition.values, inv.Evaluator.Force(f.Cell))
		}
		s.conditions = append(s.conditions, condition)
	}
	return s
}

func (inv *inventory) firstText(n Node, path string) string {
	for _, f := range n.At(inv.Evaluator, path) {
		text, _ := inv.Evaluator.Force(f.Cell).Text()
		return text
	}
	return ""
}

// statementGrants makes grants of a statement. One that denies, or may deny,
// grants nothing; one whose effect is not known may grant.
func (inv *inventory) statementGrants(s policyStatement, policy *lang.Value, rng hcl.Range) []granted {
	if strings.EqualFold(s.effect, "Deny") {
		return nil
	}
	if s.rng.Filename != "" {
		rng = s.rng
	}
	var all []granted
	for _, p := range s.principals {
		g := granted{
			principal: awsPrincipal(p), actions: s.actions, conditional: len(s.conditions) > 0,
			because: policy.And(p.value.Origin()).Origin(), rng: rng,
		}
		if def := p.value.Defined(); def != nil && def.Filename != "" {
			g.rng = *def
		}
		narrowed := []granted{g}
		if g.principal.Kind == model.PublicPrincipal {
			narrowed = narrow(g, s.conditions)
		}
		all = append(all, narrowed...)
	}
	return all
}

func awsPrincipal(p policyPrincipal) model.Principal {
	switch p.kind {
	case "Service":
		return model.Principal{Kind: model.ServicePrincipal, ID: principalID(p.value)}
	case "Federated":
		return model.Principal{Kind: model.OrgPrincipal, ID: principalID(p.value)}
	case "CanonicalUser":
		return plainPrincipal(model.AccountPrincipal, p.value)
	}
	return arnPrincipal(p.value)
}

// narrowings are the condition keys that leave but some of everybody.
var narrowings = map[string]model.PrincipalKind{
	"aws:principalorgid": model.OrgPrincipal, "aws:principalorgpaths": model.OrgPrincipal,
	"aws:principalaccount": model.AccountPrincipal, "aws:sourceaccount": model.AccountPrincipal,
	"aws:principalarn": model.SomePrincipal, "aws:sourceip": model.NetworkPrincipal,
	"aws:sourceorgid": model.OrgPrincipal,
}

// narrow replaces everybody by those whom a condition leaves. Of several
// conditions the first that names somebody counts.
func narrow(g granted, conditions []policyCondition) []granted {
	for _, c := range conditions {
		operator := strings.ToLower(c.operator)
		operator = operator[strings.LastIndexByte(operator, ':')+1:]
		positive := slices.Contains([]string{"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}, operator)
		kind, ok := narrowings[strings.ToLower(c.key)]
		if !positive || !ok || len(c.values) == 0 {
			continue
		}
		var all []granted
		for _, v := range c.values {
			one := g
			one.principal = plainPrincipal(kind, v)
			if kind == model.SomePrincipal {
				one.principal = arnPrincipal(v)
			}
			all = append(all, one)
		}
		return all
	}
	return []granted{g}
}
