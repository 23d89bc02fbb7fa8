package terraform

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// Bounds on one root's tree of modules.
const (
	maxModuleDepth  = 64     // modules inside one another
	maxInstances    = 20_000 // of modules and resources together
	maxPerBlock     = 10_000 // of one block
	anyInstance     = "[*]"  // key of an instance that stands for all
	defaultRelative = "."
)

// moduleInst is a module as one call, with one key, brings it about. The root
// module is called by nobody.
type moduleInst struct {
	def    *module
	root   *root
	parent *moduleInst
	call   *call
	// arguments of the call.
	arguments *arguments
	scope     *scope // inside the module
	outer     *scope // of the call, in the parent
	path      string // module.a["k"].module.b; "" for the root module
	depth     int

	symbols   map[string]*lang.Symbol // of variables that nobody gives a value
	variables map[string]*lang.Cell
	locals    map[string]*lang.Cell
	outputs   map[string]*lang.Cell
	children  map[string][]*moduleInst
	resources map[string][]*resourceInst
	extents   map[string]*lang.Cell // count or for_each of blocks
}

// newInstance makes an instance of a module.
func newInstance(r *root, def *module, parent *moduleInst, c *call, outer *scope) *moduleInst {
	m := &moduleInst{
		def: def, root: r, parent: parent, call: c, outer: outer,
		symbols:   map[string]*lang.Symbol{},
		variables: map[string]*lang.Cell{},
		locals:    map[string]*lang.Cell{},
		outputs:   map[string]*lang.Cell{},
		children:  map[string][]*moduleInst{},
		resources: map[string][]*resourceInst{},
		extents:   map[string]*lang.Cell{},
	}
	m.scope = &scope{mod: m}
	if parent != nil {
		m.arguments = r.arguments(c)
		m.depth = parent.depth + 1
		m.path = join(parent.path, "module."+c.name+outer.each.suffix)
	}
	return m
}

// callPath joins the names of the calls from the root module down to one.
func (m *moduleInst) callPath(c *call) string {
	if m.parent == nil {
		return c.name
	}
	return m.parent.callPath(m.call) + "." + c.name
}

// join puts the parts of an address together.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ".")
}

// scope is where the expressions of a module, or of one instance of a block in
// it, find their names.
type scope struct {
	mod  *moduleInst
	each each
	self *resourceInst
}

// Home is the evaluator of the root in whose directory the scope's files are.
func (sc *scope) Home() *lang.Evaluator { return sc.mod.root.ev }

// each is the key of one instance of a block.
type each struct {
	suffix string // as in an address: "", [0], ["a"], or [*]
	count  *lang.Value
	key    *lang.Value
	value  *lang.Cell
}

// Resolve gives names their Terraform meaning.
func (sc *scope) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	name := t.RootName()
	switch name {
	case "each", "count", "path", "terraform", "self":
		return sc.special(ev, name, t)
	case "resource":
		if len(t) > 1 {
			if attr, ok := t[1].(hcl.TraverseAttr); ok {
				v, n := sc.resource(ev, "", attr.Name, t, 2)
				return v, n
			}
		}
	case "data", "ephemeral":
		if len(t) > 1 {
			if attr, ok := t[1].(hcl.TraverseAttr); ok {
				return sc.resource(ev, name, attr.Name, t, 2)
			}
		}
		return noSuch(t)
	case generatedRoot:
		if sc.mod.root.unit != nil && len(t) > 1 {
			if attr, ok := t[1].(hcl.TraverseAttr); ok && sc.mod.root.unit.parts[attr.Name] != nil {
				return ev.Force(sc.mod.root.unit.parts[attr.Name]), 2
			}
		}
	case "var", "local", "module":
		if len(t) > 1 {
			if attr, ok := t[1].(hcl.TraverseAttr); ok {
				return sc.named(ev, name, attr.Name), 2
			}
		}
		return noSuch(t)
	}
	return sc.resource(ev, "", name, t, 1)
}

func noSuch(t hcl.Traversal) (*lang.Value, int) {
	return lang.FailedVal("there is no " + lang.Text(t)), len(t)
}

func (sc *scope) named(ev *lang.Evaluator, kind, name string) *lang.Value {
	switch kind {
	case "var":
		return ev.Force(sc.mod.variable(name))
	case "local":
		return ev.Force(sc.mod.local(name))
	}
	return sc.mod.moduleValue(ev, name)
}

// special resolves the names that stand for no declared object.
func (sc *scope) special(ev *lang.Evaluator, name string, t hcl.Traversal) (*lang.Value, int) {
	if name == "self" {
		if sc.self != nil {
			return sc.self.value(), 1
		}
		return noSuch(t)
	}
	if len(t) < 2 {
		return noSuch(t)
	}
	attr, ok := t[1].(hcl.TraverseAttr)
	if !ok {
		return noSuch(t)
	}
	switch name + "." + attr.Name {
	case "each.key":
		if sc.each.key != nil {
			return sc.each.key, 2
		}
	case "each.value":
		if sc.each.value != nil {
			return ev.Force(sc.each.value), 2
		}
	case "count.index":
		if sc.each.count != nil {
			return sc.each.count, 2
		}
	case "path.module":
		return lang.StringVal(relative(sc.mod.root.top.def.dir, sc.mod.def.dir)), 2
	case "path.root":
		return lang.StringVal(defaultRelative), 2
	case "path.cwd":
		return lang.UnknownVal(model.AtApply, "the working directory is not known"), 2
	case "terraform.workspace":
		return sc.mod.root.workspace(ev), 2
	}
	return noSuch(t)
}

// relative writes a directory as seen from another one, both being paths from
// the checked root.
func relative(from, to string) string {
	if from == to {
		return defaultRelative
	}
	a, b := split(from), split(to)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return path.Join(strings.Repeat("../", len(a)-n), path.Join(b[n:]...))
}

func split(dir string) []string {
	if dir == "." {
		return nil
	}
	return strings.Split(dir, "/")
}

// resource resolves a reference to a resource or data block.
func (sc *scope) resource(ev *lang.Evaluator, mode, typ string, t hcl.Traversal, at int) (*lang.Value, int) {
	if len(t) <= at {
		return noSuch(t)
	}
	attr, ok := t[at].(hcl.TraverseAttr)
	if !ok {
		return noSuch(t)
	}
	key := typ + "." + attr.Name
	if mode != "" {
		key = mode + "." + key
	}
	def := sc.mod.def.resources[key]
	if def == nil {
		return sc.mod.def.undeclared(key), len(t)
	}
	return sc.mod.resourceValue(ev, def), at + 1
}

// variable returns the value of an input variable.
func (m *moduleInst) variable(name string) *lang.Cell {
	if c := m.variables[name]; c != nil {
		return c
	}
	c := lang.Name(func(ev *lang.Evaluator) *lang.Value { return m.variableValue(ev, name) })
	m.variables[name] = c
	return c
}

func (m *moduleInst) variableValue(ev *lang.Evaluator, name string) *lang.Value {
	b := m.def.variables[name]
	if b == nil {
		return m.def.undeclared("var." + name)
	}
	decl := m.root.declaration(b)
	v := m.given(ev, decl)
	if v != nil && v.Kind == lang.Null && decl.notNull {
		v = nil
	}
	if v == nil && decl.def != nil {
		v = ev.Eval(decl.def, lang.Empty{}).At(decl.def.Range())
	}
	if v == nil {
		v = m.missingVariable(ev, decl)
	}
	v = ev.Convert(v, decl.typ, decl.defaults)
	if decl.secret {
		v = v.AsSecret()
	}
	return v
}

// given returns the value that the caller, a variables file, the command line
// or the environment gives a variable; nil when none does.
func (m *moduleInst) given(ev *lang.Evaluator, decl *variable) *lang.Value {
	if m.call == nil {
		return m.root.given(ev, decl)
	}
	if metaArguments[decl.name] {
		return nil
	}
	a := m.root.reader.attribute(m.call.block, decl.name)
	if a == nil {
		return nil
	}
	return ev.Eval(a.Expr, m.outer).At(a.Expr.Range())
}

// missingVariable is the value of a variable that nobody gives one. It may
// have any value that its validation lets pass.
func (m *moduleInst) missingVariable(ev *lang.Evaluator, decl *variable) *lang.Value {
	cause, reason := model.NoValue, fmt.Sprintf("var.%s has no value: no default, and no variables file or flag gives one", decl.name)
	if m.root.library {
		cause, reason = model.LeftToCaller, fmt.Sprintf("var.%s is left to the caller of %s", decl.name, m.def.dir)
	}
	if decl.typ.IsListType() || decl.typ.IsSetType() {
		if only := m.restrictedElements(ev, decl); only != nil {
			element := m.symbol(ev, decl).Part("[*]")
			element.Only(only)
			return lang.ListOf([]*lang.Value{ev.SymbolValue(element, cause, reason).At(decl.rng)}).AsOpen()
		}
	}
	return ev.SymbolValue(m.symbol(ev, decl), cause, reason).At(decl.rng)
}

// symbol stands for the value of a variable that has none. It is one and the
// same however often the variable is evaluated.
func (m *moduleInst) symbol(ev *lang.Evaluator, decl *variable) *lang.Symbol {
	if s := m.symbols[decl.name]; s != nil {
		return s
	}
	s := lang.NewSymbol("var." + decl.name)
	s.Of(decl.typ)
	m.symbols[decl.name] = s
	m.restrict(ev, s, decl)
	return s
}

// local returns a local value.
func (m *moduleInst) local(name string) *lang.Cell {
	if c := m.locals[name]; c != nil {
		return c
	}
	c := lang.Done(m.def.undeclared("local." + name))
	if b := m.def.locals[name]; b != nil {
		e := m.root.reader.attribute(b, name).Expr
		c = lang.Name(func(ev *lang.Evaluator) *lang.Value { return ev.Eval(e, m.scope).At(e.Range()) })
	}
	m.locals[name] = c
	return c
}

// output returns an output of the module.
func (m *moduleInst) output(name string) *lang.Cell {
	if c := m.outputs[name]; c != nil {
		return c
	}
	c := lang.Done(lang.FailedVal(m.def.dir + " has no output " + name))
	if b := m.def.outputs[name]; b != nil {
		if a := m.root.reader.body(b).Attributes["value"]; a != nil {
			c = lang.Expr(a.Expr, m.scope)
		}
	}
	m.outputs[name] = c
	return c
}

// moduleValue is what module.name stands for: an object of outputs, or one for
// each instance.
func (m *moduleInst) moduleValue(ev *lang.Evaluator, name string) *lang.Value {
	c := m.def.calls[name]
	if c == nil {
		return m.def.undeclared("module." + name)
	}
	if m.root.moduleOf(m, c) == nil {
		return lang.UnknownVal(model.MissingModule, fmt.Sprintf("module.%s (%s) is not in the checked files", name, c.source))
	}
	instances := m.child(c)
	objects := make([]*lang.Value, len(instances))
	for i, inst := range instances {
		outputs := map[string]*lang.Cell{}
		for output := range inst.def.outputs {
			outputs[output] = inst.output(output)
		}
		objects[i] = lang.ObjectVal(outputs)
		if inst.def.unread != "" {
			objects[i] = inst.def.withUndeclared(objects[i])
		}
	}
	return m.perInstance(ev, "module."+name, m.root.arguments(c).repeat, objects, func(i int) each { return instances[i].outer.each })
}

// perInstance makes the value of a block that may have several instances:
// those there are in the world at hand, among all that there may be.
func (m *moduleInst) perInstance(ev *lang.Evaluator, block string, by repetition, objects []*lang.Value, of func(i int) each) *lang.Value {
	switch {
	case by.count != nil:
		return countedList(ev.Force(m.extent(block, by.count)), objects, of)
	case by.forEach != nil:
		return keyedObject(ev, ev.Force(m.extent(block, by.forEach)), objects, of)
	case by.enabled != nil:
		if on, ok := ev.Force(m.extent(block, by.enabled)).Bool(); len(objects) == 0 || ok && !on {
			return lang.NullVal()
		}
		return objects[0]
	case len(objects) == 1:
		return objects[0]
	}
	return lang.UnknownVal(model.Limit, "there are too many instances")
}

// extent is what says how many instances of a block there are.
func (m *moduleInst) extent(block string, e hclsyntax.Expression) *lang.Cell {
	if m.extents[block] == nil {
		m.extents[block] = lang.Expr(e, m.scope)
	}
	return m.extents[block]
}

// lacks says that a block has no instance of a key under the assumptions at hand.
func (m *moduleInst) lacks(ev *lang.Evaluator, block string, by repetition, e each) bool {
	switch {
	case by.count != nil:
		n, ok := ev.Force(m.extent(block, by.count)).Int()
		i, counted := e.count.Int()
		return ok && (n == 0 || counted && i >= n)
	case by.forEach != nil:
		all := ev.Force(m.extent(block, by.forEach))
		key, known := e.key.Text()
		switch {
		case all.Open || !known:
			return false
		case all.Kind == lang.Object:
			return !all.Has(key)
		case all.Kind == lang.List:
			elems, _ := ev.Elements(all)
			return !slices.ContainsFunc(elems, func(v *lang.Value) bool { text, ok := v.Text(); return !ok || text == key })
		}
	case by.enabled != nil:
		on, ok := ev.Force(m.extent(block, by.enabled)).Bool()
		return ok && !on
	}
	return false
}

func countedList(count *lang.Value, objects []*lang.Value, of func(i int) each) *lang.Value {
	n, ok := count.Int()
	isAny := len(objects) > 0 && of(0).suffix == anyInstance
	switch {
	case isAny || !ok:
		return lang.ListOf(objects).AsOpen()
	case n < len(objects):
		objects = objects[:max(n, 0)]
	}
	return lang.ListOf(objects)
}

func keyedObject(ev *lang.Evaluator, forEach *lang.Value, objects []*lang.Value, of func(i int) each) *lang.Value {
	pairs, ok := ev.Pairs(forEach)
	isSure := ok && !forEach.Open
	present := map[string]bool{}
	for _, pair := range pairs {
		key, known := pair.Key.Text()
		present[key] = true
		isSure = isSure && known
	}
	elems := map[string]*lang.Cell{}
	for i, object := range objects {
		key, known := of(i).key.Text()
		if !known {
			key, isSure = lang.AnyKey, false
		}
		if !isSure || present[key] {
			elems[key] = lang.Done(object)
		}
	}
	v := lang.ObjectVal(elems)
	if !isSure {
		v = v.AsOpen()
	}
	return v
}

// child returns the instances of a called module; none when its source is not
// at hand.
func (m *moduleInst) child(c *call) []*moduleInst {
	if instances, ok := m.children[c.name]; ok {
		return instances
	}
	var instances []*moduleInst
	def := m.root.moduleOf(m, c)
	if def != nil && m.mayCall(def, c) {
		for _, e := range m.keys(c) {
			outer := &scope{mod: m, each: e}
			instances = append(instances, newInstance(m.root, def, m, c, outer))
		}
	}
	m.children[c.name] = instances
	return instances
}

// keys are those of the instances of a called module.
func (m *moduleInst) keys(c *call) []each {
	return m.root.expand(m.scope, m.root.arguments(c).repeat)
}

// mayCall refuses a module that calls itself, which Terraform does too, and
// trees that are deeper or larger than any real one.
func (m *moduleInst) mayCall(def *module, c *call) bool {
	for up := m; up != nil; up = up.parent {
		if up.def == def {
			m.root.problem(model.Unread, "module."+c.name+" calls itself and was not checked", c.block.sourceRng)
			return false
		}
	}
	m.root.instances++
	if m.depth >= maxModuleDepth || m.root.instances > maxInstances {
		m.root.problem(model.LimitReached, "module."+c.name+" was not checked: there are too many modules", c.block.sourceRng)
		return false
	}
	return true
}
