package tfplan

import (
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxHops bounds how far a name is followed through variables and outputs.
const maxHops = 32

// module is one module of a plan's configuration. It is the same for all
// instances of its call.
type module struct {
	node   *document.Node
	parent *module
	call   *document.Node // in the parent
	path   string         // module.a.module.b, without keys; "" for the root
}

// find returns the module at a path without keys, nil when there is none.
func (m *module) find(path string) *module {
	for path != "" && m != nil {
		path = strings.TrimPrefix(path, "module.")
		name, rest, _ := strings.Cut(path, ".")
		m = m.child(name)
		path = rest
	}
	return m
}

func (m *module) child(name string) *module {
	call := m.node.At("module_calls", name)
	if call.Get("module") == nil {
		return nil
	}
	return &module{node: call.Get("module"), parent: m, call: call, path: join(m.path, "module."+name)}
}

// withoutKeys takes the keys off the modules of an address.
func withoutKeys(address string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(address); i++ {
		c := address[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"' && depth > 0:
			quoted = !quoted
		case c == '[' && !quoted:
			depth++
		case c == ']' && !quoted:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// configOf finds the configuration of a resource by its address without the
// key, and the module that it stands in.
func (s *set) configOf(address string) (*document.Node, *module) {
	if s.root == nil {
		return nil, nil
	}
	plain := withoutKeys(address)
	path, local := splitModule(plain)
	m := s.root.find(path)
	if m == nil {
		return nil, nil
	}
	for _, r := range m.node.Get("resources").Elements() {
		if r.Get("address").String() == local {
			return r, m
		}
	}
	return nil, m
}

// splitModule splits an address without keys into the modules and the rest.
func splitModule(address string) (path, local string) {
	parts := strings.Split(address, ".")
	n := 0
	for n+1 < len(parts) && parts[n] == "module" {
		n += 2
	}
	return strings.Join(parts[:n], "."), strings.Join(parts[n:], ".")
}

// refTo is a reference to an attribute of an instance.
type refTo struct {
	inst *instance
	ref  *lang.Ref
}

// known is the value that the plan has for the attribute, nil when it has none.
func (r *refTo) known(ev *lang.Evaluator) *lang.Value {
	if !r.inst.values.Get(r.ref.Attr).IsScalar() {
		return nil
	}
	v := ev.Attr(r.inst.Attributes, r.ref.Attr)
	if !v.IsKnown() {
		return nil
	}
	return v
}

// reference finds the one resource that an expression refers to, through
// variables of calls and outputs of modules; nil when there is none, or more
// than one.
func (s *set) reference(m *module, expr *document.Node, key string, hops int) *refTo {
	if m == nil || hops > maxHops {
		return nil
	}
	var found *refTo
	for _, name := range longest(expr.Get("references").Elements()) {
		next := s.follow(m, name, key, hops)
		if next == nil {
			continue
		}
		if found != nil && (found.inst != next.inst || found.ref.Attr != next.ref.Attr) {
			return nil
		}
		found = next
	}
	return found
}

// longest leaves out the names that only repeat the beginning of one before
// them, as plans list them.
func longest(references []*document.Node) []string {
	var names []string
	for _, n := range references {
		name := n.String()
		repeats := slices.ContainsFunc(names, func(before string) bool {
			rest, ok := strings.CutPrefix(before, name)
			return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
		if !repeats {
			names = append(names, name)
		}
	}
	return names
}

func (s *set) follow(m *module, name, key string, hops int) *refTo {
	plain := withoutKeys(name)
	parts := strings.Split(plain, ".")
	switch {
	case parts[0] == "each" || parts[0] == "count" || parts[0] == "path" || parts[0] == "terraform" || parts[0] == "local":
		return nil
	case parts[0] == "var" && len(parts) > 1:
		return s.reference(m.parent, m.call.At("expressions", parts[1]), "", hops+1)
	case parts[0] == "module" && len(parts) > 2:
		child := m.child(parts[1])
		if child == nil {
			return nil
		}
		return s.reference(child, child.node.At("outputs", parts[2], "expression"), "", hops+1)
	}
	n := 2
	if parts[0] == "data" {
		n = 3
	}
	if len(parts) < n {
		return nil
	}
	inst := s.instanceOf(m, strings.Join(parts[:n], "."), name, key)
	if inst == nil {
		return nil
	}
	return &refTo{inst, &lang.Ref{Target: inst, Attr: strings.Join(parts[n:], ".")}}
}

// instanceOf picks the instance that a name means: the one whose key it says,
// the one with the key of the resource that names it, or the only one.
func (s *set) instanceOf(m *module, local, name, key string) *instance {
	all := s.byAddress[join(m.path, local)]
	if len(all) == 1 {
		return all[0]
	}
	if rest, ok := strings.CutPrefix(name, local+"["); ok {
		key, _, _ = strings.Cut(rest, "]")
		key = "[" + key + "]"
	}
	var found *instance
	for _, inst := range all {
		if inst.key == key && key != "" {
			if found != nil {
				return nil // of several instances of the module
			}
			found = inst
		}
	}
	return found
}

// resolve evaluates an expression of the configuration as far as a plan lets
// one: constants, and variables of one name; nil for what it does not show.
func (s *set) resolve(m *module, expr *document.Node, hops int) *lang.Value {
	if constant := expr.Get("constant_value"); constant != nil {
		return constant.Value()
	}
	names := longest(expr.Get("references").Elements())
	if m == nil || hops > maxHops || len(names) != 1 {
		return nil
	}
	name, isVar := strings.CutPrefix(names[0], "var.")
	if !isVar || strings.ContainsAny(name, ".[") {
		return nil
	}
	if m.parent != nil {
		if given := m.call.At("expressions", name); given != nil {
			if v := s.resolve(m.parent, given, hops+1); v != nil {
				return v.Named("var." + name)
			}
			return nil
		}
	} else if given := s.variables.Get(name).Get("value"); given != nil {
		return given.Value().Named("var." + name)
	}
	if def := m.node.At("variables", name, "default"); def != nil {
		return def.Value().Named("var." + name)
	}
	return lang.UnknownVal(model.NoValue, "the plan has no value for var."+name)
}
