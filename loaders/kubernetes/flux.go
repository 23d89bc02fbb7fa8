package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
)

// fluxPath is what a Kustomization of Flux says of a directory: it is deployed, with
// variables filled in and with components that it names.
type fluxPath struct {
	name       string
	dir        string
	vars       map[string]*document.Node
	components []*document.Node // paths from the directory
}

// hasComponents says whether a kustomization of a tree is one of the components.
func (p fluxPath) hasComponents(o *overlays) bool {
	return slices.ContainsFunc(p.components, func(n *document.Node) bool { return o.byDir[path.Join(p.dir, n.String())] != nil })
}

// buildWith makes the root of a directory that Flux deploys with components of its
// own choosing, which no kustomization names.
func (s *set) buildWith(o *overlays, p fluxPath) *root {
	b := &builder{set: s, overlays: o, left: maxObjects}
	var nodes []*document.Node
	if k := o.byDir[p.dir]; k != nil {
		nodes = b.build(k, nil, 0)
	}
	for _, n := range p.components {
		if k := o.byDir[path.Join(p.dir, n.String())]; k != nil {
			nodes = b.build(k, nodes, 1)
		} else {
			b.missing(n)
		}
	}
	return &root{dir: p.dir + "@" + p.name, nodes: nodes, vars: p.vars}
}

// substitute gives the roots below the paths of Flux their variables. A root that
// is deployed several times is there once for each.
func (s *set) substitute(paths []fluxPath, roots []*root) []*root {
	var all []*root
	for _, r := range roots {
		var with []fluxPath
		for _, p := range paths {
			if len(p.vars) == 0 || r.vars != nil {
				continue
			}
			if r.dir == p.dir || p.dir == "." || strings.HasPrefix(r.dir, p.dir+"/") {
				with = append(with, p)
			}
		}
		// The nearest path counts, however many clusters use it.
		nearest := 0
		for _, p := range with {
			nearest = max(nearest, len(p.dir))
		}
		with = slices.DeleteFunc(with, func(p fluxPath) bool { return len(p.dir) < nearest })
		if len(with) == 0 {
			all = append(all, r)
			continue
		}
		for _, p := range with {
			own := *r
			own.vars = p.vars
			if len(with) > 1 {
				own.dir += "@" + p.name
			}
			all = append(all, &own)
		}
	}
	return all
}

// fluxPaths reads the Kustomizations of Flux.
func (s *set) fluxPaths(files []string) []fluxPath {
	var all []fluxPath
	for _, name := range files {
		data, err := s.tree.Read(name)
		if err != nil || !hasAll(data, "kustomize.toolkit.fluxcd.io/", "path") {
			continue
		}
		for _, n := range s.read(name) {
			if !strings.HasPrefix(n.Get("apiVersion").String(), "kustomize.toolkit.fluxcd.io/") || n.At("spec", "path") == nil {
				continue
			}
			p := fluxPath{name: n.At("metadata", "name").String(), dir: path.Clean("./" + n.At("spec", "path").String()), vars: map[string]*document.Node{}}
			for _, v := range n.At("spec", "postBuild", "substitute").Entries() {
				p.vars[v.Key] = v.Value
			}
			p.components = n.At("spec", "components").Elements()
			all = append(all, p)
		}
	}
	return all
}
