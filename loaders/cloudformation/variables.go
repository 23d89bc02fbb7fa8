package cloudformation

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
)

// variableTag marks text with variables of the Serverless Framework.
const variableTag = "!serverless variables"

// hasVariable recognises ${type:address} and ${file(path)}, but not what
// CloudFormation itself puts in, such as ${Table} and ${AWS::Region}.
var hasVariable = regexp.MustCompile(`\$\{\s*(file\(|[a-z][A-Za-z-]*(\([^)]*\))?:[^:])`)

// markVariables tags the texts of a document that have variables. A text with
// a tag of its own, as of !Sub, keeps it: its function sees to them.
func markVariables(doc *document.Node) {
	doc.Walk(func(_ []string, n *document.Node) bool {
		if n.Kind == document.String && n.Tag == "" && hasVariable.MatchString(n.Text) {
			n.Tag = variableTag
		}
		return true
	})
}

// closing is where the variable ends whose opening "${" was just read; -1 when
// it does not end.
func closing(text string) int {
	depth := 1
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '{' && i > 0 && text[i-1] == '$':
			depth++
		case text[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// soleVariable is what stands in ${…} when a text is nothing else.
func soleVariable(text string) (string, bool) {
	inner, ok := strings.CutPrefix(strings.TrimSpace(text), "${")
	if !ok {
		return "", false
	}
	end := closing(inner)
	return strings.TrimSpace(inner[:max(end, 0)]), end >= 0 && end == len(inner)-1
}

// maxVariables bounds how variables stand in variables.
const maxVariables = 32

// withVariables turns a text with variables into an expression.
func withVariables(s string, rng hcl.Range, depth int) hclsyntax.Expression {
	if inner, ok := soleVariable(s); ok {
		return variable(inner, rng, depth)
	}
	template := &hclsyntax.TemplateExpr{SrcRange: rng, Parts: []hclsyntax.Expression{text("", rng)}}
	add := func(e hclsyntax.Expression) { template.Parts = append(template.Parts, e) }
	for {
		before, after, found := strings.Cut(s, "${")
		if before != "" {
			add(text(before, rng))
		}
		end := closing(after)
		if !found || end < 0 {
			return template
		}
		inner := after[:end]
		if hasVariable.MatchString("${" + inner) {
			add(variable(inner, rng, depth))
		} else {
			add(substituted(inner, nil, rng))
		}
		s = after[end+1:]
	}
}

// variable turns what stands in ${…} into an expression: its sources, of which
// the first that has a value counts.
func variable(inner string, rng hcl.Range, depth int) hclsyntax.Expression {
	if depth > maxVariables {
		return name(rng, unreadable, "a variable")
	}
	sources := splitSources(inner)
	if len(sources) == 1 {
		return variableSource(sources[0], false, rng, depth+1)
	}
	call := &hclsyntax.FunctionCallExpr{Name: "coalesce", NameRange: rng, OpenParenRange: rng, CloseParenRange: rng}
	for i, source := range sources {
		e := variableSource(source, i < len(sources)-1, rng, depth+1)
		if i < len(sources)-1 {
			e = function(rng, "try", e, literal(cty.NullVal(cty.DynamicPseudoType), rng))
		}
		call.Args = append(call.Args, e)
	}
	if last := sources[len(sources)-1]; last == "''" || last == `""` {
		return function(rng, "try", call, text("", rng))
	}
	return call
}

// variableSource reads one source of a variable. An optional one is null when it
// is not given.
func variableSource(source string, optional bool, rng hcl.Range, depth int) hclsyntax.Expression {
	if isQuoted(source) {
		return withVariables(source[1:len(source)-1], rng, depth)
	}
	if strings.HasPrefix(source, "${") {
		return withVariables(source, rng, depth)
	}
	if file, keys, ok := fileVariable(source); ok {
		return fileExpression(file, keys, rng, depth)
	}
	kind, address, ok := strings.Cut(source, ":")
	switch {
	case !ok && source == "null":
		return literal(cty.NullVal(cty.DynamicPseudoType), rng)
	case !ok && (source == "true" || source == "false"):
		return literal(cty.BoolVal(source == "true"), rng)
	case !ok:
		return text(source, rng)
	case kind == "self":
		return walk(kind, address, rng, depth)
	case slices.Contains(givenKinds, kind) && optional:
		return name(rng, kind+optionalMark, address)
	case slices.Contains(givenKinds, kind):
		return name(rng, kind, address)
	}
	// What is looked up elsewhere: ssm, cf, s3, secrets of a plugin.
	return name(rng, unreadable, source)
}

// givenKinds are the sources that a command line or an environment gives.
var givenKinds = []string{"opt", "env", "sls", "aws", "param"}

// optionalMark ends the name of a source that something else stands in for.
const optionalMark = "?"

// walk follows a path of keys, which may hold variables, from a root.
func walk(root, address string, rng hcl.Range, depth int) hclsyntax.Expression {
	keys := splitKeys(address)
	static := 0
	for static < len(keys) && !strings.Contains(keys[static], "${") {
		static++
	}
	e := name(rng, root, keys[:static]...)
	for _, key := range keys[static:] {
		var k hclsyntax.Expression = text(key, rng)
		if strings.Contains(key, "${") {
			k = withVariables(key, rng, depth)
		}
		e = index(e, k, rng)
	}
	return e
}

// fileExpression reads file(path):keys. A path with variables is read as plain
// data, in which variables are not looked for.
func fileExpression(file, keys string, rng hcl.Range, depth int) hclsyntax.Expression {
	if !strings.Contains(file, "${") {
		return walk(fileRoot+file+")", keys, rng, depth)
	}
	e := function(rng, "yamldecode", function(rng, "file", withVariables(file, rng, depth)))
	for _, key := range splitKeys(keys) {
		e = index(e, withVariables(key, rng, depth), rng)
	}
	return e
}

// fileRoot begins the name by which expressions refer to a file.
const fileRoot = "file("

// fileVariable reads file(path):keys.
func fileVariable(source string) (file, keys string, ok bool) {
	rest, ok := strings.CutPrefix(source, "file(")
	if !ok {
		return "", "", false
	}
	file, rest, ok = strings.Cut(rest, ")")
	if !ok || rest != "" && rest[0] != ':' || strings.Contains(rest, ",") {
		return "", "", false
	}
	return strings.Trim(strings.TrimSpace(file), `"'`), strings.TrimPrefix(rest, ":"), true
}

func isQuoted(s string) bool {
	return len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0]
}

// splitSources splits at the commas that stand outside quotes and variables.
func splitSources(inner string) []string { return splitOutside(inner, ',') }

// splitKeys splits a path at its dots.
func splitKeys(address string) []string {
	if address == "" {
		return nil
	}
	return splitOutside(address, '.')
}

func splitOutside(s string, sep byte) []string {
	var parts []string
	depth, start := 0, 0
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{' || c == '(':
			depth++
		case c == '}' || c == ')':
			depth--
		case c == sep && depth == 0:
			parts, start = append(parts, strings.TrimSpace(s[start:i])), i+1
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}
