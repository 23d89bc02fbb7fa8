// Package cloudformation reads templates of AWS CloudFormation, of SAM, which
// extends it, and of the Serverless Framework, which holds some: YAML with its
// short tags, and JSON.
//
// A file is a template when it is a map with Resources, one of which has a type
// such as AWS::S3::Bucket. Intrinsic functions are turned into expressions of
// package lang, so that parameters, mappings and conditions are evaluated as far
// as they decide a place, and no further.
//
// A template does not say in which region it is deployed. A samconfig.toml
// beside it may, and the manifest of a CDK assembly; else the configuration's
// assumption counts or, without one, the place of its stores is left to whoever
// deploys it.
package cloudformation

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Loader reads templates.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	// Region in which a template is deployed of which no file says it; may be nil.
	Region *lang.Value
}

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises templates by what every one of them has, and the files that
// say where they are deployed by their names.
func (l *Loader) Claims(f *source.File) bool {
	if claimsServerless(f) {
		return true
	}
	switch f.Ext() {
	case ".yaml", ".yml", ".json", ".template", ".cform", ".cfn":
		return looksLikeTemplate(f.Words())
	}
	return false
}

// looksLikeTemplate says whether a text has Resources, and a type of AWS or of its
// own.
func looksLikeTemplate(text *source.Words) bool {
	return text.HasAll("Resources", "Type") && text.HasAny("AWS::", "Custom::")
}

// Load reads each template by itself, in each environment that it is deployed
// in; one that another template nests is read as a part of that.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	s := &set{ctx: ctx, tree: tree, tables: l.Tables, catalogue: l.Catalogue, templates: map[string]*template{}, nested: map[string]bool{}, data: map[string]*document.Node{}}
	for _, name := range files {
		s.read(name)
	}
	s.findNested()
	var all model.Document
	var tops []*top
	for _, name := range files {
		t := s.templates[name]
		if t == nil || s.nested[name] {
			continue
		}
		for _, d := range s.deployments(t) {
			all.Add(guarded(t, func() model.Document {
				tops = append(tops, l.deploy(ctx, s, t, d))
				return model.Document{}
			}))
		}
	}
	all.Add(model.Document{Problems: s.problems})
	s.export()
	for _, t := range tops {
		all.Add(guarded(t.stack.template, func() model.Document { return l.collect(s, t) }))
	}
	return all
}

// guarded keeps a failure that was not foreseen to one template, and reports it:
// the other ones are still read.
func guarded(t *template, f func() model.Document) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = model.Document{Problems: []model.Problem{model.NotRead(t.name, 1, fmt.Sprintf("the template was not checked: internal error: %v", p))}}
		}
	}()
	return f()
}

// top is a template in one deployment, with the stacks that it nests.
type top struct {
	stack     *stack
	resources []stores.Resource
	ev        *lang.Evaluator
}

// deploy makes the stacks of one template in one deployment.
func (l *Loader) deploy(ctx context.Context, s *set, t *template, d deployment) *top {
	ev := &lang.Evaluator{Dir: path.Dir(t.name), Context: ctx, Files: s.tree}
	if d.region == nil {
		d.region = l.Region
	}
	st := newStack(s, t, d)
	if t.service != nil {
		st.ownRegion = st.serviceRegion()
	}
	st.root = t.name
	if d.name != "" {
		st.root += "@" + d.name
	}
	return &top{stack: st, resources: st.resources(ev, nil), ev: ev}
}

// collect makes the stores and copies of the stacks of one deployment.
func (l *Loader) collect(s *set, t *top) model.Document {
	name := t.stack.template.name
	collector := stores.Collector{Tables: l.Tables, Catalogue: l.Catalogue, Tree: s.tree, Dir: t.stack.root, Evaluator: t.ev, RootOf: rootOf}
	doc := collector.Collect(t.resources)
	doc.Problems = append(doc.Problems, *t.stack.problems...)
	if t.ev.Exceeded {
		doc.Problems = append(doc.Problems, model.Problem{Kind: model.LimitReached, Message: "evaluation of " + name + " reached a bound; the rest was not checked"})
	}
	doc.Problems = append(doc.Problems, stores.DeployerDecides(name, "does not say in which region it is deployed", doc.Stores)...)
	return doc
}

// rootOf is the deployment to which a resource belongs.
func rootOf(r stores.Resource) string {
	own, ok := r.(*resource)
	if !ok {
		return ""
	}
	st := own.stack
	for st.parent != nil {
		st = st.parent
	}
	return st.root
}

// template is one file.
type template struct {
	name    string
	doc     *document.Node
	service *document.Node // of the Serverless Framework; nil for a plain template
}

// set is the templates of one check, by path.
type set struct {
	ctx       context.Context
	tree      *source.Tree
	tables    *geo.Tables
	catalogue *catalog.Catalogue
	templates map[string]*template
	nested    map[string]bool
	data      map[string]*document.Node // files that variables name
	stacks    []*stack                  // of all templates
	exports   map[string][]export
	problems  []model.Problem
}

// read parses one file. A file that only looks like a template is passed over.
func (s *set) read(name string) {
	if s.ctx.Err() != nil {
		s.problems = append(s.problems, model.NotRead(name, 1, "the file was not read: the check was stopped"))
		return
	}
	data, err := s.tree.Read(name)
	if err != nil {
		s.problems = append(s.problems, model.NotRead(name, 1, "the file can't be read: "+err.Error()))
		return
	}
	if isServerlessCode(name) {
		if bytes.Contains(data, []byte("resources")) {
			s.problems = append(s.problems, model.Problem{
				Kind: model.ModuleMissing, Source: lang.SourceOf(document.FirstLine(name)),
				Message: name + " is a program; the resources that it declares were not checked",
			})
		}
		return
	}
	docs, err := document.Parse(name, data)
	if err != nil {
		s.tellUnread(name, data, err)
		return
	}
	for _, doc := range docs {
		if isServerlessName(name) {
			if t := s.service(name, doc); t != nil {
				s.templates[name] = t
				return
			}
		}
		if isTemplate(doc) {
			s.templates[name] = &template{name: name, doc: doc}
			return
		}
	}
}

// tellUnread reports a file that can't be parsed and was meant to be a template.
func (s *set) tellUnread(name string, data []byte, err error) {
	switch {
	case !certain(data) && !isServerlessName(name):
	case isRendered(data):
		p := model.NotRead(name, document.LineOf(err), "it is made into a template by another program, and was not rendered; what it declares was not checked")
		p.Kind = model.NotRendered
		s.problems = append(s.problems, p)
	default:
		s.problems = append(s.problems, model.NotRead(name, document.LineOf(err), "the template can't be read: "+err.Error()))
	}
}

// sections and types are as a template has them, in YAML and in JSON.
var (
	sections = regexp.MustCompile(`(?m)^\s*\{?\s*"?Resources"?\s*:`)
	types    = regexp.MustCompile(`[{,\s]"?Type"?\s*:\s*["']?AWS::\w+::\w+`)
)

// certain says whether a file that can't be parsed was meant to be a template.
func certain(data []byte) bool {
	return bytes.Contains(data, []byte("AWSTemplateFormatVersion")) || bytes.Contains(data, []byte("AWS::Serverless")) ||
		sections.Match(data) && types.Match(data)
}

// isRendered says whether a file has the marks of what another program renders.
func isRendered(data []byte) bool {
	return bytes.Contains(data, []byte("{%")) || bytes.Contains(data, []byte("{{")) && bytes.Contains(data, []byte("}}"))
}

func isTemplate(doc *document.Node) bool {
	resources := doc.Get("Resources")
	if resources == nil || resources.Kind != document.Map {
		return false
	}
	return slices.ContainsFunc(resources.Pairs, func(p document.Pair) bool {
		return isType(p.Value.Get("Type").String()) || strings.HasPrefix(p.Key, "Fn::ForEach")
	})
}

func isType(text string) bool {
	return strings.HasPrefix(text, "AWS::") || strings.HasPrefix(text, "Custom::")
}

// findNested notes the templates that others nest by a path of the same tree.
func (s *set) findNested() {
	for _, t := range s.templates {
		for _, p := range t.doc.Get("Resources").Entries() {
			if url, ok := nestedURL(p.Value); ok {
				s.nested[path.Join(path.Dir(t.name), url)] = true
			}
		}
	}
	// A ring of templates would leave none to start with.
	for name := range s.nested {
		if t := s.templates[name]; t != nil && s.nests(t, name, map[string]bool{}) {
			s.nested[name] = false
		}
	}
}

// nests says whether a template nests another one, itself or through others.
func (s *set) nests(t *template, name string, seen map[string]bool) bool {
	if seen[t.name] {
		return false
	}
	seen[t.name] = true
	for _, p := range t.doc.Get("Resources").Entries() {
		url, ok := nestedURL(p.Value)
		if !ok {
			continue
		}
		target := path.Join(path.Dir(t.name), url)
		if target == name || s.templates[target] != nil && s.nests(s.templates[target], name, seen) {
			return true
		}
	}
	return false
}

// nestedURL is where a resource says that the template which it nests is, and
// whether that is a path.
func nestedURL(r *document.Node) (url string, isLocal bool) {
	var n *document.Node
	switch r.Get("Type").String() {
	case stackSetType:
		if file := embeddedFile(r.At("Properties", "TemplateBody")); file != "" {
			return file, true
		}
		n = r.At("Properties", "TemplateURL")
	case "AWS::CloudFormation::Stack":
		n = r.At("Properties", "TemplateURL")
	case "AWS::Serverless::Application":
		n = r.At("Properties", "Location")
	}
	if n == nil || n.Kind != document.String || n.Tag != "" {
		return "", false
	}
	return n.Text, !strings.Contains(n.Text, "://")
}

// embeddedFile is the path of a file whose text the tool rain puts in; "" when
// it puts in none.
func embeddedFile(n *document.Node) string {
	if fn, arg, ok := intrinsic(n); ok && fn == "Rain::Embed" {
		return arg.String()
	}
	return n.Get("Rain::Embed").String()
}
