package azurearm

import (
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// attributes are those that are written, and those that follow from the names
// of resources: parent_id, root and children.
func (r *resource) attributes() *lang.Value {
	elems := map[string]*lang.Cell{}
	for _, p := range r.node.Pairs {
		elems[p.Key] = value(p.Value, r.scope)
	}
	types := strings.Split(r.kind, "/")
	switch {
	case r.node.Get("scope") != nil || r.extends != "" || r.parent != nil && !strings.HasPrefix(r.kind, r.parent.kind+"/"):
		elems["parent_id"] = lang.Lazy(r.extended)
	case len(types) > 2:
		elems["parent_id"] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return r.owner(ev, len(types)-1) })
	}
	if len(types) > 2 {
		elems["root"] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return r.owner(ev, 2) })
	}
	elems["children"] = lang.Done(lang.LazyObject(nil, r.children))
	return lang.ObjectVal(elems).At(r.node.Range)
}

// value is what a node stands for. Of an object only what is asked for is turned
// into expressions: most of a template decides no place.
func value(n *document.Node, sc lang.Scope) *lang.Cell {
	if n.Kind != document.Map || n.Get("copy") != nil {
		e := sync.OnceValue(func() hclsyntax.Expression { return expression(n) })
		return lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return ev.Eval(e(), sc).At(n.Range) })
	}
	return lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
		elems := map[string]*lang.Cell{}
		for _, p := range n.Pairs {
			elems[p.Key] = value(p.Value, sc)
		}
		return lang.ObjectVal(elems).At(n.Range)
	})
}

// owner is the resource of which this one is a part, given by how many words of
// the type are the owner's.
func (r *resource) owner(ev *lang.Evaluator, words int) *lang.Value {
	for up := r.parent; up != nil; up = up.parent {
		if strings.Count(up.kind, "/") == words-1 {
			return up.declaration(ev).identifier(ev)
		}
	}
	if len(r.name) < words-1 {
		return lang.UnknownVal(model.UnresolvedTarget, r.Name+" is a part of a resource that the checked files do not declare")
	}
	kind := strings.Join(strings.Split(r.kind, "/")[:words], "/")
	return r.stack.named(ev, kind, r.name[:words-1], r.scope)
}

// identifier is what a resource gives to one that is a part of it. One that is only
// said to exist, and whose name is left to whoever deploys the template, is too.
func (r *resource) identifier(ev *lang.Evaluator) *lang.Value {
	if r.Lookup {
		if open := r.stack.leftOpen(ev, r.name, r.scope); open != nil {
			return open
		}
	}
	return r.attribute("id")
}

// named is the resource of a type and a name: what it gives when it is declared,
// else its name, where that is known.
func (st *stack) named(ev *lang.Evaluator, kind string, parts []string, sc lang.Scope) *lang.Value {
	for up := st; up != nil; up = up.parent {
		if r := up.find(ev, kind, parts); r != nil {
			return r.identifier(ev)
		}
		if !up.outer {
			break
		}
	}
	if open := st.leftOpen(ev, parts, sc); open != nil {
		return open
	}
	if text, ok := st.known(ev, parts, sc); ok {
		return lang.StringVal(text)
	}
	return lang.UnknownVal(model.UnresolvedTarget, fmt.Sprintf("%s named %s is not declared in the checked files", kind, strings.Join(parts, "/")))
}

// children lists the resources that are a part of this one by the last word of
// their type; null when there are none.
func (r *resource) children(ev *lang.Evaluator, word string) *lang.Value {
	var all []*lang.Value
	kind := r.kind + "/" + word
	for _, other := range r.stack.all {
		if !strings.EqualFold(other.kind, kind) {
			continue
		}
		if owner := ev.Force(lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
			return other.owner(ev, strings.Count(other.kind, "/"))
		})); owner.Ref() != nil && owner.Ref().Target == r {
			all = append(all, other.Attributes)
		}
	}
	if len(all) == 0 {
		return lang.NullVal()
	}
	return lang.ListOf(all)
}

// extended is the resource that this one extends: by its scope, its type, or
// since it is written within it.
func (r *resource) extended(ev *lang.Evaluator) *lang.Value {
	n := r.node.Get("scope")
	switch {
	case r.extends != "":
		words := strings.Count(r.extends, "/")
		return r.stack.named(ev, r.extends, r.name[:words], r.scope)
	case n == nil:
		return r.parent.attribute("id")
	case isExpression(n.String()):
		if t, err := parseExpression(n.Text[1 : len(n.Text)-1]); err == nil {
			if target := r.stack.target(ev, t.String()); target != nil {
				return target.attribute("id").At(n.Range)
			}
		}
	}
	return ev.Eval(expression(n), r.scope).At(n.Range)
}

// concernsNoStore says of a resource that extends another one, as an assignment
// of a role does, that the other one is declared here and is nothing in which
// data rests. There are many of these, and their properties are costly.
func (r *resource) concernsNoStore(ev *lang.Evaluator) bool {
	row := r.stack.set.catalogue.Lookup(r.Kind)
	if row == nil {
		return false
	}
	if row.IsStore() || row.Of != "parent_id" || !r.Attributes.Has("parent_id") {
		return false
	}
	ref := ev.Attr(r.Attributes, "parent_id").Ref()
	if ref == nil {
		return false
	}
	other, ok := ref.Target.(*resource)
	return ok && other.stack.set.catalogue.Lookup(other.Kind) == nil
}
