// Package tfplan reads what Terraform and OpenTofu say of themselves: plans and
// states in the JSON of `terraform show -json`, and state files. A plan is
// truth where configuration is only intent: its values are those that were
// evaluated, with what is known only when applied left open.
//
// Nothing that a plan deletes is a place of data afterwards, so deletions are
// not read.
package tfplan

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
)

// maxFileSize is the largest plan or state that is read, in bytes. Programs
// write them, and they hold each value twice.
const maxFileSize = 256 << 20

// Loader reads plans and states.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
}

// Claims recognises a plan or state by its first keys, and a plan in Terraform's
// own binary form, which it can't read, by its name and the first bytes.
func (l *Loader) Claims(f *source.File) bool {
	switch f.Ext() {
	case ".json", ".tfstate":
		return recognise(f.Text()) != nothing
	case ".tfplan":
		return bytes.HasPrefix(f.Text(), zipMagic)
	}
	return f.Path == source.Stdin && recognise(f.Text()) != nothing
}

// zipMagic begins a plan file as Terraform writes it.
var zipMagic = []byte("PK\x03\x04")

// form of a file.
type form uint8

const (
	nothing form = iota
	shown        // the output of show -json, of a plan or a state
	state        // a state file
)

// recogniseSize is how far into a file its first keys are looked for, in bytes.
const recogniseSize = 2 << 10

func recognise(text []byte) form {
	head := text[:min(len(text), recogniseSize)]
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	switch {
	case !has("terraform_version"):
		return nothing
	case has("format_version"):
		return shown
	case has("version") && (has("serial") || has("lineage")):
		return state
	}
	return nothing
}

// Load reads each file by itself: one is the whole of a root module.
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
			doc = problem(name, 1, fmt.Sprintf("it was not checked: internal error: %v", p))
		}
	}()
	if ctx.Err() != nil {
		return problem(name, 1, "it was not read: the check was stopped")
	}
	data, err := tree.ReadUpTo(name, maxFileSize)
	switch {
	case err != nil:
		return problem(name, 1, "it can't be read: "+err.Error())
	case bytes.HasPrefix(data, zipMagic):
		return problem(name, 1, "it is a plan in Terraform's own binary form; `terraform show -json "+path.Base(name)+" > plan.json` writes one that can be read")
	}
	root, err := document.ParseJSON(name, data)
	if err != nil {
		return problem(name, document.LineOf(err), fmt.Sprintf("it can't be read: %v", err))
	}
	s := &set{name: name, byAddress: map[string][]*instance{}}
	if recognise(data) == state {
		s.readState(root)
	} else {
		s.readShown(root)
	}
	collector := stores.Collector{
		Tables: l.Tables, Catalogue: l.Catalogue, Tree: tree, Dir: name,
		Evaluator: &lang.Evaluator{Dir: path.Dir(name), Context: ctx},
	}
	doc = collector.Collect(s.resources())
	doc.Problems = append(doc.Problems, s.problems...)
	return doc
}

func problem(name string, line int, message string) model.Document {
	return model.Document{Problems: []model.Problem{model.NotRead(name, line, message)}}
}

// set is the instances of one plan or state.
type set struct {
	name      string
	instances []*instance
	byAddress map[string][]*instance // by address without keys
	root      *module                // of the configuration; nil in a state
	variables *document.Node         // of the root module
	providers *document.Node         // provider_config
	problems  []model.Problem
}

// instance is one resource of a plan or state.
type instance struct {
	stores.Object
	key    string // index as text, with a quote for strings; "" for none
	values *document.Node
}

func (s *set) resources() []stores.Resource {
	all := make([]stores.Resource, len(s.instances))
	for i, inst := range s.instances {
		all[i] = inst
	}
	return all
}

func (s *set) unread(at hcl.Range, message string) {
	s.problems = append(s.problems, model.Problem{Kind: model.Unread, Message: message, Source: lang.SourceOf(at)})
}
