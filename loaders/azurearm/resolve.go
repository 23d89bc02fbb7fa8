package azurearm

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// Resolve gives the names of expressions their meaning.
func (st *stack) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	root := t.RootName()
	second := attrAt(t, 1)
	scope := st.scope()
	switch root {
	case parameters:
		if second == "" {
			return scope.section(parameters, scope.parameter), 1
		}
		return ev.Force(scope.parameter(second)), 2
	case variables:
		if second == "" {
			return scope.section(variables, scope.variable), 1
		}
		return ev.Force(scope.variable(second)), 2
	case "resourceGroup()":
		if second == "location" {
			return scope.groupLocation(ev), 2
		}
		return lang.UnknownVal(model.LeftToCaller, "the resource group is left to whoever deploys "+st.name), len(t)
	case "deployment()":
		if second == "location" {
			return st.symbol(ev, "deployment().location", "the location of the deployment is left to whoever deploys "+st.name), 2
		}
		return lang.UnknownVal(model.LeftToCaller, "the deployment is left to whoever deploys "+st.name), len(t)
	case "subscription()", "tenant()", "managementGroup()", "environment()":
		return lang.UnknownVal(model.LeftToCaller, root+" is left to whoever deploys "+st.name), len(t)
	case copyIndex:
		return lang.UnknownVal(model.AtApply, "the index is known only when deployed"), 1
	case unreadable:
		return lang.UnknownVal(model.AtApply, second+" is known only when deployed"), len(t)
	}
	if strings.HasPrefix(root, resourceID) {
		return st.id(ev, root), 1
	}
	if arg, ok := strings.CutPrefix(root, reference); ok {
		return st.reference(ev, strings.TrimSuffix(arg, ")"), t)
	}
	return lang.UnknownVal(model.AtApply, root+" is known only when deployed"), len(t)
}

func attrAt(t hcl.Traversal, i int) string {
	if i < len(t) {
		if attr, ok := t[i].(hcl.TraverseAttr); ok {
			return attr.Name
		}
	}
	return ""
}

// scope is the stack whose parameters and variables count: the parent's, where a
// nested template is evaluated in its scope.
func (st *stack) scope() *stack {
	for st.outer && st.parent != nil {
		st = st.parent
	}
	return st
}

// section is all parameters, or all variables, as one object.
func (st *stack) section(key string, of func(string) *lang.Cell) *lang.Value {
	elems := map[string]*lang.Cell{}
	for _, p := range st.doc.Get(key).Entries() {
		elems[p.Key] = of(p.Key)
	}
	return lang.ObjectVal(elems)
}

// symbol is the value of something that the files leave open.
func (st *stack) symbol(ev *lang.Evaluator, key, reason string) *lang.Value {
	top := st
	for top.parent != nil {
		top = top.parent
	}
	if top.symbols[key] == nil {
		top.symbols[key] = lang.NewSymbol(key)
	}
	return ev.SymbolValue(top.symbols[key], model.LeftToCaller, reason)
}

func (st *stack) groupLocation(ev *lang.Evaluator) *lang.Value {
	if st.group != nil {
		return ev.Force(st.group)
	}
	return st.symbol(ev, "resourceGroup().location", "the location of the resource group is left to whoever deploys "+st.name)
}

// pairFold finds a key whatever its case, as the language does.
func pairFold(n *document.Node, key string) *document.Pair {
	if p := n.Pair(key); p != nil {
		return p
	}
	for _, p := range n.Entries() {
		if strings.EqualFold(p.Key, key) {
			return &p
		}
	}
	return nil
}

func valueFold(n *document.Node, key string) *document.Node {
	if p := pairFold(n, key); p != nil {
		return p.Value
	}
	return nil
}

func (st *stack) parameter(name string) *lang.Cell {
	key := strings.ToLower(name)
	if c := st.parameters[key]; c != nil {
		return c
	}
	c := lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return st.parameterValue(ev, name) })
	st.parameters[key] = c
	return c
}

// parameterValue is what the parent or a file of parameters gives a parameter. A
// default holds for whoever gives none: it is what the template says.
func (st *stack) parameterValue(ev *lang.Evaluator, name string) *lang.Value {
	decl := valueFold(st.doc.Get(parameters), name)
	secret := strings.HasPrefix(strings.ToLower(decl.Get("type").String()), "secure")
	hide := func(v *lang.Value) *lang.Value {
		if secret {
			return v.AsSecret()
		}
		return v
	}
	if n := valueFold(st.given, name); n != nil {
		if v := st.givenValue(ev, n); v != nil {
			return hide(v)
		}
	}
	if n := valueFold(st.values, name); n != nil {
		return hide(fromFile(n, decl, name))
	}
	if decl == nil {
		return lang.FailedVal("there is no parameter " + name)
	}
	if def := decl.Get("defaultValue"); def != nil {
		// A text can't be null: whoever deploys has to give what this reads.
		v := ev.Eval(expression(def), st).At(def.Range)
		if v.Kind != lang.Null || !strings.EqualFold(decl.Get("type").String(), "string") {
			return hide(v)
		}
	}
	if strings.EqualFold(decl.Get("nullable").String(), "true") {
		return hide(lang.NullVal().At(decl.Range))
	}
	key := parameters + "." + name
	if st.symbols[key] == nil {
		s := lang.NewSymbol(key)
		if allowed := decl.Get("allowedValues").Elements(); len(allowed) > 0 {
			values := make([]*lang.Value, len(allowed))
			for i, n := range allowed {
				values[i] = n.Value()
			}
			s.Only(values)
		}
		if strings.EqualFold(decl.Get("type").String(), "bool") {
			s.Of(cty.Bool)
		}
		st.symbols[key] = s
	}
	v := ev.SymbolValue(st.symbols[key], model.LeftToCaller, fmt.Sprintf("the parameter %s is left to whoever deploys %s", name, st.name))
	return hide(v.At(decl.Range))
}

// givenValue is what the parent gives a parameter: an object with a value, which may
// be computed as a whole, or one that says where it is looked up. nil when that is
// null, which leaves the parameter its default.
func (st *stack) givenValue(ev *lang.Evaluator, n *document.Node) *lang.Value {
	value := n.Get("value")
	switch {
	case value != nil:
		return ev.Eval(expression(value), st.givenIn).At(value.Range)
	case n.Kind == document.Map:
		return lang.UnknownVal(model.AtApply, "it is looked up when deployed").At(n.Range)
	}
	v := ev.Attr(ev.Eval(expression(n), st.givenIn), "value").At(n.Range)
	if v.Kind == lang.Null {
		return nil
	}
	return v
}

// fromFile is the value that a file of parameters gives. One that only shows what
// is to be filled in is left to whoever deploys.
func fromFile(n, decl *document.Node, name string) *lang.Value {
	value := n.Get("value")
	switch {
	case value == nil:
		return lang.UnknownVal(model.AtApply, "the value of "+name+" is looked up when deployed").At(n.Range)
	case strings.Contains(value.String(), "${"):
		return lang.UnknownVal(model.Environment, "the environment gives the value of "+name).At(value.Range)
	case isBlank(value, decl):
		return lang.UnknownVal(model.LeftToCaller, "the file of parameters leaves "+name+" to whoever deploys").At(value.Range)
	}
	return value.Value()
}

// isBlank says whether a value is none that the parameter can have: an empty text
// where that must have characters, and the marks that the quickstart templates of
// Azure have for what their tests fill in (their contribution guide).
func isBlank(value, decl *document.Node) bool {
	if value.Kind != document.String {
		return false
	}
	text := strings.ToLower(value.Text)
	if text == "" {
		shortest := decl.Get("minLength").String()
		return shortest != "" && shortest != "0"
	}
	return text == "changeme" || strings.HasPrefix(text, "get-prereq-") || strings.HasPrefix(text, "gen-") ||
		strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">")
}

func (st *stack) variable(name string) *lang.Cell {
	key := strings.ToLower(name)
	if c := st.variables[key]; c != nil {
		return c
	}
	section := st.doc.Get(variables)
	c := lang.Done(lang.FailedVal("there is no variable " + name))
	if p := pairFold(section, name); p != nil && p.Key != "copy" {
		c = value(p.Value, st)
	} else if p := section.Pair("copy"); p != nil {
		loops, _ := propertyLoops(*p)
		for _, loop := range loops {
			if strings.EqualFold(loop.Get("name").String(), name) {
				c = lang.Expr(loopExpression(loop), st)
			}
		}
	}
	st.variables[key] = c
	return c
}

// id is the identifier of a resource: of one that is declared here it refers to
// it.
func (st *stack) id(ev *lang.Evaluator, written string) *lang.Value {
	for up := st; up != nil; up = up.parent {
		if r := up.target(ev, written); r != nil {
			return r.attribute("id")
		}
		if !up.outer {
			break
		}
	}
	return lang.UnknownVal(model.UnresolvedTarget, fmt.Sprintf("%s is not declared in the checked files, and its name tells no location", written))
}

// reference is what a resource gives when it is deployed. The output of a nested
// deployment is the value that it stands for.
func (st *stack) reference(ev *lang.Evaluator, written string, t hcl.Traversal) (*lang.Value, int) {
	if attrAt(t, 1) == "outputs" && attrAt(t, 3) == "value" {
		if child := st.nestedBy(ev, written); child != nil {
			if n := child.doc.Get("outputs").Get(attrAt(t, 2)).Get("value"); n != nil {
				return ev.Eval(expression(n), child).At(n.Range), 4
			}
		}
	}
	for up := st; up != nil; up = up.parent {
		if r := up.target(ev, written); r != nil {
			return r.attribute(attrAt(t, 1)), len(t)
		}
		if !up.outer {
			break
		}
	}
	return lang.UnknownVal(model.AtApply, written+" is known only when deployed"), len(t)
}

// nestedBy finds the stack of the deployment that a reference names.
func (st *stack) nestedBy(ev *lang.Evaluator, written string) *stack {
	if r := st.target(ev, written); r != nil {
		if child := st.children[strings.TrimPrefix(r.Name, st.path)]; child != nil {
			return child
		}
	}
	return st.children[written]
}
