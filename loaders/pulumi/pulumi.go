// Package pulumi reads what Pulumi writes down: programs in YAML with the
// configurations of their stacks, and the JSON that `pulumi preview --json` and
// `pulumi stack export` print for programs in any language.
//
// A program is a Pulumi.yaml with resources; Pulumi.<stack>.yaml beside it are
// its deployments. A program in a programming language is not read; that it is
// there is said once. JSON is recognised by the names that Pulumi gives
// resources, urn:pulumi:….
//
// Most providers are made out of those of Terraform: a type such as
// aws:rds/instance:Instance is the catalogue's aws_db_instance, and its
// properties are Terraform's in another spelling.
package pulumi

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads programs, stacks and previews.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
}

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises programs and stacks by their names, and JSON by what it holds.
func (l *Loader) Claims(f *source.File) bool {
	switch base := path.Base(f.Path); {
	case isProgram(base):
		return bytes.Contains(f.Text(), []byte("runtime"))
	case stackOf(base) != "":
		return bytes.Contains(f.Text(), []byte("config"))
	case f.Ext() == ".json":
		text := f.Text()
		return bytes.Contains(text, []byte(`"urn:pulumi:`)) && bytes.Contains(text, []byte(`"urn"`))
	}
	return false
}

func isProgram(base string) bool { return base == "Pulumi.yaml" || base == "Pulumi.yml" }

// stackOf is the stack whose configuration a file is, by its name; "" for none.
func stackOf(base string) string {
	name, ok := strings.CutPrefix(base, "Pulumi.")
	if !ok {
		return ""
	}
	for _, ext := range []string{".yaml", ".yml"} {
		if stack, ok := strings.CutSuffix(name, ext); ok {
			return stack
		}
	}
	return ""
}

// set is the files of one check.
type set struct {
	tree     *source.Tree
	tables   *geo.Tables
	rows     *catalog.Catalogue
	programs []*program
	stacks   map[string][]*stack // by directory
	states   []*document.Node
	code     []string            // programs that are not written in YAML
	backends map[string]*backend // by address
	problems []model.Problem

	azureOnce  sync.Once
	azureTypes map[string]string // by the names of azure-native
}

// Load reads the programs, each in each of its stacks, and the previews.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	s := &set{tree: tree, tables: l.Tables, rows: l.Catalogue, stacks: map[string][]*stack{}, backends: map[string]*backend{}}
	for _, name := range files {
		if ctx.Err() != nil {
			s.problems = append(s.problems, model.NotRead(name, 1, "the file was not read: the check was stopped"))
			break
		}
		s.read(name)
	}
	s.mentionCode()
	all := model.Document{Problems: s.problems}
	add := func(doc model.Document) {
		all.Add(doc)
	}
	for _, p := range s.programs {
		deployments := s.stacks[p.stackDir()]
		if len(deployments) == 0 {
			deployments = []*stack{nil}
		}
		for _, st := range deployments {
			add(guarded(p.name, func() model.Document { return p.evaluate(ctx, s, st) }))
		}
	}
	for _, address := range slices.Sorted(maps.Keys(s.backends)) {
		b := s.backends[address]
		add(guarded(b.project, func() model.Document { return b.state(ctx, s) }))
	}
	for _, doc := range s.states {
		add(guarded(doc.Range.Filename, func() model.Document { return s.state(ctx, doc) }))
	}
	return all
}

// guarded evaluates one thing. Should that fail in a way that was not foreseen,
// the other ones are still read, and this one is reported.
func guarded(name string, evaluate func() model.Document) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = model.Document{Problems: []model.Problem{model.NotRead(name, 1, fmt.Sprintf("the file was not checked: internal error: %v", p))}}
		}
	}()
	return evaluate()
}

func (s *set) read(name string) {
	data, err := s.tree.Read(name)
	if err != nil {
		s.problems = append(s.problems, model.NotRead(name, 1, "the file can't be read: "+err.Error()))
		return
	}
	docs, err := document.Parse(name, data)
	if err != nil || len(docs) == 0 {
		if err != nil {
			s.problems = append(s.problems, model.NotRead(name, document.LineOf(err), "the file can't be read: "+err.Error()))
		}
		return
	}
	doc, base := docs[0], path.Base(name)
	switch {
	case isProgram(base):
		s.readProgram(name, doc)
	case stackOf(base) != "":
		dir := path.Dir(name)
		s.stacks[dir] = append(s.stacks[dir], &stack{name: stackOf(base), config: doc.Get("config")})
	case isState(doc):
		s.states = append(s.states, doc)
	}
}

func (s *set) readProgram(name string, doc *document.Node) {
	s.noteBackend(name, doc)
	runtime := doc.Get("runtime")
	language := runtime.String()
	if language == "" {
		language = runtime.Get("name").String()
	}
	switch {
	case language == "yaml":
		s.addProgram(name, doc)
	case language != "":
		s.code = append(s.code, name)
	}
}

// addProgram takes in a program in YAML: that of a project, or that of a file Main
// beside it, or where the project says that it is.
func (s *set) addProgram(name string, project *document.Node) {
	p := &program{name: name, project: name, doc: project}
	for _, ext := range []string{".yaml", ".yml"} {
		file := path.Join(path.Dir(name), project.Get("main").String(), "Main"+ext)
		data, err := s.tree.Read(file)
		if err != nil {
			continue
		}
		docs, err := document.Parse(file, data)
		if err != nil || len(docs) == 0 {
			s.problems = append(s.problems, model.NotRead(file, document.LineOf(err), "the file can't be read"))
			return
		}
		p.name = file
		p.doc = &document.Node{Kind: document.Map, Range: docs[0].Range, Pairs: slices.Concat(docs[0].Pairs, project.Pairs)}
		break
	}
	if p.doc.Get("resources") != nil {
		s.programs = append(s.programs, p)
	}
}

// mentionCode says once that programs in programming languages were not read,
// but for those of which there is a preview.
func (s *set) mentionCode() {
	previewed := map[string]bool{}
	for _, doc := range s.states {
		previewed[path.Dir(doc.Range.Filename)] = true
	}
	left := slices.DeleteFunc(s.code, func(name string) bool { return previewed[path.Dir(name)] })
	if len(left) == 0 {
		return
	}
	what := "1 Pulumi program is written in a programming language and was"
	if len(left) > 1 {
		what = fmt.Sprintf("%d Pulumi programs are written in programming languages and were", len(left))
	}
	s.problems = append(s.problems, model.Problem{
		Kind: model.ModuleMissing, Source: lang.SourceOf(document.FirstLine(left[0])),
		Message: what + " not checked: check what `pulumi preview --json` prints",
	})
}

// collect makes the document of resources.
func (s *set) collect(ev *lang.Evaluator, dir string, resources []stores.Resource) model.Document {
	collector := stores.Collector{Tables: s.tables, Catalogue: s.rows, Tree: s.tree, Dir: dir, Evaluator: ev}
	doc := collector.Collect(resources)
	if ev.Exceeded {
		doc.Problems = append(doc.Problems, model.Problem{Kind: model.LimitReached, Message: "evaluation of " + dir + " reached a bound; the rest was not checked"})
	}
	return doc
}
