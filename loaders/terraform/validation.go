package terraform

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
)

// Terraform refuses a value that a validation does not let pass, so a condition
// that lists values says which ones a variable can have. The usual ways to
// write such a condition are read here; any other says nothing.

// domain reads the values that conditions let a variable, or a part of one,
// have: subject is what they must be about, such as var.region.
type domain struct {
	ev      *lang.Evaluator
	scope   lang.Scope
	subject string
}

// allowed returns the only values with which a condition can be true, nil when
// it does not tell.
func (d domain) allowed(condition hclsyntax.Expression) []*lang.Value {
	switch e := condition.(type) {
	case *hclsyntax.ParenthesesExpr:
		return d.allowed(e.Expression)
	case *hclsyntax.BinaryOpExpr:
		return d.binary(e)
	case *hclsyntax.FunctionCallExpr:
		return d.call(e)
	}
	return nil
}

func (d domain) binary(e *hclsyntax.BinaryOpExpr) []*lang.Value {
	switch e.Op {
	case hclsyntax.OpLogicalOr:
		return union(d.allowed(e.LHS), d.allowed(e.RHS))
	case hclsyntax.OpLogicalAnd:
		return either(d.allowed(e.LHS), d.allowed(e.RHS))
	case hclsyntax.OpEqual:
		if d.isSubject(e.LHS) {
			return d.values(e.RHS)
		}
		if d.isSubject(e.RHS) {
			return d.values(e.LHS)
		}
	}
	return nil
}

// values is a single value as a list.
func (d domain) values(e hclsyntax.Expression) []*lang.Value {
	v := d.ev.Eval(e, d.scope)
	if v.Kind != lang.Scalar && v.Kind != lang.Null {
		return nil
	}
	return []*lang.Value{v}
}

func (d domain) call(e *hclsyntax.FunctionCallExpr) []*lang.Value {
	switch {
	case e.Name == "contains" && len(e.Args) == 2 && d.isSubject(e.Args[1]):
		return d.elements(e.Args[0])
	case e.Name == "can" && len(e.Args) == 1:
		inner, ok := e.Args[0].(*hclsyntax.FunctionCallExpr)
		if !ok || len(inner.Args) != 2 || !d.isSubject(inner.Args[1]) {
			return nil
		}
		switch inner.Name {
		case "regex":
			return d.alternatives(inner.Args[0])
		case "index":
			return d.elements(inner.Args[0])
		}
	case e.Name == "anytrue" || e.Name == "alltrue":
		return d.several(e)
	}
	return nil
}

// several reads anytrue and alltrue of a list of conditions.
func (d domain) several(e *hclsyntax.FunctionCallExpr) []*lang.Value {
	if len(e.Args) != 1 {
		return nil
	}
	list, ok := e.Args[0].(*hclsyntax.TupleConsExpr)
	if !ok || len(list.Exprs) == 0 {
		return nil
	}
	all := d.allowed(list.Exprs[0])
	for _, condition := range list.Exprs[1:] {
		if e.Name == "anytrue" {
			all = union(all, d.allowed(condition))
		} else {
			all = either(all, d.allowed(condition))
		}
	}
	return all
}

// elements lists a list all of which is known.
func (d domain) elements(e hclsyntax.Expression) []*lang.Value {
	values, whole := d.ev.Elements(d.ev.Eval(e, d.scope))
	if !whole || slices.ContainsFunc(values, func(v *lang.Value) bool { return v.Kind != lang.Scalar && v.Kind != lang.Null }) {
		return nil
	}
	return values
}

// listOfWords is a regular expression that matches one of a few words, whole.
var listOfWords = regexp.MustCompile(`^\^\(?(?:\?:)?([\w./-]+(?:\|[\w./-]+)*)\)?\$$`)

func (d domain) alternatives(e hclsyntax.Expression) []*lang.Value {
	text, ok := d.ev.Eval(e, d.scope).Text()
	if !ok {
		return nil
	}
	m := listOfWords.FindStringSubmatch(text)
	// Without brackets, ^a|b$ matches more than a and b.
	if m == nil || strings.Contains(m[1], ".") || strings.Contains(m[1], "|") && !strings.Contains(text, "(") {
		return nil
	}
	var values []*lang.Value
	for word := range strings.SplitSeq(m[1], "|") {
		values = append(values, lang.StringVal(word))
	}
	return values
}

func (d domain) isSubject(e hclsyntax.Expression) bool {
	t, diags := hcl.AbsTraversalForExpr(e)
	return !diags.HasErrors() && lang.Text(t) == d.subject
}

// union is what either of two conditions lets pass; one that does not tell may
// let pass anything.
func union(a, b []*lang.Value) []*lang.Value {
	if a == nil || b == nil {
		return nil
	}
	return slices.Concat(a, b)
}

// either is what both of two conditions let pass, or more.
func either(a, b []*lang.Value) []*lang.Value {
	if a == nil || b != nil && len(b) < len(a) {
		return b
	}
	return a
}

// subjects lists what the conditions of a variable's validations may be about:
// the variable, and those of its parts that they name.
func subjects(decl *variable) []string {
	all := []string{"var." + decl.name}
	for _, condition := range decl.validations {
		for _, t := range condition.Variables() {
			text := lang.Text(t)
			if strings.HasPrefix(text, all[0]+".") && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// restrict tells a symbol which values the validations of its variable let it
// and its parts have.
func (m *moduleInst) restrict(ev *lang.Evaluator, s *lang.Symbol, decl *variable) {
	for _, subject := range subjects(decl) {
		d := domain{ev: ev, scope: m.scope, subject: subject}
		part := s
		for name := range strings.SplitSeq(strings.TrimPrefix(subject, "var."+decl.name), ".") {
			if name != "" {
				part = part.Part("." + name)
			}
		}
		for _, condition := range decl.validations {
			if only := d.allowed(condition); only != nil {
				part.Only(only)
			}
		}
	}
}

// restrictedElements reads a validation that holds each element of a list
// against a list of values: alltrue([for r in var.regions : contains([…], r)]).
// nil when there is none.
func (m *moduleInst) restrictedElements(ev *lang.Evaluator, decl *variable) []*lang.Value {
	for _, condition := range decl.validations {
		call, ok := condition.(*hclsyntax.FunctionCallExpr)
		if !ok || call.Name != "alltrue" || len(call.Args) != 1 {
			continue
		}
		loop, ok := call.Args[0].(*hclsyntax.ForExpr)
		if !ok || loop.KeyExpr != nil || loop.CondExpr != nil {
			continue
		}
		about := domain{ev: ev, scope: m.scope, subject: "var." + decl.name}
		if !about.isSubject(loop.CollExpr) {
			continue
		}
		if only := (domain{ev: ev, scope: m.scope, subject: loop.ValVar}).allowed(loop.ValExpr); only != nil {
			return only
		}
	}
	return nil
}
