package kubernetes

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
)

// multusNetworks is the annotation by which Multus attaches a pod to networks
// besides that of the cluster.
const multusNetworks = "k8s.v1.cni.cncf.io/networks"

// networksOf are the names of the networks that annotations attach a pod to, or
// that Rook gives a cluster of Ceph, without their namespaces.
func networksOf(n *document.Node) []*document.Node {
	if list := n.At("annotations", multusNetworks); list.IsScalar() {
		return networkNames(list)
	}
	var all []*document.Node
	if n.Get("provider").String() == "multus" {
		for _, p := range n.Get("selectors").Entries() {
			all = append(all, networkNames(p.Value)...)
		}
	}
	return all
}

// networkNames reads a list of networks as Multus writes it: JSON with names, or
// namespace/name@interface with commas between them.
func networkNames(list *document.Node) []*document.Node {
	text := strings.TrimSpace(list.String())
	if !strings.HasPrefix(text, "[") {
		var all []*document.Node
		for one := range strings.SplitSeq(text, ",") {
			all = append(all, networkName(list, one))
		}
		return all
	}
	doc, err := document.ParseJSON(list.Range.Filename, []byte(text))
	if err != nil {
		return nil
	}
	var all []*document.Node
	for _, item := range doc.Elements() {
		if name := item.Get("name"); name.IsScalar() {
			all = append(all, networkName(list, name.Text))
		}
	}
	return all
}

func networkName(list *document.Node, text string) *document.Node {
	name, _, _ := strings.Cut(strings.TrimSpace(text), "@")
	return textNode(name[strings.LastIndexByte(name, '/')+1:], list.Range)
}
