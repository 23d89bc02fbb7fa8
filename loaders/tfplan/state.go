package tfplan

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/stores"
)

// readState reads a state file of version 4, the only one that Terraform has
// written since 0.12.
func (s *set) readState(doc *document.Node) {
	if version := doc.Get("version").String(); version != "4" {
		s.unread(doc.Range, "the state version "+version+" is not one that stateside reads")
		return
	}
	for _, r := range doc.Get("resources").Elements() {
		typ := r.Get("type")
		address := typ.String() + "." + r.Get("name").String()
		isData := r.Get("mode").String() == "data"
		if isData {
			address = "data." + address
		}
		if m := r.Get("module").String(); m != "" {
			address = m + "." + address
		}
		for _, n := range r.Get("instances").Elements() {
			if n.Get("deposed").String() != "" {
				continue // on its way out
			}
			inst := &instance{key: keyText(n.Get("index_key")), values: n.Get("attributes")}
			inst.Object = stores.Object{Name: address + inst.key, Kind: typ.String(), Lookup: isData, At: typ.Range}
			b := builder{set: s, inst: inst}
			inst.Attributes = b.object(inst.values, nil, secrets(n), nil, "")
			inst.Settings = func(ev *lang.Evaluator, path string) *lang.Value { return s.setting(ev, inst, nil, "", path) }
			s.instances = append(s.instances, inst)
			plain := withoutKeys(address)
			s.byAddress[plain] = append(s.byAddress[plain], inst)
		}
	}
}

// secrets lists the sensitive attributes of an instance in the form that plans
// have.
func secrets(n *document.Node) *document.Node {
	out := &document.Node{Kind: document.Map}
	for _, path := range n.Get("sensitive_attributes").Elements() {
		for i, step := range path.Elements() {
			if name := step.Get("value").String(); i == 0 && name != "" && !strings.ContainsAny(name, "[.") {
				out.Pairs = append(out.Pairs, document.Pair{Key: name, Value: &document.Node{Kind: document.Bool, Text: "true"}})
			}
		}
	}
	return out
}
