package stores

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// bindings reads a policy of Google, which binds members to roles: JSON text, or
// the data source that writes one. Of one that can't be read, somebody may do
// something.
func (inv *inventory) bindings(v *lang.Value, rng hcl.Range) []granted {
	all, whole := inv.bindingsOf(v, rng)
	if !whole {
		all = append(all, granted{
			principal: model.Principal{Kind: model.SomePrincipal, ID: principalID(v)}, actions: []string{"*"},
			because: v.Origin(), rng: rng,
		})
	}
	return all
}

// bindingsOf lists what a policy grants; whole is false when there may be more.
func (inv *inventory) bindingsOf(v *lang.Value, rng hcl.Range) (all []granted, whole bool) {
	if inst := instanceOf(v); inst != nil && inst.Type() == "google_iam_policy" {
		return inv.blockBindings(inst), true
	}
	structure := inv.structured(v)
	if structure == nil {
		return nil, false
	}
	list, ok := inv.attr(structure, "bindings")
	if !ok {
		return nil, structure.Kind == lang.Object && !structure.Open
	}
	elems, whole := inv.oneOrMore(list)
	for _, elem := range elems {
		members, hasMembers := inv.attr(elem, "members")
		role, hasRole := inv.attr(elem, "role")
		if !hasMembers || !hasRole {
			whole = false
			continue
		}
		_, conditional := inv.attr(elem, "condition")
		named, wholly := inv.oneOrMore(members)
		for _, m := range named {
			all = addMember(all, m, inv.texts(role), conditional, rng)
		}
		whole = whole && wholly
	}
	return all, whole
}

// blockBindings reads the blocks of a data source.
func (inv *inventory) blockBindings(inst Resource) (all []granted) {
	for _, block := range inst.Body().Blocks(inv.Evaluator, "binding") {
		role := inv.actions(catalog.GrantRule{ActionsAt: "role"}, block, 0)
		conditional := block.maybe || len(block.Blocks(inv.Evaluator, "condition")) > 0
		for _, f := range block.At(inv.Evaluator, "members") {
			all = addMember(all, inv.Evaluator.Force(f.Cell), role, conditional || f.maybe, f.Range)
		}
	}
	return all
}

func addMember(all []granted, v *lang.Value, role []string, conditional bool, rng hcl.Range) []granted {
	p, ok := memberOf(v)
	if !ok {
		return all
	}
	return append(all, granted{principal: p, actions: role, conditional: conditional, because: v.Origin(), rng: rng})
}

// aclKinds are the beginnings of the entities in Google's access lists.
var aclKinds = map[string]model.PrincipalKind{
	"user": model.UserPrincipal, "group": model.GroupPrincipal, "domain": model.OrgPrincipal, "project": model.AccountPrincipal,
}

// aclOf reads an entity of an access list, with or without the role before it.
func aclOf(v *lang.Value) (p model.Principal, role []string) {
	p = model.Principal{Kind: model.SomePrincipal, ID: principalID(v)}
	entity := v.Prefix()
	if before, after, ok := strings.Cut(entity, ":"); ok {
		role, entity = []string{before}, after
	}
	kind, _, hasKind := strings.Cut(entity, "-")
	switch {
	case entity == "allUsers":
		p.Kind = model.PublicPrincipal
	case entity == "allAuthenticatedUsers":
		p.Kind = model.AuthPrincipal
	case hasKind && aclKinds[kind] != "":
		p.Kind = aclKinds[kind]
	}
	return p, role
}
