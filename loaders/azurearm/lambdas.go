package azurearm

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// lambda is lambda('name', 'index', body): its variables, of which the last one may
// be absent, and what is computed with them.
type lambda struct {
	variables []string
	body      *term
}

// asLambda reads a term as one.
func (t *term) asLambda() (lambda, bool) {
	if t == nil || t.fn != "lambda" || len(t.args) == 0 {
		return lambda{}, false
	}
	l := lambda{body: t.args[len(t.args)-1]}
	for _, arg := range t.args[:len(t.args)-1] {
		text, ok := arg.asText()
		if !ok {
			return lambda{}, false
		}
		l.variables = append(l.variables, lambdaVariable(text))
	}
	return l, len(l.variables) > 0
}

// lambdaVariable names a variable of a lambda in expressions.
func lambdaVariable(text string) string { return "lambdaVariables(" + strings.ToLower(text) + ")" }

// ofLambdas turns a function that is given lambdas into a loop that does the same;
// nil when it is none, or not one that is known here.
func (t *term) ofLambdas(rng hcl.Range) hclsyntax.Expression {
	l, ok := t.arg(1).asLambda()
	if !ok {
		return nil
	}
	loop := &hclsyntax.ForExpr{
		ValVar: l.variables[0], CollExpr: t.args[0].expression(rng), ValExpr: l.body.expression(rng),
		SrcRange: rng, OpenRange: rng, CloseRange: rng,
	}
	if len(l.variables) > 1 {
		loop.KeyVar = l.variables[1]
	}
	switch {
	case t.fn == "map" && len(t.args) == 2:
	case t.fn == "filter" && len(t.args) == 2:
		loop.CondExpr, loop.ValExpr = loop.ValExpr, name(rng, loop.ValVar)
	case t.fn == "mapvalues" && len(t.args) == 2:
		const key = "a key"
		loop.KeyVar, loop.KeyExpr = key, name(rng, key)
	case t.fn == "toobject":
		return t.toObject(loop, rng)
	default:
		return nil
	}
	return loop
}

// toObject makes an object of a list: of its elements, or of what a second lambda
// makes of them.
func (t *term) toObject(loop *hclsyntax.ForExpr, rng hcl.Range) hclsyntax.Expression {
	loop.KeyExpr, loop.ValExpr = loop.ValExpr, name(rng, loop.ValVar)
	if len(t.args) == 2 {
		return loop
	}
	l, ok := t.args[2].asLambda()
	if !ok || len(t.args) > 3 || l.variables[0] != loop.ValVar {
		return nil
	}
	loop.ValExpr = l.body.expression(rng)
	return loop
}

// items is the list of the keys and values of an object, by its keys.
func items(object hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	const key, value = "a key", "a value"
	return &hclsyntax.ForExpr{
		KeyVar: key, ValVar: value, CollExpr: object, SrcRange: rng, OpenRange: rng, CloseRange: rng,
		ValExpr: &hclsyntax.ObjectConsExpr{SrcRange: rng, OpenRange: rng, Items: []hclsyntax.ObjectConsItem{
			{KeyExpr: text("key", rng), ValueExpr: name(rng, key)}, {KeyExpr: text("value", rng), ValueExpr: name(rng, value)},
		}},
	}
}
