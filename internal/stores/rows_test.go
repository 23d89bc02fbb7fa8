package stores_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Each copy rule of the catalogue makes its copy when what it asks for is
// written, and none when nothing is, but for documented defaults.
func TestEachCopyRuleCopies(t *testing.T) {
	t.Parallel()
	tree, err := source.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	all := new(catalog.Catalogue)
	for _, typ := range all.All() {
		for i, rule := range typ.Copies {
			t.Run(fmt.Sprintf("%s/%d", typ.Type, i), func(t *testing.T) {
				t.Parallel()
				made := func(c model.Copy) bool { return c.Means == rule.Means && c.Address == "one" }
				if doc := collect(tree, all, written(all, typ, rule)); !slices.ContainsFunc(doc.Copies, made) {
					t.Errorf("%+v makes no copy: %+v", rule, doc.Copies)
				}
				doc := collect(tree, all, []stores.Resource{resource("one", typ.Type, object{})})
				for _, c := range doc.Copies {
					if !c.Automatic {
						t.Errorf("nothing is written, and there is a copy: %+v", c)
					}
				}
			})
		}
	}
}

func collect(tree *source.Tree, all *catalog.Catalogue, resources []stores.Resource) model.Document {
	c := stores.Collector{Tables: &geo.Tables{}, Catalogue: all, Tree: tree, Dir: ".", Evaluator: &lang.Evaluator{}}
	return c.Collect(resources)
}

// object is a tree of attributes: values, and objects of them.
type object map[string]any

// written makes resources of which the first has all that a rule asks for.
func written(all *catalog.Catalogue, typ *catalog.Type, rule catalog.CopyRule) []stores.Resource {
	attributes := object{}
	resources := []stores.Resource{nil}
	put := func(path, value string) {
		if path == "" {
			return
		}
		here, there, goesOn := strings.Cut(path, ">")
		if !goesOn {
			attributes.put(here, lang.StringVal(value))
			return
		}
		// The other resource is of whatever type the reference leads to.
		other := object{}
		other.put(there, lang.StringVal(value))
		name := fmt.Sprintf("other-%d", len(resources))
		o := resource(name, "example_thing", other)
		resources = append(resources, o)
		attributes.put(here, lang.UnknownVal(model.AtApply, "an id").WithRef(&lang.Ref{Target: o, Attr: "id"}))
	}
	// What the resource needs to count at all; where a pair is asked for, the
	// cloud has to have some.
	for word, cloud := range typ.Clouds {
		if cloud == geo.Azure && rule.To == catalog.ToPair {
			put(typ.CloudAt, word)
		}
	}
	if len(typ.Needs) > 0 {
		put(typ.Needs[0], "westeurope")
	}
	for path, accepted := range typ.When {
		put(path, accepted[0])
	}
	put(typ.Of, "the-source")
	put(rule.From, "the-source")
	put(rule.In, "us-west-2")
	put(rule.Host, "store.corp.example")
	put(rule.At, target(rule))
	for _, path := range slices.Sorted(maps.Keys(rule.When)) {
		accepted := slices.DeleteFunc(slices.Clone(rule.When[path]), func(v string) bool { return v == "" })
		switch {
		case len(accepted) > 0:
			put(path, accepted[0])
		case len(rule.When[path]) == 0:
			put(path, "something")
		}
	}
	if rule.FromLabels != "" {
		put(rule.FromLabels+".key", "backup")
		put(rule.FromLabels+".value", "daily")
		resources = append(resources, labelled(all, typ, rule))
	}
	if rule.From == "" && rule.FromType != "" {
		resources = append(resources, resource("each", rule.FromType, object{}))
	}
	resources[0] = resource("one", typ.Type, attributes)
	return resources
}

// labelled is a store that a rule takes because of its label.
func labelled(all *catalog.Catalogue, typ *catalog.Type, rule catalog.CopyRule) stores.Resource {
	isMeant := func(t *catalog.Type) bool {
		return t.Cloud == typ.Cloud && slices.Contains(rule.FromKinds, t.Kind) && t.Labels != "" && !t.Part
	}
	types := all.All()
	t := types[slices.IndexFunc(types, isMeant)]
	attributes := object{}
	attributes.put(t.Labels+".backup", lang.StringVal("daily"))
	return resource("labelled", t.Type, attributes)
}

// target is a value of a rule's attribute with which there is a copy.
func target(rule catalog.CopyRule) string {
	switch {
	case len(rule.Is) > 0:
		return rule.Is[0]
	case rule.To == catalog.ToRegion:
		return "us-west-2"
	case rule.To == catalog.ToHost:
		return "store.corp.example"
	}
	return "the-target"
}

// put sets the value at a path as the catalogue writes it, with the conditions
// on blocks fulfilled.
func (o object) put(path string, value *lang.Value) {
	first, rest, nested := cutPath(path)
	name, condition, _ := strings.Cut(first, "[")
	name, isJSON := strings.CutSuffix(name, "{}")
	if name == "*" {
		name = "any"
	}
	if !nested {
		o[name] = value
		return
	}
	inner, ok := o[name].(object)
	if text, isText := o[name].(jsonText); isText {
		inner, ok = text.object, true
	}
	if !ok {
		inner = object{}
		o[name] = inner
	}
	if isJSON {
		o[name] = jsonText{inner}
	}
	if attr, want, ok := strings.Cut(strings.TrimSuffix(condition, "]"), "="); ok {
		if attr, differs := strings.CutSuffix(attr, "!"); differs {
			inner[attr] = lang.StringVal("not " + want)
		} else {
			inner[attr] = lang.StringVal(want)
		}
	}
	inner.put(rest, value)
}

// cutPath cuts a path at its first dot that is neither in a condition nor in
// quotes.
func cutPath(path string) (first, rest string, nested bool) {
	plain := func(name string) string { return strings.ReplaceAll(name, `"`, "") }
	quoted, inCondition := false, false
	for i, c := range path {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			inCondition = true
		case c == ']':
			inCondition = false
		case c == '.' && !inCondition:
			return plain(path[:i]), path[i+1:], true
		}
	}
	return plain(path), "", false
}

func (o object) value() *lang.Value {
	cells := map[string]*lang.Cell{}
	for name, v := range o {
		switch v := v.(type) {
		case object:
			cells[name] = lang.Done(v.value())
		case jsonText:
			cells[name] = lang.Done(lang.StringVal(v.text()))
		case *lang.Value:
			cells[name] = lang.Done(v)
		}
	}
	return lang.ObjectVal(cells)
}

// jsonText is an object that is written as a text of JSON.
type jsonText struct{ object }

func (j jsonText) text() string {
	var members []string
	for name, v := range j.object {
		switch v := v.(type) {
		case object:
			members = append(members, fmt.Sprintf("%q: %s", name, jsonText{v}.text()))
		case *lang.Value:
			text, _ := v.Text()
			members = append(members, fmt.Sprintf("%q: %q", name, text))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func resource(name, typ string, attributes object) *stores.Object {
	at := hcl.Range{Filename: "a.tf", Start: hcl.InitialPos, End: hcl.InitialPos}
	return &stores.Object{Name: name, Kind: typ, Attributes: attributes.value(), At: at}
}
