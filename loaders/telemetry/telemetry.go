// Package telemetry reads the configurations of programs that collect, pass on
// and keep logs, metrics and traces, in files of their own: Loki, Mimir, Cortex,
// Tempo, Thanos, Prometheus, Vector, Fluent Bit, Fluentd and the OpenTelemetry
// Collector. Those inside manifests are the Kubernetes loader's.
//
// A file is read when it has the keys that together only such a configuration
// has, whatever its name. What the program keeps on its own disk is no store
// here: nothing says where that stands.
package telemetry

import (
	"bytes"
	"context"
	"fmt"
	"path"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
	"github.com/stateside-dev/stateside/internal/telemetry"
)

// Loader reads configurations.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
}

// Skips leaves out examples and tests.
func (l *Loader) Skips(name string) bool { return source.IsExample(name) }

// Claims recognises configurations by what is in them.
func (l *Loader) Claims(f *source.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml", ".toml", ".conf", ".config":
		return telemetry.MustHave(f.Words()) && !isManifest(f.Words())
	}
	return false
}

// isManifest says whether a text is one of Kubernetes, or the template of one.
func isManifest(text *source.Words) bool { return text.HasAll("apiVersion:", "kind:") }

// Load reads each file by itself.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	var all model.Document
	for _, name := range files {
		all.Add(l.load(ctx, tree, name))
	}
	return all
}

func (l *Loader) load(ctx context.Context, tree *source.Tree, name string) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = problem(model.Unread, name, 1, fmt.Sprintf("it was not checked: internal error: %v", p))
		}
	}()
	if ctx.Err() != nil {
		return problem(model.Unread, name, 1, "it was not read: the check was stopped")
	}
	data, err := tree.Read(name)
	if err != nil {
		return problem(model.Unread, name, 1, fmt.Sprintf("it can't be read: %v", err))
	}
	read := telemetry.ReadDocument
	if ext := path.Ext(name); ext == ".conf" || ext == ".config" {
		read = telemetry.Read
	}
	parts, err := read(name, data)
	if err != nil && bytes.Contains(data, []byte("{{")) {
		return problem(model.NotRendered, name, 1, "it is a template that was not rendered; what it declares was not checked")
	}
	resources := make([]stores.Resource, len(parts))
	for i, p := range parts {
		resources[i] = object(name, p)
	}
	collector := stores.Collector{
		Tables: l.Tables, Catalogue: l.Catalogue, Tree: tree, Dir: name,
		Evaluator: &lang.Evaluator{Dir: path.Dir(name), Context: ctx},
	}
	doc = collector.Collect(resources)
	if err != nil {
		broken := problem(model.Unread, name, document.LineOf(err), fmt.Sprintf("it can't be read: %v", err))
		doc.Problems = append(doc.Problems, broken.Problems...)
	}
	return doc
}

// object makes a resource of a destination.
func object(name string, p telemetry.Part) *stores.Object {
	at := p.Node.Range
	if at.Filename == "" {
		at = hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	}
	return &stores.Object{
		Name: p.Name, Kind: p.Kind, Attributes: p.Node.Filled(nil), At: at,
		Settings: func(_ *lang.Evaluator, setting string) *lang.Value {
			if setting != "cluster" {
				return nil
			}
			return lang.UnknownVal(model.LeftToCaller, "it is where the program runs")
		},
	}
}

func problem(kind model.ProblemKind, file string, line int, message string) model.Document {
	p := model.NotRead(file, line, message)
	p.Kind = kind
	return model.Document{Problems: []model.Problem{p}}
}
