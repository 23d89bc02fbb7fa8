package cloudformation

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// The Serverless Framework deploys a template of its own: the functions that a
// serverless.yml lists, and the resources that it has as CloudFormation writes
// them. Its variables, ${self:custom.table}, are filled in before. A file is one
// of its when it is named so, has a service and a provider, and that is aws.

// defaultServerlessRegion is where a service without a region is deployed.
const (
	defaultServerlessRegion = "us-east-1"
	defaultServerlessStage  = "dev"
	serverlessPage          = "documentation of serverless.yml"
)

// claimsServerless says whether a file is a service by its name and its content.
func claimsServerless(f *source.File) bool {
	if !isServerlessName(f.Path) {
		return false
	}
	return f.Words().HasAll("service", "provider")
}

// isServerlessName accepts serverless.yml, the like of serverless-prod.yml and
// serverless.prod.yml, and serverless.ts.
func isServerlessName(name string) bool {
	base := path.Base(name)
	switch path.Ext(base) {
	case ".yml", ".yaml", ".json":
		return strings.HasPrefix(base, "serverless.") || strings.HasPrefix(base, "serverless-") && !strings.HasPrefix(base, "serverless-compose")
	}
	return isServerlessCode(name)
}

// isServerlessCode says whether a service is written as a program, which is not
// run here.
func isServerlessCode(name string) bool {
	return slices.Contains([]string{"serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs"}, path.Base(name))
}

// service makes the template of a service; nil when the document is none.
func (s *set) service(name string, doc *document.Node) *template {
	provider := doc.Get("provider")
	cloud := provider.String()
	if provider.Get("name") != nil {
		cloud = provider.Get("name").String()
	}
	if cloud != "aws" || doc.Get("service") == nil && doc.Get("org") == nil {
		return nil
	}
	markVariables(doc)
	t := &template{name: name, service: doc}
	t.doc = &document.Node{Kind: document.Map, Range: doc.Range}
	all := &document.Node{Kind: document.Map, Range: doc.Range}
	for _, part := range doc.Get("resources").Elements() {
		part = s.filled(t, part, 0)
		for _, key := range []string{conditions, mappings, parameters, "Outputs"} {
			if n := s.filled(t, part.Get(key), 0); n != nil && n.Kind == document.Map {
				t.doc.Pairs = append(t.doc.Pairs, document.Pair{Key: key, Range: n.Range, Value: n})
			}
		}
		for _, p := range s.filled(t, part.Get(resources), 0).Entries() {
			p.Value = s.filled(t, p.Value, 0)
			all.Pairs = append(all.Pairs, p)
		}
	}
	t.doc.Pairs = append(t.doc.Pairs, document.Pair{Key: resources, Range: doc.Range, Value: all})
	return t
}

// maxFiles bounds how files name files.
const maxFiles = 16

// filled returns what a node stands for when it is a file, or a part of one,
// whose path is written out; else the node. A file that can't be had is a
// problem: what it declares is not checked.
func (s *set) filled(t *template, n *document.Node, depth int) *document.Node {
	if n == nil || n.Tag != variableTag {
		return n
	}
	inner, ok := soleVariable(n.Text)
	if !ok {
		return n
	}
	if rest, isSelf := strings.CutPrefix(inner, "self:"); isSelf && !strings.ContainsAny(rest, "${,") && depth < maxFiles {
		return s.filled(t, t.service.At(strings.Split(rest, ".")...), depth+1)
	}
	file, keys, ok := fileVariable(inner)
	if !ok {
		return n
	}
	doc := s.fileOf(t, file)
	if doc == nil || depth > maxFiles {
		s.problems = append(s.problems, model.Problem{
			Kind: model.ModuleMissing, Source: lang.SourceOf(n.Range),
			Message: fmt.Sprintf("the file %s can't be read as data; what it declares was not checked", file),
		})
		return nil
	}
	if keys != "" {
		doc = doc.At(strings.Split(keys, ".")...)
	}
	return s.filled(t, doc, depth+1)
}

// fileOf reads a file of data that a service names, nil when it is none.
func (s *set) fileOf(t *template, file string) *document.Node {
	switch path.Ext(file) {
	case ".yml", ".yaml", ".json":
	default:
		return nil
	}
	name := path.Join(path.Dir(t.name), file)
	if n, ok := s.data[name]; ok {
		return n
	}
	var n *document.Node
	if data, err := s.tree.Read(name); err == nil {
		if docs, err := document.Parse(name, data); err == nil && len(docs) > 0 {
			n = docs[0]
			markVariables(n)
		}
	}
	s.data[name] = n
	return n
}

// maxStages bounds the stages of a service. What has more is no map of stages.
const maxStages = 50

// stages lists the deployments of a service: one for each stage that it has
// settings for, and that of its default.
func (t *template) stages() []deployment {
	var names []string
	for _, section := range []string{"params", "stages"} {
		names = append(names, t.service.Get(section).Keys()...)
	}
	t.service.Walk(func(_ []string, n *document.Node) bool {
		if n.Tag == variableTag {
			names = append(names, t.stagesIn(n.Text)...)
		}
		return true
	})
	names = slices.DeleteFunc(names, func(name string) bool { return name == "default" || name == "other" || name == "" })
	if len(names) == 0 {
		return []deployment{{}}
	}
	if def := t.defaultStage(); def != "" {
		names = append(names, def)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > maxStages {
		return []deployment{{}}
	}
	var all []deployment
	for _, name := range names {
		all = append(all, deployment{name: name})
	}
	return all
}

// stagesIn lists the keys of the maps in which a text looks something up by the
// stage, as in ${self:custom.regions.${opt:stage}}.
func (t *template) stagesIn(text string) []string {
	var names []string
	for {
		_, after, ok := strings.Cut(text, "${self:")
		if !ok {
			return names
		}
		text = after
		before, inner, ok := strings.Cut(after, ".${")
		if !ok || strings.ContainsAny(before, "${},") || !isStage(inner) {
			continue
		}
		for _, p := range t.service.At(strings.Split(before, ".")...).Entries() {
			if p.Value.Kind == document.Map || p.Value.Kind == document.String {
				names = append(names, p.Key)
			}
		}
	}
}

// isStage says whether a variable, without its opening, is the stage.
func isStage(inner string) bool {
	for _, v := range []string{"opt:stage", "sls:stage", "self:provider.stage", "self:custom.stage"} {
		if strings.HasPrefix(inner, v) {
			return true
		}
	}
	return false
}

// defaultStage is the stage that is deployed when none is asked for; "" when it
// is not written out.
func (t *template) defaultStage() string {
	stage := t.service.At("provider", "stage")
	if stage == nil {
		return defaultServerlessStage
	}
	if stage.Tag != variableTag {
		return stage.String()
	}
	if inner, ok := soleVariable(stage.Text); ok {
		sources := splitSources(inner)
		if last := sources[len(sources)-1]; len(sources) > 1 && isQuoted(last) {
			return last[1 : len(last)-1]
		}
	}
	return ""
}

// serviceRegion is where a service is deployed.
func (st *stack) serviceRegion() *lang.Cell {
	n := st.template.service.At("provider", "region")
	if n == nil {
		step := &lang.Origin{What: "default of provider.region (" + serverlessPage + ")", Text: fmt.Sprintf("%q", defaultServerlessRegion)}
		return lang.Done(lang.StringVal(defaultServerlessRegion).Because(step))
	}
	return lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
		return ev.Eval(expression(n), st).At(n.Range).Named("provider.region")
	})
}

// variable gives a source of the framework's variables its value. One that is
// not given is null when something else stands in for it.
func (st *stack) variable(ev *lang.Evaluator, kind, name string, optional bool) *lang.Value {
	switch {
	case kind == "aws" && name == "region":
		return st.region(ev)
	case kind == "opt" && name == "stage" || kind == "sls" && name == "stage":
		if st.deployed.name != "" {
			return lang.StringVal(st.deployed.name)
		}
		if kind == "sls" {
			return lang.StringVal(defaultServerlessStage)
		}
	case kind == "param":
		params := st.template.service.Get("params")
		for _, stage := range []string{st.deployed.name, "default"} {
			if n := params.Get(stage).Get(name); n != nil {
				return ev.Eval(expression(n), st).At(n.Range)
			}
		}
	}
	if optional {
		return lang.NullVal()
	}
	key := kind + ":" + name
	if st.symbols[key] == nil {
		st.symbols[key] = lang.NewSymbol(key)
	}
	return ev.SymbolValue(st.symbols[key], model.LeftToCaller, fmt.Sprintf("${%s} is left to whoever deploys %s", key, st.template.name))
}

// self is the service as a value, whose provider has a stage and a region also
// where they are not written.
func (st *stack) self() *lang.Cell {
	if st.selfCell != nil {
		return st.selfCell
	}
	doc := *st.template.service
	provider := document.Node{Kind: document.Map, Range: doc.Range}
	provider.Pairs = []document.Pair{
		{Key: "stage", Value: &document.Node{Kind: document.String, Text: defaultServerlessStage, Range: doc.Range}},
		{Key: "region", Value: &document.Node{Kind: document.String, Text: defaultServerlessRegion, Range: doc.Range}},
	}
	provider.Pairs = append(provider.Pairs, doc.Get("provider").Entries()...)
	doc.Pairs = append(doc.Pairs[:len(doc.Pairs):len(doc.Pairs)], document.Pair{Key: "provider", Range: doc.Range, Value: &provider})
	st.selfCell = lang.Expr(expression(withoutRepeats(&doc)), st)
	return st.selfCell
}

// withoutRepeats keeps, of several pairs with one key, the last one.
func withoutRepeats(n *document.Node) *document.Node {
	if n == nil || n.Kind != document.Map {
		return n
	}
	out := *n
	out.Pairs = nil
	for _, key := range n.Keys() {
		p := *n.Pair(key)
		p.Value = withoutRepeats(p.Value)
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}

// dataFile is the value of a file that a variable names.
func (st *stack) dataFile(ev *lang.Evaluator, file string) *lang.Value {
	n := st.set.fileOf(st.template, file)
	if n == nil {
		return lang.UnknownVal(model.AtApply, "the file "+file+" is not here, or is no data")
	}
	return ev.Eval(expression(n), st)
}
