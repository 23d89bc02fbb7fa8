package ansible

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// scope is where the variables of a task are looked for.
type scope struct {
	*file
	level   *level
	item    *document.Node // of the loop; nil when there is none
	isLoop  bool           // the items themselves are not known
	symbols map[string]*lang.Symbol
	depth   int
}

// unreadable is the name by which expressions refer to what is not evaluated.
const unreadable = "an expression of Jinja"

// expression turns a value of a task into an expression.
func expression(n *document.Node) hclsyntax.Expression {
	return document.Expression(n, func(n *document.Node) hclsyntax.Expression {
		switch n.Kind {
		case document.String, document.Number:
			return interpolated(n.Text, n.Range)
		case document.Bool:
			return literal(cty.BoolVal(strings.EqualFold(n.Text, "true") || strings.EqualFold(n.Text, "yes")), n.Range)
		}
		return nil
	})
}

func literal(v cty.Value, rng hcl.Range) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
}

// interpolated turns "text {{ name | default('x') }}" into a template.
func interpolated(s string, rng hcl.Range) hclsyntax.Expression {
	if !strings.Contains(s, "{{") {
		return literal(cty.StringVal(s), rng)
	}
	template := &hclsyntax.TemplateExpr{SrcRange: rng}
	for {
		before, after, found := strings.Cut(s, "{{")
		if before != "" {
			template.Parts = append(template.Parts, literal(cty.StringVal(before), rng))
		}
		inner, rest, closed := strings.Cut(after, "}}")
		if !found || !closed {
			return template
		}
		template.Parts = append(template.Parts, jinja(strings.TrimSpace(inner), rng))
		s = rest
		if s == "" {
			return template
		}
	}
}

// jinja reads a variable, with attributes and a default.
func jinja(inner string, rng hcl.Range) hclsyntax.Expression {
	parts := strings.Split(inner, "|")
	e := variable(strings.TrimSpace(parts[0]), rng)
	for _, filter := range parts[1:] {
		filter = strings.TrimSpace(filter)
		arg, isDefault := strings.CutPrefix(filter, "default(")
		if !isDefault {
			arg, isDefault = strings.CutPrefix(filter, "d(")
		}
		switch {
		case isDefault:
			arg, _, _ = strings.Cut(strings.TrimSuffix(arg, ")"), ",")
			e = orDefault(e, strings.TrimSpace(arg), rng)
		case filter == "lower", filter == "upper", filter == "trim":
			fn := map[string]string{"lower": "lower", "upper": "upper", "trim": "trimspace"}[filter]
			e = function(rng, fn, e)
		case filter == "string":
		default:
			return name(rng, unreadable, "")
		}
	}
	return e
}

func orDefault(e hclsyntax.Expression, arg string, rng hcl.Range) hclsyntax.Expression {
	var fallback hclsyntax.Expression
	switch {
	case arg == "omit":
		fallback = literal(cty.NullVal(cty.DynamicPseudoType), rng)
	case len(arg) >= 2 && (arg[0] == '\'' || arg[0] == '"'):
		fallback = literal(cty.StringVal(arg[1:len(arg)-1]), rng)
	default:
		fallback = variable(arg, rng)
	}
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
		// A variable that is nowhere fails, so that the default counts.
		t.Traversal[0] = hcl.TraverseRoot{Name: t.Traversal.RootName() + optionalMark, SrcRange: rng}
	}
	return function(rng, "try", e, fallback)
}

// optionalMark ends the name of a variable that has a default.
const optionalMark = "?"

func function(rng hcl.Range, fn string, args ...hclsyntax.Expression) hclsyntax.Expression {
	return &hclsyntax.FunctionCallExpr{Name: fn, Args: args, NameRange: rng, OpenParenRange: rng, CloseParenRange: rng}
}

func name(rng hcl.Range, root string, attrs ...string) hclsyntax.Expression {
	t := hcl.Traversal{hcl.TraverseRoot{Name: root, SrcRange: rng}}
	for _, attr := range attrs {
		t = append(t, hcl.TraverseAttr{Name: attr, SrcRange: rng})
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: t, SrcRange: rng}
}

// variable reads name.attribute; anything else is not evaluated.
func variable(text string, rng hcl.Range) hclsyntax.Expression {
	parts := strings.Split(text, ".")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			return name(rng, unreadable, text)
		}
	}
	return name(rng, parts[0], parts[1:]...)
}

// Resolve gives variables their values.
func (sc *scope) Resolve(ev *lang.Evaluator, t hcl.Traversal) (*lang.Value, int) {
	key, optional := strings.CutSuffix(t.RootName(), optionalMark)
	if key == unreadable {
		return lang.UnknownVal(model.AtApply, unreadable+" is not evaluated"), len(t)
	}
	if key == "item" && (sc.item != nil || sc.isLoop) {
		if sc.isLoop {
			return lang.UnknownVal(model.AtApply, "what the loop goes over is known only when it is run"), len(t)
		}
		return sc.eval(ev, sc.item), 1
	}
	if found := sc.lookup(key); len(found) == 1 {
		return sc.eval(ev, found[0]), 1
	} else if len(found) > 1 {
		return sc.oneOf(ev, key, found), 1
	}
	if optional {
		return lang.FailedVal(key + " is not defined"), len(t)
	}
	return lang.UnknownVal(model.NoValue, key+" is defined nowhere in the checked files"), len(t)
}

// maxDepth bounds how variables are made of variables.
const maxDepth = 16

func (sc *scope) eval(ev *lang.Evaluator, n *document.Node) *lang.Value {
	if sc.depth > maxDepth {
		return lang.FailedVal("variables are made of one another")
	}
	inner := *sc
	inner.depth++
	return ev.Eval(expression(n), &inner).At(n.Range)
}

// oneOf is a variable that has another value in each group.
func (sc *scope) oneOf(ev *lang.Evaluator, key string, found []*document.Node) *lang.Value {
	if sc.symbols == nil {
		sc.symbols = map[string]*lang.Symbol{}
	}
	if sc.symbols[key] == nil {
		s := lang.NewSymbol(key)
		var values []*lang.Value
		for _, n := range found {
			values = append(values, sc.eval(ev, n))
		}
		s.Only(values)
		sc.symbols[key] = s
	}
	return ev.SymbolValue(sc.symbols[key], model.Environment, key+" depends on the group of the host").At(found[0].Range)
}

// lookup finds the definition of a variable that wins; of those in the variables
// of groups and hosts, each that differs.
func (sc *scope) lookup(key string) []*document.Node {
	for l := sc.level; l != nil; l = l.outer {
		if n := l.node.Get("vars").Get(key); n != nil {
			return []*document.Node{n}
		}
		for _, file := range l.node.Get("vars_files").Elements() {
			if n := sc.variables(path.Join(path.Dir(sc.name), file.String())).Get(key); n != nil {
				return []*document.Node{n}
			}
		}
	}
	role, inRole := sc.role()
	if inRole {
		if n := sc.mainOf(role, "vars", key); n != nil {
			return []*document.Node{n}
		}
	}
	if found := sc.inGroups(key); len(found) > 0 {
		return found
	}
	if inRole {
		if n := sc.mainOf(role, "defaults", key); n != nil {
			return []*document.Node{n}
		}
	}
	return nil
}

// role is the directory of the role that the file is a part of.
func (sc *scope) role() (string, bool) {
	dir := path.Dir(sc.name)
	for range maxLevels {
		if base := path.Base(dir); base == "tasks" || base == "handlers" {
			return path.Dir(dir), true
		}
		if dir == "." || dir == "/" {
			break
		}
		dir = path.Dir(dir)
	}
	return "", false
}

func (sc *scope) mainOf(role, section, key string) *document.Node {
	for _, base := range []string{"main.yml", "main.yaml"} {
		if n := sc.variables(path.Join(role, section, base)).Get(key); n != nil {
			return n
		}
	}
	return nil
}

// inGroups finds the values that groups and hosts have for a variable, in the
// directories of variables beside the file or above it.
func (sc *scope) inGroups(key string) []*document.Node {
	dir := path.Dir(sc.name)
	for range maxLevels {
		var found []*document.Node
		for _, base := range []string{"group_vars", "host_vars", "inventory/group_vars", "inventories/group_vars"} {
			for _, file := range sc.filesIn(path.Join(dir, base)) {
				n := sc.variables(file).Get(key)
				if n != nil && !containsText(found, n) {
					found = append(found, n)
				}
			}
		}
		if len(found) > 0 || dir == "." || dir == "/" {
			return found
		}
		dir = path.Dir(dir)
	}
	return nil
}

func containsText(have []*document.Node, n *document.Node) bool {
	for _, h := range have {
		if h.IsScalar() && n.IsScalar() && h.Text == n.Text {
			return true
		}
	}
	return false
}

// filesIn lists the files of variables in a directory, and in those of groups
// within it that are the same for everybody.
func (sc *scope) filesIn(dir string) []string {
	files, err := sc.set.tree.Files(dir)
	if err != nil {
		return nil // there is no such directory
	}
	inAll, err := sc.set.tree.Files(path.Join(dir, "all"))
	if err == nil {
		files = append(files, inAll...)
	}
	return files
}

// variables are those of a file; nil when it is not there, or none of data.
func (sc *scope) variables(file string) *document.Node {
	if n, ok := sc.set.vars[file]; ok {
		return n
	}
	var n *document.Node
	if data, err := sc.set.tree.Read(file); err == nil {
		if docs, err := document.Parse(file, data); err == nil && len(docs) > 0 {
			n = docs[0]
		}
	}
	sc.set.vars[file] = n
	return n
}

// setting is the region that a play gives its modules: as their default, or in
// the environment.
func (sc *scope) setting(ev *lang.Evaluator, path string) *lang.Value {
	if path != "region" {
		return nil
	}
	for l := sc.level; l != nil; l = l.outer {
		for _, p := range l.node.Get("module_defaults").Entries() {
			if !strings.HasPrefix(p.Key, "group/") || !strings.HasSuffix(p.Key, "aws") {
				continue
			}
			for _, name := range regionNames {
				if n := p.Value.Get(name); n != nil {
					return sc.eval(ev, n).At(n.Range).Named("module_defaults " + name)
				}
			}
		}
		for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "EC2_REGION"} {
			if n := l.node.Get("environment").Get(name); n != nil {
				return sc.eval(ev, n).At(n.Range).Named("environment " + name)
			}
		}
	}
	return sc.set.region
}
