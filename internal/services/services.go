// Package services reads the configuration files of services and tools: backup
// programs, connectors, exporters, applications. Such a file says in a few
// settings where a program puts data; what each of them means is a row of the
// catalogue. This package finds the settings, follows the names in them that
// stand for other values, and hands them to package stores.
//
// A loader is a list of formats. A file of which no format is certain is not
// read at all, and one setting alone, such as a default region, is no store.
package services

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Format is one kind of file.
type Format struct {
	// Name for messages, such as "pgBackRest configuration".
	Name string
	// Claims says whether a file is of the format, by its name first, and by its
	// text where the name leaves that open.
	Claims func(f *source.File) bool
	// Parse makes documents of the text; YAML and JSON when nil.
	Parse func(name string, data []byte) ([]*document.Node, error)
	// Sure says that a claimed file is certainly of the format, so that one which
	// can't be parsed is reported.
	Sure bool
	// Read adds the resources of one document to the file.
	Read func(f *File, doc *document.Node)
}

// Loader reads files of its formats.
type Loader struct {
	Tables    *geo.Tables
	Catalogue *catalog.Catalogue
	Formats   []Format
	// Named says that somebody has named the files, so that examples and tests
	// count like others.
	Named bool
}

// Skips leaves out examples and tests: a program's settings are copied into both.
func (l *Loader) Skips(name string) bool { return !l.Named && source.IsExample(name) }

// Claims asks the formats.
func (l *Loader) Claims(f *source.File) bool { return l.formatOf(f) != nil }

func (l *Loader) formatOf(f *source.File) *Format { return claiming(l.Formats, f) }

func claiming(formats []Format, f *source.File) *Format {
	for i := range formats {
		if formats[i].Claims(f) {
			return &formats[i]
		}
	}
	return nil
}

// Load reads each file by itself.
func (l *Loader) Load(ctx context.Context, tree *source.Tree, files []string) model.Document {
	var all model.Document
	for _, name := range files {
		all.Add(l.load(ctx, tree, name))
	}
	return all
}

// load reads one file. Should that fail in a way that was not foreseen, the
// other ones are still read, and this one is reported.
func (l *Loader) load(ctx context.Context, tree *source.Tree, name string) (doc model.Document) {
	defer func() {
		if p := recover(); p != nil {
			doc = problem(name, 1, fmt.Sprintf("the file was not checked: internal error: %v", p))
		}
	}()
	format := l.formatOf(tree.File(name))
	if format == nil {
		return model.Document{}
	}
	if ctx.Err() != nil {
		return problem(name, 1, "the file was not read: the check was stopped")
	}
	data, err := tree.Read(name)
	if err != nil {
		return problem(name, 1, "the file can't be read: "+err.Error())
	}
	parse := format.Parse
	if parse == nil {
		parse = document.Parse
	}
	docs, err := parse(name, data)
	switch {
	case err == nil || !format.Sure:
	case isTemplate(data, document.LineOf(err)):
		doc = problem(name, document.LineOf(err), "the "+format.Name+" is a template that was not rendered; what it declares was not checked")
		doc.Problems[0].Kind = model.NotRendered
	default:
		doc = problem(name, document.LineOf(err), fmt.Sprintf("the %s can't be read: %v", format.Name, err))
	}
	f := &File{Name: name, data: data, addresses: map[string]int{}}
	for _, d := range docs {
		format.Read(f, d)
	}
	collector := stores.Collector{
		Tables: l.Tables, Catalogue: l.Catalogue, Tree: tree, Dir: name, Cluster: true,
		Evaluator: &lang.Evaluator{Dir: path.Dir(name), Context: ctx},
	}
	found := collector.Collect(f.resources)
	found.Problems = append(append(doc.Problems, found.Problems...), f.problems...)
	found.Problems = append(found.Problems, stores.DeployerDecides(name, "names hosts or disks of its own deployment", found.Stores)...)
	return found
}

// isTemplate says whether a file that can't be parsed has, in the line of the
// mistake or the one before it, the marks of one which is rendered first.
func isTemplate(data []byte, line int) bool {
	lines := bytes.Split(data, []byte("\n"))
	here := bytes.Join(lines[min(max(line-2, 0), len(lines)):min(line, len(lines))], []byte("\n"))
	for _, mark := range []string{"{{", "{%", "[[", "<%"} {
		if bytes.Contains(here, []byte(mark)) {
			return true
		}
	}
	return false
}

func problem(name string, line int, message string) model.Document {
	return model.Document{Problems: []model.Problem{model.NotRead(name, line, message)}}
}

// One makes a Parse of a parser of files that hold one document.
func One(parse func(string, []byte) (*document.Node, error)) func(string, []byte) ([]*document.Node, error) {
	return func(name string, data []byte) ([]*document.Node, error) {
		n, err := parse(name, data)
		if n == nil {
			return nil, err
		}
		return []*document.Node{n}, err
	}
}

// Named makes a Claims of patterns of file names, in which * stands for any
// text.
func Named(patterns ...string) func(f *source.File) bool {
	return func(f *source.File) bool { return isNamed(f.Path, patterns) }
}

func isNamed(file string, patterns []string) bool {
	base := strings.ToLower(path.Base(file))
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, base)
		return ok && err == nil
	})
}

// Holding makes a Claims of extensions and of texts that the file must hold, all
// of them.
func Holding(extensions string, marks ...string) func(f *source.File) bool {
	return func(f *source.File) bool {
		if !slices.Contains(strings.Fields(extensions), f.Ext()) {
			return false
		}
		return f.Words().HasAll(marks...)
	}
}

// DefinesKinds says whether a text is nothing but definitions of kinds for Kubernetes,
// whose schemas and explanations may have any word.
func DefinesKinds(text []byte) bool {
	const kind, definition = "\nkind: ", "CustomResourceDefinition"
	objects := bytes.Count(text, []byte(kind))
	return objects > 0 && objects == bytes.Count(text, []byte(kind+definition))
}

// Any makes a Claims of several.
func Any(claims ...func(f *source.File) bool) func(f *source.File) bool {
	return func(f *source.File) bool {
		return slices.ContainsFunc(claims, func(c func(f *source.File) bool) bool { return c(f) })
	}
}

// File collects the resources of one file.
type File struct {
	// Name is the path of the file.
	Name string
	// Lookup finds the value for a name that stands in a text; may be nil.
	Lookup func(name string) *document.Node

	data      []byte
	within    string // what goes before addresses
	resources []stores.Resource
	addresses map[string]int
	problems  []model.Problem
	full      bool
}

// AddObject takes in a resource whose attributes are those of a map, as it is
// written.
func (f *File) AddObject(typ, address string, n *document.Node) *stores.Object {
	address = f.within + address
	if f.addresses[address]++; f.addresses[address] > 1 {
		address = fmt.Sprintf("%s#%d", address, f.addresses[address])
	}
	at := n.Range
	n.Walk(func(_ []string, inner *document.Node) bool {
		if inner.Range.Filename == at.Filename && inner.Range.End.Byte > at.End.Byte {
			at.End = inner.Range.End
		}
		return true
	})
	object := &stores.Object{Name: address, Kind: typ, Attributes: f.Object(n), At: at}
	if f.isFull(at) {
		return object
	}
	f.resources = append(f.resources, object)
	return object
}

// maxResources bounds the stores that one file names.
const maxResources = 5_000

// isFull says whether a file names more than is taken of one, which is told once.
func (f *File) isFull(at hcl.Range) bool {
	if len(f.resources) < maxResources {
		return false
	}
	if !f.full {
		f.full = true
		f.problem(model.LimitReached, at, fmt.Sprintf("it names more than %d stores; the rest was not checked", maxResources))
	}
	return true
}

// Attributes of a resource by name.
type Attributes map[string]*lang.Value

// Add takes in a resource of a type of the catalogue. Attributes that are
// absent are left out; at is where its declaration begins.
// One whose bucket or host only shows what to fill in is none: then nil is
// returned.
func (f *File) Add(typ, address string, at hcl.Range, attributes Attributes) *stores.Object {
	for _, name := range []string{"bucket", "host"} {
		if v := attributes[name]; v != nil && (v.Kind == lang.Null || isEmpty(v)) {
			return nil
		}
	}
	cells := map[string]*lang.Cell{}
	for name, v := range attributes {
		if v != nil && v.Kind != lang.Null {
			cells[name] = lang.Done(v)
			at = over(at, v)
		}
	}
	address = f.within + address
	if f.addresses[address]++; f.addresses[address] > 1 {
		address = fmt.Sprintf("%s#%d", address, f.addresses[address])
	}
	object := &stores.Object{Name: address, Kind: typ, Attributes: lang.ObjectVal(cells).At(at), At: at}
	if f.isFull(at) {
		return object
	}
	f.resources = append(f.resources, object)
	return object
}

// Ref is a value that names a resource of the file, as n does.
func Ref(n *document.Node, object *stores.Object) *lang.Value {
	return lang.StringVal(n.String()).At(n.Range).WithRef(&lang.Ref{Target: object, Attr: "name"})
}

// over extends a range to the end of a value that stands behind it.
func over(r hcl.Range, v *lang.Value) hcl.Range {
	if d := v.Defined(); d != nil && d.Filename == r.Filename && d.End.Byte > r.End.Byte {
		r.End = d.End
	}
	return r
}

// Problem notes what can't be read.
func (f *File) Problem(at hcl.Range, message string) { f.problem(model.Unread, at, message) }

// NotRendered notes a template that something else renders.
func (f *File) NotRendered(at hcl.Range, message string) { f.problem(model.NotRendered, at, message) }

func (f *File) problem(kind model.ProblemKind, at hcl.Range, message string) {
	f.problems = append(f.problems, model.Problem{Kind: kind, Message: message, Source: lang.SourceOf(at)})
}

// Text is the value of a scalar, in which names may stand for other values.
func (f *File) Text(n *document.Node) *lang.Value {
	if !n.IsScalar() {
		return nil
	}
	return f.expand(n.Text, n.Range, 0)
}

// First is the first of several scalars that is written.
func (f *File) First(nodes ...*document.Node) *lang.Value {
	for _, n := range nodes {
		if v := f.Text(n); v != nil && v.Kind != lang.Null {
			if text, ok := v.Text(); !ok || text != "" {
				return v
			}
		}
	}
	return nil
}

// Object is the value of a map, list or scalar as it is written.
func (f *File) Object(n *document.Node) *lang.Value {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Map:
		cells := make(map[string]*lang.Cell, len(n.Pairs))
		for _, p := range n.Pairs {
			cells[p.Key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return orNull(f.Object(p.Value)) })
		}
		return lang.ObjectVal(cells).At(n.Range)
	case n.Kind == document.List:
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return orNull(f.Object(item)) })
		}
		return lang.ListVal(cells).At(n.Range)
	}
	return f.Text(n)
}

func orNull(v *lang.Value) *lang.Value {
	if v == nil {
		return lang.NullVal()
	}
	return v
}
