package lang

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/model"
)

// Either is the value of one of several cells, of which it is not known which
// one it is. Outcomes tries each of them. The symbol stands for the choice; where
// there is none the value is unknown.
func Either(s *Symbol, cells []*Cell) *Cell {
	if len(cells) == 1 {
		return cells[0]
	}
	const reason = "which of several values it is, is not known"
	if s == nil {
		return Done(UnknownVal(model.AtApply, reason))
	}
	if len(s.closed) < len(cells) {
		indexes := make([]*Value, len(cells))
		for i := range cells {
			indexes[i] = NumberVal(i)
		}
		s.Only(indexes)
	}
	return Lazy(func(ev *Evaluator) *Value {
		return ev.Index(ListVal(cells), ev.SymbolValue(s, model.AtApply, reason))
	})
}

// elements are those of an object while it is put together: for each key what may
// be there. Those whose keys are not known stand together under AnyKey.
type elements map[string][]*Cell

// put adds an element whose key is known, over what had that key.
func (s elements) put(name string, c *Cell) { s[name] = []*Cell{c} }

// putAny adds an element whose key is not known, which may go over any other.
func (s elements) putAny(c *Cell) {
	for name := range s {
		s.putMaybe(name, c)
	}
	if s[AnyKey] == nil {
		s.put(AnyKey, c)
	}
}

// putMaybe adds an element that may go over the one of its key.
func (s elements) putMaybe(name string, c *Cell) { s[name] = append(s[name], c) }

// putAll puts an object over what is there, and over another object below. Of one
// that is open it is not known which elements it has.
func (s elements) putAll(v, below *Value) {
	for name, c := range v.obj.elems {
		switch {
		case !v.Open:
			s.put(name, c)
			continue
		case name == AnyKey:
			continue
		case s[name] == nil && below != nil:
			s.put(name, Lazy(func(ev *Evaluator) *Value { return ev.Attr(below, name) }))
		}
		s.putMaybe(name, c)
	}
	if c := v.obj.elems[AnyKey]; c != nil && v.Open {
		s.putAny(c)
	}
}

// object makes the object of the elements. The expression in its scope stands for
// the choices in it.
func (s elements) object(ev *Evaluator, e hclsyntax.Expression, sc Scope) *Value {
	all := make(map[string]*Cell, len(s))
	for name, cells := range s {
		var symbol *Symbol
		if len(cells) > 1 {
			if symbol = ev.symbolFor(e, sc); symbol != nil {
				symbol = symbol.Part("[" + name + "]")
			}
		}
		all[name] = Either(symbol, cells)
	}
	return ObjectVal(all)
}
