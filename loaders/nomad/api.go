package nomad

import (
	"bytes"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// isAPIJob recognises a job in the JSON of Nomad's API, as `nomad job run -json`
// takes it and `nomad job inspect` prints it.
func isAPIJob(f *source.File) bool {
	return f.Ext() == ".json" && bytes.Contains(f.Text(), []byte(`"TaskGroups"`)) && bytes.Contains(f.Text(), []byte(`"Tasks"`))
}

// apiJob reads such a job as if it were written in HCL.
func apiJob(f *services.File, doc *document.Node) {
	if inner := doc.Get("Job"); inner != nil {
		doc = inner
	}
	if doc.Get("TaskGroups") == nil {
		return
	}
	id := doc.Get("ID")
	if !id.IsScalar() {
		id = doc.Get("Name")
	}
	jobs(f, nested("job", nested(id.String(), inHCL(doc, jobShape))))
}

// field is a field of the API, and the block or attribute that it is in HCL.
type field struct {
	api, hcl string
	// shape of what is in it; nil for a value as it is.
	shape []field
	// named says that it is a list whose elements are blocks with a label, which
	// is their Name.
	named bool
	// keyed says that it is a map of blocks by their label.
	keyed bool
}

// The parts of a job that say something of where it is or keeps data, by the
// documentation of Nomad's API for jobs.
var (
	constraintShape = []field{{api: "LTarget", hcl: "attribute"}, {api: "RTarget", hcl: "value"}, {api: "Operand", hcl: "operator"}}
	taskShape       = []field{
		{api: "Config", hcl: "config"}, {api: "Env", hcl: "env"}, {api: "Meta", hcl: "meta"}, {api: "Constraints", hcl: "constraint", shape: constraintShape},
		{api: "Templates", hcl: "template", shape: []field{{api: "EmbeddedTmpl", hcl: "data"}, {api: "DestPath", hcl: "destination"}, {api: "Envvars", hcl: "env"}}},
	}
	groupShape = []field{
		{api: "Meta", hcl: "meta"}, {api: "Constraints", hcl: "constraint", shape: constraintShape},
		{api: "Volumes", hcl: "volume", keyed: true, shape: []field{{api: "Type", hcl: "type"}, {api: "Source", hcl: "source"}, {api: "ReadOnly", hcl: "read_only"}}},
		{api: "EphemeralDisk", hcl: "ephemeral_disk", shape: []field{{api: "Sticky", hcl: "sticky"}, {api: "Migrate", hcl: "migrate"}}},
		{api: "Tasks", hcl: "task", named: true, shape: taskShape},
	}
	jobShape = []field{
		{api: "Region", hcl: "region"}, {api: "Datacenters", hcl: "datacenters"}, {api: "Meta", hcl: "meta"},
		{api: "Constraints", hcl: "constraint", shape: constraintShape},
		{api: "Multiregion", hcl: "multiregion", shape: []field{{api: "Regions", hcl: "region", named: true, shape: []field{{api: "Datacenters", hcl: "datacenters"}}}}},
		{api: "TaskGroups", hcl: "group", named: true, shape: groupShape},
	}
)

// inHCL is an object of the API with the names that its fields have in HCL. What
// is null or empty is absent, as the API takes it.
func inHCL(n *document.Node, shape []field) *document.Node {
	out := &document.Node{Kind: document.Map}
	if n != nil {
		out.Range = n.Range
	}
	for _, f := range shape {
		p := n.Pair(f.api)
		if p == nil || p.Value.Kind == document.Null || p.Value.Kind == document.String && p.Value.Text == "" {
			continue
		}
		out.Pairs = append(out.Pairs, document.Pair{Key: f.hcl, Range: p.Range, Value: f.value(p.Value)})
	}
	return out
}

func (f *field) value(n *document.Node) *document.Node {
	switch {
	case f.shape == nil:
		return n
	case f.named:
		out := &document.Node{Kind: document.Map, Range: n.Range}
		for _, e := range n.Elements() {
			out.Pairs = append(out.Pairs, nested(e.Get("Name").String(), inHCL(e, f.shape)).Pairs...)
		}
		return out
	case f.keyed:
		out := &document.Node{Kind: document.Map, Range: n.Range}
		for _, p := range n.Entries() {
			out.Pairs = append(out.Pairs, document.Pair{Key: p.Key, Range: p.Range, Value: inHCL(p.Value, f.shape)})
		}
		return out
	case n.Kind == document.List:
		out := &document.Node{Kind: document.List, Range: n.Range}
		for _, e := range n.Items {
			out.Items = append(out.Items, inHCL(e, f.shape))
		}
		return out
	}
	return inHCL(n, f.shape)
}

// nested is a map with one block, by its type or its label.
func nested(key string, value *document.Node) *document.Node {
	return &document.Node{Kind: document.Map, Range: value.Range, Pairs: []document.Pair{{Key: key, Range: value.Range, Value: value}}}
}
