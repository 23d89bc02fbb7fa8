package kubernetes

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// Overlays are built here, on the documents with their positions: the library of
// kustomize gives back objects that no longer know their lines, and its size and
// its way to remote bases are those of the program. docs/kubernetes.md has the
// figures.

// isKustomization says whether a file's name is one that kustomize looks for.
func isKustomization(base string) bool {
	return base == "kustomization.yaml" || base == "kustomization.yml" || base == "Kustomization"
}

// kustomization is what stands in the file of that name.
type kustomization struct {
	dir  string
	file string
	node *document.Node
}

// overlays are the kustomizations of one check, by directory.
type overlays struct {
	byDir map[string]*kustomization
	owned map[string]bool // files that one of them names
	below map[string]bool // directories that one of them names
	built map[string]bool // directories that were built
	kinds []string        // see sources
}

func (o *overlays) owns(file string) bool { return o.owned[file] }

// tops lists those that no other one builds upon. A component is none: it says
// nothing by itself.
func (o *overlays) tops() []string {
	var dirs []string
	for _, dir := range slices.Sorted(maps.Keys(o.byDir)) {
		if !o.below[dir] && !o.byDir[dir].isComponent() {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// findOverlays reads the kustomizations and notes what each of them is made of.
func (s *set) findOverlays(files []string) *overlays {
	o := &overlays{byDir: map[string]*kustomization{}, owned: map[string]bool{}, below: map[string]bool{}, built: map[string]bool{}}
	for _, name := range files {
		if !isKustomization(path.Base(name)) {
			continue
		}
		docs := s.read(name)
		if len(docs) == 0 || strings.HasPrefix(docs[0].Get("apiVersion").String(), "kustomize.toolkit") {
			continue
		}
		dir := path.Dir(name)
		o.byDir[dir] = &kustomization{dir: dir, file: name, node: docs[0]}
	}
	for _, k := range o.byDir {
		for _, n := range k.parts() {
			o.owned[k.resolve(n.String())] = true
		}
	}
	o.findBelow()
	return o
}

// leaveToFlux notes the directories that Flux never deploys without components of
// its own choosing: what they build alone is nowhere.
func (o *overlays) leaveToFlux(paths []fluxPath) {
	alone := map[string]bool{}
	for _, p := range paths {
		alone[p.dir] = alone[p.dir] || !p.hasComponents(o)
	}
	for _, p := range paths {
		if !alone[p.dir] {
			o.below[p.dir] = true
		}
	}
}

// findBelow notes which directories are built upon. A component that nothing
// uses builds upon nothing.
func (o *overlays) findBelow() {
	unused := map[string]bool{}
	for more := true; more; {
		more = false
		o.below = map[string]bool{}
		for dir, k := range o.byDir {
			for _, n := range k.parts() {
				if name := k.resolve(n.String()); o.byDir[name] != nil && name != dir && !unused[dir] {
					o.below[name] = true
				}
			}
		}
		for dir, k := range o.byDir {
			if k.isComponent() && !o.below[dir] && !unused[dir] {
				unused[dir], more = true, true
			}
		}
	}
}

func (k *kustomization) isComponent() bool { return k.node.Get("kind").String() == "Component" }

// resolve is the path of what a kustomization names, from the checked root.
func (k *kustomization) resolve(name string) string { return path.Join(k.dir, name) }

// parts are all the names of files and directories in a kustomization.
func (k *kustomization) parts() []*document.Node {
	var all []*document.Node
	n := k.node
	for _, list := range []string{"resources", "bases", "components", "patchesStrategicMerge", "transformers", "generators", "validators", "configurations", "crds"} {
		all = append(all, n.Get(list).Elements()...)
	}
	for _, list := range []string{"patches", "patchesJson6902", "replacements"} {
		for _, p := range n.Get(list).Elements() {
			all = append(all, p.Get("path").Elements()...)
		}
	}
	for _, list := range []string{"configMapGenerator", "secretGenerator"} {
		for _, g := range n.Get(list).Elements() {
			for _, f := range append(g.Get("files").Elements(), g.Get("envs").Elements()...) {
				_, name := generatorFile(f)
				all = append(all, name)
			}
		}
	}
	return all
}

// generatorFile splits key=file; a file alone gives its name as the key.
func generatorFile(n *document.Node) (key string, file *document.Node) {
	key, name, ok := strings.Cut(n.String(), "=")
	if !ok {
		return path.Base(n.String()), n
	}
	return key, &document.Node{Kind: document.String, Text: name, Range: n.Range}
}

// maxOverlays bounds overlays upon overlays, and maxObjects what one build makes.
const (
	maxOverlays = 32
	maxObjects  = 100_000
)

// build makes the root of an overlay.
func (s *set) build(o *overlays, dir string) *root {
	b := &builder{set: s, overlays: o, left: maxObjects}
	nodes := b.build(o.byDir[dir], nil, 0)
	return &root{dir: dir, nodes: b.substituteVars(nodes)}
}

// tellCircles reports the kustomizations that no build came to, which build upon
// each other.
func (s *set) tellCircles(o *overlays) {
	for _, dir := range slices.Sorted(maps.Keys(o.byDir)) {
		if k := o.byDir[dir]; !o.built[dir] && !k.isComponent() {
			s.problem(model.Unread, k.file, 1, "the kustomization builds upon itself, or upon too many others")
		}
	}
}

// builder builds one overlay.
type builder struct {
	*set
	overlays *overlays
	left     int // objects that may still be made
	active   []string
	vars     []*document.Node
	// references are the fields besides those that kustomize knows.
	references []reference
}

// build returns what a kustomization makes of its resources, or, for a component,
// of those that the one which names it has.
func (b *builder) build(k *kustomization, have []*document.Node, depth int) []*document.Node {
	if depth > maxOverlays || slices.Contains(b.active, k.dir) {
		b.problem(model.Unread, k.file, 1, "the kustomization builds upon itself, or upon too many others")
		return have
	}
	b.active = append(b.active, k.dir)
	b.overlays.built[k.dir] = true
	defer func() { b.active = b.active[:len(b.active)-1] }()
	nodes := have
	for _, list := range []string{"resources", "bases"} {
		for _, n := range k.node.Get(list).Elements() {
			nodes = append(nodes, b.resource(k, n, depth)...)
		}
	}
	nodes = b.generate(k, nodes)
	for _, n := range k.node.Get("components").Elements() {
		if component := b.overlays.byDir[k.resolve(n.String())]; component != nil {
			nodes = b.build(component, nodes, depth+1)
		} else {
			b.missing(n)
		}
	}
	if b.left -= len(nodes); b.left < 0 {
		b.problem(model.LimitReached, k.file, 1, "the overlay makes too many objects; it was not checked")
		return nil
	}
	nodes = b.patch(k, nodes)
	nodes = b.transform(k, nodes)
	nodes = b.replace(k, nodes)
	b.noteVars(k)
	b.tellUnbuilt(k)
	return nodes
}

// resource returns the objects of a file or of another kustomization.
func (b *builder) resource(k *kustomization, n *document.Node, depth int) []*document.Node {
	name := k.resolve(n.String())
	if base := b.overlays.byDir[name]; base != nil && !isRemote(n.String()) {
		return b.build(base, nil, depth+1)
	}
	if isRemote(n.String()) {
		b.missing(n)
		return nil
	}
	data, err := b.tree.Read(name)
	if err != nil {
		b.missing(n)
		return nil
	}
	switch {
	case b.isSource(data):
		return b.readWhole(name)
	case !b.kinds.matter(data):
		return nil
	}
	return b.read(name)
}

// isRemote says whether a resource is fetched when the overlay is built.
func isRemote(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.Contains(name, "://") || strings.Contains(name, "?ref=") || strings.HasPrefix(name, "git@") || first == "github.com"
}

// missing reports a part that is not among the files.
func (b *builder) missing(n *document.Node) {
	b.problemAt(model.ModuleMissing, n.Range,
		fmt.Sprintf("%s is not in the checked files; what it declares was not checked", n.String()))
}

// unbuilt are the fields of a kustomization that change objects in ways that are
// not followed here.
var unbuilt = []string{"transformers", "generators", "helmCharts", "helmChartInflationGenerator"}

// tellUnbuilt reports what was not followed.
func (b *builder) tellUnbuilt(k *kustomization) {
	for _, field := range unbuilt {
		p := k.node.Pair(field)
		if p == nil || len(p.Value.Elements()) == 0 {
			continue
		}
		b.problemAt(model.NotRendered, p.Range, fmt.Sprintf("%s of a kustomization are not applied; what they make or change was not checked", field))
	}
}

// generate makes ConfigMaps of files. Only what a file holds can place data, so
// literals count only for the operators that are configured by them.
func (b *builder) generate(k *kustomization, nodes []*document.Node) []*document.Node {
	for list, kind := range map[string]string{"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"} {
		for _, g := range k.node.Get(list).Elements() {
			data := &document.Node{Kind: document.Map, Range: g.Range}
			for _, f := range g.Get("files").Elements() {
				key, file := generatorFile(f)
				name := k.resolve(file.String())
				text, err := b.tree.Read(name)
				if err != nil {
					b.missing(file)
					continue
				}
				data.Pairs = append(data.Pairs, document.Pair{Key: key, Range: f.Range, Value: &document.Node{
					Kind: document.String, Tag: wholeFile, Text: string(text), Range: document.FirstLine(name),
				}})
			}
			for _, l := range g.Get("literals").Elements() {
				key, value, _ := strings.Cut(l.String(), "=")
				data.Pairs = append(data.Pairs, document.Pair{Key: key, Range: l.Range, Value: textNode(value, l.Range)})
			}
			nodes = mergeGenerated(nodes, objectNode(kind, g, data), g.Get("behavior").String())
		}
	}
	return nodes
}

// wholeFile is the tag of a string that is a whole file.
const wholeFile = "!file"

func textNode(text string, rng hcl.Range) *document.Node {
	return &document.Node{Kind: document.String, Text: text, Range: rng}
}

// objectNode makes the object of a generator.
func objectNode(kind string, g, data *document.Node) *document.Node {
	n := &document.Node{Kind: document.Map, Range: g.Range}
	meta := &document.Node{Kind: document.Map, Range: g.Range}
	for _, key := range []string{"name", "namespace"} {
		if v := g.Get(key); v != nil {
			meta.Pairs = append(meta.Pairs, document.Pair{Key: key, Range: v.Range, Value: v})
		}
	}
	n.Pairs = []document.Pair{
		{Key: "apiVersion", Range: g.Range, Value: textNode("v1", g.Range)},
		{Key: "kind", Range: g.Range, Value: textNode(kind, g.Range)},
		{Key: "metadata", Range: g.Range, Value: meta},
		{Key: "data", Range: g.Range, Value: data},
	}
	return n
}

// mergeGenerated adds what a generator makes, or merges it with the one of its
// name from a base.
func mergeGenerated(nodes []*document.Node, made *document.Node, behavior string) []*document.Node {
	if behavior == "merge" || behavior == "replace" {
		for i, n := range nodes {
			if n.Get("kind").String() != made.Get("kind").String() || !slices.Contains(namesOf(n), made.At("metadata", "name").String()) {
				continue
			}
			nodes = slices.Clone(nodes)
			if behavior == "replace" {
				nodes[i] = made
			} else {
				nodes[i] = merge(n, made, false)
			}
			return nodes
		}
	}
	return append(nodes, made)
}

// clusterWide are Kubernetes' own kinds that are in no namespace, of those that
// matter here.
var clusterWide = []string{"StorageClass", "PersistentVolume"}

// transform sets what a kustomization sets in all its objects.
func (b *builder) transform(k *kustomization, nodes []*document.Node) []*document.Node {
	prefix, suffix := k.node.Get("namePrefix").String(), k.node.Get("nameSuffix").String()
	namespace := k.node.Get("namespace")
	labels := []*document.Node{k.node.Get("commonLabels")}
	for _, l := range k.node.Get("labels").Elements() {
		labels = append(labels, l.Get("pairs"))
	}
	all := make([]*document.Node, len(nodes))
	for i, n := range nodes {
		if namespace.IsScalar() && !slices.Contains(clusterWide, n.Get("kind").String()) {
			n = withPath(n, []string{"metadata", "namespace"}, namespace)
		}
		if name := n.At("metadata", "name"); name.IsScalar() && prefix+suffix != "" {
			n = withPath(n, []string{"metadata", "annotations", originalName}, textNode(namesOf(n)[len(namesOf(n))-1], name.Range))
			n = withPath(n, []string{"metadata", "name"}, textNode(prefix+name.Text+suffix, name.Range))
		}
		for _, pairs := range labels {
			for _, p := range pairs.Entries() {
				n = withPath(n, []string{"metadata", "labels", p.Key}, p.Value)
			}
		}
		for _, p := range k.node.Get("commonAnnotations").Entries() {
			n = withPath(n, []string{"metadata", "annotations", p.Key}, p.Value)
		}
		all[i] = n
	}
	return all
}
