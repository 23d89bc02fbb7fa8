// Package packer reads templates of Packer: *.pkr.hcl, with the values of
// *.pkrvars.hcl beside them, and the older ones in JSON, which are recognised by
// their builders. Each source is an image that rests where it is built, and in
// each region that it is copied to.
package packer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

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
}

const (
	templateExt = ".pkr.hcl"
	valuesExt   = ".pkrvars.hcl"
)

// Skips leaves out what only shows something.
func (l *Loader) Skips(name string) bool { return source.IsShown(name) }

// Claims recognises templates in HCL by their names, and those in JSON by their
// builders, each of which has a type.
func (l *Loader) Claims(f *source.File) bool {
	switch {
	case strings.HasSuffix(f.Path, templateExt), strings.HasSuffix(f.Path, valuesExt):
		return true
	case f.Ext() == ".json":
		text := f.Text()
		return bytes.Contains(text, []byte(`"builders"`)) && bytes.Contains(text, []byte(`"type"`))
	}
	return false
}

// folder is a directory whose templates are built as one.
type folder struct {
	dir     string
	sources []*hclsyntax.Block
	names   lang.Names
	values  []variant
}

// variant is one file of values.
type variant struct {
	name string
	body *hclsyntax.Body
}

// Load reads each directory of templates, with each file of values.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	var all model.Document
	add := func(doc model.Document) {
		all.Add(doc)
	}
	folders := map[string]*folder{}
	for _, name := range files {
		if ctx.Err() != nil {
			all.Problems = append(all.Problems, model.NotRead(name, 1, "the file was not read: the check was stopped"))
			break
		}
		data, err := tree.Read(name)
		if err != nil {
			all.Problems = append(all.Problems, model.NotRead(name, 1, "the file can't be read: "+err.Error()))
			continue
		}
		if path.Ext(name) == ".json" {
			add(l.loadJSON(ctx, tree, name, data))
			continue
		}
		dir := path.Dir(name)
		if folders[dir] == nil {
			folders[dir] = &folder{dir: dir, names: lang.Names{Otherwise: whenBuilt}}
		}
		all.Problems = append(all.Problems, folders[dir].read(name, data)...)
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		add(l.loadFolder(ctx, tree, folders[dir]))
	}
	return all
}

// read takes in one file.
func (f *folder) read(name string, data []byte) []model.Problem {
	if lang.TooNested(data) {
		return []model.Problem{model.NotRead(name, 1, "the file is not read: it nests deeper than a configuration would")}
	}
	file, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	var problems []model.Problem
	if diags.HasErrors() {
		d := diags.Errs()[0].(*hcl.Diagnostic)
		problems = append(problems, model.NotRead(name, d.Subject.Start.Line, "the file can't be read: "+d.Summary))
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return problems
	}
	if strings.HasSuffix(name, valuesExt) {
		f.values = append(f.values, variant{strings.TrimSuffix(path.Base(name), valuesExt), body})
		return problems
	}
	for _, b := range body.Blocks {
		if b.Type == "source" && len(b.Labels) == 2 {
			f.sources = append(f.sources, b)
		} else {
			f.names.Declare(b)
		}
	}
	return problems
}

// whenBuilt is the value of what a build computes.
func whenBuilt(name string) *lang.Value {
	return lang.UnknownVal(model.AtApply, name+" is known only when built")
}

// loadFolder evaluates a directory with the values that are always taken, and
// with each of the files that are taken when asked for.
func (l *Loader) loadFolder(ctx context.Context, tree *source.Tree, f *folder) (all model.Document) {
	if len(f.sources) == 0 {
		return all
	}
	var automatic []*hclsyntax.Body
	asked := []variant{{}}
	for _, v := range f.values {
		if strings.HasSuffix(v.name, ".auto") {
			automatic = append(automatic, v.body)
		} else {
			asked = append(asked, v)
		}
	}
	if len(asked) > 1 {
		asked = asked[1:]
	}
	for _, v := range asked {
		ev := &lang.Evaluator{Dir: f.dir, Context: ctx, Files: tree}
		values, dir := automatic, f.dir+"/*"+templateExt
		if v.body != nil {
			values = append(slices.Clone(automatic), v.body)
			dir += "@" + v.name
		}
		sc := f.names.With(values)
		var resources []stores.Resource
		for _, b := range f.sources {
			resources = append(resources, &image{block: b, scope: sc})
		}
		doc := l.collect(tree, ev, strings.TrimPrefix(dir, "./"), resources)
		all.Add(doc)
	}
	return all
}

func (l *Loader) collect(tree *source.Tree, ev *lang.Evaluator, dir string, resources []stores.Resource) model.Document {
	collector := stores.Collector{Tables: l.Tables, Catalogue: l.Catalogue, Tree: tree, Dir: dir, Evaluator: ev}
	doc := collector.Collect(resources)
	if ev.Exceeded {
		doc.Problems = append(doc.Problems, model.Problem{Kind: model.LimitReached, Message: "evaluation of " + dir + " reached a bound; the rest was not checked"})
	}
	return doc
}

// image is a source block.
type image struct {
	block *hclsyntax.Block
	scope lang.Scope
}

func (i *image) Address() string { return "source." + i.block.Labels[0] + "." + i.block.Labels[1] }
func (i *image) Type() string    { return "packer_" + i.block.Labels[0] }
func (i *image) IsData() bool    { return false }
func (i *image) Range() hcl.Range {
	return hcl.RangeBetween(i.block.DefRange(), i.block.CloseBraceRange)
}
func (i *image) Body() stores.Node {
	return stores.BodyNode(i.block.Body, i.scope)
}

func (i *image) Setting(_ *lang.Evaluator, path []string) *lang.Value {
	return lang.UnknownVal(model.Environment, "the environment gives the "+strings.Join(path, "."))
}

// loadJSON reads a template in JSON.
func (l *Loader) loadJSON(ctx context.Context, tree *source.Tree, name string, data []byte) model.Document {
	doc, err := document.ParseJSON(name, data)
	if err != nil {
		return l.unparsed(name, data, err)
	}
	ev := &lang.Evaluator{Dir: path.Dir(name), Context: ctx}
	var resources []stores.Resource
	for i, n := range doc.Get("builders").Elements() {
		kind := n.Get("type").String()
		if l.Catalogue.Lookup("packer_"+kind) == nil {
			continue
		}
		label := cmp.Or(n.Get("name").String(), fmt.Sprint(i))
		sc := &userScope{doc: doc}
		elems := map[string]*lang.Cell{}
		for _, p := range n.Pairs {
			elems[p.Key] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value { return sc.value(ev, p.Value, 0) })
		}
		resources = append(resources, &stores.Object{
			Name: "builders." + kind + "." + label, Kind: "packer_" + kind, At: n.Range,
			Attributes: lang.ObjectVal(elems).At(n.Range),
		})
	}
	return l.collect(tree, ev, name, resources)
}

// unparsed reports a file that can't be parsed, where it names a builder that the
// catalogue knows: it may be anything else.
func (l *Loader) unparsed(name string, data []byte, err error) model.Document {
	isBuilder := func(typ string) bool {
		return bytes.Contains(data, []byte(`"`+strings.TrimPrefix(typ, "packer_")+`"`))
	}
	if !slices.ContainsFunc(l.Catalogue.Types("packer"), isBuilder) {
		return model.Document{}
	}
	return model.Document{Problems: []model.Problem{model.NotRead(name, document.LineOf(err), "the template can't be read: "+err.Error())}}
}

// userScope fills in {{user `name`}}.
type userScope struct{ doc *document.Node }

func (sc *userScope) value(ev *lang.Evaluator, n *document.Node, depth int) *lang.Value {
	switch n.Kind {
	case document.List:
		var all []*lang.Value
		for _, item := range n.Items {
			all = append(all, sc.value(ev, item, depth))
		}
		return lang.ListOf(all).At(n.Range)
	case document.String:
		if !strings.Contains(n.Text, "{{") {
			break
		}
		inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(n.Text), "{{"), "}}"))
		variable, isUser := strings.CutPrefix(inner, "user ")
		variable = strings.Trim(variable, "`\" ")
		def := sc.doc.Get("variables").Get(variable)
		if isUser && def != nil && def.Kind != document.Null && depth < 8 {
			return sc.value(ev, def, depth+1).At(def.Range).Named("variables." + variable).At(n.Range)
		}
		return lang.UnknownVal(model.Environment, n.Text+" is given when it is built").At(n.Range)
	}
	return n.Value()
}
