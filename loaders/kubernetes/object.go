package kubernetes

import (
	"cmp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// object is one object of the cluster, or a part of one that the catalogue
// knows by itself.
type object struct {
	stores.Object
	node  *document.Node
	names []string // by which others may name it: an overlay may have changed it
}

// maxNesting bounds lists of lists of objects.
const maxNesting = 8

// add takes in an object, or those of a list.
func (s *set) add(r *root, n *document.Node, depth int) {
	apiVersion, kind := n.Get("apiVersion").String(), n.Get("kind").String()
	if apiVersion == "" || kind == "" || depth > maxNesting {
		return
	}
	if items := n.Get("items"); items != nil && strings.HasSuffix(kind, "List") {
		for _, item := range items.Elements() {
			s.add(r, item, depth+1)
		}
		return
	}
	group := catalog.GroupOf(apiVersion)
	switch kind {
	case "ConfigMap", "Secret":
		s.addEmbedded(r, n)
	case "HelmRelease", "HelmChart", "Application", "ApplicationSet":
		s.addRelease(r, n, kind)
	case "OpenTelemetryCollector":
		s.addCollector(r, n)
	case "Template":
		if group == "template.openshift.io" || group == "core.k8s.io" {
			s.addTemplate(r, n, depth)
		}
	case "Kustomization":
		if group == "kustomize.toolkit.fluxcd.io" {
			s.fetchPath(n.At("spec", "path"), n.At("spec", "sourceRef", "name"))
		}
	case "Composition":
		s.addComposition(r, n, group)
	}
	for _, inner := range held(n, holders[group+"/"+kind]) {
		s.add(r, inner, depth+1)
	}
	s.addObject(r, n, group, kind)
	if kind == "Cluster" {
		s.addExternal(r, n, group)
	}
}

// addExternal takes in the clusters and backups elsewhere from which a cluster of
// CloudNativePG takes its data. A host without a dot is beside the cluster.
func (s *set) addExternal(r *root, n *document.Node, group string) {
	if group != "postgresql.cnpg.io" && group != "postgresql.k8s.enterprisedb.io" {
		return
	}
	for _, e := range n.At("spec", "externalClusters").Elements() {
		host := e.At("connectionParameters", "host").String()
		if e.Get("barmanObjectStore") != nil || strings.Contains(host, ".") && !strings.Contains(host, ".svc") {
			s.addPart(r, n, "externalClusters/"+e.Get("name").String(), "postgresql.cnpg.io/ExternalCluster", e)
		}
	}
}

// holders are the kinds of which an object holds others that are applied, and
// where: in Kro's graphs, Crossplane's provider for Kubernetes, works and policies
// of Open Cluster Management, and what Hive synchronizes. Each of a list is *.
var holders = map[string]string{
	"kro.run/ResourceGraphDefinition":                       "spec resources * template",
	"kubernetes.crossplane.io/Object":                       "spec forProvider manifest",
	"kubernetes.m.crossplane.io/Object":                     "spec forProvider manifest",
	"work.open-cluster-management.io/ManifestWork":          "spec workload manifests *",
	"policy.open-cluster-management.io/Policy":              "spec policy-templates * objectDefinition",
	"policy.open-cluster-management.io/ConfigurationPolicy": "spec object-templates * objectDefinition",
	"hive.openshift.io/SyncSet":                             "spec resources *",
	"hive.openshift.io/SelectorSyncSet":                     "spec resources *",
}

// held lists what stands at a path of keys.
func held(n *document.Node, path string) []*document.Node {
	if path == "" {
		return nil
	}
	all := []*document.Node{n}
	for key := range strings.FieldsSeq(path) {
		var next []*document.Node
		for _, n := range all {
			if key == "*" {
				next = append(next, n.Elements()...)
			} else if inner := n.Get(key); inner != nil {
				next = append(next, inner)
			}
		}
		all = next
	}
	return all
}

// addTemplate takes in the objects of a template of OpenShift, with the values
// that its parameters have where nothing else is given.
func (s *set) addTemplate(r *root, n *document.Node, depth int) {
	objects := n.Get("objects").Elements()
	if len(objects) == 0 {
		return
	}
	own := &root{dir: r.dir, vars: map[string]*document.Node{}}
	own.scope = &scope{set: s, root: own}
	for _, p := range n.Get("parameters").Elements() {
		if value := p.Get("value"); value.IsScalar() {
			own.vars[p.Get("name").String()] = value
		}
	}
	for _, object := range objects {
		s.add(own, object, depth+1)
	}
	r.objects = append(r.objects, own.objects...)
}

// addObject makes an object, when the catalogue may know it.
func (s *set) addObject(r *root, n *document.Node, group, kind string) *object {
	o := &object{node: n, names: namesOf(n)}
	o.Name = addressOf(n, kind)
	o.At = wholeOf(n)
	o.Settings = func(_ *lang.Evaluator, path string) *lang.Value { return r.scope.setting(n, path) }
	if typ, spec := s.managedType(group, kind, n); typ != "" {
		o.Kind = typ
		o.Attributes = r.scope.managed(n, spec, s.Catalogue.Lookup(typ))
	} else {
		o.Kind = group + "/" + kind
		o.Attributes = r.scope.value(withDerived(o.Kind, n))
	}
	if o.Kind == "velero.io/Backup" || o.Kind == "velero.io/Schedule" {
		o.Attributes = r.scope.backup(n)
	}
	if s.Catalogue.Lookup(o.Kind) == nil {
		s.tellUnlistedObject(n, group, kind)
		return nil
	}
	r.objects = append(r.objects, o)
	return o
}

// addPart makes an object of a part of another one: of a file that a ConfigMap
// holds, of the values of a chart.
func (s *set) addPart(r *root, whole *document.Node, name, kind string, n *document.Node) {
	if s.Catalogue.Lookup(kind) == nil {
		return
	}
	o := &object{node: n}
	o.Name = addressOf(whole, whole.Get("kind").String()) + "/" + name
	o.Kind = kind
	o.At = wholeOf(whole)
	o.Attributes = r.scope.part(whole, n)
	o.Settings = func(_ *lang.Evaluator, path string) *lang.Value { return r.scope.setting(whole, path) }
	r.objects = append(r.objects, o)
}

// wholeOf is the range of an object from its kind to its end, so that it contains
// the line that decides the place. What an overlay brings from another file is not
// in it.
func wholeOf(n *document.Node) hcl.Range {
	at := n.Get("kind").Range
	n.Walk(func(_ []string, n *document.Node) bool {
		if n.Range.Filename == at.Filename && n.Range.End.Byte > at.End.Byte {
			at.End = n.Range.End
		}
		return true
	})
	return at
}

// addressOf names an object as kubectl does: Kind/name, with the namespace
// between them where there is one.
func addressOf(n *document.Node, kind string) string {
	name := cmp.Or(n.At("metadata", "name").String(), n.At("metadata", "generateName").String(), "?")
	if namespace := n.At("metadata", "namespace").String(); namespace != "" {
		return kind + "/" + namespace + "/" + name
	}
	return kind + "/" + name
}

// originalName is the annotation in which the build of an overlay keeps the name
// that an object had before.
const originalName = "stateside.dev/original-name"

func namesOf(n *document.Node) []string {
	names := []string{n.At("metadata", "name").String()}
	if before := n.At("metadata", "annotations", originalName).String(); before != "" {
		names = append(names, before)
	}
	return names
}

// setting is what stands for a provider's: the region that an object's
// annotation chooses for it, and the place of the cluster, which nothing says.
func (s *scope) setting(n *document.Node, path string) *lang.Value {
	switch path {
	case "region":
		// The controllers of AWS take it from the object, or from its namespace.
		if region := n.At("metadata", "annotations", "services.k8s.aws/region"); region != nil {
			return s.value(region).Named("metadata.annotations.services.k8s.aws/region")
		}
	case "cluster":
		return lang.UnknownVal(model.LeftToCaller, "it is where the cluster is, and nothing here says where that is")
	}
	return nil
}

// pathRange is where a path of keys stands in a document, or the document's
// beginning.
func pathRange(n *document.Node, path ...string) hcl.Range {
	if at := n.At(path...); at != nil {
		return at.Range
	}
	return n.Range
}
