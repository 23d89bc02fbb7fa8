package document

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/lang"
)

// Value makes a value of a node, which remembers where it stands. Tags are not
// looked at.
func (n *Node) Value() *lang.Value {
	if n == nil {
		return lang.NullVal()
	}
	return n.bare().At(n.Range)
}

func (n *Node) bare() *lang.Value {
	switch n.Kind {
	case Bool:
		return lang.BoolVal(n.Text == "true" || n.Text == "True" || n.Text == "TRUE")
	case Number:
		if num, err := cty.ParseNumberVal(n.Text); err == nil {
			return lang.ScalarVal(num)
		}
		return lang.StringVal(n.Text)
	case String:
		return lang.StringVal(n.Text)
	case List:
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return item.Value() })
		}
		return lang.ListVal(cells)
	case Map:
		elems := make(map[string]*lang.Cell, len(n.Pairs))
		for _, p := range n.Pairs {
			elems[p.Key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return p.Value.Value() })
		}
		return lang.ObjectVal(elems)
	}
	return lang.NullVal()
}
