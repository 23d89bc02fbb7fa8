package kubernetes

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// reference is a field in which kustomize looks for variables: $(NAME).
type reference struct {
	group, version, kind string // any when empty
	path                 []string
}

// references are the fields in which it looks by itself, of the kinds that matter
// here (kustomize: api/internal/konfig/builtinpluginconsts/varreference.go).
var references = func() []reference {
	all := []reference{
		{path: []string{"metadata", "labels"}},
		{kind: "PersistentVolume", path: []string{"spec", "nfs", "server"}},
		{kind: "StatefulSet", path: []string{"spec", "volumeClaimTemplates", "spec", "nfs", "server"}},
	}
	for _, containers := range []string{"containers", "initContainers"} {
		for _, field := range [][]string{{"args"}, {"command"}, {"env", "value"}} {
			path := append([]string{"spec", "template", "spec", containers}, field...)
			all = append(all, reference{kind: "StatefulSet", path: path})
		}
	}
	return all
}()

// substitute puts the values of the variables that a kustomization and those which
// it builds upon declare where the objects refer to them, as kustomize does at the
// end. A variable whose value is not found stays as it is written.
func (b *builder) substituteVars(nodes []*document.Node) []*document.Node {
	if len(b.vars) == 0 {
		return nodes
	}
	values := map[string]*document.Node{}
	for _, v := range b.vars {
		name := v.Get("name").String()
		if name == "" || values[name] != nil {
			continue
		}
		if value := variableIn(nodes, v); value != nil {
			values[name] = value
		} else {
			b.problemAt(model.NotRendered, v.Range, fmt.Sprintf("what the variable %s of a kustomization stands for is not in the checked files; what it changes was not checked", name))
		}
	}
	all := slices.Clone(nodes)
	for _, r := range append(b.references, references...) {
		for i, n := range all {
			if r.isOf(n) {
				all[i] = expandAt(n, r.path, values)
			}
		}
	}
	return all
}

// variableIn is what a variable stands for; nil when that is no scalar of an object.
func variableIn(nodes []*document.Node, v *document.Node) *document.Node {
	target := v.Get("objref")
	group, version := groupVersion(cmp.Or(target.Get("apiVersion").String(), target.Get("group").String()+"/"+target.Get("version").String()))
	is := reference{group: group, version: version, kind: target.Get("kind").String()}
	at := slices.IndexFunc(nodes, func(n *document.Node) bool {
		return is.isOf(n) && slices.Contains(namesOf(n), target.Get("name").String())
	})
	if at < 0 {
		return nil
	}
	path := cmp.Or(v.At("fieldref", "fieldpath").String(), v.At("fieldref", "fieldPath").String(), "metadata.name")
	// An index stands in brackets.
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	if found := fieldAt(nodes[at], fieldPath(path)); found.IsScalar() && found.Tag != patched {
		return found
	}
	return nil
}

// groupVersion takes an apiVersion apart.
func groupVersion(apiVersion string) (group, version string) {
	group, version, ok := strings.Cut(apiVersion, "/")
	if !ok {
		return "", group
	}
	return group, version
}

// isOf says whether an object is of the kind that a reference is for.
func (r reference) isOf(n *document.Node) bool {
	group, version := groupVersion(n.Get("apiVersion").String())
	is := func(want, have string) bool { return want == "" || want == have }
	return is(r.group, group) && is(r.version, version) && is(r.kind, n.Get("kind").String())
}

// expandAt returns a copy in which variables at a path have their values, in each
// element of the lists on the way.
func expandAt(n *document.Node, path []string, values map[string]*document.Node) *document.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.List:
		c := *n
		c.Items = slices.Clone(n.Items)
		for i, item := range c.Items {
			c.Items[i] = expandAt(item, path, values)
		}
		return &c
	case len(path) > 0:
		if inner := n.Get(path[0]); inner != nil {
			return withPath(n, path[:1], expandAt(inner, path[1:], values))
		}
		return n
	case n.Kind == document.Map:
		c := *n
		c.Pairs = slices.Clone(n.Pairs)
		for i, p := range c.Pairs {
			c.Pairs[i].Value = expanded(p.Value, values)
		}
		return &c
	}
	return expanded(n, values)
}

// variableMark is a reference to a variable, or one that two dollars escape.
var variableMark = regexp.MustCompile(`\$?\$\([A-Za-z0-9_.-]+\)`)

// expanded is a text with the values of its variables; what is a variable alone is
// the value.
func expanded(n *document.Node, values map[string]*document.Node) *document.Node {
	if n.Kind != document.String || !strings.Contains(n.Text, "$(") {
		return n
	}
	if value := values[variableOf(n.Text)]; value != nil {
		return value
	}
	text := variableMark.ReplaceAllStringFunc(n.Text, func(mark string) string {
		if strings.HasPrefix(mark, "$$") {
			return mark[1:]
		}
		if value := values[variableOf(mark)]; value != nil {
			return value.Text
		}
		return mark
	})
	if len(text) > maxExpanded {
		return n
	}
	return textNode(text, n.Range)
}

// maxExpanded bounds a text with the values of its variables, in bytes.
const maxExpanded = 100_000

// variableOf is the name in $(NAME), "" for another text.
func variableOf(text string) string {
	inner, opens := strings.CutPrefix(text, "$(")
	inner, closes := strings.CutSuffix(inner, ")")
	if !opens || !closes || strings.Contains(inner, "$") {
		return ""
	}
	return inner
}

// noteVars notes the variables of a kustomization, and the fields in which its
// configurations say that there are some.
func (b *builder) noteVars(k *kustomization) {
	b.vars = append(b.vars, k.node.Get("vars").Elements()...)
	for _, n := range k.node.Get("configurations").Elements() {
		for _, doc := range b.documents(k, n) {
			for _, r := range doc.Get("varReference").Elements() {
				if path := r.Get("path").String(); path != "" {
					b.references = append(b.references, reference{
						group: r.Get("group").String(), version: r.Get("version").String(), kind: r.Get("kind").String(),
						path: strings.Split(strings.TrimPrefix(path, "/"), "/"),
					})
				}
			}
		}
	}
}

// documents reads a file that a kustomization names.
func (b *builder) documents(k *kustomization, n *document.Node) []*document.Node {
	name := k.resolve(n.String())
	data, err := b.tree.Read(name)
	if err != nil {
		b.missing(n)
		return nil
	}
	docs, err := document.Parse(name, data)
	if err != nil {
		b.problem(model.Unread, name, document.LineOf(err), fmt.Sprintf("it can't be read: %v", err))
	}
	return docs
}

// isSource says whether a file may have an object from which variables or
// replacements take values: then all its objects count, also those that place
// nothing themselves.
func (b *builder) isSource(data []byte) bool {
	return slices.ContainsFunc(b.overlays.sources(b), func(kind string) bool { return bytes.Contains(data, []byte(kind)) })
}

// sources are the kinds of objects from which some kustomization takes values.
func (o *overlays) sources(b *builder) []string {
	if o.kinds == nil {
		kinds := map[string]bool{}
		for _, k := range o.byDir {
			for _, v := range k.node.Get("vars").Elements() {
				kinds[v.At("objref", "kind").String()] = true
			}
			for _, r := range b.replacements(k) {
				kinds[r.At("source", "kind").String()] = true
			}
		}
		o.kinds = append([]string{}, slices.Sorted(maps.Keys(kinds))...)
	}
	return o.kinds
}
