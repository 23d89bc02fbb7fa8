package document

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// blanks are the marks between which something is yet to be filled in, by
// whoever deploys the object.
var blanks = []struct{ open, close string }{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"#{", "}"}}

// Filled makes a value of a node in whose strings things are yet to be filled in
// when what they stand in is deployed: ${NAME}, $(NAME), {{ … }}, and <name> for
// a whole string. Such a string is unknown but for its beginning, unless there is
// a variable for it, or it has a default.
func (n *Node) Filled(vars map[string]*Node) *lang.Value {
	switch {
	case n == nil:
		return lang.NullVal()
	case n.Kind == String:
		return n.filledText(vars).At(n.Range)
	case n.Kind == List:
		cells := make([]*lang.Cell, len(n.Items))
		for i, item := range n.Items {
			cells[i] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return item.Filled(vars) })
		}
		return lang.ListVal(cells).At(n.Range)
	case n.Kind == Map:
		elems := make(map[string]*lang.Cell, len(n.Pairs))
		for _, p := range n.Pairs {
			elems[p.Key] = lang.Lazy(func(*lang.Evaluator) *lang.Value { return p.Value.Filled(vars) })
		}
		return lang.ObjectVal(elems).At(n.Range)
	}
	return n.Value()
}

func (n *Node) filledText(vars map[string]*Node) *lang.Value {
	if strings.HasPrefix(n.Text, "<") && strings.HasSuffix(n.Text, ">") && len(n.Text) > 3 {
		return unfilled(n.Text, "")
	}
	done, rest := "", n.Text
	var steps []*lang.Origin
	for {
		before, name, after, mark := nextBlank(rest)
		if mark == "" {
			break
		}
		filled, step := "", (*lang.Origin)(nil)
		if mark == "${" {
			filled, step = n.variable(vars, name)
		}
		if step == nil {
			return unfilled(mark+name+rest[len(before)+len(mark)+len(name):len(rest)-len(after)], done+before)
		}
		steps = append(steps, step)
		done, rest = done+before+filled, after
	}
	v := lang.StringVal(done + rest)
	for _, step := range steps {
		v = v.And(step)
	}
	return v
}

// nextBlank cuts a text at the first thing that is to be filled in; mark is
// empty when there is none.
func nextBlank(text string) (before, name, after, mark string) {
	at, end, length := len(text), 0, 0
	for _, b := range blanks {
		i := strings.Index(text, b.open)
		if i < 0 || i >= at {
			continue
		}
		if j := strings.Index(text[i:], b.close); j >= 0 {
			at, end, length, mark = i, i+j, len(b.close), b.open
		}
	}
	if mark == "" {
		return text, "", "", ""
	}
	return text[:at], text[at+len(mark) : end], text[end+length:], mark
}

// variable is what ${NAME} or ${NAME:=default} stands for, and the step that
// says so; nil when nothing does. A default counts where nothing gives the name.
func (n *Node) variable(vars map[string]*Node, name string) (string, *lang.Origin) {
	word, fallback, hasFallback := strings.Cut(name, ":=")
	if !hasFallback {
		word, fallback, hasFallback = strings.Cut(name, ":-")
	}
	if given := vars[word]; given.IsScalar() {
		return given.Text, &lang.Origin{What: "${" + word + "}", Range: given.Range}
	}
	if hasFallback {
		return fallback, &lang.Origin{What: "default of ${" + word + "}", Range: n.Range}
	}
	return "", nil
}

// unfilled is a text of which only the beginning is known.
func unfilled(what, prefix string) *lang.Value {
	v := lang.UnknownVal(model.Environment, what+" is filled in when it is deployed")
	v.Gap().Prefix = prefix
	return v
}
