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

// elements are those of an object while it is put together: for each key the cell
// that is there, and those that may be there instead. Those whose keys are not
// known stand together under AnyKey.
type elements struct {
	of   map[string]*Cell
	also map[string][]*Cell // nil for none
}

func newElements(n int) *elements { return &elements{of: make(map[string]*Cell, n)} }

// put adds an element whose key is known, over what had that key.
func (s *elements) put(name string, c *Cell) {
	s.of[name] = c
	delete(s.also, name)
}

// putMaybe adds an element that may go over the one of its key.
func (s *elements) putMaybe(name string, c *Cell) {
	if s.of[name] == nil {
		s.of[name] = c
		return
	}
	if s.also == nil {
		s.also = map[string][]*Cell{}
	}
	s.also[name] = append(s.also[name], c)
}

// putAny adds an element whose key is not known, which may go over any other.
func (s *elements) putAny(c *Cell) {
	for name := range s.of {
		if name != AnyKey {
			s.putMaybe(name, c)
		}
	}
	s.putMaybe(AnyKey, c)
}

// putAll puts an object over what is there, and over another object below. Of one
// that is open it is not known which elements it has.
func (s *elements) putAll(v, below *Value) {
	for name, c := range v.obj.elems {
		switch {
		case !v.Open:
			s.put(name, c)
			continue
		case name == AnyKey:
			continue
		case s.of[name] == nil && below != nil:
			s.put(name, Lazy(func(ev *Evaluator) *Value { return ev.Attr(below, name) }))
		}
		s.putMaybe(name, c)
	}
	if c := v.obj.elems[AnyKey]; c != nil && v.Open {
		s.putAny(c)
	}
}

// all lists what may be there under a key.
func (s *elements) all(name string) []*Cell {
	if s.of[name] == nil {
		return nil
	}
	return append([]*Cell{s.of[name]}, s.also[name]...)
}

// object makes the object of the elements. The expression in its scope stands for
// the choices in it.
func (s *elements) object(ev *Evaluator, e hclsyntax.Expression, sc Scope) *Value {
	for name := range s.also {
		symbol := ev.symbolFor(e, sc)
		if symbol != nil {
			symbol = symbol.Part("[" + name + "]")
		}
		s.of[name] = Either(symbol, s.all(name))
	}
	return ObjectVal(s.of)
}
