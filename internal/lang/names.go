package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/model"
)

// Names is the Scope of languages whose files have variables and locals and no
// modules: templates of Packer, jobs of Nomad. Every other name is unknown.
type Names struct {
	// Values of variables, the weakest first.
	Values []*hclsyntax.Body
	// Otherwise says why any other name is unknown.
	Otherwise func(name string) *Value

	variables map[string]*hclsyntax.Block
	locals    map[string]hclsyntax.Expression
	symbols   map[string]*Symbol
	cells     map[string]*Cell
}

// Declare takes in a block that declares a variable, or locals; false when it is
// neither.
func (n *Names) Declare(b *hclsyntax.Block) bool {
	if n.variables == nil {
		n.variables, n.locals = map[string]*hclsyntax.Block{}, map[string]hclsyntax.Expression{}
	}
	switch {
	case b.Type == "variable" && len(b.Labels) == 1:
		n.variables[b.Labels[0]] = b
	case b.Type == "locals":
		for key, a := range b.Body.Attributes {
			n.locals[key] = a.Expr
		}
	case b.Type == "local" && len(b.Labels) == 1 && b.Body.Attributes["expression"] != nil:
		n.locals[b.Labels[0]] = b.Body.Attributes["expression"].Expr
	default:
		return false
	}
	return true
}

// With returns the scope with other values.
func (n *Names) With(values []*hclsyntax.Body) *Names {
	return &Names{Values: values, Otherwise: n.Otherwise, variables: n.variables, locals: n.locals}
}

// Resolve knows variables and locals.
func (n *Names) Resolve(ev *Evaluator, t hcl.Traversal) (*Value, int) {
	root, name := t.RootName(), ""
	if len(t) > 1 {
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			name = attr.Name
		}
	}
	if root != "var" && root != "local" {
		return n.Otherwise(Text(t)), len(t)
	}
	key := root + "." + name
	if n.cells[key] == nil {
		if n.cells == nil {
			n.cells, n.symbols = map[string]*Cell{}, map[string]*Symbol{}
		}
		n.cells[key] = n.cell(root, name)
	}
	return ev.Force(n.cells[key]), 2
}

func (n *Names) cell(root, name string) *Cell {
	if root == "local" {
		if e := n.locals[name]; e != nil {
			return Expr(e, n)
		}
		return Done(FailedVal("there is no local." + name))
	}
	for i := len(n.Values) - 1; i >= 0; i-- {
		if a := n.Values[i].Attributes[name]; a != nil {
			return Expr(a.Expr, Empty{})
		}
	}
	b := n.variables[name]
	if b == nil {
		return Done(FailedVal("there is no var." + name))
	}
	if a := b.Body.Attributes["default"]; a != nil {
		return Expr(a.Expr, n)
	}
	return Lazy(func(ev *Evaluator) *Value {
		if n.symbols[name] == nil {
			n.symbols[name] = NewSymbol("var." + name)
		}
		return ev.SymbolValue(n.symbols[name], model.NoValue, "var."+name+" has neither a value nor a default").At(b.DefRange())
	})
}
