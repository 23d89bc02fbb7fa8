package dataplatform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
)

// parseHCL reads HCL in which nothing is evaluated: blocks are maps, the labels
// of a block maps around it.
func parseHCL(name string, data []byte) (*document.Node, error) {
	if lang.TooNested(data) {
		return nil, document.ErrTooLarge
	}
	file, diags := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, &document.SyntaxError{Message: diags[0].Summary, Line: diags[0].Subject.Start.Line}
	}
	return body(file.Body.(*hclsyntax.Body)), nil
}

func body(b *hclsyntax.Body) *document.Node {
	n := &document.Node{Kind: document.Map, Range: b.SrcRange}
	for _, block := range b.Blocks {
		at := n
		for _, name := range append([]string{block.Type}, block.Labels...) {
			next := at.Get(name)
			if next == nil || next.Kind != document.Map {
				next = &document.Node{Kind: document.Map, Range: block.TypeRange}
				at.Pairs = append(at.Pairs, document.Pair{Key: name, Range: block.TypeRange, Value: next})
			}
			at = next
		}
		at.Pairs = append(at.Pairs, body(block.Body).Pairs...)
	}
	for name, a := range b.Attributes {
		if value := expression(a.Expr); value != nil {
			n.Pairs = append(n.Pairs, document.Pair{Key: name, Range: a.NameRange, Value: value})
		}
	}
	return n
}

// expression makes a node of a literal; nil of what would have to be evaluated.
func expression(e hclsyntax.Expression) *document.Node {
	v, diags := e.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return nil
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		return nil
	}
	return &document.Node{Kind: document.String, Text: text.AsString(), Range: e.Range()}
}
