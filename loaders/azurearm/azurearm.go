// Package azurearm reads templates of the Azure Resource Manager: JSON as people
// write it, with comments and text over several lines, and as Bicep compiles it,
// with resources in a list or by symbolic names.
//
// A file is a template when its $schema says so, or when it has resources of
// types such as Microsoft.Storage/storageAccounts with an API version. What
// stands in brackets is turned into expressions of package lang, so that
// parameters and variables are evaluated as far as they decide a place.
//
// The location of most resources is that of the resource group, which a template
// does not say: its place is then left to whoever deploys it. Files of parameters
// beside a template are deployments of it. Bicep itself is not read; that it
// is there is said once.
package azurearm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads templates.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	// Location of resource groups of which no file says it; may be nil.
	Location *lang.Value
}

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises templates and files of parameters by what every one of them
// has, and Bicep by its name.
func (l *Loader) Claims(f *source.File) bool {
	switch f.Ext() {
	case ".bicep":
		return true
	case ".json", ".jsonc", ".template":
		text := f.Words()
		return hasSchema(text, "eploymentTemplate.json") || hasSchema(text, "eploymentParameters.json") ||
			text.HasAll(`"Microsoft.`, `"apiVersion"`, `"resources"`)
	}
	return false
}

// hasSchema says whether a text names one of the schemas of Azure.
func hasSchema(text *source.Words, name string) bool { return text.HasAll("$schema", name) }

// set is the files of one check.
type set struct {
	ctx       context.Context
	tree      *source.Tree
	catalogue *catalog.Catalogue
	types     types
	templates map[string]bool           // those that look like templates
	values    map[string]*document.Node // of files of parameters
	// By directory: how many templates there are, and the files of parameters.
	templatesIn map[string]int
	valuesIn    map[string][]string
	nested      map[string]bool // templates that others link to

	mu     sync.Mutex
	linked map[string]linkedTo // templates that were linked to
}

// linkedTo is a template that others link to, or why it can't be read.
type linkedTo struct {
	doc     *document.Node
	problem *model.Problem
}

// Load reads each template by itself, in each deployment that files of
// parameters tell of; one that another template links to is a part of that.
// Templates may be large, so none is kept after it was evaluated.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	s := &set{
		ctx: ctx, tree: tree, catalogue: l.Catalogue, types: typesOf(l.Catalogue), nested: map[string]bool{},
		templates: map[string]bool{}, values: map[string]*document.Node{}, linked: map[string]linkedTo{},
		templatesIn: map[string]int{}, valuesIn: map[string][]string{},
	}
	problems := s.classify(files)
	problems = append(problems, s.mentionBicep(files)...)
	outer := slices.DeleteFunc(slices.Clone(files), func(name string) bool { return !s.templates[name] || s.nested[name] })
	docs := make([]model.Document, len(outer))
	parallel.Each(len(outer), func(i int) { docs[i] = l.loadFile(s, outer[i]) })
	all := model.Document{Problems: problems}
	for _, doc := range docs {
		all.Add(doc)
	}
	return all
}

// classify tells templates from files of parameters, and finds the templates
// that others link to.
func (s *set) classify(files []string) (problems []model.Problem) {
	var linking []string
	for _, name := range files {
		if path.Ext(name) == ".bicep" {
			continue
		}
		data, err := s.tree.Read(name)
		switch {
		case err != nil:
			problems = append(problems, model.NotRead(name, 1, "the file can't be read: "+err.Error()))
		case hasSchema(source.NewWords(data), "eploymentParameters.json"):
			if doc, err := document.ParseJSON(name, strict(data)); err != nil {
				problems = append(problems, model.NotRead(name, document.LineOf(err), "the file of parameters can't be read: "+err.Error()))
			} else {
				s.values[name] = doc.Get("parameters")
				s.valuesIn[path.Dir(name)] = append(s.valuesIn[path.Dir(name)], name)
			}
		default:
			s.templates[name] = true
			s.templatesIn[path.Dir(name)]++
			if bytes.Contains(data, []byte("templateLink")) {
				linking = append(linking, name)
			}
		}
	}
	for _, name := range linking {
		if doc, _ := s.parse(name); doc != nil {
			s.findNested(name, doc)
		}
	}
	return problems
}

// loadFile evaluates one template in each of its deployments.
func (l *Loader) loadFile(s *set, name string) (all model.Document) {
	// One that is cut short may have had anything.
	if data, err := s.tree.Read(name); err == nil && json.Valid(data) && !s.types.matter(data) {
		return all
	}
	doc, problem := s.parse(name)
	if problem != nil {
		all.Problems = append(all.Problems, *problem)
	}
	if doc == nil {
		return all
	}
	for _, d := range s.deployments(name) {
		one := l.load(s, name, doc, d)
		all.Add(one)
	}
	return all
}

// load evaluates one template in one deployment. Should that fail in a way that
// was not foreseen, the other ones are still read, and this one is reported.
func (l *Loader) load(s *set, name string, parsed *document.Node, d deployment) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = model.Document{Problems: []model.Problem{model.NotRead(name, 1, fmt.Sprintf("the template was not checked: internal error: %v", p))}}
		}
	}()
	ev := &lang.Evaluator{Dir: path.Dir(name), Context: s.ctx}
	top := newStack(s, name, parsed)
	top.values = d.values
	if l.Location != nil {
		top.group = lang.Done(l.Location)
	}
	resources := slices.DeleteFunc(top.resources(ev, nil), func(r stores.Resource) bool { return r.(*resource).concernsNoStore(ev) })
	dir := name
	if d.name != "" {
		dir += "@" + d.name
	}
	collector := stores.Collector{Tables: l.Tables, Catalogue: l.Catalogue, Tree: s.tree, Dir: dir, Evaluator: ev}
	doc = collector.Collect(resources)
	doc.Problems = append(doc.Problems, *top.problems...)
	if ev.Exceeded {
		doc.Problems = append(doc.Problems, model.Problem{Kind: model.LimitReached, Message: "evaluation of " + name + " reached a bound; the rest was not checked"})
	}
	doc.Problems = append(doc.Problems, stores.DeployerDecides(name, "does not say in which location it is deployed", doc.Stores)...)
	return doc
}

// parse parses one template. A file that only looks like one is passed over.
func (s *set) parse(name string) (*document.Node, *model.Problem) {
	if s.ctx.Err() != nil {
		p := model.NotRead(name, 1, "the file was not read: the check was stopped")
		return nil, &p
	}
	data, err := s.tree.Read(name)
	if err != nil {
		p := model.NotRead(name, 1, "the file can't be read: "+err.Error())
		return nil, &p
	}
	doc, err := document.ParseJSON(name, strict(data))
	if err != nil {
		if !hasSchema(source.NewWords(data), "eploymentTemplate.json") {
			return nil, nil
		}
		p := model.NotRead(name, document.LineOf(err), "the template can't be read: "+err.Error())
		return nil, &p
	}
	if !isTemplate(doc) {
		return nil, nil
	}
	return doc, nil
}

// linkedTemplate is the template of a file that another one links to, neither it nor
// a problem when there is none. It is kept, since many may link to it.
func (s *set) linkedTemplate(name string) (*document.Node, *model.Problem) {
	if !s.templates[name] {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to, ok := s.linked[name]
	if !ok {
		to.doc, to.problem = s.parse(name)
		s.linked[name] = to
	}
	return to.doc, to.problem
}

// isTemplate says whether a document has resources, one of which is of a type of
// Azure's.
func isTemplate(doc *document.Node) bool {
	resources := doc.Get("resources")
	if strings.Contains(doc.Get("$schema").String(), "eploymentTemplate.json") {
		return resources != nil
	}
	var declared []*document.Node
	for _, p := range resources.Entries() {
		declared = append(declared, p.Value)
	}
	if resources != nil && resources.Kind == document.List {
		declared = resources.Items
	}
	return slices.ContainsFunc(declared, func(r *document.Node) bool {
		return strings.HasPrefix(r.Get("type").String(), "Microsoft.") && r.Get("apiVersion") != nil
	})
}

// strict makes JSON of what templates may hold besides it: comments become
// spaces, and the ends of lines within texts too, so that all stays where it is.
// So does a comma behind the last of several, which Azure takes, as it takes all
// kinds of spaces.
func strict(data []byte) []byte {
	out := slices.Clone(data)
	blank := func(i int) {
		if out[i] != '\n' && out[i] != '\r' {
			out[i] = ' '
		}
	}
	comma := -1 // the last thing that stood there
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '"':
			comma = -1
			for i++; i < len(out) && out[i] != '"'; i++ {
				switch out[i] {
				case '\\':
					i++
				case '\n', '\r', '\t':
					out[i] = ' '
				}
			}
		case out[i] == '/' && i+1 < len(out) && out[i+1] == '/':
			for ; i < len(out) && out[i] != '\n'; i++ {
				blank(i)
			}
		case out[i] == '/' && i+1 < len(out) && out[i+1] == '*':
			end := bytes.Index(out[i+2:], []byte("*/"))
			stop := len(out)
			if end >= 0 {
				stop = i + end + 4
			}
			for ; i < stop; i++ {
				blank(i)
			}
			i--
		case out[i] == 0xC2 && i+1 < len(out) && out[i+1] == 0xA0: // a space that does not break
			out[i], out[i+1] = ' ', ' '
		case out[i] == ',':
			comma = i
		case (out[i] == '}' || out[i] == ']') && comma >= 0:
			out[comma], comma = ' ', -1
		case out[i] > ' ':
			comma = -1
		}
	}
	return out
}

// mentionBicep says once that sources in Bicep were not read: those for which
// there is no compiled template of the same name.
func (s *set) mentionBicep(files []string) []model.Problem {
	var left []string
	for _, name := range files {
		if path.Ext(name) == ".bicep" && !s.templates[strings.TrimSuffix(name, ".bicep")+".json"] {
			left = append(left, name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	what := "1 Bicep file is"
	if len(left) > 1 {
		what = fmt.Sprintf("%d Bicep files are", len(left))
	}
	return []model.Problem{{
		Kind: model.ModuleMissing, Source: lang.SourceOf(document.FirstLine(left[0])),
		Message: what + " not read, and what they declare was not checked: compile them to JSON (bicep build) and check that",
	}}
}
