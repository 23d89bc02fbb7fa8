package kubernetes

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
)

// chartFile makes a directory a chart.
const chartFile = "Chart.yaml"

// chart is a directory with a Chart.yaml.
type chart struct {
	dir      string
	node     *document.Node
	relevant bool // one of its templates may make an object that matters
}

// charts are the charts of one check, by directory.
type charts struct {
	byDir map[string]*chart
}

// of returns the chart in whose templates, or in whose own charts, a file is;
// nil when it is in none.
func (c *charts) of(file string) *chart {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		parent, base := path.Dir(dir), path.Base(dir)
		if base == "templates" || base == "crds" || base == "charts" || base == "ci" {
			if found := c.byDir[parent]; found != nil {
				return found
			}
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}

// owns says whether a file is a part of a chart. The values of a chart are no
// manifests.
func (c *charts) owns(file string) bool {
	return c.of(file) != nil || c.byDir[path.Dir(file)] != nil && strings.Contains(path.Base(file), "values")
}

// tops lists the charts that are in no other one.
func (c *charts) tops() []*chart {
	var all []*chart
	for _, dir := range slices.Sorted(maps.Keys(c.byDir)) {
		if c.of(dir+"/"+chartFile) == nil {
			all = append(all, c.byDir[dir])
		}
	}
	return all
}

// findCharts reads each Chart.yaml, and notes which charts have a template that
// may matter: it was claimed, or it leaves open what it makes.
func (s *set) findCharts(files []string) *charts {
	c := &charts{byDir: map[string]*chart{}}
	for _, name := range files {
		if path.Base(name) != chartFile {
			continue
		}
		if docs := s.read(name); len(docs) > 0 && docs[0].Get("name").IsScalar() {
			c.byDir[path.Dir(name)] = &chart{dir: path.Dir(name), node: docs[0]}
		}
	}
	for _, name := range files {
		if owner := c.of(name); owner != nil && path.Base(name) != chartFile {
			for owner != nil {
				owner.relevant = true
				owner = c.of(owner.dir + "/" + chartFile)
			}
		}
	}
	return c
}

// rendering is a chart with one file of values besides its own, "" for none.
type rendering struct {
	chart  *chart
	files  map[string]string // by their paths in the chart
	values string
	out    []byte
	err    error
}

// renderAll makes a root of what each chart renders with its own values, and one
// for each other file of values beside them, less what is the same. A chart of
// which no template can matter is not rendered.
func (s *set) renderAll(all *charts) []*root {
	var roots []*root
	var jobs []*rendering
	for _, c := range all.tops() {
		roots = append(roots, s.declaredValues(c)...)
		s.fetchDependencies(all, c)
		if c.node.Get("type").String() == "library" || !s.matters(all, c, 0) {
			continue
		}
		files, complete := s.chartFiles(all, c)
		if !complete {
			continue
		}
		for _, values := range append([]string{""}, s.valuesFiles(c)...) {
			jobs = append(jobs, &rendering{chart: c, files: files, values: values})
		}
	}
	s.runAll(jobs)
	seen := map[*chart]map[string]bool{}
	for _, job := range jobs {
		s.guard(job.chart.dir, func() {
			if r := s.rendered(job); r != nil {
				r.nodes = slices.DeleteFunc(r.nodes, func(n *document.Node) bool { return seen[job.chart][n.Fingerprint()] })
				roots = append(roots, r)
				if seen[job.chart] == nil {
					seen[job.chart] = map[string]bool{}
					for _, n := range r.nodes {
						seen[job.chart][n.Fingerprint()] = true
					}
				}
			}
		})
	}
	return roots
}

// matters says whether a chart, or one that it depends on, has a template that
// may matter.
func (s *set) matters(all *charts, c *chart, depth int) bool {
	if c.relevant || s.helpersMatter(c) {
		return true
	}
	for _, d := range c.node.Get("dependencies").Elements() {
		if other := all.dependency(c, d); other != nil && depth < maxOverlays && s.matters(all, other, depth+1) {
			return true
		}
	}
	return false
}

// helpersMatter looks into the files of a chart that are no manifests but from
// which manifests may be made: its helpers, and the archives of other charts.
func (s *set) helpersMatter(c *chart) bool {
	names, _ := s.tree.Walk([]string{c.dir}, func(name string) bool { return s.tree.IsDir(name) && path.Base(name) == "tests" })
	return slices.ContainsFunc(names, func(name string) bool {
		switch path.Ext(name) {
		case ".tgz":
			return true
		case ".tpl":
			data, err := s.tree.Read(name)
			return err == nil && s.kinds.matter(data)
		}
		return false
	})
}

// dependency finds a chart that another one depends on: in its own charts, at the
// path that it names, or the only one of that name in the tree.
func (c *charts) dependency(of *chart, d *document.Node) *chart {
	name := d.Get("name").String()
	if own := c.byDir[path.Join(of.dir, "charts", name)]; own != nil {
		return own
	}
	if at, ok := strings.CutPrefix(d.Get("repository").String(), "file://"); ok {
		return c.byDir[path.Join(of.dir, at)]
	}
	var found *chart
	for _, other := range c.byDir {
		if other != of && other.node.Get("name").String() == name && c.of(other.dir+"/"+chartFile) == nil {
			if found != nil {
				return nil
			}
			found = other
		}
	}
	return found
}

// Bounds on one chart.
const (
	maxChartFiles = 5_000
	maxChartSize  = 64 << 20 // bytes
)

// chartFiles returns the files of a chart and of those it depends on, by their
// paths in the chart. complete is false when a dependency is not in the tree.
func (s *set) chartFiles(all *charts, c *chart) (files map[string]string, complete bool) {
	files = map[string]string{}
	missing := map[string]bool{}
	s.addChart(all, c, "", files, missing, 0)
	if len(missing) > 0 {
		names := slices.Sorted(maps.Keys(missing))
		s.problem(model.NotRendered, path.Join(c.dir, chartFile), 1, fmt.Sprintf(
			"the chart is not rendered, for it depends on %s, which the checked files do not have (`helm dependency build` fetches them); what it declares was not checked",
			strings.Join(names, ", ")))
	}
	return files, len(missing) == 0
}

func (s *set) addChart(all *charts, c *chart, at string, files map[string]string, missing map[string]bool, depth int) {
	if depth > maxOverlays || len(files) > maxChartFiles {
		return
	}
	names, _ := s.tree.Walk([]string{c.dir}, func(string) bool { return false })
	archives := ""
	for _, name := range names {
		rel := strings.TrimPrefix(strings.TrimPrefix(name, c.dir), "/")
		if c.dir == "." {
			rel = name
		}
		files[path.Join(at, rel)] = name
		if path.Dir(rel) == "charts" {
			archives += path.Base(rel) + "\n"
		}
	}
	for _, d := range c.node.Get("dependencies").Elements() {
		name := d.Get("name").String()
		if name == "" || strings.Contains(archives, name+"-") {
			continue
		}
		other := all.dependency(c, d)
		switch {
		case other == nil:
			missing[name] = true
		case !strings.HasPrefix(other.dir, path.Join(c.dir, "charts")+"/"):
			s.addChart(all, other, path.Join(at, "charts", name), files, missing, depth+1)
		}
	}
}

// valuesFiles lists the files of values for one environment each: values-*.yaml
// beside the chart's own, all in a directory of values, and *-values.yaml when
// they set something that the chart has, for they may as well be another's.
func (s *set) valuesFiles(c *chart) []string {
	var all []string
	for _, dir := range []string{c.dir, path.Join(c.dir, "values")} {
		names, err := s.tree.Files(dir)
		if err != nil {
			continue
		}
		for _, name := range names {
			base := path.Base(name)
			ext := path.Ext(base)
			if ext != ".yaml" && ext != ".yml" || base == "values.yaml" {
				continue
			}
			stem := strings.TrimSuffix(base, ext)
			if dir != c.dir || strings.HasPrefix(stem, "values") || strings.HasSuffix(stem, "values") && s.setsOwn(c, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// setsOwn says whether a file of values sets something that a chart's own file
// has.
func (s *set) setsOwn(c *chart, name string) bool {
	own, other := s.read(path.Join(c.dir, "values.yaml")), s.read(name)
	if len(own) == 0 || len(other) == 0 {
		return false
	}
	return slices.ContainsFunc(other[0].Keys(), func(key string) bool { return key != "global" && own[0].Get(key) != nil })
}

// declaredValues takes the values that a chart gives to charts of others, where
// the catalogue knows them.
func (s *set) declaredValues(c *chart) []*root {
	values, err := s.tree.Read(path.Join(c.dir, "values.yaml"))
	if err != nil || len(c.node.Get("dependencies").Elements()) == 0 || !strings.Contains(string(values), ":") {
		return nil
	}
	r := &root{dir: c.dir}
	for _, d := range c.node.Get("dependencies").Elements() {
		name := d.Get("name")
		if !name.IsScalar() || s.Catalogue.Lookup(chartGroup+name.Text) == nil {
			continue
		}
		docs := s.read(path.Join(c.dir, "values.yaml"))
		if len(docs) == 0 {
			continue
		}
		if own := docs[0].Get(cmp.Or(d.Get("alias").String(), name.Text)); own != nil {
			r.nodes = append(r.nodes, releaseNode(name, own))
		}
	}
	if len(r.nodes) == 0 {
		return nil
	}
	return []*root{r}
}

// releaseNode makes the release that a chart's values stand for.
func releaseNode(chart, values *document.Node) *document.Node {
	n := objectNode("HelmRelease", &document.Node{Kind: document.Map, Range: chart.Range, Pairs: []document.Pair{{Key: "name", Range: chart.Range, Value: chart}}}, &document.Node{Kind: document.Null})
	spec := withPath(nil, []string{"chart", "spec", "chart"}, chart)
	spec = withPath(spec, []string{"values"}, values)
	return withPath(n, []string{"spec"}, spec)
}
