package pulumi

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// program is a Pulumi.yaml with resources, or the file that has them for it.
type program struct {
	name    string
	project string // path of the Pulumi.yaml
	doc     *document.Node
}

// stackDir is where the configurations of the stacks are: beside the project, or
// where it says so.
func (p *program) stackDir() string {
	dir := p.doc.Get("stackConfigDir").String()
	if config := p.doc.Get("config"); dir == "" && config.IsScalar() {
		dir = config.Text
	}
	return path.Join(path.Dir(p.project), dir)
}

// stack is one deployment of a program.
type stack struct {
	name   string
	config *document.Node
}

// evaluation is a program in one stack.
type evaluation struct {
	*program
	set     *set
	stack   *stack // nil when there is none
	symbols map[string]*lang.Symbol
	cells   map[string]*lang.Cell // of variables and settings
	byName  map[string]*resource
}

// resource is one resource of a program.
type resource struct {
	stores.Object
	in      *evaluation
	node    *document.Node
	tok     string
	outputs map[string]*lang.Cell // properties that others refer to
}

func (p *program) evaluate(ctx context.Context, s *set, st *stack) model.Document {
	ev := &lang.Evaluator{Dir: path.Dir(p.name), Context: ctx}
	in := &evaluation{
		program: p, set: s, stack: st, symbols: map[string]*lang.Symbol{},
		cells: map[string]*lang.Cell{}, byName: map[string]*resource{},
	}
	for _, pair := range p.doc.Get("resources").Entries() {
		if pair.Value.Get("type").String() != "" {
			in.byName[pair.Key] = in.newResource(pair)
		}
	}
	var resources []stores.Resource
	for _, name := range p.doc.Get("resources").Keys() {
		if r := in.byName[name]; r != nil && !isPlainObject(r.Kind) {
			resources = append(resources, r)
		}
	}
	dir := p.name
	if st != nil {
		dir += "@" + st.name
	}
	doc := s.collect(ev, dir, resources)
	doc.Problems = append(doc.Problems, stores.DeployerDecides(p.name, "has no stack that says where it is deployed", doc.Stores)...)
	return doc
}

func (in *evaluation) newResource(pair document.Pair) *resource {
	r := &resource{in: in, node: pair.Value, tok: pair.Value.Get("type").String(), outputs: map[string]*lang.Cell{}}
	kind := in.set.kind(r.tok)
	rng := pair.Range
	pair.Value.Walk(func(_ []string, n *document.Node) bool {
		if n.Range.Filename == rng.Filename && n.Range.End.Byte > rng.End.Byte {
			rng.End = n.Range.End
		}
		return true
	})
	r.Object = stores.Object{Name: pair.Key, Kind: kind, At: rng, Lookup: pair.Value.Get("get") != nil}
	elems := map[string]*lang.Cell{}
	for _, p := range pair.Value.Get("properties").Entries() {
		cell := in.value(kind, p.Key, p.Value)
		entry(elems, kind, p.Key, cell, p.Value.Kind == document.List)
	}
	if elems["location"] == nil && r.hasDefaultLocation() {
		elems["location"] = lang.Lazy(r.defaultLocation)
	}
	for attr, whole := range wholes(kind) {
		elems[attr] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return r.whole(ev, whole) })
	}
	r.Attributes = completed(kind, elems).At(rng)
	r.Settings = r.setting
	return r
}

// whole is the resource of a type that this one is a part of: the one that a
// property names.
func (r *resource) whole(ev *lang.Evaluator, kind string) *lang.Value {
	for _, p := range r.node.Get("properties").Entries() {
		if p.Value.Kind != document.String {
			continue
		}
		v := ev.Eval(expression(p.Value), r.in)
		if v.Ref() == nil {
			continue
		}
		if owner, ok := v.Ref().Target.(*resource); ok && strings.EqualFold(owner.Kind, kind) {
			return v.At(p.Value.Range)
		}
	}
	return lang.UnknownVal(model.UnresolvedTarget, r.Name+" is a part of a resource that is not declared here")
}

// hasDefaultLocation says of a resource without a location that it is of Azure, and
// of a type that has one.
func (r *resource) hasDefaultLocation() bool {
	if strings.HasPrefix(r.Kind, "azurerm_") {
		return r.Kind == classicGroup || r.node.At("properties", "resourceGroupName") != nil
	}
	return strings.HasPrefix(r.Kind, "Microsoft.")
}

// classicGroup is the type of resource groups of the provider that is made out of
// Terraform's.
const classicGroup = "azurerm_resource_group"

// defaultLocation is that of a resource of Azure which has none: the provider's
// or, where that has none either, its resource group's. With the provider that is
// made out of Terraform's, it is the group's, and only that of a group is the
// provider's (registry of Pulumi, configuration of azure).
func (r *resource) defaultLocation(ev *lang.Evaluator) *lang.Value {
	if !strings.HasPrefix(r.Kind, "azurerm_") || r.Kind == classicGroup {
		if v := r.setting(ev, "location"); v.IsKnown() {
			return v
		}
	}
	if n := r.node.At("properties", "resourceGroupName"); n != nil {
		if ref := ev.Eval(expression(n), r.in).Ref(); ref != nil {
			if group, ok := ref.Target.(*resource); ok && group != r && group.Attributes.Has("location") {
				return ev.Attr(group.Attributes, "location").Named(group.Name + ".location")
			}
		}
	}
	return lang.UnknownVal(model.LeftToCaller, "the location of "+r.Name+" is left to whoever deploys "+r.in.name)
}

// value is what a node of properties stands for.
func (in *evaluation) value(kind, property string, n *document.Node) *lang.Cell {
	if isCall(n) || n.Kind != document.Map && n.Kind != document.List {
		return lang.Expr(expression(n), in)
	}
	if n.Kind == document.List {
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = in.value(kind, property, item)
		}
		return lang.Done(lang.ListVal(cells).At(n.Range))
	}
	elems := map[string]*lang.Cell{}
	for _, p := range n.Pairs {
		cell := in.value(kind, p.Key, p.Value)
		if isFree(property) {
			elems[p.Key] = cell
		} else {
			entry(elems, kind, p.Key, cell, p.Value.Kind == document.List)
		}
	}
	return lang.Done(lang.ObjectVal(elems).At(n.Range))
}

// setting is one of the provider that the resource uses: the one that its
// options name, or the default one that the stack configures.
func (r *resource) setting(ev *lang.Evaluator, name string) *lang.Value {
	if name == "cluster" {
		return whereCluster()
	}
	if n := r.node.At("options", "provider"); n != nil {
		if ref := ev.Eval(expression(n), r.in).Ref(); ref != nil {
			if p, ok := ref.Target.(*resource); ok {
				return p.provider(ev, name)
			}
		}
		return lang.UnknownVal(model.AtApply, "the provider of "+r.Name+" is known only when deployed").At(n.Range)
	}
	if p := r.in.defaultProvider(parseToken(r.tok).provider); p != nil {
		if v := p.provider(ev, name); v.Kind != lang.Unknown {
			return v
		}
	}
	return r.in.providerSetting(ev, parseToken(r.tok).provider, name)
}

// provider reads a setting of a provider resource.
func (r *resource) provider(ev *lang.Evaluator, name string) *lang.Value {
	for _, f := range stores.ObjectNode(r.Attributes, r.At).At(ev, name) {
		return ev.Force(f.Cell).At(f.Range).Named(r.Name + "." + name)
	}
	return r.in.providerSetting(ev, strings.TrimPrefix(r.tok, "pulumi:providers:"), name)
}

// defaultProvider is a provider resource that stands in for the default one.
func (in *evaluation) defaultProvider(name string) *resource {
	for _, r := range in.byName {
		if r.tok == "pulumi:providers:"+name && r.node.Get("defaultProvider").String() == "true" {
			return r
		}
	}
	return nil
}

// providerSetting is what the configuration of the stack, or that of the
// project, gives the default provider.
func (in *evaluation) providerSetting(ev *lang.Evaluator, provider, name string) *lang.Value {
	first, rest, nested := strings.Cut(name, ".")
	key := provider + ":" + camel(first)
	v := in.config(key)
	if v == nil {
		what := "configuration gives the " + name + " of " + provider
		if in.stack == nil {
			return lang.UnknownVal(model.LeftToCaller, "no "+what+": whoever deploys "+in.name+" does")
		}
		return lang.UnknownVal(model.Environment, "no "+what+" in the stack "+in.stack.name)
	}
	if nested {
		for _, f := range stores.ObjectNode(v, hcl.Range{}).At(ev, rest) {
			return ev.Force(f.Cell)
		}
		return lang.NullVal()
	}
	return v.Named("config " + key)
}

// camel writes what has underscores in camelCase.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}

// config is a value of the stack's configuration, or the default that the
// project gives; nil when there is none.
func (in *evaluation) config(key string) *lang.Value {
	named := func(n *document.Node) *lang.Value {
		if n.Get("secure") != nil {
			return lang.UnknownVal(model.AtApply, key+" is a secret").At(n.Range)
		}
		return n.Value().At(n.Range)
	}
	if in.stack != nil {
		if n := in.stack.config.Get(key); n != nil {
			return named(n)
		}
	}
	for _, section := range []string{"config", "configuration"} {
		n := in.doc.Get(section).Get(key)
		if n == nil {
			continue
		}
		if n.Kind != document.Map {
			return named(n)
		}
		for _, field := range []string{"value", "default"} {
			if value := n.Get(field); value != nil {
				return named(value)
			}
		}
	}
	return nil
}

// Resolve gives the names of expressions their meaning.
func (in *evaluation) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	root := t.RootName()
	switch {
	case root == unreadable:
		return lang.UnknownVal(model.AtApply, attrAt(t, 1)+" is known only when deployed"), len(t)
	case root == "pulumi":
		return in.builtin(attrAt(t, 1)), 2
	case in.byName[root] != nil:
		r := in.byName[root]
		return r.output(ev, attrAt(t, 1)), len(t)
	}
	if n := in.doc.Get("variables").Get(root); n != nil {
		if in.cells[root] == nil {
			in.cells[root] = lang.Expr(expression(n), in)
		}
		return ev.Force(in.cells[root]), 1
	}
	project := in.doc.Get("name").String()
	for _, key := range []string{project + ":" + root, root} {
		if v := in.config(key); v != nil {
			return v, 1
		}
	}
	if in.symbols[root] == nil {
		in.symbols[root] = lang.NewSymbol(root)
	}
	return ev.SymbolValue(in.symbols[root], model.LeftToCaller, fmt.Sprintf("${%s} is left to whoever deploys %s", root, in.name)), 1
}

func (in *evaluation) builtin(name string) *lang.Value {
	switch {
	case name == "stack" && in.stack != nil:
		return lang.StringVal(in.stack.name)
	case name == "project":
		return lang.StringVal(in.doc.Get("name").String())
	}
	return lang.UnknownVal(model.LeftToCaller, "pulumi."+name+" is left to whoever deploys "+in.name)
}

// output is what a resource gives to those who refer to it: of a property that
// is written, its value.
func (r *resource) output(ev *lang.Evaluator, property string) *lang.Value {
	ref := &lang.Ref{Target: r, Attr: spell(r.Kind, property)}
	if property != "" && property != "id" {
		if n := r.node.Get("properties").Get(property); n != nil {
			if r.outputs[property] == nil {
				r.outputs[property] = lang.Expr(expression(n), r.in)
			}
			return ev.Force(r.outputs[property]).WithRef(ref)
		}
	}
	v := lang.UnknownVal(model.AtApply, strings.TrimSuffix(r.Name+"."+property, ".")+" is known only when deployed").At(r.At)
	return v.WithRef(ref)
}

func attrAt(t hcl.Traversal, i int) string {
	if i < len(t) {
		if attr, ok := t[i].(hcl.TraverseAttr); ok {
			return attr.Name
		}
	}
	return ""
}
