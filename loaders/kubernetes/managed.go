package kubernetes

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// Crossplane's providers and Config Connector are generated from Terraform's
// resource types: their objects have the attributes of these, in camelCase. So
// their rows in the catalogue are those of the Terraform types.

//go:embed data/terraform.csv
var terraformTypes []byte

// exceptions are the kinds whose Terraform type is not made of their names.
var exceptions = sync.OnceValue(func() map[string]string {
	types := map[string]string{}
	for scan := bufio.NewScanner(bytes.NewReader(terraformTypes)); scan.Scan(); {
		if kind, typ, ok := strings.Cut(scan.Text(), ","); ok && !strings.HasPrefix(kind, "#") {
			types[kind] = typ
		}
	}
	return types
})

// family is a set of groups that are generated from one Terraform provider.
type family struct {
	suffix string   // of the group
	prefix string   // of the Terraform types
	spec   []string // where the attributes are
	plain  bool     // the kind alone makes the type's name
}

var families = []family{
	{suffix: ".aws.upbound.io", prefix: "aws", spec: []string{"spec", "forProvider"}},
	{suffix: ".gcp.upbound.io", prefix: "google", spec: []string{"spec", "forProvider"}},
	{suffix: ".azure.upbound.io", prefix: "azurerm", spec: []string{"spec", "forProvider"}},
	{suffix: ".oci.upbound.io", prefix: "oci", spec: []string{"spec", "forProvider"}},
	{suffix: ".cnrm.cloud.google.com", prefix: "google", spec: []string{"spec"}, plain: true},
}

// familyOf returns the family of a group, and the group's own name in it.
func familyOf(group string) (f family, service string, ok bool) {
	// Those of namespaced resources have an m of their own.
	group = strings.Replace(group, ".m.upbound.io", ".upbound.io", 1)
	for _, f := range families {
		if service, ok := strings.CutSuffix(group, f.suffix); ok {
			return f, service, true
		}
	}
	return family{}, "", false
}

// managedType is the Terraform type of a kind, and the node with its attributes;
// "" when the kind is not made from one that the catalogue knows.
func (s *set) managedType(group, kind string, n *document.Node) (string, *document.Node) {
	f, service, ok := familyOf(group)
	if !ok {
		return "", nil
	}
	name := service + f.suffix
	spec := n.At(f.spec...)
	if typ := exceptions()[name+"/"+kind]; typ != "" {
		return typ, spec
	}
	types := s.folded(f.prefix)
	if f.plain {
		return types[fold(kind)], spec
	}
	if typ := types[fold(service+kind)]; typ != "" {
		return typ, spec
	}
	if _, alone := exceptions()[name+"/*"]; alone {
		return types[fold(kind)], spec
	}
	return "", nil
}

// folded are the catalogue's types of a Terraform provider by their names without
// prefix, underscores and capitals.
func (s *set) folded(prefix string) map[string]string {
	if types := s.types[prefix]; types != nil {
		return types
	}
	types := map[string]string{}
	for _, typ := range s.Catalogue.Types(prefix) {
		types[fold(strings.TrimPrefix(typ, prefix+"_"))] = typ
	}
	if s.types == nil {
		s.types = map[string]map[string]string{}
	}
	s.types[prefix] = types
	return types
}

func fold(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// managed makes the attributes of a Terraform resource of an object.
func (s *scope) managed(n, spec *document.Node, t *catalog.Type) *lang.Value {
	prefix := ""
	if t != nil {
		prefix, _, _ = strings.Cut(t.Type, "_")
	}
	elems := terraform{s, prefix}.cells(spec)
	if location := elems["location"]; location != nil {
		// Config Connector has one location where Terraform has a region or a zone.
		for _, attr := range []string{"region", "zone"} {
			if elems[attr] == nil {
				elems[attr] = location
			}
		}
	}
	// Config Connector names the destination of a sink by what it is.
	if to := spec.Get("destination"); prefix == "google" && to != nil && to.Kind == document.Map && len(to.Pairs) == 1 && strings.HasSuffix(to.Pairs[0].Key, "Ref") {
		p := to.Pairs[0]
		attr := snakeCase(strings.TrimSuffix(p.Key, "Ref"))
		elems["destination"] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return terraform{s, prefix}.reference(attr, p) })
	}
	// Both take what the resource is called from the object, unless it says so.
	name := n.At("metadata", "annotations", "crossplane.io/external-name")
	for _, other := range []*document.Node{spec.Get("resourceID"), n.At("metadata", "name")} {
		if !name.IsScalar() {
			name = other
		}
	}
	for _, attr := range []string{"name", "id", nameAttr(t)} {
		if attr != "" && elems[attr] == nil && name.IsScalar() {
			elems[attr] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(name) })
		}
	}
	if labels := n.At("metadata", "labels"); labels != nil && elems["labels"] == nil {
		elems["labels"] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(labels) })
	}
	at := n.Range
	if spec != nil {
		at = spec.Range
	}
	return lang.ObjectVal(elems).At(at)
}

func nameAttr(t *catalog.Type) string {
	if t == nil || strings.ContainsAny(t.Name, ".[>") {
		return ""
	}
	return t.Name
}

// verbatim are the attributes whose keys are the user's own.
var verbatim = []string{"tags", "tags_all", "labels", "user_labels", "resource_labels", "freeform_tags", "defined_tags", "metadata", "parameters"}

// terraform makes values that have the keys of a Terraform provider's resources.
type terraform struct {
	*scope
	prefix string
}

func (s terraform) snake(n *document.Node) *lang.Value {
	switch n.Kind {
	case document.Map:
		return lang.ObjectVal(s.cells(n)).At(n.Range)
	case document.List:
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.snake(item) })
		}
		return lang.ListVal(cells).At(n.Range)
	}
	return s.value(n)
}

func (s terraform) cells(n *document.Node) map[string]*lang.Cell {
	elems := map[string]*lang.Cell{}
	for _, p := range n.Entries() {
		key := snakeCase(p.Key)
		switch {
		case slices.Contains(verbatim, key):
			elems[key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(p.Value) })
		case p.Value.Kind == document.Map && (strings.HasSuffix(key, "_ref") || strings.HasSuffix(key, "_selector")):
			base := strings.TrimSuffix(strings.TrimSuffix(key, "_ref"), "_selector")
			if n.Get(strings.TrimSuffix(strings.TrimSuffix(p.Key, "Ref"), "Selector")) == nil {
				elems[base] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.reference(base, p) })
			}
		default:
			elems[key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.snake(p.Value) })
		}
	}
	return elems
}

// reference makes a value of what names another object, or of the identifier of
// a thing that is none.
func (s terraform) reference(attr string, p document.Pair) *lang.Value {
	if external := p.Value.Get("external"); external.IsScalar() {
		return s.value(external)
	}
	name := p.Value.Get("name")
	if !name.IsScalar() {
		return s.selected(attr, p)
	}
	v := s.value(name)
	target := s.set.managedObject(s.root, s.prefix, attr, func(o *object) bool { return slices.Contains(o.names, name.Text) })
	if target != nil {
		v = v.WithRef(&lang.Ref{Target: target, Attr: attr})
	}
	return v
}

// selected makes a value of what chooses another object by its labels.
func (s terraform) selected(attr string, p document.Pair) *lang.Value {
	v := lang.UnknownVal(model.UnresolvedTarget, p.Key+" chooses an object by its labels").At(p.Value.Range)
	labels := p.Value.Get("matchLabels").Entries()
	if len(labels) == 0 {
		return v
	}
	target := s.set.managedObject(s.root, s.prefix, attr, func(o *object) bool { return hasLabels(o.node, labels) })
	if target != nil {
		v = v.WithRef(&lang.Ref{Target: target, Attr: attr})
	}
	return v
}

func hasLabels(n *document.Node, labels []document.Pair) bool {
	return !slices.ContainsFunc(labels, func(l document.Pair) bool {
		have := n.At("metadata", "labels", l.Key)
		return have == nil || have.String() != l.Value.String()
	})
}

// managedObject finds the cloud's resource that an attribute names or chooses: the
// only one that fits, or the one whose kind is what the attribute is called.
func (s *set) managedObject(r *root, prefix, attr string, fits func(*object) bool) *object {
	for _, objects := range [][]*object{r.objects, s.managed} {
		var named, called []*object
		for _, o := range objects {
			if !strings.HasPrefix(o.Kind, prefix+"_") || !fits(o) {
				continue
			}
			named = append(named, o)
			if strings.HasSuffix(fold(attr), fold(o.node.Get("kind").String())) || strings.HasSuffix(fold(o.node.Get("kind").String()), fold(attr)) {
				called = append(called, o)
			}
		}
		if len(called) == 1 {
			return called[0]
		}
		if len(named) == 1 {
			return named[0]
		}
	}
	return nil
}

// snakeCase writes a key as Terraform does: kmsKeyId and kmsKeyID are kms_key_id.
func snakeCase(key string) string {
	var b strings.Builder
	runes := []rune(key)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			before, after := runes[i-1], rune(0)
			if i+1 < len(runes) {
				after = runes[i+1]
			}
			if !unicode.IsUpper(before) && before != '_' || unicode.IsLower(after) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// addComposition takes in the resources that a composition of Crossplane makes.
// What it patches is decided by each claim.
func (s *set) addComposition(r *root, n *document.Node, group string) {
	if !strings.HasSuffix(group, "crossplane.io") {
		return
	}
	s.addComposed(r, n, n.Get("spec"))
	for _, step := range n.At("spec", "pipeline").Elements() {
		s.addComposed(r, n, step.Get("input"))
		if isProgram(step) {
			name := step.At("functionRef", "name")
			s.problemAt(model.NotRendered, pathRange(step, "functionRef", "name"), fmt.Sprintf(
				"the function %s makes objects by a program, which is not run; what it makes was not checked", name.String()))
		}
	}
}

// programs are the groups of inputs that are a program which makes objects, as the
// functions of Crossplane for KCL, templates of Go, Python and CUE take them.
var programs = []string{"krm.kcl.dev", "gotemplating.fn.crossplane.io", "python.fn.crossplane.io", "pythonic.fn.crossplane.io", "cue.fn.crossplane.io"}

// isProgram says of a step of a pipeline that it makes objects by a program: one
// that it is given, or one that is built into the function. A function that only
// tells when all is ready is given nothing either.
func isProgram(step *document.Node) bool {
	if input := step.Get("input"); input != nil {
		return slices.Contains(programs, catalog.GroupOf(input.Get("apiVersion").String()))
	}
	return !strings.HasSuffix(step.At("functionRef", "name").String(), "function-auto-ready")
}

// addComposed takes in the resources of a composition, or of a step of its
// pipeline, which has sets of patches of its own.
func (s *set) addComposed(r *root, whole, n *document.Node) {
	sets := map[string][]*document.Node{}
	for _, set := range n.Get("patchSets").Elements() {
		sets[set.Get("name").String()] = set.Get("patches").Elements()
	}
	for _, resource := range n.Get("resources").Elements() {
		base := resource.Get("base")
		kind := base.Get("kind").String()
		if kind == "" {
			continue
		}
		for _, patch := range resource.Get("patches").Elements() {
			patches := []*document.Node{patch}
			if patch.Get("type").String() == "PatchSet" {
				patches = sets[patch.Get("patchSetName").String()]
			}
			for _, p := range patches {
				base = leaveOpen(base, p)
			}
		}
		if base.At("metadata", "name") == nil {
			name := &document.Node{Kind: document.String, Text: resource.Get("name").String(), Range: pathRange(resource, "name")}
			base = withPath(base, []string{"metadata", "name"}, name)
		}
		o := s.addObject(r, base, catalog.GroupOf(base.Get("apiVersion").String()), kind)
		if o != nil {
			o.Name = addressOf(whole, whole.Get("kind").String()) + "/" + o.Name
		}
	}
}

// leaveOpen returns a copy of a resource in which what a patch fills in is open.
func leaveOpen(base, patch *document.Node) *document.Node {
	path := patch.Get("toFieldPath")
	if path == nil {
		path = patch.Get("fromFieldPath")
	}
	if !path.IsScalar() || strings.HasPrefix(patch.Get("type").String(), "ToComposite") {
		return base
	}
	open := &document.Node{Kind: document.String, Text: path.Text, Tag: patched, Range: path.Range}
	return withPath(base, strings.Split(path.Text, "."), open)
}

// patched is the tag of what each claim of a composition decides.
const patched = "!patched"

// withPath returns a copy of a node in which a value stands at a path.
func withPath(n *document.Node, path []string, value *document.Node) *document.Node {
	if len(path) == 0 {
		return value
	}
	c := &document.Node{Kind: document.Map, Range: value.Range}
	if n != nil && n.Kind == document.Map {
		*c = *n
		c.Pairs = slices.Clone(n.Pairs)
	}
	for i := range c.Pairs {
		if c.Pairs[i].Key == path[0] {
			c.Pairs[i].Value = withPath(c.Pairs[i].Value, path[1:], value)
			return c
		}
	}
	c.Pairs = append(c.Pairs, document.Pair{Key: path[0], Range: value.Range, Value: withPath(nil, path[1:], value)})
	return c
}
