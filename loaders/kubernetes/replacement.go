package kubernetes

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// replace copies values of some objects into others, as the replacements of a
// kustomization say. Where the value is not found, those that it would be copied
// into are left open.
func (b *builder) replace(k *kustomization, nodes []*document.Node) []*document.Node {
	for _, r := range b.replacements(k) {
		value := sourceValue(r.Get("source"), nodes)
		changed := false
		for _, target := range r.Get("targets").Elements() {
			n := 0
			nodes, n = replaceIn(nodes, target, value)
			changed = changed || n > 0
		}
		if changed && value.Tag == patched {
			b.problemAt(model.NotRendered, value.Range, "what a replacement of a kustomization copies is not in the checked files; what it changes was not checked")
		}
	}
	return nodes
}

// replacements are those that stand in a kustomization, and those of the files
// that it names.
func (b *builder) replacements(k *kustomization) []*document.Node {
	var all []*document.Node
	for _, r := range k.node.Get("replacements").Elements() {
		file := r.Get("path")
		if !file.IsScalar() {
			all = append(all, r)
			continue
		}
		for _, doc := range b.documents(k, file) {
			all = append(all, doc.Elements()...)
		}
	}
	return all
}

// sourceValue is what a replacement copies; open where that is not among the
// objects of the overlay.
func sourceValue(source *document.Node, nodes []*document.Node) *document.Node {
	var from *document.Node
	if at := slices.IndexFunc(nodes, selector(source)); at >= 0 {
		from = nodes[at]
	}
	path := fieldPath(cmp.Or(source.Get("fieldPath").String(), "metadata.name"))
	found := fieldAt(from, path)
	if found == nil {
		open := document.Node{Kind: document.String, Text: source.Get("fieldPath").String(), Tag: patched}
		if source != nil {
			open.Range = source.Range
		}
		return &open
	}
	delimiter := source.At("options", "delimiter").String()
	if delimiter == "" || !found.IsScalar() {
		return found
	}
	parts := strings.Split(found.Text, delimiter)
	i, err := strconv.Atoi(cmp.Or(source.At("options", "index").String(), "0"))
	if err != nil || i < 0 || i >= len(parts) {
		return found
	}
	return textNode(parts[i], found.Range)
}

// replaceIn puts a value into the fields of the objects that a target selects, and
// counts these.
func replaceIn(nodes []*document.Node, target, value *document.Node) (replaced []*document.Node, n int) {
	chosen := selector(target.Get("select"))
	nodes = slices.Clone(nodes)
	for i, object := range nodes {
		isRejected := func(r *document.Node) bool { return selector(r)(object) }
		if !chosen(object) || slices.ContainsFunc(target.Get("reject").Elements(), isRejected) {
			continue
		}
		n++
		for _, field := range target.Get("fieldPaths").Elements() {
			nodes[i] = replaceAt(nodes[i], fieldPath(field.String()), value, target.Get("options"))
		}
	}
	return nodes, n
}

// fieldPath takes a path apart at its dots, but for those that are escaped or
// stand in brackets.
func fieldPath(text string) []string {
	var parts []string
	var part strings.Builder
	brackets := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && text[i+1] == '.':
			part.WriteByte('.')
			i++
		case c == '.' && brackets == 0:
			parts = append(parts, part.String())
			part.Reset()
		default:
			if c == '[' {
				brackets++
			} else if c == ']' {
				brackets--
			}
			part.WriteByte(c)
		}
	}
	return append(parts, part.String())
}

// fieldAt is what stands at a path of fields, nil when there is nothing.
func fieldAt(n *document.Node, path []string) *document.Node {
	for _, name := range path {
		if n == nil || n.Kind != document.List {
			n = n.Get(name)
			continue
		}
		at := slices.IndexFunc(items(n), func(i item) bool { return i.is(name) })
		if at < 0 {
			return nil
		}
		n = n.Items[at]
	}
	return n
}

// item is one of a list, with its index.
type item struct {
	index int
	node  *document.Node
}

func items(n *document.Node) []item {
	all := make([]item, len(n.Items))
	for i, node := range n.Items {
		all[i] = item{i, node}
	}
	return all
}

// is says whether a part of a path means the item: *, its index, or [key=value].
func (i item) is(name string) bool {
	inner, ok := strings.CutPrefix(name, "[")
	if !ok {
		return name == "*" || name == strconv.Itoa(i.index)
	}
	key, value, _ := strings.Cut(strings.TrimSuffix(inner, "]"), "=")
	return i.node.Get(key).String() == value
}

// replaceAt returns a copy in which a value stands at a path. What is not there is
// only made when the options say so.
func replaceAt(n *document.Node, path []string, value, options *document.Node) *document.Node {
	switch {
	case len(path) == 0:
		return within(n, value, options)
	case n == nil:
		return nil
	case n.Kind == document.List:
		c := *n
		c.Items = slices.Clone(n.Items)
		for _, i := range items(n) {
			if i.is(path[0]) {
				c.Items[i.index] = replaceAt(i.node, path[1:], value, options)
			}
		}
		return &c
	case n.Get(path[0]) != nil:
		return withPath(n, path[:1], replaceAt(n.Get(path[0]), path[1:], value, options))
	case options.Get("create").String() == "true" && n.Kind == document.Map:
		return withPath(n, path, value)
	}
	return n
}

// within is a value, or what a text is when the value replaces the part of it that
// the options name.
func within(n, value, options *document.Node) *document.Node {
	delimiter := options.Get("delimiter").String()
	if delimiter == "" || !n.IsScalar() || value.Tag == patched {
		return value
	}
	parts := strings.Split(n.Text, delimiter)
	i, err := strconv.Atoi(cmp.Or(options.Get("index").String(), "0"))
	switch {
	case err != nil:
		return value
	case i < 0:
		parts = append([]string{value.String()}, parts...)
	case i >= len(parts):
		parts = append(parts, value.String())
	default:
		parts[i] = value.String()
	}
	return textNode(strings.Join(parts, delimiter), value.Range)
}
