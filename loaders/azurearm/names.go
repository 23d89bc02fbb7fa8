package azurearm

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// A resource is found by its type and its name. Names are mostly made of a
// function that gives something else in each subscription, and so are compared
// as they are written: the same expression is the same name.

// nameOf lists the parts of a name, each as the expression that it is written
// as: of [concat(parameters('a'), '/default')] they are parameters('a') and
// 'default'.
func nameOf(n *document.Node) []string {
	text := n.String()
	if !isExpression(text) {
		return quoted(strings.Split(text, "/"))
	}
	t, err := parseExpression(text[1 : len(text)-1])
	if err != nil {
		return []string{text}
	}
	return t.nameParts()
}

func quoted(parts []string) []string {
	all := make([]string, len(parts))
	for i, part := range parts {
		all[i] = (&term{text: &part}).String()
	}
	return all
}

// nameParts splits what concat or format puts together at its slashes.
func (t *term) nameParts() []string {
	if (t.fn == "tolower" || t.fn == "toupper") && len(t.args) == 1 && len(t.steps) == 0 {
		return t.args[0].nameParts() // the case of a name does not matter
	}
	pieces := t.pieces()
	if pieces == nil {
		return []string{t.String()}
	}
	var parts []string
	var current []*term
	flush := func() {
		if len(current) == 1 {
			parts = append(parts, current[0].String())
		} else {
			parts = append(parts, (&term{fn: "concat", args: current}).String())
		}
		current = nil
	}
	for _, piece := range pieces {
		text, ok := piece.asText()
		if !ok {
			current = append(current, piece)
			continue
		}
		for i, part := range strings.Split(text, "/") {
			if i > 0 {
				flush()
			}
			if part != "" {
				current = append(current, &term{text: &part})
			}
		}
	}
	flush()
	return parts
}

// pieces are what concat and format put together; nil for anything else.
func (t *term) pieces() []*term {
	if len(t.steps) > 0 || len(t.args) == 0 {
		return nil
	}
	if t.fn == "concat" {
		return t.args
	}
	pattern, ok := t.args[0].asText()
	if t.fn != "format" || !ok {
		return nil
	}
	var pieces []*term
	for pattern != "" {
		before, after, found := strings.Cut(pattern, "{")
		if before != "" {
			pieces = append(pieces, &term{text: &before})
		}
		number, rest, closed := strings.Cut(after, "}")
		if !found {
			return pieces
		}
		i := strings.IndexByte("0123456789", (number + "x")[0])
		if !closed || len(number) != 1 || i < 0 || i+1 >= len(t.args) {
			return nil
		}
		pieces = append(pieces, t.args[i+1])
		pattern = rest
	}
	return pieces
}

// written joins a type and the parts of a name, whose case does not matter.
func written(kind string, parts []string) string {
	return strings.ToLower(kind + "|" + strings.Join(parts, "|"))
}

// find finds the resource of a type and a name. Of one that is only said to exist
// it is what the template around this one declares, where it does.
func (st *stack) find(ev *lang.Evaluator, kind string, parts []string) *resource {
	return st.findHere(ev, kind, parts).declaration(ev)
}

// declaration is the resource that is deployed: itself, or of one that is only said
// to exist the one that the template around it declares. Itself where none does, or
// where it is in another group.
func (r *resource) declaration(ev *lang.Evaluator) *resource {
	if r == nil || !r.Lookup || r.node.Get("resourceGroup") != nil || r.node.Get("subscriptionId") != nil || r.node.Get("scope") != nil {
		return r
	}
	if given := r.stack.findGiven(ev, r.kind, r.name); given != nil {
		return given
	}
	return r
}

// findHere finds the resource of a type and a name: the one whose name is written
// in the same way, or else the only one whose name is known to be the same.
func (st *stack) findHere(ev *lang.Evaluator, kind string, parts []string) *resource {
	if r := st.declared[written(kind, parts)]; r != nil {
		return r
	}
	want, ok := st.known(ev, parts, st)
	if !ok {
		return st.findGiven(ev, kind, parts)
	}
	var found *resource
	for _, r := range st.all {
		if !strings.HasPrefix(r.written, strings.ToLower(kind)+"|") {
			continue
		}
		if have, ok := st.known(ev, r.name, r.scope); ok && strings.EqualFold(have, want) {
			if found != nil {
				return nil
			}
			found = r
		}
	}
	if found == nil {
		return st.findGiven(ev, kind, quoted(strings.Split(want, "/")))
	}
	return found
}

// findGiven finds a resource of the parent that a nested template names: in
// words of the parent's, or by a parameter that the parent gives. A name means
// another resource in another group, and an index one of the parent's many.
func (st *stack) findGiven(ev *lang.Evaluator, kind string, parts []string) *resource {
	if st.parent == nil || st.outer || st.elsewhere {
		return nil
	}
	var given []string
	for _, part := range parts {
		t, err := parseExpression(part)
		if err != nil {
			return nil
		}
		name, named := t.arg(0).asText()
		switch _, plain := t.asText(); {
		case plain:
			given = append(given, part)
		case t.fn == parameters && named && len(t.steps) == 0:
			value := valueFold(st.given, name).Get("value")
			if value.String() == "" || strings.Contains(strings.ToLower(value.String()), "copyindex(") {
				return nil
			}
			given = append(given, nameOf(value)...)
		default:
			return nil
		}
	}
	return st.parent.find(ev, kind, given)
}

// leftOpen is the first part of a name that whoever deploys the template gives, nil
// when there is none.
func (st *stack) leftOpen(ev *lang.Evaluator, parts []string, sc lang.Scope) *lang.Value {
	for _, part := range parts {
		t, err := parseExpression(part)
		if err != nil {
			return nil
		}
		if v := ev.Eval(t.expression(st.doc.Range), sc); v.Gap() != nil && v.Gap().Cause == model.LeftToCaller {
			return v
		}
	}
	return nil
}

// known is a name whose parts can all be evaluated.
func (st *stack) known(ev *lang.Evaluator, parts []string, sc lang.Scope) (string, bool) {
	var all []string
	for _, part := range parts {
		t, err := parseExpression(part)
		if err != nil {
			return "", false
		}
		text, ok := ev.Eval(t.expression(st.doc.Range), sc).Text()
		if !ok {
			return "", false
		}
		all = append(all, text)
	}
	return strings.Join(all, "/"), true
}

// target finds the resource that a resourceId names, given as it is written.
func (st *stack) target(ev *lang.Evaluator, id string) *resource {
	return st.targetHere(ev, id).declaration(ev)
}

func (st *stack) targetHere(ev *lang.Evaluator, id string) *resource {
	t, err := parseExpression(id)
	if err != nil {
		return nil
	}
	if text, ok := t.asText(); ok {
		// A symbolic name, or the name of a resource that has it alone.
		if r := st.declared[text]; r != nil {
			return r
		}
		return st.alone(ev, text)
	}
	switch {
	case t.fn == "concat" || t.fn == "format":
		return st.fromPath(ev, t)
	case !strings.HasSuffix(t.fn, "resourceid"):
		return st.alone(ev, t.String())
	}
	args := t.args
	for i, arg := range args {
		kind, ok := arg.asText()
		kind = strings.TrimSuffix(kind, "/")
		if !ok || !strings.Contains(kind, "/") {
			continue
		}
		var parts []string
		for _, name := range args[i+1:] {
			parts = append(parts, name.nameParts()...)
		}
		return st.find(ev, kind, parts)
	}
	return nil
}

// alone finds the only resource whose name is written as a text says.
func (st *stack) alone(ev *lang.Evaluator, text string) *resource {
	var found *resource
	for _, r := range st.all {
		last := r.name[len(r.name)-1]
		if last == text || last == "'"+text+"'" {
			if found != nil {
				return nil
			}
			found = r
		}
	}
	return found
}

// fromPath reads concat('Microsoft.Storage/storageAccounts/', variables('x')).
func (st *stack) fromPath(ev *lang.Evaluator, t *term) *resource {
	parts := t.nameParts()
	if len(parts) < 3 {
		return nil
	}
	first, ok := unquote(parts[0])
	if !ok || !strings.HasPrefix(strings.ToLower(first), "microsoft.") {
		return nil
	}
	kind, names := first, []string(nil)
	for i, part := range parts[1:] {
		if i%2 == 1 {
			names = append(names, part)
			continue
		}
		text, ok := unquote(part)
		if !ok {
			return nil
		}
		kind += "/" + text
	}
	return st.find(ev, kind, names)
}

func unquote(part string) (string, bool) {
	t, err := parseExpression(part)
	if err != nil {
		return "", false
	}
	return t.asText()
}

// shortName is the last part of a type.
func shortName(kind string) string { return kind[strings.LastIndexByte(kind, '/')+1:] }

// labelOf is a name for people: the texts of its parts, and the expressions of
// those that are no texts.
func labelOf(parts []string) string {
	all := make([]string, len(parts))
	for i, part := range parts {
		if text, ok := unquote(part); ok {
			part = text
		}
		all[i] = part
	}
	return strings.Join(all, "/")
}
