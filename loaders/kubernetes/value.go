package kubernetes

import (
	"slices"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// scope makes values of the nodes of a root.
type scope struct {
	set  *set
	root *root
}

// placement is the attribute that an object which schedules pods, or binds a
// volume, has besides those that are written: the zones, or else the regions,
// outside of which it can't be.
const placement = "@place"

// attached is the attribute, besides those that are written, of what has
// annotations for Multus, or of a cluster of Ceph that is on its networks.
const attached = "@networks"

// value makes a value of a node, which is computed when it is asked for.
func (s *scope) value(n *document.Node) *lang.Value {
	if n == nil {
		return lang.NullVal()
	}
	return s.bare(n).At(n.Range)
}

func (s *scope) bare(n *document.Node) *lang.Value {
	switch n.Kind {
	case document.String:
		return s.text(n)
	case document.List:
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(item) })
		}
		return lang.ListVal(cells)
	case document.Map:
		elems := make(map[string]*lang.Cell, len(n.Pairs)+1)
		for _, p := range n.Pairs {
			elems[p.Key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(p.Value) })
		}
		if zones := placeOf(n); len(zones) > 0 {
			elems[placement] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.list(zones) })
		}
		if names := networksOf(n); len(names) > 0 {
			elems[attached] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.list(names) })
		}
		return lang.ObjectVal(elems)
	}
	return n.Value()
}

func (s *scope) list(nodes []*document.Node) *lang.Value {
	values := make([]*lang.Value, len(nodes))
	for i, n := range nodes {
		values[i] = s.value(n)
	}
	return lang.ListOf(values)
}

// text makes a value of a string, with the variables of the root.
func (s *scope) text(n *document.Node) *lang.Value {
	if n.Tag == patched {
		return lang.UnknownVal(model.LeftToCaller, "each claim of the composition gives "+n.Text)
	}
	return n.Filled(s.root.vars)
}

// part makes a value of a part of an object, which has the labels of the whole.
func (s *scope) part(whole, n *document.Node) *lang.Value {
	elems := map[string]*lang.Cell{}
	for _, p := range n.Entries() {
		elems[p.Key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(p.Value) })
	}
	if meta := whole.Get("metadata"); meta != nil && elems["metadata"] == nil {
		elems["metadata"] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(meta) })
	}
	return lang.ObjectVal(elems).At(n.Range)
}

// zoneKeys and regionKeys are the labels of nodes that tell where they are.
var (
	zoneKeys = []string{
		"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "topology.ebs.csi.aws.com/zone",
		"topology.k8s.aws/zone-id", "topology.gke.io/zone", "topology.disk.csi.azure.com/zone",
		"topology.diskplugin.csi.alibabacloud.com/zone",
	}
	regionKeys = []string{"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}
)

// placeOf returns the zones, or else the regions, that a node selects: that of a
// pod, of a volume, or of the allowed topologies of a class. Preferences promise
// nothing and don't count.
func placeOf(n *document.Node) []*document.Node {
	if n.Kind != document.Map {
		return nil
	}
	for _, keys := range [][]string{zoneKeys, regionKeys} {
		for _, key := range keys {
			if zone := n.At("nodeSelector", key); zone.IsScalar() {
				return []*document.Node{zone}
			}
		}
		for _, terms := range termsOf(n) {
			if zones := anyTerm(terms, keys); len(zones) > 0 {
				return zones
			}
		}
	}
	return localities(n)
}

// termsOf lists the lists of terms, one of which must hold.
func termsOf(n *document.Node) [][]*document.Node {
	var all [][]*document.Node
	const required = "requiredDuringSchedulingIgnoredDuringExecution"
	for _, path := range [][]string{
		{"affinity", "nodeAffinity", required, "nodeSelectorTerms"},
		{"nodeAffinity", required, "nodeSelectorTerms"},
		{"nodeAffinity", "required", "nodeSelectorTerms"},
		{"nodeAffinity", "nodeSelectorTerms"},
		{"allowedTopologies"},
	} {
		if terms := n.At(path...); terms != nil && len(terms.Items) > 0 {
			all = append(all, terms.Items)
		}
	}
	return all
}

// anyTerm returns the values that the terms allow for a label, nothing when one
// of them leaves it open.
func anyTerm(terms []*document.Node, keys []string) []*document.Node {
	var all []*document.Node
	for _, term := range terms {
		var values []*document.Node
		for _, list := range []string{"matchExpressions", "matchLabelExpressions"} {
			for _, e := range term.Get(list).Elements() {
				operator := e.Get("operator").String()
				if slices.Contains(keys, e.Get("key").String()) && (operator == "In" || operator == "") {
					values = append(values, e.Get("values").Elements()...)
				}
			}
		}
		if len(values) == 0 {
			return nil
		}
		all = append(all, values...)
	}
	return all
}
