package engine

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

var mutate = flag.Bool("mutate", false, "change the policies in one place after another; a test must fail each time")

// survivorsFile lists the changes that no test notices, each with the reason why
// that is right.
var survivorsFile = filepath.Join("testdata", "survivors.txt")

// Each condition of each rule is there for a reason that a test knows: negated,
// left out, or turned, it must make one fail. It takes minutes, and runs when asked
// to: go test ./internal/engine -run TestMutants -mutate -v
func TestMutants(t *testing.T) {
	if !*mutate {
		t.Skip("-mutate is not given")
	}
	modules := map[string]*ast.Module{}
	for name, data := range regoFiles(t) {
		m, err := parse(Policy{Name: name, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
	}
	explained := survivors(t)
	tried, survived := 0, 0
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		for _, m := range mutants(modules[name]) {
			changed := maps.Clone(modules)
			changed[name] = m.module
			if !compiles(changed) {
				continue
			}
			tried++
			if noticed(t, changed) {
				continue
			}
			survived++
			what := name + ": " + m.what
			if _, ok := explained[what]; !ok {
				t.Errorf("no test notices %s", what)
			}
			delete(explained, what)
		}
	}
	for what := range explained {
		t.Errorf("%s lists %s, which a test notices, or which is no longer there", survivorsFile, what)
	}
	t.Logf("%d changes, %d of them not noticed", tried, survived)
}

// survivors reads the changes that need not be noticed: a line each, and below it
// the reason, set in.
func survivors(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(survivorsFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	last := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t") && last != "":
			all[last] += strings.TrimSpace(line)
		default:
			last = line
			all[last] = ""
		}
	}
	for what, reason := range all {
		if reason == "" {
			t.Errorf("%s gives no reason for %s", survivorsFile, what)
		}
	}
	return all
}

func compiles(modules map[string]*ast.Module) bool {
	c := ast.NewCompiler().WithCapabilities(capabilities())
	c.Compile(modules)
	return !c.Failed()
}

// noticed says whether some test does not pass.
func noticed(t *testing.T, modules map[string]*ast.Module) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	results, err := tester.NewRunner().SetStore(inmem.New()).SetModules(modules).RunTests(ctx, nil)
	if err != nil {
		return true
	}
	fails := false
	for r := range results {
		fails = fails || !r.Pass()
	}
	return fails
}

// mutant is a module that is changed in one place.
type mutant struct {
	what   string
	module *ast.Module
}

// turned are the operators by those that a mutant has in their place.
var turned = map[string][]*ast.Builtin{
	"lt": {ast.LessThanEq, ast.GreaterThan}, "lte": {ast.LessThan}, "gt": {ast.GreaterThanEq, ast.LessThan}, "gte": {ast.GreaterThan},
	"equal": {ast.NotEqual}, "neq": {ast.Equal},
}

// mutants makes every changed copy of a module.
func mutants(m *ast.Module) []mutant {
	var all []mutant
	add := func(what string, change func(copied *ast.Module)) {
		copied := m.Copy()
		change(copied)
		all = append(all, mutant{what, copied})
	}
	for i, expr := range expressions(m) {
		at := fmt.Sprintf("%d of `%s`", occurrence(m, i), oneLine(expr))
		add("without "+at, func(c *ast.Module) { *expressions(c)[i] = *ast.NewExpr(ast.BooleanTerm(true)) })
		if !expr.IsSome() && !expr.IsAssignment() {
			add("negation "+at, func(c *ast.Module) { e := expressions(c)[i]; e.Negated = !e.Negated })
		}
		if !expr.IsCall() {
			continue
		}
		for _, other := range turned[expr.Operator().String()] {
			add(other.Infix+" in "+at, func(c *ast.Module) { expressions(c)[i].SetOperator(ast.NewTerm(other.Ref())) })
		}
	}
	return all
}

// occurrence counts the expressions that read the same, up to one.
func occurrence(m *ast.Module, i int) int {
	all := expressions(m)
	n := 0
	for _, e := range all[:i+1] {
		if oneLine(e) == oneLine(all[i]) {
			n++
		}
	}
	return n
}

func oneLine(e *ast.Expr) string { return strings.Join(strings.Fields(e.String()), " ") }

// expressions lists those of all bodies, in the order of the file.
func expressions(m *ast.Module) []*ast.Expr {
	var all []*ast.Expr
	for _, r := range m.Rules {
		ast.WalkBodies(r, func(b ast.Body) bool {
			for _, e := range b {
				if e.Generated || isTrue(e) {
					continue
				}
				all = append(all, e)
			}
			return false
		})
	}
	return all
}

// isTrue says whether an expression is the one that stands for an empty body.
func isTrue(e *ast.Expr) bool {
	term, ok := e.Terms.(*ast.Term)
	return ok && term.Equal(ast.BooleanTerm(true))
}
