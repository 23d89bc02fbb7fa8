package azurearm

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
)

// How names of resources begin in expressions; what follows is the call's
// arguments as they are written, and a bracket.
const (
	resourceID = "resourceId("
	reference  = "reference("
)

// Names by which expressions refer to what a template has.
const (
	parameters = "parameters"
	variables  = "variables"
	copyIndex  = "copyIndex()"
	unreadable = "an expression" // what can't be turned into one here
)

// expression turns a value of a template into an expression.
func expression(n *document.Node) hclsyntax.Expression {
	if n == nil {
		return null(hcl.Range{})
	}
	switch n.Kind {
	case document.List:
		items := make([]hclsyntax.Expression, len(n.Items))
		for i, item := range n.Items {
			items[i] = expression(item)
		}
		return tuple(items, n.Range)
	case document.Map:
		return object(n)
	case document.Null:
		return null(n.Range)
	case document.Bool:
		return literal(cty.BoolVal(strings.EqualFold(n.Text, "true")), n.Range)
	case document.Number:
		if num, err := cty.ParseNumberVal(n.Text); err == nil {
			return literal(num, n.Range)
		}
	}
	if plain, ok := strings.CutPrefix(n.Text, "[["); ok {
		return text("["+plain, n.Range)
	}
	if !isExpression(n.Text) {
		return text(n.Text, n.Range)
	}
	t, err := parseExpression(n.Text[1 : len(n.Text)-1])
	if err != nil {
		return name(n.Range, unreadable, "that can't be parsed")
	}
	return t.expression(n.Range)
}

// object turns a map into an object, in which "copy" stands for the lists that
// it makes.
func object(n *document.Node) hclsyntax.Expression {
	o := &hclsyntax.ObjectConsExpr{SrcRange: n.Range, OpenRange: n.Range}
	for _, p := range n.Pairs {
		if loops, ok := propertyLoops(p); ok {
			for _, loop := range loops {
				o.Items = append(o.Items, hclsyntax.ObjectConsItem{
					KeyExpr: text(loop.Get("name").String(), loop.Range), ValueExpr: loopExpression(loop),
				})
			}
			continue
		}
		o.Items = append(o.Items, hclsyntax.ObjectConsItem{KeyExpr: text(p.Key, p.Range), ValueExpr: expression(p.Value)})
	}
	return o
}

// propertyLoops recognises "copy": [{name, count, input}].
func propertyLoops(p document.Pair) ([]*document.Node, bool) {
	if p.Key != "copy" || p.Value == nil || p.Value.Kind != document.List {
		return nil, false
	}
	for _, loop := range p.Value.Items {
		if loop.Get("name").String() == "" || loop.Get("count") == nil || loop.Get("input") == nil {
			return nil, false
		}
	}
	return p.Value.Items, len(p.Value.Items) > 0
}

// loopExpression is the list that a loop over a property or a variable makes.
func loopExpression(loop *document.Node) hclsyntax.Expression {
	rng := loop.Range
	count := literal(cty.NumberIntVal(0), rng)
	return &hclsyntax.ForExpr{
		ValVar: loopIndex(loop.Get("name").String()), SrcRange: rng, OpenRange: rng, CloseRange: rng,
		CollExpr: function(rng, "range", count, expression(loop.Get("count"))),
		ValExpr:  expression(loop.Get("input")),
	}
}

// loopIndex names the index of a loop.
func loopIndex(loop string) string { return "copyIndex(" + strings.ToLower(loop) + ")" }

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

func text(s string, rng hcl.Range) hclsyntax.Expression { return literal(cty.StringVal(s), rng) }

func null(rng hcl.Range) hclsyntax.Expression {
	return literal(cty.NullVal(cty.DynamicPseudoType), rng)
}

func tuple(items []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.TupleConsExpr{Exprs: items, SrcRange: rng, OpenRange: rng}
}

func name(rng hcl.Range, root string, attrs ...string) hclsyntax.Expression {
	t := hcl.Traversal{hcl.TraverseRoot{Name: root, SrcRange: rng}}
	for _, attr := range attrs {
		t = append(t, hcl.TraverseAttr{Name: attr, SrcRange: rng})
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: rng}
}

func function(rng hcl.Range, fn string, args ...hclsyntax.Expression) hclsyntax.Expression {
	return &hclsyntax.FunctionCallExpr{
		Name: fn, Args: args, NameRange: rng, OpenParenRange: rng, CloseParenRange: rng,
	}
}

func index(collection, key hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.IndexExpr{Collection: collection, Key: key, SrcRange: rng, OpenRange: rng, BracketRange: rng}
}

func template(parts []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	if len(parts) == 0 {
		return text("", rng)
	}
	return &hclsyntax.TemplateExpr{Parts: parts, SrcRange: rng}
}

func binary(op *hclsyntax.Operation, args []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	e := args[0]
	for _, arg := range args[1:] {
		e = &hclsyntax.BinaryOpExpr{LHS: e, Op: op, RHS: arg, SrcRange: rng}
	}
	return e
}

// expression turns a term into the expression that computes the same.
func (t *term) expression(rng hcl.Range) hclsyntax.Expression {
	e, steps := t.head(rng)
	for _, s := range steps {
		if s.key != nil {
			e = index(e, s.key.expression(rng), rng)
		} else {
			e = index(e, text(s.name, rng), rng)
		}
	}
	return e
}

// head is the expression of what a term begins with, and the steps that are
// left. A name takes with it the steps that are written out, so that it tells
// in a because chain what was read.
func (t *term) head(rng hcl.Range) (hclsyntax.Expression, []step) {
	switch {
	case t.text != nil:
		return text(*t.text, rng), t.steps
	case t.num != nil:
		return literal(cty.NumberFloatVal(*t.num), rng), t.steps
	}
	static := 0
	var names []string
	for static < len(t.steps) && t.steps[static].key == nil {
		names = append(names, t.steps[static].name)
		static++
	}
	rest := t.steps[static:]
	switch t.fn {
	case parameters, variables:
		if key, ok := t.arg(0).asText(); ok {
			return name(rng, t.fn, append([]string{key}, names...)...), rest
		}
		if len(t.args) == 1 {
			return index(name(rng, t.fn), t.args[0].expression(rng), rng), t.steps
		}
	case "resourceid", "subscriptionresourceid", "tenantresourceid", "extensionresourceid":
		return name(rng, resourceID+t.argsText()+")"), t.steps
	case "reference", "resourceinfo":
		if len(t.args) > 0 {
			return name(rng, reference+t.args[0].String()+")", names...), rest
		}
	case "resourcegroup", "subscription", "deployment", "environment", "tenant", "managementgroup":
		if len(t.args) == 0 {
			return name(rng, scopeFunctions[t.fn], names...), rest
		}
	case "copyindex":
		return t.copyIndex(rng), t.steps
	case "lambdavariables":
		if key, ok := t.arg(0).asText(); ok {
			return name(rng, lambdaVariable(key), names...), rest
		}
	}
	return t.function(rng), t.steps
}

// scopeFunctions are those that tell of the deployment, as people write them.
var scopeFunctions = map[string]string{
	"resourcegroup": "resourceGroup()", "subscription": "subscription()", "deployment": "deployment()",
	"environment": "environment()", "tenant": "tenant()", "managementgroup": "managementGroup()",
}

// copyIndex reads the turn of a loop, named or the innermost one, with what is
// added to it.
func (t *term) copyIndex(rng hcl.Range) hclsyntax.Expression {
	root, args := copyIndex, t.args
	if loop, ok := t.arg(0).asText(); ok {
		root, args = loopIndex(loop), t.args[1:]
	}
	e := name(rng, root)
	if len(args) == 1 {
		e = binary(hclsyntax.OpAdd, []hclsyntax.Expression{e, args[0].expression(rng)}, rng)
	}
	return e
}

func (t *term) arg(i int) *term {
	if i < len(t.args) {
		return t.args[i]
	}
	return nil
}
