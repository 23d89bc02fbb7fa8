package engine

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/policies"
)

// parsedLibraries are the libraries by file. They never change, and several parts
// use them.
type parsedLibraries struct{ byFile sync.Map }

// parse parses a library, the first time that it is asked for.
func (p *parsedLibraries) parse(name string) (*ast.Module, error) {
	once, _ := p.byFile.LoadOrStore(name, sync.OnceValues(func() (*ast.Module, error) {
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return parseWith(Policy{Name: "policies/" + name, Data: data}, false)
	}))
	return once.(func() (*ast.Module, error))()
}

// name is a rule or function of a library.
type name struct{ pkg, rule string }

// used returns the libraries with what the modules use of them, directly or not.
// To compile the rest would take longer than the rules themselves.
func used(modules, libraries map[string]*ast.Module) []*ast.Module {
	needed := map[name]bool{}
	var waiting []name
	need := func(names []name) {
		for _, n := range names {
			if libraries[n.pkg] != nil && !needed[n] {
				needed[n] = true
				waiting = append(waiting, n)
			}
		}
	}
	for _, m := range modules {
		need(namesIn(m, m))
	}
	for len(waiting) > 0 {
		n := waiting[0]
		waiting = waiting[1:]
		m := libraries[n.pkg]
		for _, r := range m.Rules {
			if r.Head.Name.String() == n.rule {
				need(namesIn(r, m))
			}
		}
	}
	var all []*ast.Module
	for pkg, m := range libraries {
		kept := *m
		kept.Rules = slices.DeleteFunc(slices.Clone(m.Rules), func(r *ast.Rule) bool {
			return !needed[name{pkg, r.Head.Name.String()}]
		})
		if len(kept.Rules) > 0 {
			all = append(all, &kept)
		}
	}
	return all
}

// namesIn lists the names that a module, or a rule in it, may mean: those of its
// own package, and those of the packages it imports.
func namesIn(node any, m *ast.Module) []name {
	imported := map[ast.Var]string{}
	for _, i := range m.Imports {
		imported[i.Name()] = i.Path.String()
	}
	own := m.Package.Path.String()
	var all []name
	ast.WalkVars(node, func(v ast.Var) bool {
		all = append(all, name{own, string(v)})
		return false
	})
	ast.WalkRefs(node, func(ref ast.Ref) bool {
		head, ok := ref[0].Value.(ast.Var)
		if ok && imported[head] != "" && len(ref) > 1 && isText(ref[1]) {
			all = append(all, name{imported[head], text(ref[1])})
		}
		return false
	})
	return all
}
