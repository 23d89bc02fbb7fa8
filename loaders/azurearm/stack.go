package azurearm

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Bounds on what a template makes.
const (
	maxStackDepth = 16
	maxResources  = 20_000
	maxCopies     = 800 // which Azure allows
)

const deploymentType = "microsoft.resources/deployments"

// stack is a template as it is deployed: by itself, or nested in another one.
type stack struct {
	set     *set
	name    string // of the file
	doc     *document.Node
	parent  *stack
	given   *document.Node // parameters that the parent gives
	givenIn lang.Scope     // of their expressions
	values  *document.Node // parameters of a file
	path    string         // names of the deployments it is nested in, each with a dot
	outer   bool           // its expressions are those of the parent

	elsewhere bool       // it is deployed to another resource group than the parent
	group     *lang.Cell // location of the resource group; nil when nothing says it

	symbols    map[string]*lang.Symbol
	parameters map[string]*lang.Cell
	variables  map[string]*lang.Cell
	declared   map[string]*resource // by type and name as they are written, and by symbolic name
	all        []*resource
	children   map[string]*stack // by the name of the deployment as it is written
	problems   *[]model.Problem  // shared with the stacks that it nests
}

func newStack(s *set, name string, doc *document.Node) *stack {
	return &stack{
		set: s, name: name, doc: doc, symbols: map[string]*lang.Symbol{},
		parameters: map[string]*lang.Cell{}, variables: map[string]*lang.Cell{},
		declared: map[string]*resource{}, children: map[string]*stack{}, problems: &[]model.Problem{},
	}
}

// resource is one resource of a stack.
type resource struct {
	stores.Object
	stack   *stack
	node    *document.Node
	scope   lang.Scope
	parent  *resource // within which it is written
	symbol  string    // by which expressions refer to it
	kind    string    // as it is written
	extends string    // type of the resource that it extends, where its own is written with it
	name    []string  // expressions of its parts
	written string    // type in lower case and name
}

// resources lists the resources of a stack and of those nested in it.
func (st *stack) resources(ev *lang.Evaluator, all []stores.Resource) []stores.Resource {
	section := st.doc.Get("resources")
	if section == nil {
		return all
	}
	for _, item := range section.Items {
		all = st.add(ev, all, declaration{node: item, at: item.Range}, nil)
	}
	if section.Kind == document.Map {
		for _, p := range section.Pairs {
			all = st.add(ev, all, declaration{node: p.Value, symbol: p.Key, at: p.Range}, nil)
		}
	}
	return all
}

// declaration is a resource as it is written.
type declaration struct {
	node   *document.Node
	symbol string // by which expressions refer to it, where the template gives such names
	at     hcl.Range
}

// add adds a resource, each of its copies, and those within it.
func (st *stack) add(ev *lang.Evaluator, all []stores.Resource, d declaration, parent *resource) []stores.Resource {
	if len(all) >= maxResources {
		st.problem(model.LimitReached, d.at, "there are too many resources; the rest was not checked")
		return all
	}
	n := d.node
	if n.Get("type").String() == "" {
		return all
	}
	for _, turn := range st.turns(ev, n) {
		if st.isLeftOut(ev, n, turn.scope) {
			continue
		}
		r := st.newResource(d, turn, parent)
		all = append(all, r)
		if r.is(deploymentType) {
			if child := st.nest(ev, r); child != nil {
				all = child.resources(ev, all)
			}
		}
		for _, child := range n.Get("resources").Elements() {
			all = st.add(ev, all, declaration{node: child, at: child.Range}, r)
		}
	}
	return all
}

// turn is one copy of a resource.
type turn struct {
	scope lang.Scope
	key   string // [0], [*], or "" for a resource that is there once
}

// turns lists the copies of a resource. Of a number that is not known it is
// one that stands for all.
func (st *stack) turns(ev *lang.Evaluator, n *document.Node) []turn {
	loop := n.Get("copy")
	if loop == nil || loop.Kind != document.Map {
		return []turn{{scope: st}}
	}
	bind := func(i *lang.Value) lang.Scope {
		return lang.Bind(lang.Bind(st, copyIndex, i), loopIndex(loop.Get("name").String()), i)
	}
	v := ev.Eval(expression(loop.Get("count")), st)
	count, known := v.Int()
	if !known {
		return []turn{{bind(ev.Unknowable(v, "the index of "+loop.Get("name").String())), "[*]"}}
	}
	if count < 0 || count > maxCopies {
		return []turn{{bind(lang.UnknownVal(model.Limit, "a resource is copied more often than Azure allows")), "[*]"}}
	}
	var all []turn
	for i := range count {
		all = append(all, turn{bind(lang.NumberVal(i)), fmt.Sprintf("[%d]", i)})
	}
	return all
}

// isLeftOut says whether a resource's condition is known to be false.
func (st *stack) isLeftOut(ev *lang.Evaluator, n *document.Node, sc lang.Scope) bool {
	condition := n.Get("condition")
	if condition == nil {
		return false
	}
	holds, known := ev.Eval(expression(condition), sc).Bool()
	return known && !holds
}

func (st *stack) problem(kind model.ProblemKind, rng hcl.Range, message string) {
	*st.problems = append(*st.problems, model.Problem{Kind: kind, Message: message, Source: lang.SourceOf(rng)})
}

func (st *stack) newResource(d declaration, turn turn, parent *resource) *resource {
	n := d.node
	r := &resource{stack: st, node: n, scope: turn.scope, parent: parent, symbol: d.symbol}
	kind := n.Get("type").String()
	r.name = nameOf(n.Get("name"))
	if parent != nil && !strings.Contains(kind, ".") {
		kind = parent.kind + "/" + kind
		r.name = append(parent.name[:len(parent.name):len(parent.name)], r.name...)
	}
	r.kind, r.extends = extension(kind, r)
	r.written = written(r.kind, r.name)
	label := d.symbol
	if label == "" {
		label = shortName(kind) + "/" + labelOf(nameOf(n.Get("name")))
		if parent != nil {
			label = strings.TrimPrefix(parent.Name, st.path) + "/" + label
		}
	}
	r.Object = stores.Object{
		Name: st.path + label + turn.key, Kind: st.set.catalogue.Spelling(r.kind), At: d.at, Lookup: n.Get("existing").String() == "true",
		// A template has no provider whose settings could count.
		Settings: func(*lang.Evaluator, string) *lang.Value { return lang.NullVal() },
	}
	if st.set.catalogue.Lookup(r.Kind) != nil {
		r.At = whole(n, d.at)
	}
	r.Attributes = r.attributes()
	st.all = append(st.all, r)
	for _, key := range []string{r.written, d.symbol} {
		if key != "" && st.declared[key] == nil {
			st.declared[key] = r
		}
	}
	return r
}

// extension reads the old way in which a resource that extends another one is
// written: the type A/b/providers/c with the name x/D/y is a resource of type
// D/c on the resource x of type A/b.
func extension(kind string, r *resource) (own, extends string) {
	before, after, ok := strings.Cut(kind, "/providers/")
	parts := strings.Count(before, "/")
	if !ok || len(r.name) < parts+2 {
		return kind, ""
	}
	provider, ok := unquote(r.name[parts])
	if !ok {
		return kind, ""
	}
	return provider + "/" + after, before
}

// is says whether a resource is of a type, given in lower case.
func (r *resource) is(kind string) bool {
	return strings.EqualFold(r.kind, kind)
}

// whole is the range from the beginning of a declaration to its end.
func whole(n *document.Node, at hcl.Range) hcl.Range {
	n.Walk(func(_ []string, n *document.Node) bool {
		if n.Range.Filename == at.Filename && n.Range.End.Byte > at.End.Byte {
			at.End = n.Range.End
		}
		return true
	})
	return at
}

// attribute is what a resource gives to those who refer to it.
func (r *resource) attribute(attr string) *lang.Value {
	v := lang.UnknownVal(model.AtApply, r.Name+"."+attr+" is known only when deployed").At(r.At)
	return v.WithRef(&lang.Ref{Target: r, Attr: attr})
}

// nest makes the stack of a nested or linked template; nil when it has none, or
// it is not at hand.
func (st *stack) nest(ev *lang.Evaluator, r *resource) *stack {
	properties := r.node.Get("properties")
	doc, name := properties.Get("template"), st.name
	if doc == nil {
		link := properties.Get("templateLink")
		if link == nil {
			return nil
		}
		file, _ := st.set.linkedFile(st.name, st.scope().doc, link)
		var unread *model.Problem
		if doc, unread = st.set.linkedTemplate(file); unread != nil {
			st.tellUnread(unread)
			return nil
		}
		if doc == nil {
			*st.problems = append(*st.problems, model.Problem{
				Kind: model.ModuleMissing, Address: r.Name, Source: lang.SourceOf(r.At),
				Message: "the template that it links to is not in the checked files; what it declares was not checked",
			})
			return nil
		}
		name = file
	}
	depth := 0
	for up := st; up != nil; up = up.parent {
		if depth++; doc == up.doc || depth > maxStackDepth {
			st.problem(model.Unread, r.At, r.Name+" nests itself, or too deeply, and was not checked")
			return nil
		}
	}
	child := newStack(st.set, name, doc)
	child.parent, child.given, child.givenIn, child.problems = st, properties.Get("parameters"), r.scope, st.problems
	child.path = r.Name + "."
	inner := properties.At("expressionEvaluationOptions", "scope").String()
	child.outer = properties.Get("template") != nil && !strings.EqualFold(inner, "inner")
	child.elsewhere = slices.ContainsFunc([]string{"resourceGroup", "subscriptionId", "scope"}, func(key string) bool { return r.node.Get(key) != nil })
	child.group = st.groupOf(ev, r)
	st.children[strings.Join(r.name, "|")] = child
	st.children[strings.TrimPrefix(r.Name, st.path)] = child
	return child
}

// tellUnread says once that a template can't be read, however often it is linked to.
func (st *stack) tellUnread(p *model.Problem) {
	if !slices.ContainsFunc(*st.problems, func(told model.Problem) bool { return told.Source == p.Source }) {
		*st.problems = append(*st.problems, *p)
	}
}

// groupOf is the location of the resource group that a deployment goes to: the
// stack's own, or that of a group which is declared here.
func (st *stack) groupOf(ev *lang.Evaluator, r *resource) *lang.Cell {
	n := r.node.Get("resourceGroup")
	if n == nil {
		return st.group
	}
	group := st.find(ev, "microsoft.resources/resourcegroups", nameOf(n))
	if group == nil {
		return lang.Done(lang.UnknownVal(model.LeftToCaller, "the location of the resource group that "+r.Name+" goes to is not in the files"))
	}
	return lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
		return ev.Attr(group.Attributes, "location").Named(group.Name + ".location")
	})
}

// linkedFile is the path of the template that a link in another one names.
func (s *set) linkedFile(from string, doc, link *document.Node) (string, bool) {
	dir := path.Dir(from)
	if rel := link.Get("relativePath").String(); rel != "" && !isExpression(rel) {
		return path.Join(dir, rel), true
	}
	uri := link.Get("uri").String()
	if !isExpression(uri) {
		return "", false
	}
	// Of an address that is put together, the part that is a path of the same tree.
	for _, rel := range strings.Split(textPieces(doc, uri, 0), gap) {
		rel = strings.TrimPrefix(rel, "/")
		if path.Ext(rel) != ".json" {
			continue
		}
		// It is a path from the template's own directory, or from that of the one
		// which links to it in turn.
		for _, base := range []string{dir, path.Dir(dir)} {
			if file := path.Join(base, rel); s.templates[file] {
				return file, true
			}
		}
	}
	return "", false
}

// gap stands for what is not known in a text.
const gap = "\x00"

// textPieces writes out what is plain text in an expression, through variables.
func textPieces(doc *document.Node, text string, depth int) string {
	if !isExpression(text) {
		return text
	}
	t, err := parseExpression(text[1 : len(text)-1])
	if err != nil {
		return gap
	}
	return t.textPieces(doc, depth)
}

func (t *term) textPieces(doc *document.Node, depth int) string {
	if text, ok := t.asText(); ok {
		return text
	}
	pieces := t.pieces()
	switch name, isName := t.arg(0).asText(); {
	case depth > maxStackDepth:
		return gap
	case t.fn == "uri" && len(t.args) == 2:
		pieces = []*term{t.args[1]}
	case t.fn == variables && isName:
		n := valueFold(doc.Get(variables), name)
		for _, s := range t.steps {
			n = valueFold(n, s.name)
		}
		return textPieces(doc, n.String(), depth+1)
	}
	if pieces == nil {
		return gap
	}
	var b strings.Builder
	for _, piece := range pieces {
		b.WriteString(piece.textPieces(doc, depth+1))
	}
	return b.String()
}

// findNested notes the templates that one links to.
func (s *set) findNested(from string, doc *document.Node) {
	doc.Walk(func(_ []string, n *document.Node) bool {
		if link := n.Get("templateLink"); link != nil {
			if file, ok := s.linkedFile(from, doc, link); ok && file != from {
				s.nested[file] = true
			}
		}
		return true
	})
}
