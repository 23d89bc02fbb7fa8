// Package nomad reads the jobs and volumes of Nomad.
//
// A file is a job when it has a job block with groups or tasks, or is one in the
// JSON of the API, and a volume when it names the plugin and the capabilities of
// one. What rests is a
// volume that a group claims, a folder of the host that a task is given, and a
// disk that moves along with its task. Nothing rests in a job that has none of
// these, but the variables and configurations that it gives to its tasks say where
// they put data.
//
// Datacenters, regions, racks and networks are names of one's own, which sites match. Where
// a scheduler only prefers a place it binds nothing.
package nomad

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/telemetry"
)

// Formats of the family.
func Formats() []services.Format {
	parse := services.One(services.ParseHCL)
	return []services.Format{
		{Name: "job", Claims: isJob, Parse: parse, Sure: true, Read: jobs},
		{Name: "job", Claims: isAPIJob, Read: apiJob},
		{Name: "volume", Claims: isVolume, Parse: services.One(parseVolume), Sure: true, Read: volume},
	}
}

// maps are blocks of a volume's specification whose keys may be any text.
var maps = regexp.MustCompile(`\b(segments|parameters|context|secrets) \{`)

// parseVolume reads the older form of HCL that specifications of volumes are
// written in. Its blocks may have keys in quotes, as only objects do in the newer
// one.
func parseVolume(name string, data []byte) (*document.Node, error) {
	return services.ParseHCL(name, maps.ReplaceAll(data, []byte("$1={")))
}

var (
	jobBlock  = regexp.MustCompile(`(?m)^\s*job\s+"[^"\n]*"\s*\{`)
	taskBlock = regexp.MustCompile(`(?m)^\s*(group|task)\s+"[^"\n]*"\s*\{`)
)

func isHCL(f *source.File) bool { return slices.Contains([]string{".hcl", ".nomad", ".job"}, f.Ext()) }

func isJob(f *source.File) bool {
	return isHCL(f) && bytes.Contains(f.Text(), []byte("job")) && jobBlock.Match(f.Text()) && taskBlock.Match(f.Text())
}

func isVolume(f *source.File) bool {
	return isHCL(f) && bytes.Contains(f.Text(), []byte("plugin_id")) && bytes.Contains(f.Text(), []byte("capability {"))
}

// jobs reads the jobs of a file, one as a rule.
func jobs(f *services.File, doc *document.Node) {
	for _, p := range doc.Get("job").Entries() {
		for _, region := range regions(p.Value) {
			job(f, p, region)
		}
	}
}

// region is one in which a job is deployed, with what it sets there.
type region struct {
	name        *document.Node
	datacenters *document.Node
	suffix      string // of the job's address
}

// regions of a job: those of its block multiregion, or its own, which is "global"
// where it names none.
func regions(job *document.Node) []region {
	var all []region
	for _, p := range job.At("multiregion", "region").Entries() {
		name := &document.Node{Kind: document.String, Text: p.Key, Range: p.Range}
		dcs := p.Value.Get("datacenters")
		if dcs == nil {
			dcs = job.Get("datacenters")
		}
		all = append(all, region{name, dcs, "@" + p.Key})
	}
	if len(all) == 0 {
		all = []region{{name: job.Get("region"), datacenters: job.Get("datacenters")}}
	}
	return all
}

func job(f *services.File, p document.Pair, in region) {
	name := "job." + p.Key + in.suffix
	at := placement{region: f.Text(in.name), datacenters: names(f, in.datacenters), meta: map[string]*document.Node{}}
	at.bind(f, p.Value)
	for _, t := range p.Value.Get("task").Entries() {
		task(f, name, at.in(f, t.Value), t)
	}
	for _, g := range p.Value.Get("group").Entries() {
		group(f, name+"."+g.Key, at.in(f, g.Value), g.Value)
	}
}

func group(f *services.File, name string, at placement, g *document.Node) {
	for _, v := range g.Get("volume").Entries() {
		if v.Value.Get("read_only").String() == "true" {
			continue
		}
		a := at.attributes()
		a["source"] = f.Text(v.Value.Get("source"))
		f.Add("nomad/volume", name+".volume."+v.Key, v.Range, a)
	}
	if disk := g.Get("ephemeral_disk"); disk.Get("sticky").String() == "true" || disk.Get("migrate").String() == "true" {
		f.Add("nomad/volume", name+".ephemeral_disk", disk.Range, at.attributes())
	}
	for _, t := range g.Get("task").Entries() {
		task(f, name, at.in(f, t.Value), t)
	}
}

func task(f *services.File, group string, at placement, t document.Pair) {
	name := group + "." + t.Key
	for _, folder := range folders(t.Value.Get("config")) {
		f.Add("nomad/volume", name+"."+folder.Text, folder.Range, at.attributes())
	}
	f.EnvironmentOf(name+".", t.Value.Get("env"))
	for _, template := range t.Value.Get("template").Elements() {
		configuration(f, name, template)
	}
}

// placement is what binds a task to a place.
type placement struct {
	region, datacenters, racks, zone, cloud, networks *lang.Value
	meta                                              map[string]*document.Node
}

// in is the placement of something inside: what it says goes before what is said
// around it.
func (at placement) in(f *services.File, n *document.Node) placement {
	meta := map[string]*document.Node{}
	for key, v := range at.meta {
		meta[key] = v
	}
	at.meta = meta
	at.bind(f, n)
	return at
}

// zones are the attributes of a node that tell a place of a cloud.
var zones = map[string]string{
	"${attr.platform.aws.placement.availability-zone}": "aws",
	"${attr.platform.gce.zone}":                        "google",
	"${attr.platform.azure.location}":                  "azurerm",
}

// bind takes in the constraints and the labels of a job, a group or a task.
func (at *placement) bind(f *services.File, n *document.Node) {
	for _, p := range n.Get("meta").Entries() {
		at.meta[p.Key] = p.Value
	}
	if names := networks(f, n); names != nil {
		at.networks = names
	}
	for _, c := range n.Get("constraint").Elements() {
		attribute, value := c.Get("attribute").String(), c.Get("value")
		switch cmp.Or(c.Get("operator").String(), "=") {
		case "=", "==", "is":
		case "set_contains_any":
			value = listed(value)
		default:
			continue // it only excludes, or may be met in many ways
		}
		switch {
		case attribute == "${node.datacenter}":
			at.datacenters = names(f, value)
		case attribute == "${node.region}":
			at.region = f.Text(value)
		case attribute == "${meta.rack}":
			at.racks = names(f, value)
		case zones[attribute] != "":
			at.cloud, at.zone = services.Word(zones[attribute]), names(f, value)
		}
	}
}

// networks are the names of those that a group is on, which its clients define: of
// a plugin, or of the host's addresses that its ports are on.
func networks(f *services.File, n *document.Node) *lang.Value {
	var all []*lang.Value
	for _, network := range n.Get("network").Elements() {
		mode := network.Get("mode")
		if plugin, ok := strings.CutPrefix(mode.String(), "cni/"); ok && plugin != "" {
			all = append(all, f.Text(services.Part(mode, len("cni/"), len(mode.Text))))
		}
		for _, port := range network.Get("port").Entries() {
			if host := f.Text(port.Value.Get("host_network")); host != nil {
				all = append(all, host)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return lang.ListOf(all)
}

func (at placement) attributes() services.Attributes {
	cells := map[string]*lang.Cell{}
	for key, n := range at.meta {
		if n.IsScalar() {
			cells[key] = lang.Done(lang.StringVal(n.Text))
		}
	}
	region := at.region
	if region == nil {
		region = lang.StringVal("global").Because(&lang.Origin{What: "default of region (Nomad: job specification)", Text: `"global"`})
	}
	return services.Attributes{
		"region": region, "datacenters": at.datacenters, "racks": at.racks, "networks": at.networks, "zone": at.zone, "cloud": at.cloud,
		"meta": lang.ObjectVal(cells),
	}
}

// names are the names of a list; nil when one of them stands for any, as one with
// a * does.
func names(f *services.File, n *document.Node) *lang.Value {
	var all []*lang.Value
	for _, e := range n.Elements() {
		v := f.Text(e)
		if v == nil || strings.Contains(e.Text, "*") {
			return nil
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil
	}
	return lang.ListOf(all).At(n.Range)
}

// listed makes a list of a text with commas.
func listed(n *document.Node) *document.Node {
	if n == nil {
		return nil
	}
	list := &document.Node{Kind: document.List, Range: n.Range}
	for word := range strings.SplitSeq(n.String(), ",") {
		list.Items = append(list.Items, &document.Node{Kind: document.String, Text: strings.TrimSpace(word), Range: n.Range})
	}
	return list
}

// systemFolders hold the host's own files, which tasks look at.
var systemFolders = []string{"/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/usr", "/var/run", "/var/lib/docker", "/tmp"}

// folders are those of the host that a task writes to: what a driver of
// containers mounts from an absolute path.
func folders(config *document.Node) []*document.Node {
	var all []*document.Node
	add := func(n *document.Node, path string) {
		isSystem := func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
		if len(path) > 1 && strings.HasPrefix(path, "/") && !slices.ContainsFunc(systemFolders, isSystem) {
			all = append(all, &document.Node{Kind: document.String, Text: path, Range: n.Range})
		}
	}
	for _, v := range config.Get("volumes").Elements() {
		host, inside, ok := strings.Cut(v.String(), ":")
		if _, options, _ := strings.Cut(inside, ":"); ok && !slices.Contains(strings.Split(options, ","), "ro") {
			add(v, host)
		}
	}
	for _, list := range []string{"mount", "mounts"} {
		for _, m := range config.Get(list).Elements() {
			if m.Get("readonly").String() != "true" && m.Get("type").String() == "bind" {
				add(m.Get("source"), m.Get("source").String())
			}
		}
	}
	return all
}

// volume reads the specification of a volume. Only the places that it must be in
// bind it.
func volume(f *services.File, doc *document.Node) {
	id := doc.Get("id")
	if !id.IsScalar() {
		return
	}
	a := services.Attributes{
		"source": f.Text(doc.Get("external_id")), "host": f.Hosts(doc.At("context", "server")),
		"cluster": lang.UnknownVal(model.LeftToCaller, "it is where the cluster is, and nothing here says where that is"),
	}
	if a["host"] == nil {
		a["host"] = f.Hosts(doc.At("parameters", "server"))
	}
	var places, racks []*lang.Value
	topologies := doc.At("topology_request", "required", "topology").Elements()
	zoned := 0
	for _, t := range topologies {
		before := len(places)
		for _, segments := range t.Get("segments").Elements() {
			for _, p := range segments.Entries() {
				switch {
				case p.Key == "rack":
					racks = append(racks, f.Text(p.Value))
				case strings.HasSuffix(p.Key, "zone"), strings.HasSuffix(p.Key, "region"):
					places = append(places, f.Text(p.Value))
					a["cloud"] = cloudOf(p.Key)
				}
			}
		}
		if len(places) > before {
			zoned++
		}
	}
	if len(places) > 0 && zoned == len(topologies) { // else it may be in another one
		a["zone"] = lang.ListOf(places)
	}
	if len(racks) > 0 {
		a["racks"] = lang.ListOf(racks)
	}
	f.Add("nomad/volume", "volume."+id.Text, id.Range, a)
}

// drivers are words in the names of segments that tell the cloud.
var drivers = []struct{ word, cloud string }{{"aws", "aws"}, {"gke.io", "google"}, {"azure", "azurerm"}, {"hetzner", "hcloud"}}

func cloudOf(segment string) *lang.Value {
	for _, d := range drivers {
		if strings.Contains(segment, d.word) {
			return services.Word(d.cloud)
		}
	}
	return nil
}

// configuration reads what a template gives a task: variables, or the
// configuration of a program.
func configuration(f *services.File, task string, template *document.Node) {
	data := template.Get("data")
	if data == nil || data.Kind != document.String {
		return
	}
	if template.Get("env").String() == "true" {
		vars, err := document.ParseEnv(data.Range.Filename, []byte(data.Text))
		if err != nil {
			f.Problem(data.Range, "the variables of "+task+" can't be read: "+err.Error())
		}
		data.Place(vars)
		f.EnvironmentOf(task+".", vars)
		return
	}
	if !telemetry.MustHave(source.NewWords([]byte(data.Text))) {
		return
	}
	name := path.Base(template.Get("destination").String())
	parts, err := telemetry.Read(name, []byte(data.Text))
	switch {
	case err == nil:
	case strings.Contains(data.Text, "{{"):
		f.NotRendered(data.Range, "the configuration "+name+" of "+task+" is rendered when it is deployed; what it declares was not checked")
	default:
		f.Problem(data.Range, "the configuration "+name+" of "+task+" can't be read: "+err.Error())
	}
	for _, part := range parts {
		data.Place(part.Node)
		o := f.AddObject(part.Kind, task+"."+name+"."+part.Name, part.Node)
		o.Settings = func(_ *lang.Evaluator, setting string) *lang.Value {
			if setting != "cluster" {
				return nil
			}
			return lang.UnknownVal(model.LeftToCaller, "it is where the task runs")
		}
	}
}
