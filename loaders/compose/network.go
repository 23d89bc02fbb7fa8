package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/stores"
)

// volumes are those of which the file tells a place: by the server that they are
// on, or by the networks of the services that write to them.
func (sc *scope) volumes(doc *document.Node, ev *lang.Evaluator, tables *geo.Tables) []stores.Resource {
	mounts := sc.mounts(doc, ev, tables)
	var all []stores.Resource
	for _, p := range doc.Get("volumes").Entries() {
		m := mounts[p.Key]
		delete(mounts, p.Key)
		address := serverOf(p.Value.Get("driver_opts"))
		if address == nil && m == nil {
			continue
		}
		attributes := map[string]*lang.Cell{}
		if address != nil {
			attributes["address"] = lang.Expr(interpolated(address), sc)
		}
		if p.Value.Get("labels") == nil {
			attributes["labels"] = m.labels()
		}
		all = append(all, sc.object("volumes."+p.Key, "compose_volume", p, m.on(attributes)))
	}
	for _, m := range sortedMounts(mounts) {
		if strings.ContainsAny(m.source, "/.~$") { // a folder of the host
			p := document.Pair{Key: m.source, Range: m.at, Value: &document.Node{Kind: document.Map}}
			attributes := m.on(map[string]*lang.Cell{"labels": m.labels()})
			all = append(all, sc.object("services."+m.service.Key+"."+m.source, "compose_volume", p, attributes))
		}
	}
	return all
}

// mount is what services write to that are on networks of sites: a volume, or a
// folder of the host.
type mount struct {
	source   string
	at       hcl.Range
	service  document.Pair // the first of them
	networks []*lang.Value
}

// on adds the networks to the attributes of a volume; m may be nil.
func (m *mount) on(attributes map[string]*lang.Cell) map[string]*lang.Cell {
	if m != nil {
		attributes["networks"] = lang.Done(lang.ListOf(m.networks))
	}
	return attributes
}

// labels are those of the service, for a volume that has none.
func (m *mount) labels() *lang.Cell {
	if m == nil || m.service.Value.Get("labels") == nil {
		return lang.Done(lang.NullVal())
	}
	return lang.Done(labelsOf(m.service.Value.Get("labels")))
}

func sortedMounts(mounts map[string]*mount) []*mount {
	var all []*mount
	for _, m := range mounts {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *mount) int { return strings.Compare(a.source, b.source) })
	return all
}

// mounts are by their names and paths what services write to that are on networks
// of sites.
func (sc *scope) mounts(doc *document.Node, ev *lang.Evaluator, tables *geo.Tables) map[string]*mount {
	all := map[string]*mount{}
	if tables.HasSite == nil {
		return all
	}
	for _, s := range doc.Get("services").Entries() {
		names := sc.networksOf(doc, s, ev, tables)
		if len(names) == 0 {
			continue
		}
		for _, v := range s.Value.Get("volumes").Elements() {
			source := written(v)
			if source == "" {
				continue
			}
			if all[source] == nil {
				at := v.Range
				if n := v.Get("source"); n != nil {
					at = n.Range
				}
				all[source] = &mount{source: source, at: at, service: s}
			}
			all[source].networks = append(all[source].networks, names...)
		}
	}
	return all
}

// networksOf are the networks of a service that come from outside and that a site
// has. Others of the service are beside it, or tell nothing.
func (sc *scope) networksOf(doc *document.Node, service document.Pair, ev *lang.Evaluator, tables *geo.Tables) []*lang.Value {
	if service.Value.Get("network_mode") != nil {
		return nil
	}
	keys := []*document.Node{{Kind: document.String, Text: "default"}}
	if n := service.Value.Get("networks"); n != nil {
		keys = n.Items
		for _, p := range n.Entries() {
			keys = append(keys, &document.Node{Kind: document.String, Text: p.Key, Range: p.Range})
		}
	}
	var all []*lang.Value
	for _, key := range keys {
		p := doc.Get("networks").Pair(key.String())
		if p == nil {
			continue
		}
		external := p.Value.Get("external")
		if external == nil || external.String() == "false" {
			continue
		}
		name := lang.StringVal(p.Key).At(p.Range)
		for _, n := range []*document.Node{p.Value.Get("name"), external.Get("name")} {
			if n.IsScalar() {
				name = ev.Eval(interpolated(n), sc).At(n.Range)
			}
		}
		if text, ok := name.Text(); ok && tables.HasSite("network:"+text) {
			if key.Range.Filename != "" {
				name = name.And(lang.StringVal(key.Text).At(key.Range).Named("services." + service.Key + ".networks").Origin())
			}
			all = append(all, name)
		}
	}
	return all
}

// systemFolders hold the host's own files, which services look at.
var systemFolders = []string{"/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/usr", "/var/run", "/tmp"}

// written is the volume or the folder of the host that an entry of a service's
// volumes lets it write to, "" for none.
func written(v *document.Node) string {
	source, options := v.Get("source").String(), ""
	if v.Kind == document.Map {
		if t := v.Get("type").String(); v.Get("read_only").String() == "true" || t != "volume" && t != "bind" {
			return ""
		}
	} else {
		parts := strings.Split(v.String(), ":")
		if len(parts) < 2 {
			return ""
		}
		source = parts[0]
		if len(parts) > 2 {
			options = parts[2]
		}
	}
	isSystem := func(dir string) bool { return source == dir || strings.HasPrefix(source, dir+"/") }
	if slices.Contains(strings.Split(options, ","), "ro") || slices.ContainsFunc(systemFolders, isSystem) || isFile(source) {
		return ""
	}
	return source
}

// isFile says whether a path is that of one file, such as a configuration, by its
// extension.
func isFile(source string) bool {
	base := path.Base(source)
	ext := path.Ext(base)
	return ext != "" && ext != base
}
