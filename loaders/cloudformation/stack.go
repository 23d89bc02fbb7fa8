package cloudformation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Bounds on the stacks of one template.
const (
	maxStackDepth = 16
	maxResources  = 20_000
)

// stack is a template as it is deployed: by itself, or nested in another one.
type stack struct {
	set      *set
	template *template
	deployed deployment
	parent   *stack
	given    *document.Node // parameters that the parent gives, its expressions
	path     string         // Logical.Ids. of the stacks it is nested in
	root     string         // to which the resources belong, of a stack that is in no other

	ownRegion *lang.Cell // of an instance of a stack set, or of a service
	selfCell  *lang.Cell // the service as a value

	symbols    map[string]*lang.Symbol
	parameters map[string]*lang.Cell
	conditions map[string]*lang.Cell
	byName     map[string]*resource
	children   map[string]*stack
	problems   *[]model.Problem // shared with the stacks that it nests
}

func newStack(s *set, t *template, d deployment) *stack {
	return &stack{
		set: s, template: t, deployed: d,
		symbols: map[string]*lang.Symbol{}, parameters: map[string]*lang.Cell{}, conditions: map[string]*lang.Cell{},
		byName: map[string]*resource{}, children: map[string]*stack{}, problems: &[]model.Problem{},
	}
}

// resource is one resource of a stack.
type resource struct {
	stores.Object
	stack *stack
	id    string
	node  *document.Node
}

// resources lists the resources of a stack and of those nested in it.
func (st *stack) resources(ev *lang.Evaluator, all []stores.Resource) []stores.Resource {
	st.set.stacks = append(st.set.stacks, st)
	for _, p := range expandLoops(st.template.doc.Get(resources), st.problems) {
		if len(all) >= maxResources {
			*st.problems = append(*st.problems, model.Problem{Kind: model.LimitReached, Message: st.template.name + " has too many resources; the rest was not checked"})
			return all
		}
		if strings.HasPrefix(p.Key, "Fn::Transform") {
			st.problem(p.Value.Range, "a transform makes resources that were not checked")
			continue
		}
		if p.Value.Get("Type").String() == "" || st.isLeftOut(ev, p.Value) {
			continue
		}
		if typ := p.Value.Get("Type"); strings.HasPrefix(typ.Tag, "!Rain::") {
			*st.problems = append(*st.problems, model.Problem{
				Kind: model.ModuleMissing, Address: st.path + p.Key, Source: lang.SourceOf(typ.Range),
				Message: fmt.Sprintf("%s is a module of Rain, and what it declares was not checked: check what `rain pkg` prints", typ.Text),
			})
			continue
		}
		r := st.newResource(p)
		st.byName[p.Key] = r
		all = append(all, r)
		for _, child := range st.nested(ev, p) {
			all = child.resources(ev, all)
		}
	}
	return all
}

// nested lists the stacks that a resource stands for.
func (st *stack) nested(ev *lang.Evaluator, p document.Pair) []*stack {
	switch p.Value.Get("Type").String() {
	case stackSetType:
		return st.stackSet(ev, p)
	case "AWS::CloudFormation::Stack", "AWS::Serverless::Application":
		if child := st.nest(p); child != nil {
			return []*stack{child}
		}
	}
	return nil
}

func (st *stack) problem(rng hcl.Range, message string) {
	*st.problems = append(*st.problems, model.Problem{Kind: model.Unread, Message: message, Source: lang.SourceOf(rng)})
}

// isLeftOut says whether a resource's condition is known to be false.
func (st *stack) isLeftOut(ev *lang.Evaluator, r *document.Node) bool {
	condition := r.Get("Condition").String()
	if condition == "" {
		return false
	}
	holds, known := ev.Force(st.condition(condition)).Bool()
	return known && !holds
}

func (st *stack) newResource(p document.Pair) *resource {
	r := &resource{stack: st, id: p.Key, node: p.Value}
	r.Object = stores.Object{Name: st.path + p.Key, Kind: p.Value.Get("Type").String(), At: whole(p)}
	properties := p.Value.Get("Properties")
	r.Attributes = lang.ObjectVal(nil).At(r.At)
	if properties != nil && properties.Kind == document.Map {
		elems := map[string]*lang.Cell{}
		for _, property := range properties.Pairs {
			// Most properties decide no place: they are translated when asked for.
			e := sync.OnceValue(func() hclsyntax.Expression { return expression(property.Value) })
			elems[property.Key] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
				return ev.Eval(e(), st).At(property.Value.Range)
			})
		}
		r.Attributes = lang.ObjectVal(elems).At(properties.Range)
	}
	r.Settings = func(ev *lang.Evaluator, path string) *lang.Value {
		if path == "region" {
			return st.region(ev)
		}
		return nil
	}
	return r
}

// whole is the range from a key to the end of its value.
func whole(p document.Pair) hcl.Range {
	rng := p.Range
	p.Value.Walk(func(_ []string, n *document.Node) bool {
		if n.Range.Filename == rng.Filename && n.Range.End.Byte > rng.End.Byte {
			rng.End = n.Range.End
		}
		return true
	})
	return rng
}

// nest makes the stack of a nested template; nil when it is not at hand.
func (st *stack) nest(p document.Pair) *stack {
	target := st.templateAt(p)
	if target == nil || st.nestsTooDeep(p, target) {
		return nil
	}
	child := newStack(st.set, target, st.deployed)
	child.problems = st.problems
	child.parent, child.given, child.path = st, p.Value.At("Properties", "Parameters"), st.path+p.Key+"."
	st.children[p.Key] = child
	return child
}

// Resolve gives the names of expressions their meaning.
func (st *stack) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	root := t.RootName()
	second := ""
	if len(t) > 1 {
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			second = attr.Name
		}
	}
	switch root {
	case "Ref":
		if st.template.doc.Get(parameters).Get(second) != nil {
			return ev.Force(st.parameter(second)), 2
		}
		return st.resourceValue(ev, second, "Ref"), 2
	case resources:
		attr, _ := t[len(t)-1].(hcl.TraverseAttr)
		return st.resourceValue(ev, second, attr.Name), len(t)
	case conditions:
		return ev.Force(st.condition(second)), 2
	case mappings:
		m := st.template.doc.Get(mappings)
		if second == "" {
			return m.Value(), 1
		}
		if m.Get(second) == nil {
			return lang.FailedVal("there is no mapping " + second), 2
		}
		return m.Get(second).Value(), 2
	case "self":
		if st.template.service != nil {
			return ev.Force(st.self()), 1
		}
	case importRoot:
		return st.imports(), 1
	case unreadable:
		return lang.UnknownVal(model.AtApply, notEvaluated(second)), 2
	}
	if file, ok := strings.CutPrefix(root, fileRoot); ok {
		return st.dataFile(ev, strings.TrimSuffix(file, ")")), 1
	}
	if kind, optional := strings.CutSuffix(root, optionalMark); slices.Contains(givenKinds, kind) {
		return st.variable(ev, kind, second, optional), 2
	}
	return st.pseudo(ev, root), 1
}

// pseudo is the value of a pseudo parameter.
func (st *stack) pseudo(ev *lang.Evaluator, name string) *lang.Value {
	switch name {
	case "AWS::Region":
		return st.region(ev)
	case "AWS::NoValue":
		return lang.NullVal()
	case "AWS::StackName":
		if st.parent == nil && st.deployed.stack != nil {
			return st.deployed.stack
		}
	case "AWS::AvailabilityZones":
		return st.zones(ev)
	case "AWS::Partition", "AWS::URLSuffix":
		if v := st.partition(ev, name); v != nil {
			return v
		}
	}
	if !st.region(ev).IsKnown() {
		return lang.UnknownVal(model.LeftToCaller, name+" is left to whoever deploys "+st.template.name)
	}
	return lang.UnknownVal(model.AtApply, name+" is known only when deployed")
}

// region is where the stack is deployed.
func (st *stack) region(ev *lang.Evaluator) *lang.Value {
	top := st
	for top.parent != nil && top.ownRegion == nil {
		top = top.parent
	}
	if top.ownRegion != nil {
		return ev.Force(top.ownRegion)
	}
	if v := top.deployed.region; v != nil {
		return v
	}
	if top.symbols["AWS::Region"] == nil {
		top.symbols["AWS::Region"] = lang.NewSymbol("AWS::Region")
	}
	return ev.SymbolValue(top.symbols["AWS::Region"], model.LeftToCaller, "the region is left to whoever deploys "+top.template.name)
}

// partition is what follows from the region: the partition that it is in, or
// the domain of its hosts. nil when the region is not known.
func (st *stack) partition(ev *lang.Evaluator, name string) *lang.Value {
	region := st.region(ev)
	text, ok := region.Text()
	if !ok {
		return nil
	}
	location, err := st.set.tables.Locate("aws", "", text)
	if err != nil {
		return nil
	}
	partition := cmp.Or(location.Partition, "aws")
	switch {
	case name == "AWS::Partition":
		return lang.StringVal(partition).Because(region.Origin())
	case partition == "aws" || partition == "aws-us-gov":
		return lang.StringVal("amazonaws.com").Because(region.Origin())
	case partition == "aws-cn":
		return lang.StringVal("amazonaws.com.cn").Because(region.Origin())
	}
	return nil
}

// zones are those of the region, of which one does not know the names.
func (st *stack) zones(ev *lang.Evaluator) *lang.Value {
	region := st.region(ev)
	text, ok := region.Text()
	if !ok {
		return region
	}
	zone := lang.UnknownVal(model.AtApply, "the zone is known only when deployed").Because(region.Origin())
	zone.Gap().Within = text
	return lang.ListOf([]*lang.Value{zone}).AsOpen()
}

func (st *stack) condition(name string) *lang.Cell {
	if c := st.conditions[name]; c != nil {
		return c
	}
	c := lang.Done(lang.FailedVal("there is no condition " + name))
	if n := st.template.doc.Get(conditions).Get(name); n != nil {
		c = lang.Expr(expression(n), st)
	}
	st.conditions[name] = c
	return c
}

func (st *stack) parameter(name string) *lang.Cell {
	if c := st.parameters[name]; c != nil {
		return c
	}
	c := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return st.parameterValue(ev, name) })
	st.parameters[name] = c
	return c
}

// parameterValue is what the parent or the deployment gives a parameter. A
// default holds for whoever gives none: it is what the template says.
func (st *stack) parameterValue(ev *lang.Evaluator, name string) *lang.Value {
	decl := st.template.doc.Get(parameters).Get(name)
	if n := st.given.Get(name); n != nil {
		return ev.Eval(expression(n), st.parent).At(n.Range)
	}
	if n := st.deployed.parameters[name]; n != nil && st.parent == nil {
		return n.Value()
	}
	if strings.HasPrefix(decl.Get("Type").String(), "AWS::SSM::") {
		// The default is the name under which the value is found.
		return lang.UnknownVal(model.AtApply, "the value of "+name+" is looked up when deployed").At(decl.Range)
	}
	if def := decl.Get("Default"); def != nil {
		return listed(decl, def.Value())
	}
	if st.symbols[name] == nil {
		s := lang.NewSymbol(parameters + "." + name)
		if allowed := decl.Get("AllowedValues").Elements(); len(allowed) > 0 {
			values := make([]*lang.Value, len(allowed))
			for i, n := range allowed {
				values[i] = n.Value()
			}
			s.Only(values)
		}
		st.symbols[name] = s
	}
	v := ev.SymbolValue(st.symbols[name], model.LeftToCaller, "the parameter "+name+" is left to whoever deploys "+st.template.name)
	if decl.Get("NoEcho").String() == "true" {
		v = v.AsSecret()
	}
	return v.At(decl.Range)
}

// listed splits the text of a parameter that is a list.
func listed(decl *document.Node, v *lang.Value) *lang.Value {
	kind := decl.Get("Type").String()
	text, ok := v.Text()
	if !ok || kind != "CommaDelimitedList" && !strings.HasPrefix(kind, "List<") {
		return v
	}
	var items []*lang.Value
	for _, item := range strings.Split(text, ",") {
		items = append(items, lang.StringVal(strings.TrimSpace(item)))
	}
	return lang.ListOf(items).Because(v.Origin())
}

// resourceValue is what a resource gives to those who refer to it. An output of
// a nested stack is the value that it stands for.
func (st *stack) resourceValue(ev *lang.Evaluator, id, attr string) *lang.Value {
	if child := st.children[id]; child != nil {
		if output, ok := strings.CutPrefix(attr, "Outputs."); ok {
			if n := child.template.doc.Get("Outputs").Get(output).Get("Value"); n != nil {
				return ev.Eval(expression(n), child).At(n.Range)
			}
		}
	}
	r := st.byName[id]
	if r == nil {
		return lang.UnknownVal(model.AtApply, id+"."+attr+" is known only when deployed")
	}
	v := st.nameOf(ev, r, attr)
	if v == nil {
		v = lang.UnknownVal(model.AtApply, r.Name+"."+attr+" is known only when deployed").At(r.At)
	}
	return v.WithRef(&lang.Ref{Target: r, Attr: attr})
}

// nameOf is the name of a resource where that is what an attribute gives, and
// the template says it; else nil.
func (st *stack) nameOf(ev *lang.Evaluator, r *resource, attr string) *lang.Value {
	row := st.set.catalogue.Lookup(r.Kind)
	if row == nil || row.Name == "" || attr != row.Name && (attr != "Ref" || !row.UniqueName) {
		return nil
	}
	property := r.node.Get("Properties").Get(row.Name)
	if property == nil {
		return nil
	}
	v := ev.Attr(r.Attributes, row.Name)
	if !v.IsKnown() {
		return nil
	}
	return v.At(property.Range)
}
