package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
)

// fluxPath is what a Kustomization of Flux says of a directory: it is deployed,
// with variables filled in.
type fluxPath struct {
	name string
	dir  string
	vars map[string]*document.Node
}

// substitute gives the roots below the paths of Flux their variables. A root that
// is deployed several times is there once for each.
func (s *set) substitute(files []string, roots []*root) []*root {
	paths := s.fluxPaths(files)
	var all []*root
	for _, r := range roots {
		var with []fluxPath
		for _, p := range paths {
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

// fluxPaths reads the Kustomizations of Flux that fill in variables.
func (s *set) fluxPaths(files []string) []fluxPath {
	var all []fluxPath
	for _, name := range files {
		data, err := s.tree.Read(name)
		if err != nil || !hasAll(data, "kustomize.toolkit.fluxcd.io/", "substitute") {
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
			if len(p.vars) > 0 {
				all = append(all, p)
			}
		}
	}
	return all
}
