package kubernetes

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
)

// derived are attributes of some kinds that follow from several of those that
// are written, and which rows of the catalogue read like them.
var derived = map[string]struct {
	name string
	of   func(n *document.Node) []*document.Node
}{
	"kafka.strimzi.io/KafkaMirrorMaker2":             {"@targets", mirrorTargets},
	"atlas.mongodb.com/AtlasDeployment":              {"@places", atlasPlaces},
	"atlas.mongodb.com/AtlasBackupSchedule":          {"@places", atlasCopies},
	"clickhouse.altinity.com/ClickHouseInstallation": {"@endpoints", clickhouseEndpoints},
	"core.k8s.io/PersistentVolume":                   {"@zone", volumeZone},
}

// withDerived adds to an object the attribute that follows from its others.
func withDerived(kind string, n *document.Node) *document.Node {
	d, ok := derived[kind]
	if !ok {
		return n
	}
	values := d.of(n)
	if len(values) == 0 {
		return n
	}
	list := &document.Node{Kind: document.List, Items: values, Range: values[0].Range}
	return withPath(n, []string{d.name}, list)
}

// mirrorTargets are the servers of the cluster that a mirror writes to: the
// target itself or, in older manifests, the one that the mirrors name.
func mirrorTargets(n *document.Node) []*document.Node {
	spec := n.Get("spec")
	if servers := spec.At("target", "bootstrapServers"); servers != nil {
		return []*document.Node{servers}
	}
	names := map[string]bool{spec.Get("connectCluster").String(): true}
	for _, m := range spec.Get("mirrors").Elements() {
		names[m.Get("targetCluster").String()] = true
	}
	var all []*document.Node
	for _, c := range spec.Get("clusters").Elements() {
		if servers := c.Get("bootstrapServers"); servers != nil && names[c.Get("alias").String()] {
			all = append(all, servers)
		}
	}
	return all
}

// atlasPlaces are the regions of a deployment, each with the cloud it is in, as
// Atlas names them together.
func atlasPlaces(n *document.Node) []*document.Node {
	var all []*document.Node
	for _, r := range n.At("spec", "deploymentSpec", "replicationSpecs").Elements() {
		for _, c := range r.Get("regionConfigs").Elements() {
			all = append(all, atlasRegion(c.Get("providerName"), c.Get("backingProviderName"), c.Get("regionName"))...)
		}
	}
	for _, spec := range []string{"serverlessSpec", "flexSpec"} {
		p := n.At("spec", spec, "providerSettings")
		all = append(all, atlasRegion(p.Get("providerName"), p.Get("backingProviderName"), p.Get("regionName"))...)
	}
	return all
}

// atlasCopies are the regions to which backups are copied.
func atlasCopies(n *document.Node) []*document.Node {
	var all []*document.Node
	for _, c := range n.At("spec", "copySettings").Elements() {
		all = append(all, atlasRegion(c.Get("cloudProvider"), nil, c.Get("regionName"))...)
	}
	return all
}

func atlasRegion(provider, backing, region *document.Node) []*document.Node {
	if !region.IsScalar() {
		return nil
	}
	cloud := provider.String()
	if backing.IsScalar() {
		cloud = backing.Text
	}
	return []*document.Node{textNode(cloud+"_"+region.Text, region.Range)}
}

// handleZone finds the zone or region in the names that clouds give volumes: a
// disk of Compute Engine, an instance of Filestore, a volume of EBS.
var handleZone = regexp.MustCompile(`^projects/[^/]+/(?:zones|regions)/([a-z0-9-]+)/disks/|^mode[A-Za-z]+/([a-z]+-[a-z0-9-]+)/|^aws://([a-z0-9-]+)/`)

// mountRegion finds the region among the options with which Mountpoint for S3
// mounts a bucket.
var mountRegion = regexp.MustCompile(`^(?:--)?region[ =]([a-z0-9-]+)$`)

// volumeZone is the zone or region that the name of a volume tells, or the options
// of its mount.
func volumeZone(n *document.Node) []*document.Node {
	spec := n.Get("spec")
	for _, handle := range []*document.Node{spec.At("csi", "volumeHandle"), spec.At("awsElasticBlockStore", "volumeID")} {
		if zone := captured(handleZone, handle); zone != nil {
			return []*document.Node{zone}
		}
	}
	if spec.At("csi", "driver").String() != "s3.csi.aws.com" {
		return nil
	}
	for _, option := range spec.Get("mountOptions").Elements() {
		if region := captured(mountRegion, option); region != nil {
			return []*document.Node{region}
		}
	}
	return nil
}

// captured is what the groups of an expression find in a text, nil for nothing.
func captured(e *regexp.Regexp, n *document.Node) *document.Node {
	m := e.FindStringSubmatch(n.String())
	if m == nil {
		return nil
	}
	return textNode(strings.Join(m[1:], ""), n.Range)
}

var endpointTag = regexp.MustCompile(`<endpoint>\s*([^<\s]+)`)

// clickhouseEndpoints are the addresses of the disks that the configuration files
// in an installation define.
func clickhouseEndpoints(n *document.Node) []*document.Node {
	var all []*document.Node
	for _, f := range n.At("spec", "configuration", "files").Entries() {
		for _, m := range endpointTag.FindAllStringSubmatch(f.Value.String(), -1) {
			all = append(all, textNode(m[1], f.Value.Range))
		}
	}
	return all
}

var locality = regexp.MustCompile(`--locality[= ]"?(?:[^\s"']*,)?(?:region|cloud-region)=([A-Za-z0-9-]+)`)

// localities are the regions that the commands of containers give CockroachDB.
func localities(n *document.Node) []*document.Node {
	var all []*document.Node
	for _, c := range n.Get("containers").Elements() {
		for _, list := range []string{"command", "args"} {
			for _, arg := range c.Get(list).Elements() {
				if m := locality.FindStringSubmatch(arg.String()); m != nil && strings.Contains(arg.Text, "--locality") {
					all = append(all, textNode(m[1], arg.Range))
				}
			}
		}
	}
	return all
}

// backup makes the attributes of a backup of Velero, or of a schedule of some:
// the volumes that it takes, and the location that it keeps them in, of those that
// are deployed with it.
func (s *scope) backup(n *document.Node) *lang.Value {
	spec := n.Get("spec")
	if template := spec.Get("template"); template != nil {
		spec = template
	}
	location := spec.Get("storageLocation")
	name := cmp.Or(location.String(), "default")
	at := n.Get("kind").Range
	if location != nil {
		at = location.Range
	}
	return lang.ObjectVal(map[string]*lang.Cell{
		"metadata": lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.value(n.Get("metadata")) }),
		"@volumes": lang.Lazy(func(*lang.Evaluator) *lang.Value { return s.volumes(spec, at) }),
		"@location": lang.Lazy(func(*lang.Evaluator) *lang.Value {
			for _, o := range s.root.objects {
				if o.Kind == "velero.io/BackupStorageLocation" && slices.Contains(o.names, name) {
					return lang.StringVal(name).At(at).WithRef(&lang.Ref{Target: o, Attr: "metadata.name"})
				}
			}
			return lang.NullVal()
		}),
	})
}

// keepers are the kinds whose volumes a backup takes.
var keepers = []string{"core.k8s.io/PersistentVolumeClaim", "apps.k8s.io/StatefulSet"}

// volumes refers to what a backup takes: all, or what is in the namespaces that it
// names.
func (s *scope) volumes(spec *document.Node, at hcl.Range) *lang.Value {
	var all []*lang.Value
	for _, o := range s.root.objects {
		namespace := o.node.At("metadata", "namespace").String()
		if !slices.Contains(keepers, o.Kind) || !includes(spec.Get("includedNamespaces"), namespace, true) || includes(spec.Get("excludedNamespaces"), namespace, false) {
			continue
		}
		all = append(all, lang.StringVal(o.Name).At(at).WithRef(&lang.Ref{Target: o, Attr: "metadata.name"}))
	}
	return lang.ListOf(all)
}

// includes says whether a list names a namespace; an empty one says what absent
// does. An object that is in no namespace here may be in any.
func includes(list *document.Node, namespace string, absent bool) bool {
	if len(list.Elements()) == 0 {
		return absent
	}
	return slices.ContainsFunc(list.Elements(), func(n *document.Node) bool {
		return n.String() == "*" || n.String() == namespace || absent && namespace == ""
	})
}
