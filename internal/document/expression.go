package document

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Expression turns a value into an expression, for languages whose documents
// hold expressions of their own. special makes those of the nodes that mean
// something else than they say, and returns nil for all others.
func Expression(n *Node, special func(*Node) hclsyntax.Expression) hclsyntax.Expression {
	if n == nil {
		return literal(cty.NullVal(cty.DynamicPseudoType), hcl.Range{})
	}
	if e := special(n); e != nil {
		return e
	}
	switch n.Kind {
	case List:
		items := make([]hclsyntax.Expression, len(n.Items))
		for i, item := range n.Items {
			items[i] = Expression(item, special)
		}
		return &hclsyntax.TupleConsExpr{Exprs: items, SrcRange: n.Range, OpenRange: n.Range}
	case Map:
		object := &hclsyntax.ObjectConsExpr{SrcRange: n.Range, OpenRange: n.Range}
		for _, p := range n.Pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr: literal(cty.StringVal(p.Key), p.Range), ValueExpr: Expression(p.Value, special),
			})
		}
		return object
	case Null:
		return literal(cty.NullVal(cty.DynamicPseudoType), n.Range)
	case Bool:
		return literal(cty.BoolVal(strings.EqualFold(n.Text, "true")), n.Range)
	case Number:
		if num, err := cty.ParseNumberVal(n.Text); err == nil {
			return literal(num, n.Range)
		}
	}
	return literal(cty.StringVal(n.Text), n.Range)
}

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}
