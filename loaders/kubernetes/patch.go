package kubernetes

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// patch applies the patches of a kustomization. A patch that can't be read or
// that does not fit is reported: the objects are not what they will be.
func (b *builder) patch(k *kustomization, nodes []*document.Node) []*document.Node {
	for _, n := range k.node.Get("patchesStrategicMerge").Elements() {
		nodes = b.apply(k, n, nil, b.patchDocs(k, n, n), nodes)
	}
	for _, field := range []string{"patches", "patchesJson6902"} {
		for _, p := range k.node.Get(field).Elements() {
			nodes = b.apply(k, p, p.Get("target"), b.patchDocs(k, p.Get("path"), p.Get("patch")), nodes)
		}
	}
	return nodes
}

// patchDocs reads a patch: a file, or the text itself.
func (b *builder) patchDocs(k *kustomization, file, inline *document.Node) []*document.Node {
	if file.IsScalar() && !strings.Contains(file.Text, "\n") {
		name := k.resolve(file.Text)
		if _, err := b.tree.Read(name); err != nil {
			b.missing(file)
			return nil
		}
		return b.read(name)
	}
	if !inline.IsScalar() {
		return nil
	}
	name, data := b.within(inline)
	docs, err := document.Parse(name, data)
	if err != nil {
		b.problemAt(model.Unread, inline.Range, fmt.Sprintf("the patch can't be read: %v", err))
		return nil
	}
	if name == "" {
		for _, doc := range docs {
			restamp(doc, inline)
		}
	}
	return docs
}

// apply applies the documents of one patch.
func (b *builder) apply(k *kustomization, at, target *document.Node, docs, nodes []*document.Node) []*document.Node {
	for _, doc := range docs {
		matches := b.matcher(target, doc)
		var all []*document.Node
		for _, n := range nodes {
			if !matches(n) {
				all = append(all, n)
				continue
			}
			patched, err := b.patched(n, doc)
			if err != nil {
				b.problemAt(model.Unread, at.Range, fmt.Sprintf("the patch does not fit %s: %v", addressOf(n, n.Get("kind").String()), err))
				patched = n
			}
			if patched != nil {
				all = append(all, patched)
			}
		}
		nodes = all
	}
	return nodes
}

// patched returns an object with a patch, nil when the patch deletes it.
func (b *builder) patched(n, patch *document.Node) (*document.Node, error) {
	if patch.Kind == document.List {
		return jsonPatch(n, patch)
	}
	if patch.Get("$patch").String() == "delete" {
		return nil, nil
	}
	group := catalog.GroupOf(n.Get("apiVersion").String())
	return merge(n, withoutIdentity(patch), strings.HasSuffix(group, ".k8s.io")), nil
}

// withoutIdentity takes off a patch what only tells which object is meant.
func withoutIdentity(patch *document.Node) *document.Node {
	p := *patch
	p.Pairs = nil
	for _, pair := range patch.Pairs {
		if pair.Key == "apiVersion" || pair.Key == "kind" {
			continue
		}
		if pair.Key == "metadata" && pair.Value.Kind == document.Map {
			meta := *pair.Value
			meta.Pairs = slices.DeleteFunc(slices.Clone(meta.Pairs), func(m document.Pair) bool { return m.Key == "name" || m.Key == "namespace" })
			pair.Value = &meta
		}
		p.Pairs = append(p.Pairs, pair)
	}
	return &p
}

// matcher says which objects a patch is for: those that its target selects, or
// the one that it names itself.
func (b *builder) matcher(target, patch *document.Node) func(*document.Node) bool {
	if target != nil {
		return selector(target)
	}
	kind, name := patch.Get("kind").String(), patch.At("metadata", "name").String()
	group := catalog.GroupOf(patch.Get("apiVersion").String())
	namespace := patch.At("metadata", "namespace").String()
	return func(n *document.Node) bool {
		return n.Get("kind").String() == kind && catalog.GroupOf(n.Get("apiVersion").String()) == group && slices.Contains(namesOf(n), name) &&
			(namespace == "" || n.At("metadata", "namespace").String() == namespace)
	}
}

// selector reads a target, whose names are patterns for the whole name.
func selector(target *document.Node) func(*document.Node) bool {
	match := func(field string, texts ...string) bool {
		pattern := target.Get(field).String()
		if pattern == "" {
			return true
		}
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		return err == nil && slices.ContainsFunc(texts, re.MatchString)
	}
	return func(n *document.Node) bool {
		group, version, ok := strings.Cut(n.Get("apiVersion").String(), "/")
		if !ok {
			group, version = "", group
		}
		return match("group", group) && match("version", version) && match("kind", n.Get("kind").String()) &&
			match("name", namesOf(n)...) && match("namespace", n.At("metadata", "namespace").String()) &&
			selects(target.Get("labelSelector").String(), n.At("metadata", "labels")) &&
			selects(target.Get("annotationSelector").String(), n.At("metadata", "annotations"))
	}
}

// selects reads a selector of the form a=b,c!=d,e. One of another form selects
// what it may.
func selects(selector string, labels *document.Node) bool {
	for _, part := range strings.Split(selector, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if key, value, ok := strings.Cut(part, "!="); ok {
			if labels.Get(strings.TrimSpace(key)).String() == strings.TrimSpace(value) {
				return false
			}
			continue
		}
		key, value, ok := strings.Cut(strings.Replace(part, "==", "=", 1), "=")
		have := labels.Get(strings.TrimSpace(key))
		if have == nil || ok && have.String() != strings.TrimSpace(value) {
			return false
		}
	}
	return true
}

// mergeKeys are the keys by which the lists of Kubernetes' own kinds are merged,
// as their API says; other lists are replaced.
var mergeKeys = map[string]string{
	"containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name", "env": "name",
	"volumeMounts": "mountPath", "volumeDevices": "devicePath", "ports": "containerPort", "imagePullSecrets": "name",
	"hostAliases": "ip", "topologySpreadConstraints": "topologyKey", "secrets": "name",
}

// merge returns an object with what a patch gives in its place: maps are merged,
// null removes, and lists are replaced, but for those of Kubernetes' own kinds
// that have a key.
func merge(n, patch *document.Node, own bool) *document.Node {
	if n == nil || n.Kind != document.Map || patch.Kind != document.Map || patch.Get("$patch").String() == "replace" {
		return patch
	}
	out := *n
	out.Pairs = slices.Clone(n.Pairs)
	for _, p := range patch.Pairs {
		if strings.HasPrefix(p.Key, "$") {
			continue
		}
		at := slices.IndexFunc(out.Pairs, func(o document.Pair) bool { return o.Key == p.Key })
		switch {
		case p.Value.Kind == document.Null || p.Value.Get("$patch").String() == "delete":
			out.Pairs = slices.DeleteFunc(out.Pairs, func(o document.Pair) bool { return o.Key == p.Key })
		case at < 0:
			out.Pairs = append(out.Pairs, p)
		case own && mergeKeys[p.Key] != "" && p.Value.Kind == document.List:
			out.Pairs[at].Value = mergeList(out.Pairs[at].Value, p.Value, mergeKeys[p.Key])
		default:
			out.Pairs[at].Value = merge(out.Pairs[at].Value, p.Value, own)
		}
	}
	return &out
}

func mergeList(n, patch *document.Node, key string) *document.Node {
	out := *n
	out.Items = slices.Clone(n.Items)
	for _, item := range patch.Items {
		at := slices.IndexFunc(out.Items, func(o *document.Node) bool {
			return o.Get(key).IsScalar() && o.Get(key).String() == item.Get(key).String()
		})
		switch {
		case item.Get("$patch").String() == "delete":
			if at >= 0 {
				out.Items = slices.Delete(out.Items, at, at+1)
			}
		case at < 0:
			out.Items = append(out.Items, item)
		default:
			out.Items[at] = merge(out.Items[at], item, true)
		}
	}
	return &out
}

var (
	errNoPath = errors.New("it has no such path")
	errNoOp   = errors.New("the operation is not known")
)

// maxOperations bounds one patch.
const maxOperations = 10_000

// jsonPatch applies a JSON patch (RFC 6902).
func jsonPatch(n, patch *document.Node) (*document.Node, error) {
	if len(patch.Items) > maxOperations {
		return nil, document.ErrTooLarge
	}
	for _, op := range patch.Items {
		path := pointer(op.Get("path").String())
		var err error
		switch op.Get("op").String() {
		case "add":
			n, err = edit(n, path, op.Get("value"), true)
		case "replace":
			n, err = edit(n, path, op.Get("value"), false)
		case "remove":
			n, err = edit(n, path, nil, false)
		case "test":
		case "copy", "move":
			from := pointer(op.Get("from").String())
			value := follow(n, from)
			if value == nil {
				return nil, errNoPath
			}
			if op.Get("op").String() == "move" {
				if n, err = edit(n, from, nil, false); err != nil {
					return nil, err
				}
			}
			n, err = edit(n, path, value, true)
		default:
			err = errNoOp
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.Get("path").String(), err)
		}
	}
	return n, nil
}

// pointer splits a JSON pointer.
func pointer(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(text, "/"), "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
	}
	return parts
}

func follow(n *document.Node, path []string) *document.Node {
	for _, step := range path {
		if n != nil && n.Kind == document.List {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
			continue
		}
		n = n.Get(step)
	}
	return n
}

// edit returns a copy of a node in which the value at a path is another one, or
// none when value is nil. Elements of a list are inserted when they are added.
func edit(n *document.Node, path []string, value *document.Node, add bool) (*document.Node, error) {
	if len(path) == 0 {
		return value, nil
	}
	if n == nil {
		return nil, errNoPath
	}
	out := *n
	if n.Kind == document.List {
		return editList(&out, path, value, add)
	}
	if n.Kind != document.Map && n.Kind != document.Null {
		return nil, errNoPath
	}
	out.Kind = document.Map
	out.Pairs = slices.Clone(n.Pairs)
	at := slices.IndexFunc(out.Pairs, func(p document.Pair) bool { return p.Key == path[0] })
	switch {
	case at < 0 && len(path) == 1 && value != nil && add:
		out.Pairs = append(out.Pairs, document.Pair{Key: path[0], Range: value.Range, Value: value})
		return &out, nil
	case at < 0:
		return nil, errNoPath
	case len(path) == 1 && value == nil:
		out.Pairs = slices.Delete(out.Pairs, at, at+1)
		return &out, nil
	}
	child, err := edit(out.Pairs[at].Value, path[1:], value, add)
	out.Pairs[at].Value = child
	return &out, err
}

func editList(out *document.Node, path []string, value *document.Node, add bool) (*document.Node, error) {
	out.Items = slices.Clone(out.Items)
	if path[0] == "-" && len(path) == 1 && value != nil {
		out.Items = append(out.Items, value)
		return out, nil
	}
	i, err := strconv.Atoi(path[0])
	if err != nil || i < 0 || i > len(out.Items) || i == len(out.Items) && !(add && len(path) == 1 && value != nil) {
		return nil, errNoPath
	}
	switch {
	case len(path) == 1 && value == nil:
		out.Items = slices.Delete(out.Items, i, i+1)
	case len(path) == 1 && add:
		out.Items = slices.Insert(out.Items, i, value)
	default:
		child, err := edit(out.Items[i], path[1:], value, add)
		if err != nil {
			return nil, err
		}
		out.Items[i] = child
	}
	return out, nil
}
