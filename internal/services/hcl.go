package services

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// ParseHCL reads a file of HCL as a document: blocks are maps, the labels of a
// block maps around it, and blocks of one name and the same labels a list.
// Variables and locals that the file declares are filled in. Of what can't be
// told, the name stands where the value would, as ${name}.
func ParseHCL(name string, data []byte) (*document.Node, error) {
	if lang.TooNested(data) {
		return nil, document.ErrTooLarge
	}
	file, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, &document.SyntaxError{Message: diags[0].Summary, Line: diags[0].Subject.Start.Line}
	}
	root := file.Body.(*hclsyntax.Body)
	r := &hclReader{data: data, ev: &lang.Evaluator{Dir: "."}, names: &lang.Names{Otherwise: atRunTime}}
	for _, b := range root.Blocks {
		r.names.Declare(b)
	}
	return r.body(root), nil
}

// atRunTime is the value of a name that the file does not declare.
func atRunTime(name string) *lang.Value {
	return lang.UnknownVal(model.Environment, name+" is given only when it is deployed")
}

type hclReader struct {
	data  []byte
	ev    *lang.Evaluator
	names *lang.Names
}

func (r *hclReader) body(b *hclsyntax.Body) *document.Node {
	n := &document.Node{Kind: document.Map, Range: b.SrcRange}
	for _, block := range b.Blocks {
		addBlock(n, block, r.body(block.Body))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Attributes)) {
		a := b.Attributes[name]
		n.Pairs = append(n.Pairs, document.Pair{Key: name, Range: a.NameRange, Value: r.attribute(a.Expr)})
	}
	return n
}

// addBlock puts the body of a block under its type and labels.
func addBlock(in *document.Node, block *hclsyntax.Block, body *document.Node) {
	names := append([]string{block.Type}, block.Labels...)
	for _, name := range names[:len(names)-1] {
		in = below(in, name, block.TypeRange)
	}
	name := names[len(names)-1]
	p := in.Pair(name)
	switch {
	case p == nil:
		in.Pairs = append(in.Pairs, document.Pair{Key: name, Range: block.TypeRange, Value: body})
	case p.Value.Kind == document.List:
		p.Value.Items = append(p.Value.Items, body)
	default:
		p.Value = &document.Node{Kind: document.List, Items: []*document.Node{p.Value, body}, Range: p.Range}
	}
}

// below is the map of a name in another one, made when there is none.
func below(in *document.Node, name string, at hcl.Range) *document.Node {
	if n := in.Get(name); n != nil && n.Kind == document.Map {
		return n
	}
	n := &document.Node{Kind: document.Map, Range: at}
	in.Pairs = append(in.Pairs, document.Pair{Key: name, Range: at, Value: n})
	return n
}

// attribute makes a node of an expression.
func (r *hclReader) attribute(e hclsyntax.Expression) *document.Node {
	return r.value(r.ev.Eval(e, r.names), e)
}

func (r *hclReader) value(v *lang.Value, e hclsyntax.Expression) *document.Node {
	n := &document.Node{Kind: document.String, Range: e.Range()}
	if d := v.Defined(); d != nil && d.Filename == n.Range.Filename {
		n.Range = *d
	}
	switch v.Kind {
	case lang.Scalar:
		n.Text, _ = v.Text()
	case lang.Null:
		n.Kind = document.Null
	case lang.List:
		n.Kind = document.List
		elems, _ := r.ev.Elements(v)
		for _, elem := range elems {
			n.Items = append(n.Items, r.value(elem, e))
		}
	case lang.Object:
		n.Kind = document.Map
		pairs, _ := r.ev.Pairs(v)
		for _, p := range pairs {
			if key, ok := p.Key.Text(); ok {
				n.Pairs = append(n.Pairs, document.Pair{Key: key, Range: n.Range, Value: r.value(r.ev.Force(p.Value), e)})
			}
		}
	default:
		n.Text = r.unknown(e)
	}
	return n
}

// unknown is the text of an expression that can't be told: a template as it is
// written, or a name.
func (r *hclReader) unknown(e hclsyntax.Expression) string {
	if template, ok := e.(*hclsyntax.TemplateExpr); ok && !slices.ContainsFunc(template.Parts, isComputed) {
		return r.text(template)
	}
	for _, t := range e.Variables() {
		return "${" + lang.Text(t) + "}"
	}
	return "${" + r.source(e) + "}"
}

// isComputed says whether a part of a template is neither text nor a name, so
// that what is written there would be taken for something else.
func isComputed(e hclsyntax.Expression) bool {
	switch e.(type) {
	case *hclsyntax.LiteralValueExpr, *hclsyntax.ScopeTraversalExpr:
		return false
	}
	return true
}

// text is what a template holds: names that are known filled in, others in ${}.
func (r *hclReader) text(template *hclsyntax.TemplateExpr) string {
	var b strings.Builder
	for _, part := range template.Parts {
		if text, ok := r.ev.Eval(part, r.names).Text(); ok {
			b.WriteString(text)
		} else {
			b.WriteString("${" + r.source(part) + "}")
		}
	}
	return b.String()
}

func (r *hclReader) source(e hclsyntax.Expression) string {
	return string(bytes.TrimSpace(e.Range().SliceBytes(r.data)))
}
