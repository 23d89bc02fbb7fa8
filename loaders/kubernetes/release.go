package kubernetes

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/telemetry"
)

// chartGroup is the group under which the catalogue has the values of charts
// that are public and well known, by the chart's name.
const chartGroup = "charts.helm.sh/"

// configurations are where the values of well-known charts hold the whole
// configuration of a program that package telemetry reads.
var configurations = map[string][][]string{
	"loki":                    {{"loki", "structuredConfig"}, {"loki", "config"}},
	"mimir-distributed":       {{"mimir", "structuredConfig"}},
	"tempo":                   {{"tempo"}},
	"tempo-distributed":       {{"tempo", "structuredConfig"}, {}},
	"thanos":                  {{"objstoreConfig"}},
	"vector":                  {{"customConfig"}},
	"fluent-bit":              {{"config", "outputs"}},
	"fluentd":                 {{"fileConfigs", "04_outputs.conf"}},
	"opentelemetry-collector": {{"config"}},
}

// addRelease takes in the values that a release gives to a chart which is
// fetched when it is deployed: of a chart that the catalogue knows, they tell
// where it keeps its data.
func (s *set) addRelease(r *root, n *document.Node, kind string) {
	switch kind {
	case "HelmRelease": // of Flux
		chart := n.At("spec", "chart", "spec", "chart")
		if chart == nil {
			chart = referredChart(r, n.At("spec", "chartRef"))
		}
		s.fetchChart(chart)
		s.addValues(r, n, chart, n.At("spec", "values"))
		for _, from := range n.At("spec", "valuesFrom").Elements() {
			s.addValues(r, n, chart, s.valuesFrom(r, chart, from))
		}
	case "HelmChart": // of K3s
		chart := n.At("spec", "chart")
		s.fetchChart(chart)
		s.addValues(r, n, chart, s.parseValues(n.At("spec", "valuesContent")))
	case "Application": // of Argo CD
		s.addSources(r, n, n.Get("spec"))
	case "ApplicationSet":
		s.addSources(r, n, n.At("spec", "template", "spec"))
	}
}

func (s *set) addSources(r *root, n, spec *document.Node) {
	sources := append(spec.Get("sources").Elements(), spec.Get("source").Elements()...)
	for _, source := range sources {
		s.fetchChart(source.Get("chart"))
		s.fetchPath(source.Get("path"), source.Get("repoURL"))
		helm := source.Get("helm")
		for _, values := range []*document.Node{helm.Get("valuesObject"), s.parseValues(helm.Get("values"))} {
			s.addValues(r, n, source.Get("chart"), values)
		}
		for _, file := range helm.Get("valueFiles").Elements() {
			s.addValues(r, n, source.Get("chart"), s.valuesFile(source.Get("chart"), file))
		}
	}
}

// referredChart is the chart that a reference stands for: the end of the address
// of a repository beside it that holds just that chart, or else what the
// repository is called, as is usual.
func referredChart(r *root, ref *document.Node) *document.Node {
	name := ref.Get("name")
	for _, n := range r.nodes {
		url := n.At("spec", "url")
		if n.Get("kind").String() == "OCIRepository" && slices.Contains(namesOf(n), name.String()) && url.IsScalar() {
			return textNode(path.Base(url.Text), url.Range)
		}
	}
	return name
}

// valuesFrom finds the values that a release takes from a ConfigMap or a Secret
// beside it.
func (s *set) valuesFrom(r *root, chart, from *document.Node) *document.Node {
	kind, name := from.Get("kind").String(), from.Get("name")
	key := cmp.Or(from.Get("valuesKey").String(), "values.yaml")
	for _, n := range r.nodes {
		if n.Get("kind").String() != kind || !slices.Contains(namesOf(n), name.String()) {
			continue
		}
		for _, block := range []string{"data", "stringData"} {
			if values := n.Get(block).Get(key); values != nil && (kind == "ConfigMap" || block == "stringData") {
				return s.parseValues(values)
			}
		}
	}
	s.fetchValues(chart, name, kind+" "+name.String())
	return nil
}

// valuesFile reads a file of values, of this repository where it is there. Only
// those of another source, whose name stands before them, have a path of their
// own: $values/db/values.yaml.
func (s *set) valuesFile(chart, file *document.Node) *document.Node {
	ref, name, ok := strings.Cut(file.String(), "/")
	if !ok || !strings.HasPrefix(ref, "$") || chart.String() == "" || strings.ContainsAny(name, "{$") {
		return nil
	}
	name = path.Clean(name)
	if data, err := s.tree.Read(name); err != nil || len(data) == 0 {
		s.fetchValues(chart, file, name)
		return nil
	}
	if docs := s.read(name); len(docs) > 0 {
		return docs[0]
	}
	return nil
}

// parseValues reads values that stand in a string.
func (s *set) parseValues(n *document.Node) *document.Node {
	if n == nil || n.Kind != document.String {
		return nil
	}
	name, data := s.within(n)
	docs, err := document.Parse(name, data)
	if err != nil || len(docs) == 0 {
		s.problemAt(model.NotRendered, n.Range, "the values of a chart can't be read as YAML; what they place was not checked")
		return nil
	}
	if name == "" {
		restamp(docs[0], n)
	}
	return docs[0]
}

// addValues takes in the values of one chart.
func (s *set) addValues(r *root, n, chart, values *document.Node) {
	name := chart.String()
	if name == "" || values == nil {
		return
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	s.addPart(r, n, "values", chartGroup+name, values)
	for _, path := range configurations[name] {
		if config := values.At(path...); config != nil && config.Kind == document.String {
			s.addConfiguration(r, n, document.Pair{Key: "values", Range: config.Range, Value: config})
		} else {
			s.addParts(r, n, "values", telemetry.Parts(config))
		}
	}
}
