package appconfig

import (
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// containerMarks are words that a file has which gives variables to containers:
// a manifest of Kubernetes, a task of ECS, a Compose file.
var containerMarks = [][]string{{"apiVersion", "containers:", "env:"}, {"apiVersion", "kind: ConfigMap"}, {"apiVersion", "kind: Secret", "stringData"}, {"containerDefinitions", "environment"}, {"services:", "environment:"}, {"apiVersion: acid.zalan.do/", "env:"}}

// setsVariables recognises files that give variables to containers. What a
// chart's templates make is known only when they are rendered.
func setsVariables(f *source.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml", ".json":
	default:
		return false
	}
	if strings.Contains("/"+f.Path, "/templates/") {
		return false
	}
	return slices.ContainsFunc(containerMarks, func(marks []string) bool { return f.Words().HasAll(marks...) }) && !services.DefinesKinds(f.Text())
}

// containers reads the variables that a manifest, a task definition or a Compose
// file sets.
func containers(f *services.File, doc *document.Node) {
	switch {
	case doc.Get("apiVersion") != nil && doc.Get("kind").String() == "ConfigMap":
		f.EnvironmentOf("ConfigMap/"+doc.At("metadata", "name").String()+".", doc.Get("data"))
	case doc.Get("apiVersion") != nil && doc.Get("kind").String() == "Secret":
		f.EnvironmentOf("Secret/"+doc.At("metadata", "name").String()+".", doc.Get("stringData"))
	case doc.Get("apiVersion") != nil && doc.Get("kind") != nil:
		name := doc.Get("kind").String() + "/" + doc.At("metadata", "name").String() + "."
		if strings.HasPrefix(doc.Get("apiVersion").String(), "acid.zalan.do/") {
			f.EnvironmentOf(name, byName(doc.At("spec", "env")))
		}
		doc.Walk(func(path []string, n *document.Node) bool {
			if len(path) > 0 && strings.HasSuffix(strings.ToLower(path[len(path)-1]), "containers") && n.Kind == document.List {
				for _, c := range n.Items {
					f.EnvironmentOf(name+c.Get("name").String()+".", byName(c.Get("env")))
				}
			}
			return true
		})
	case doc.Get("containerDefinitions") != nil:
		for _, c := range doc.Get("containerDefinitions").Elements() {
			f.EnvironmentOf(c.Get("name").String()+".", byName(c.Get("environment")))
		}
	case doc.Get("services") != nil:
		for _, s := range doc.Get("services").Entries() {
			f.EnvironmentOf(s.Key+".", assignments(s.Value.Get("environment")))
		}
	}
}

// byName makes a map of a list of names and values.
func byName(list *document.Node) *document.Node {
	if list == nil || list.Kind != document.List {
		return nil
	}
	out := &document.Node{Kind: document.Map, Range: list.Range}
	for _, item := range list.Items {
		if name, value := item.Get("name"), item.Get("value"); name.IsScalar() && value.IsScalar() {
			out.Pairs = append(out.Pairs, document.Pair{Key: name.Text, Range: name.Range, Value: value})
		}
	}
	return out
}

// assignments makes a map of a list of NAME=value; a map it already is stays.
func assignments(n *document.Node) *document.Node {
	if n == nil || n.Kind != document.List {
		return n
	}
	out := &document.Node{Kind: document.Map, Range: n.Range}
	for _, item := range n.Items {
		name, _, ok := strings.Cut(item.String(), "=")
		if !ok {
			continue
		}
		value := services.Part(item, len(name)+1, len(item.Text))
		out.Pairs = append(out.Pairs, document.Pair{Key: name, Range: item.Range, Value: value})
	}
	return out
}
