package pulumi

import (
	"context"
	"path"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// computed stands, in previews, for a value that is known only when deployed;
// the last one for a secret.
var computed = []string{
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9", // a text, or what has no type yet
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a bool
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // a list
	"30a018e3-3ee3-4c8f-a5fb-cc52b8bd19e2", // an object
}

// isState recognises what `pulumi preview --json` and `pulumi stack export` print,
// and the states that Pulumi keeps where it uses no service.
func isState(doc *document.Node) bool {
	return len(statesOf(doc)) > 0
}

// statesOf lists the resources of a preview after it, or of a stack.
func statesOf(doc *document.Node) []*document.Node {
	var all []*document.Node
	add := func(n *document.Node) {
		if strings.HasPrefix(n.Get("urn").String(), "urn:pulumi:") {
			all = append(all, n)
		}
	}
	for _, step := range doc.Get("steps").Elements() {
		if step.Get("op").String() != "delete" {
			add(step.Get("newState"))
		}
	}
	for _, path := range [][]string{{"deployment", "resources"}, {"checkpoint", "latest", "resources"}} {
		for _, n := range doc.At(path...).Elements() {
			if n.Get("delete").String() != "true" {
				add(n)
			}
		}
	}
	return all
}

// state makes the document of a preview or an exported stack.
func (s *set) state(ctx context.Context, doc *document.Node) model.Document {
	file := doc.Range.Filename
	ev := &lang.Evaluator{Dir: path.Dir(file), Context: ctx}
	providers, byURN := map[string]*document.Node{}, map[string]*stores.Object{}
	all := statesOf(doc)
	for _, n := range all {
		if strings.HasPrefix(n.Get("type").String(), "pulumi:providers:") {
			providers[n.Get("urn").String()] = n
		}
	}
	var resources []stores.Resource
	for _, n := range all {
		if n.Get("type").String() == "" || n.Get("custom").String() == "false" {
			continue
		}
		r := s.stateResource(n, providers, byURN, doc.Get("config"))
		byURN[n.Get("urn").String()] = r
		if !isPlainObject(r.Kind) {
			resources = append(resources, r)
		}
	}
	found := s.collect(ev, file, resources)
	found.Problems = append(found.Problems, stores.DeployerDecides(file, "does not say where a cluster is", found.Stores)...)
	return found
}

// stateResource makes a resource of its state. Others are asked for by their names
// once all are there. A preview leaves out what does not change, the default
// providers too; what the stack gives these is its config.
func (s *set) stateResource(n *document.Node, providers map[string]*document.Node, byURN map[string]*stores.Object, config *document.Node) *stores.Object {
	kind := s.kind(n.Get("type").String())
	urn := n.Get("urn").String()
	parts := strings.Split(urn, "::")
	r := &stores.Object{Name: parts[len(parts)-1], Kind: kind, At: n.Range, Lookup: n.Get("external").String() == "true"}
	elems := map[string]*lang.Cell{}
	// What the program gives counts before what the cloud answers.
	for _, section := range []string{"outputs", "inputs"} {
		for _, p := range n.Get(section).Entries() {
			if !strings.HasPrefix(p.Key, "__") {
				entry(elems, kind, p.Key, lang.Done(plain(kind, p.Key, p.Value)), p.Value.Kind == document.List)
			}
		}
	}
	for attr, whole := range wholes(kind) {
		elems[attr] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return wholeOf(n, whole, byURN) })
	}
	r.Attributes = completed(kind, elems).At(n.Range)
	// A provider is named by its URN and its id.
	provider := n.Get("provider").String()
	if i := strings.LastIndex(provider, "::"); i >= 0 {
		provider = provider[:i]
	}
	r.Settings = func(ev *lang.Evaluator, name string) *lang.Value {
		if name == "cluster" {
			return whereCluster()
		}
		p := providers[provider]
		if p == nil {
			return ofDefault(provider, config, name)
		}
		inner := map[string]*lang.Cell{}
		for _, pair := range p.Get("inputs").Entries() {
			entry(inner, "", pair.Key, lang.Done(plain("", pair.Key, pair.Value)), false)
		}
		for _, f := range stores.ObjectNode(lang.ObjectVal(inner), p.Range).At(ev, name) {
			return ev.Force(f.Cell).At(f.Range).Named("provider " + name)
		}
		return nil
	}
	return r
}

// ofDefault is what the configuration of the stack gives a default provider, by
// its URN.
func ofDefault(urn string, config *document.Node, name string) *lang.Value {
	_, rest, _ := strings.Cut(urn, "::pulumi:providers:")
	provider, named, _ := strings.Cut(rest, "::")
	if named != "default" && !strings.HasPrefix(named, "default_") {
		return nil
	}
	key := provider + ":" + camel(name)
	n := config.Get(key)
	if !n.IsScalar() {
		return nil
	}
	return plain("", name, n).At(n.Range).Named("config " + key)
}

// wholeOf is the resource of a type that a part names by one of its properties.
func wholeOf(n *document.Node, kind string, byURN map[string]*stores.Object) *lang.Value {
	for _, p := range n.Get("propertyDependencies").Entries() {
		for _, urn := range p.Value.Elements() {
			if owner := byURN[urn.String()]; owner != nil && strings.EqualFold(owner.Kind, kind) {
				v := lang.UnknownVal(model.AtApply, p.Key+" is known only when deployed").At(p.Value.Range)
				return v.WithRef(&lang.Ref{Target: owner, Attr: "id"})
			}
		}
	}
	return lang.UnknownVal(model.UnresolvedTarget, n.Get("urn").String()+" is a part of a resource that is not in the same state")
}

// plain is the value of a node, in which marks stand for what is not known.
func plain(kind, property string, n *document.Node) *lang.Value {
	switch n.Kind {
	case document.String:
		for _, mark := range computed {
			if n.Text == mark {
				return lang.UnknownVal(model.AtApply, property+" is known only when deployed").At(n.Range)
			}
		}
	case document.List:
		values := make([]*lang.Value, len(n.Items))
		for i, item := range n.Items {
			values[i] = plain(kind, property, item)
		}
		return lang.ListOf(values).At(n.Range)
	case document.Map:
		if n.Get(secretMark) != nil {
			return lang.UnknownVal(model.AtApply, property+" is a secret").At(n.Range)
		}
		elems := map[string]*lang.Cell{}
		for _, p := range n.Pairs {
			cell := lang.Done(plain(kind, p.Key, p.Value))
			if isFree(property) {
				elems[p.Key] = cell
			} else {
				entry(elems, kind, p.Key, cell, p.Value.Kind == document.List)
			}
		}
		return lang.ObjectVal(elems).At(n.Range)
	}
	return n.Value()
}

// secretMark is the key of an object that stands for a secret or an asset.
const secretMark = "4dabf18193072939515e22adb298388d"
