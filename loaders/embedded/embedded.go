// Package embedded reads the configuration files of services and tools that
// manifests of Kubernetes hold: the entries of ConfigMaps and Secrets, each by the
// name under which a pod finds it. Whatever the other loaders know as a file they
// know as an entry too: application.yml, pgbackrest.conf, litestream.yml, backup.sh.
//
// Entries that are single variables are read with the containers' variables, and
// configurations of what ships logs and metrics with the manifests.
package embedded

import (
	"path"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Formats of the family: manifests, with the formats of what they may hold.
func Formats(inner []services.Format) []services.Format {
	return []services.Format{{
		Name: "files in manifests", Claims: holdsFiles,
		Read: func(f *services.File, doc *document.Node) { read(f, doc, inner) },
	}}
}

// holders are the words of a manifest with entries. Values of charts speak of such
// manifests, and are none.
var holders = []string{"kind: ConfigMap", `"ConfigMap"`, "stringData:", `"stringData"`}

// holdsFiles recognises manifests with entries of several lines. What a chart's
// templates make is known only when they are rendered.
func holdsFiles(f *source.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml", ".json":
	default:
		return false
	}
	if strings.Contains("/"+f.Path, "/templates/") {
		return false
	}
	return f.Words().Has("apiVersion") && f.Words().HasAny(holders...) && !services.DefinesKinds(f.Text())
}

func read(f *services.File, doc *document.Node, inner []services.Format) {
	kind := doc.Get("kind").String()
	switch {
	case doc.Get("apiVersion") == nil:
	case kind == "List":
		for _, item := range doc.Get("items").Elements() {
			read(f, item, inner)
		}
	case kind == "ConfigMap":
		entries(f, doc, doc.Get("data"), inner)
	case kind == "Secret":
		entries(f, doc, doc.Get("stringData"), inner)
	}
}

func entries(f *services.File, doc, data *document.Node, inner []services.Format) {
	for _, p := range data.Entries() {
		if p.Value.Kind != document.String || !strings.Contains(p.Value.Text, "\n") {
			continue
		}
		address := doc.Get("kind").String() + "/" + doc.At("metadata", "name").String() + "/" + p.Key + ":"
		f.Inside(inner, address, nameOf(p.Key), p.Value)
	}
}

// nameOf is the path that stands for an entry's. Frameworks that look for their
// settings in a folder look in config.
func nameOf(key string) string { return path.Join("config", key) }
