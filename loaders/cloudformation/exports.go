package cloudformation

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// importRoot is the name by which expressions refer to what stacks export.
const importRoot = "Fn::ImportValue"

// imported takes what a stack exports under a name.
func imported(arg *document.Node, rng hcl.Range) hclsyntax.Expression {
	return index(name(rng, importRoot), expression(arg), rng)
}

// export is an output of a stack that others may import.
type export struct {
	stack *stack
	value *document.Node
}

// export notes what the stacks of all templates export, by name. A name that is
// known only when the stack is deployed can't be told to be an import's.
func (s *set) export() {
	s.exports = map[string][]export{}
	ev := &lang.Evaluator{Context: s.ctx}
	for _, st := range s.stacks {
		for _, p := range st.template.doc.Get("Outputs").Entries() {
			as, value := p.Value.At("Export", "Name"), p.Value.Get("Value")
			if as == nil || value == nil || st.isLeftOut(ev, p.Value) {
				continue
			}
			if name, ok := ev.Eval(expression(as), st).Text(); ok {
				s.exports[name] = append(s.exports[name], export{st, value})
			}
		}
	}
}

// imports is everything that a stack may import, each when it is asked for.
func (st *stack) imports() *lang.Value {
	return lang.LazyObject(nil, st.imported)
}

// imported is the value of an export. A stack imports from those of its own
// region: one that is known to be deployed elsewhere is another one.
func (st *stack) imported(ev *lang.Evaluator, name string) *lang.Value {
	here, isKnown := st.region(ev).Text()
	var found []export
	for _, e := range st.set.exports[name] {
		if there, ok := e.stack.region(ev).Text(); !ok || !isKnown || there == here {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 1:
		e := found[0]
		return ev.Eval(expression(e.value), e.stack).At(e.value.Range).Named("export " + name)
	case 0:
		return lang.UnknownVal(model.AtApply, fmt.Sprintf("no template here exports %q; it is known only when deployed", name))
	}
	return lang.UnknownVal(model.AtApply, fmt.Sprintf("%d stacks here export %q, and which of them is meant is known only when deployed", len(found), name))
}
