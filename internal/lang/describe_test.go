package lang

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// describe prints a value and all its elements.
func (ev *Evaluator) describe(v *Value) string {
	switch v.Kind {
	case Scalar:
		text, _ := v.Text()
		if v.scalar.Type() == cty.String {
			return fmt.Sprintf("%q", text)
		}
		return text
	case Null:
		return "null"
	case Failed:
		return "failed"
	case List:
		var elems []string
		for _, c := range v.list {
			elems = append(elems, ev.describe(ev.Force(c)))
		}
		if v.Open {
			elems = append(elems, "...")
		}
		return "[" + strings.Join(elems, ", ") + "]"
	case Object:
		var elems []string
		for _, item := range v.items() {
			key, ok := ev.Force(item.key).Text()
			if !ok {
				key = AnyKey
			}
			elems = append(elems, key+" = "+ev.describe(ev.Force(item.value)))
		}
		if v.Open {
			elems = append(elems, "...")
		}
		return "{" + strings.Join(elems, ", ") + "}"
	}
	if v.gap.Prefix != "" {
		return fmt.Sprintf("unknown %q...", v.gap.Prefix)
	}
	return "unknown"
}
