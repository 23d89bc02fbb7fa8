package cloudformation

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
)

// Names by which expressions refer to the sections of a template.
const (
	parameters = "Parameters"
	mappings   = "Mappings"
	conditions = "Conditions"
	resources  = "Resources"
	unreadable = "an intrinsic function" // what can't be turned into an expression
)

// expression turns a value of a template into an expression: intrinsic
// functions, in their long and short forms, into what they compute.
func expression(n *document.Node) hclsyntax.Expression {
	return document.Expression(n, func(n *document.Node) hclsyntax.Expression {
		if name, arg, ok := intrinsic(n); ok {
			return call(name, arg, n.Range)
		}
		return nil
	})
}

// intrinsic recognises a call of an intrinsic function: a map with one key, or
// a tag. Its name is given without "Fn::".
func intrinsic(n *document.Node) (name string, arg *document.Node, ok bool) {
	if n == nil {
		return "", nil, false
	}
	if tag, isTag := strings.CutPrefix(n.Tag, "!"); isTag {
		bare := *n
		bare.Tag = ""
		return tag, &bare, true
	}
	if n.Kind != document.Map || len(n.Pairs) != 1 {
		return "", nil, false
	}
	p := n.Pairs[0]
	name, isFn := strings.CutPrefix(p.Key, "Fn::")
	return name, p.Value, isFn || name == "Ref" || name == "Condition"
}

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

func text(s string, rng hcl.Range) hclsyntax.Expression { return literal(cty.StringVal(s), rng) }

// name refers to what stands in a section, and goes on with attributes of it.
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

// call turns an intrinsic function into the expression that does the same.
func call(fn string, arg *document.Node, rng hcl.Range) hclsyntax.Expression {
	args := arg.Elements()
	switch {
	case fn == strings.TrimPrefix(variableTag, "!"):
		return withVariables(arg.Text, rng, 0)
	case fn == "Ref":
		return ref(arg.String(), rng)
	case fn == "Condition" && arg.IsScalar():
		return name(rng, conditions, arg.String())
	case fn == "GetAtt":
		return getAtt(arg, rng)
	case fn == "Sub":
		return sub(arg, rng)
	case fn == "Join" && len(args) == 2:
		return join(args, rng)
	case fn == "FindInMap" && len(args) >= 3:
		return findInMap(args, rng)
	case fn == "If" && len(args) == 3:
		return &hclsyntax.ConditionalExpr{
			Condition:  name(args[0].Range, conditions, args[0].String()),
			TrueResult: expression(args[1]), FalseResult: expression(args[2]), SrcRange: rng,
		}
	case fn == "Equals" && len(args) == 2:
		return &hclsyntax.BinaryOpExpr{LHS: expression(args[0]), Op: hclsyntax.OpEqual, RHS: expression(args[1]), SrcRange: rng}
	case fn == "Not" && len(args) == 1:
		return &hclsyntax.UnaryOpExpr{Op: hclsyntax.OpLogicalNot, Val: expression(args[0]), SrcRange: rng}
	case fn == "And" && len(args) > 0:
		return fold(hclsyntax.OpLogicalAnd, args, rng)
	case fn == "Or" && len(args) > 0:
		return fold(hclsyntax.OpLogicalOr, args, rng)
	case fn == "Select" && len(args) == 2:
		return &hclsyntax.IndexExpr{Collection: expression(args[1]), Key: function(rng, "tonumber", expression(args[0])), SrcRange: rng, OpenRange: rng, BracketRange: rng}
	case fn == "Split" && len(args) == 2:
		return function(rng, "split", expression(args[0]), expression(args[1]))
	case fn == "Base64":
		return function(rng, "base64encode", expression(arg))
	case fn == "ToJsonString":
		return function(rng, "jsonencode", expression(arg))
	case fn == "ImportValue":
		return imported(arg, rng)
	case fn == "GetAZs":
		return name(rng, "AWS::AvailabilityZones")
	}
	// A transform, or a function that is new.
	return name(rng, unreadable, fn)
}

// ref refers to a parameter, a pseudo parameter or a resource; which it is, the
// scope knows.
func ref(to string, rng hcl.Range) hclsyntax.Expression {
	if strings.HasPrefix(to, "AWS::") {
		return name(rng, to)
	}
	return name(rng, "Ref", to)
}

// getAtt reads Resource.Attribute, or a list of the two.
func getAtt(arg *document.Node, rng hcl.Range) hclsyntax.Expression {
	var parts []string
	if arg.Kind == document.List {
		for _, item := range arg.Items {
			parts = append(parts, item.String())
		}
	} else {
		parts = strings.SplitN(arg.String(), ".", 2)
	}
	if len(parts) < 2 {
		return name(rng, unreadable, "GetAtt")
	}
	return name(rng, resources, parts[0], strings.Join(parts[1:], "."))
}

// sub turns "text ${Name} ${Resource.Attribute} ${!Literal}" into a template.
// The list form brings names of its own.
func sub(arg *document.Node, rng hcl.Range) hclsyntax.Expression {
	own := (*document.Node)(nil)
	if arg.Kind == document.List {
		if len(arg.Items) != 2 {
			return name(rng, unreadable, "Sub")
		}
		arg, own = arg.Items[0], arg.Items[1]
	}
	template := &hclsyntax.TemplateExpr{SrcRange: rng}
	add := func(e hclsyntax.Expression) { template.Parts = append(template.Parts, e) }
	rest := arg.String()
	for {
		before, after, found := strings.Cut(rest, "${")
		if before != "" {
			add(text(before, arg.Range))
		}
		if !found {
			break
		}
		end := closing(after)
		if end < 0 {
			add(text("${"+after, arg.Range))
			break
		}
		add(substituted(after[:end], own, arg.Range))
		rest = after[end+1:]
	}
	if len(template.Parts) == 0 {
		return text("", rng)
	}
	return template
}

func substituted(inner string, own *document.Node, rng hcl.Range) hclsyntax.Expression {
	if escaped, ok := strings.CutPrefix(inner, "!"); ok {
		return text("${"+escaped+"}", rng)
	}
	inner = strings.TrimSpace(inner)
	if value := own.Get(inner); value != nil {
		return expression(value)
	}
	if hasVariable.MatchString("${" + inner) {
		return variable(inner, rng, 0)
	}
	if resource, attr, ok := strings.Cut(inner, "."); ok {
		return name(rng, resources, resource, attr)
	}
	return ref(inner, rng)
}

// join puts the elements of a written list together as a template, which keeps
// the beginning that is known; any other list by the function.
func join(args []*document.Node, rng hcl.Range) hclsyntax.Expression {
	list := args[1]
	if _, _, isCall := intrinsic(list); isCall || list.Kind != document.List {
		return function(rng, "join", expression(args[0]), expression(list))
	}
	template := &hclsyntax.TemplateExpr{SrcRange: rng, Parts: []hclsyntax.Expression{text("", rng)}}
	for i, item := range list.Items {
		if i > 0 {
			template.Parts = append(template.Parts, text(args[0].String(), args[0].Range))
		}
		template.Parts = append(template.Parts, expression(item))
	}
	return template
}

// findInMap looks a value up by two keys, with a default as a later extension
// of the language has it.
func findInMap(args []*document.Node, rng hcl.Range) hclsyntax.Expression {
	var e hclsyntax.Expression
	if args[0].Kind == document.String && args[0].Tag == "" {
		e = name(args[0].Range, mappings, args[0].Text)
	} else {
		e = index(name(args[0].Range, mappings), expression(args[0]), rng)
	}
	e = index(index(e, expression(args[1]), rng), expression(args[2]), rng)
	if len(args) > 3 {
		if def := args[3].Get("DefaultValue"); def != nil {
			return function(rng, "try", e, expression(def))
		}
	}
	return e
}

func index(collection, key hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.IndexExpr{Collection: collection, Key: key, SrcRange: rng, OpenRange: rng, BracketRange: rng}
}

func fold(op *hclsyntax.Operation, args []*document.Node, rng hcl.Range) hclsyntax.Expression {
	e := expression(args[0])
	for _, arg := range args[1:] {
		e = &hclsyntax.BinaryOpExpr{LHS: e, Op: op, RHS: expression(arg), SrcRange: rng}
	}
	return e
}

// notEvaluated is the reason for what an unreadable function gives.
func notEvaluated(fn string) string {
	return fmt.Sprintf("Fn::%s is not evaluated", fn)
}
