package azurearm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// likeTerraform are the functions that take the same arguments as one of
// package lang.
var likeTerraform = map[string]string{
	"tolower": "lower", "toupper": "upper", "trim": "trimspace", "replace": "replace", "length": "length",
	"string": "tostring", "int": "tonumber", "float": "tonumber", "bool": "tobool", "json": "jsondecode",
	"base64": "base64encode", "base64tostring": "base64decode", "min": "min", "max": "max", "coalesce": "coalesce",
	"uricomponent": "urlencode", "flatten": "flatten", "objectkeys": "keys",
}

// function turns a call into the expression that computes the same. What can't
// be told before the deployment, and what is not known here, is unknown.
func (t *term) function(rng hcl.Range) hclsyntax.Expression {
	if e := t.ofLambdas(rng); e != nil {
		return e
	}
	args := make([]hclsyntax.Expression, len(t.args))
	for i, arg := range t.args {
		args[i] = arg.expression(rng)
	}
	if fn, ok := likeTerraform[t.fn]; ok && len(args) > 0 {
		return function(rng, fn, args...)
	}
	if e := t.logic(args, rng); e != nil {
		return e
	}
	if e := t.ofText(args, rng); e != nil {
		return e
	}
	if e := t.ofCollections(args, rng); e != nil {
		return e
	}
	return name(rng, unreadable, t.fn+"()")
}

func (t *term) logic(args []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	switch n := len(args); {
	case t.fn == "true" && n == 0, t.fn == "false" && n == 0:
		return literal(cty.BoolVal(t.fn == "true"), rng)
	case t.fn == "null" && n == 0:
		return null(rng)
	case t.fn == "if" && n == 3:
		return &hclsyntax.ConditionalExpr{Condition: args[0], TrueResult: args[1], FalseResult: args[2], SrcRange: rng}
	case t.fn == "not" && n == 1:
		return &hclsyntax.UnaryOpExpr{Op: hclsyntax.OpLogicalNot, Val: args[0], SrcRange: rng}
	case n < 2:
		return nil
	}
	if op := operators[t.fn]; op != nil {
		return binary(op, args, rng)
	}
	return nil
}

var operators = map[string]*hclsyntax.Operation{
	"and": hclsyntax.OpLogicalAnd, "or": hclsyntax.OpLogicalOr, "equals": hclsyntax.OpEqual,
	"greater": hclsyntax.OpGreaterThan, "greaterorequals": hclsyntax.OpGreaterThanOrEqual,
	"less": hclsyntax.OpLessThan, "lessorequals": hclsyntax.OpLessThanOrEqual,
	"add": hclsyntax.OpAdd, "sub": hclsyntax.OpSubtract, "mul": hclsyntax.OpMultiply, "mod": hclsyntax.OpModulo,
}

func (t *term) ofText(args []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	switch n := len(args); {
	case t.fn == "concat" && n == 1:
		return args[0]
	case t.fn == "concat" && n > 0 && !t.joinsLists():
		return template(args, rng)
	case t.fn == "format" && n > 0:
		return t.format(args, rng)
	case t.fn == "uri" && n == 2:
		return template([]hclsyntax.Expression{args[0], text("/", rng), args[1]}, rng)
	case t.fn == "substring" && n == 2:
		return function(rng, "substr", args[0], args[1], literal(cty.NumberIntVal(-1), rng))
	case t.fn == "substring" && n == 3:
		return function(rng, "substr", args...)
	case t.fn == "split" && n == 2:
		return function(rng, "split", args[1], args[0])
	case t.fn == "join" && n == 2:
		return function(rng, "join", args[1], args[0])
	case (t.fn == "startswith" || t.fn == "endswith") && n == 2:
		return function(rng, t.fn, function(rng, "lower", args[0]), function(rng, "lower", args[1]))
	}
	return nil
}

// joinsLists says whether concat is given lists, as far as the call shows.
func (t *term) joinsLists() bool {
	for _, arg := range t.args {
		switch arg.fn {
		case "createarray", "array", "split", "range", "union", "take", "skip", "map", "filter":
			return true
		}
	}
	return false
}

// isObject says whether a term is an object, as far as it shows.
func (t *term) isObject() bool {
	switch {
	case len(t.steps) > 0:
		return false
	case t.fn == "if" && len(t.args) == 3:
		return t.args[1].isObject() || t.args[2].isObject()
	}
	return t.fn == "createobject" || t.fn == "shallowmerge" || t.fn == "toobject"
}

// format fills in {0} and {1:spec}.
func (t *term) format(args []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	pattern, ok := t.args[0].asText()
	if !ok {
		return nil
	}
	var parts []hclsyntax.Expression
	for {
		before, after, found := strings.Cut(pattern, "{")
		if before != "" {
			parts = append(parts, text(before, rng))
		}
		if !found {
			return template(parts, rng)
		}
		if strings.HasPrefix(after, "{") {
			parts, pattern = append(parts, text("{", rng)), after[1:]
			continue
		}
		inner, rest, closed := strings.Cut(after, "}")
		number, _, hasSpec := strings.Cut(inner, ":")
		i, err := strconv.Atoi(number)
		if !closed || err != nil || i < 0 || i+1 >= len(args) {
			return nil
		}
		if hasSpec {
			parts = append(parts, name(rng, unreadable, "format()"))
		} else {
			parts = append(parts, args[i+1])
		}
		pattern = rest
	}
}

func (t *term) ofCollections(args []hclsyntax.Expression, rng hcl.Range) hclsyntax.Expression {
	number := func(i int64) hclsyntax.Expression { return literal(cty.NumberIntVal(i), rng) }
	length := func(e hclsyntax.Expression) hclsyntax.Expression { return function(rng, "length", e) }
	switch n := len(args); {
	case t.fn == "concat" && n > 0:
		return function(rng, "concat", args...)
	case t.fn == "createarray" || t.fn == "array" && n == 1:
		return tuple(args, rng)
	case t.fn == "createobject" && n%2 == 0:
		o := &hclsyntax.ObjectConsExpr{SrcRange: rng, OpenRange: rng}
		for i := 0; i < n; i += 2 {
			o.Items = append(o.Items, hclsyntax.ObjectConsItem{KeyExpr: args[i], ValueExpr: args[i+1]})
		}
		return o
	case t.fn == "first" && n == 1:
		return index(args[0], number(0), rng)
	case t.fn == "last" && n == 1:
		return index(args[0], binary(hclsyntax.OpSubtract, []hclsyntax.Expression{length(args[0]), number(1)}, rng), rng)
	case t.fn == "skip" && n == 2:
		return function(rng, "slice", args[0], args[1], length(args[0]))
	case t.fn == "take" && n == 2:
		return function(rng, "slice", args[0], number(0), args[1])
	case t.fn == "range" && n == 2:
		return function(rng, "range", args[0], binary(hclsyntax.OpAdd, args, rng))
	case t.fn == "shallowmerge" && n == 1:
		return &hclsyntax.FunctionCallExpr{
			Name: "merge", Args: args, ExpandFinal: true, NameRange: rng, OpenParenRange: rng, CloseParenRange: rng,
		}
	case t.fn == "union" && n > 0 && slices.ContainsFunc(t.args, (*term).isObject):
		return function(rng, "merge", args...)
	case t.fn == "union" && n > 0:
		// Of lists or of objects, which the call does not show.
		return function(rng, "try", function(rng, "merge", args...), function(rng, "distinct", function(rng, "concat", args...)))
	case t.fn == "empty" && n == 1:
		isEmpty := binary(hclsyntax.OpEqual, []hclsyntax.Expression{length(args[0]), number(0)}, rng)
		isNull := binary(hclsyntax.OpEqual, []hclsyntax.Expression{args[0], null(rng)}, rng)
		return function(rng, "try", isEmpty, isNull)
	case t.fn == "contains" && n == 2:
		hasKey := function(rng, "can", index(args[0], args[1], rng))
		return function(rng, "try", function(rng, "contains", args...), function(rng, "strcontains", args...), hasKey)
	case t.fn == "items" && n == 1:
		return items(args[0], rng)
	case t.fn == "tryget" && n == 2:
		return function(rng, "try", index(args[0], args[1], rng), null(rng))
	}
	return nil
}
