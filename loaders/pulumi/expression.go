package pulumi

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
)

// unreadable is the name by which expressions refer to what can't be told
// before the deployment.
const unreadable = "a function"

// isCall recognises the call of a function: a map with one key fn::name.
func isCall(n *document.Node) bool {
	return n != nil && n.Kind == document.Map && len(n.Pairs) == 1 && strings.HasPrefix(strings.ToLower(n.Pairs[0].Key), "fn::")
}

// expression turns a value of a program into an expression.
func expression(n *document.Node) hclsyntax.Expression {
	return document.Expression(n, func(n *document.Node) hclsyntax.Expression {
		switch {
		case isCall(n):
			return call(n.Pairs[0].Key[len("fn::"):], n.Pairs[0].Value, n.Range)
		case n.Kind == document.String:
			return interpolated(n.Text, n.Range)
		}
		return nil
	})
}

// call turns a function into the expression that does the same.
func call(fn string, arg *document.Node, rng hcl.Range) hclsyntax.Expression {
	args := arg.Elements()
	switch fn = strings.ToLower(fn); {
	case fn == "join" && len(args) == 2:
		return function(rng, "join", expression(args[0]), expression(args[1]))
	case fn == "select" && len(args) == 2:
		return &hclsyntax.IndexExpr{Collection: expression(args[1]), Key: expression(args[0]), SrcRange: rng, OpenRange: rng, BracketRange: rng}
	case fn == "split" && len(args) == 2:
		return function(rng, "split", expression(args[0]), expression(args[1]))
	case fn == "tojson":
		return function(rng, "jsonencode", expression(arg))
	case fn == "tobase64":
		return function(rng, "base64encode", expression(arg))
	case fn == "frombase64":
		return function(rng, "base64decode", expression(arg))
	case fn == "secret":
		return function(rng, "sensitive", expression(arg))
	}
	// What is looked up, read from a file or another stack, or new.
	return name(rng, unreadable, "fn::"+fn)
}

// interpolated turns "text ${name.property[0]}" into a template. $$ is a dollar.
func interpolated(s string, rng hcl.Range) hclsyntax.Expression {
	if !strings.Contains(s, "${") {
		return text(s, rng)
	}
	template := &hclsyntax.TemplateExpr{SrcRange: rng}
	for {
		before, after, found := strings.Cut(s, "${")
		if plain, isPlain := strings.CutSuffix(before, "$"); isPlain && found {
			before, after, found = plain+"${"+after, "", false
		}
		if before != "" {
			template.Parts = append(template.Parts, text(before, rng))
		}
		if !found {
			return template
		}
		inner, rest, closed := strings.Cut(after, "}")
		if !closed {
			template.Parts = append(template.Parts, text("${"+after, rng))
			return template
		}
		template.Parts = append(template.Parts, reference(inner, rng))
		s = rest
		if s == "" {
			return template
		}
	}
}

// reference reads name.property[0]["key"].
func reference(inner string, rng hcl.Range) hclsyntax.Expression {
	t := hcl.Traversal{}
	for _, part := range strings.Split(strings.TrimSpace(inner), ".") {
		first, rest, _ := strings.Cut(part, "[")
		switch {
		case len(t) == 0:
			t = append(t, hcl.TraverseRoot{Name: first, SrcRange: rng})
		case first != "":
			t = append(t, hcl.TraverseAttr{Name: first, SrcRange: rng})
		}
		for rest != "" {
			var key string
			key, rest, _ = strings.Cut(rest, "]")
			rest = strings.TrimPrefix(rest, "[")
			k := cty.StringVal(strings.Trim(key, `"`))
			if i, err := strconv.Atoi(key); err == nil {
				k = cty.NumberIntVal(int64(i))
			}
			t = append(t, hcl.TraverseIndex{Key: k, SrcRange: rng})
		}
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: rng}
}

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

func text(s string, rng hcl.Range) hclsyntax.Expression { return literal(cty.StringVal(s), rng) }

func name(rng hcl.Range, root, attr string) hclsyntax.Expression {
	return &hclsyntax.ScopeTraversalExpr{
		Traversal: hcl.Traversal{hcl.TraverseRoot{Name: root, SrcRange: rng}, hcl.TraverseAttr{Name: attr, SrcRange: rng}}, SrcRange: rng,
	}
}

func function(rng hcl.Range, fn string, args ...hclsyntax.Expression) hclsyntax.Expression {
	return &hclsyntax.FunctionCallExpr{Name: fn, Args: args, NameRange: rng, OpenParenRange: rng, CloseParenRange: rng}
}
