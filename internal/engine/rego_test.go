package engine

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/stateside-dev/stateside/policies"
)

// regoFiles returns the text of every policy and every test of one.
func regoFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(policies.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[name], err = policies.Files.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The tests that stand beside the rules, run by OPA's own test runner.
func TestRego(t *testing.T) {
	modules := map[string]*ast.Module{}
	for name, data := range regoFiles(t) {
		m, err := parse(Policy{Name: name, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
	}
	results, err := tester.NewRunner().SetStore(inmem.New()).SetModules(modules).RunTests(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r := range results {
		n++
		t.Run(strings.TrimPrefix(r.Package, "data.stateside.")+"."+r.Name, func(t *testing.T) {
			if !r.Pass() {
				t.Errorf("%s: %s", r.Location, r)
			}
		})
	}
	if n < 50 {
		t.Errorf("only %d tests ran", n)
	}
}

func TestRegoIsFormatted(t *testing.T) {
	for name, data := range regoFiles(t) {
		formatted, err := format.SourceWithOpts(name, data, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(string(data), string(formatted)); diff != "" {
			t.Errorf("%s is not formatted (-is +should be)\n%s", name, diff)
		}
	}
}

// Each rule has what its users need: an id that is its file's name, a title, a
// description, a basis, a remedy, and tests.
func TestRulesAreComplete(t *testing.T) {
	e, err := Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	files := regoFiles(t)
	for _, r := range e.Rules() {
		name := strings.TrimSuffix(strings.TrimPrefix(r.File, "policies/"), ".rego")
		if want := strings.ReplaceAll(name[strings.Index(name, "/")+1:], "_", "-"); r.ID != want {
			t.Errorf("%s has the id %s, want %s", r.File, r.ID, want)
		}
		if want := rulesPackage + "." + strings.ReplaceAll(r.ID, "-", "_"); r.pkg != want {
			t.Errorf("%s is package %s, want %s", r.File, r.pkg, want)
		}
		if r.Title == r.ID || r.Description == "" || r.Remedy == "" {
			t.Errorf("%s lacks a title, a description or a remedy", r.ID)
		}
		if r.Basis != "policy" && r.Basis != "contract" && r.Basis != "regulation" {
			t.Errorf("%s has the basis %q", r.ID, r.Basis)
		}
		var severities []string
		for _, s := range r.Severities {
			severities = append(severities, string(s))
		}
		slices.Sort(severities)
		if got := strings.Join(severities, " or "); got == "" || got != r.severity {
			t.Errorf("%s says that it gives %q, and gives %q", r.ID, r.severity, got)
		}
		if files[name+"_test.rego"] == nil {
			t.Errorf("%s has no tests beside it", r.ID)
		}
	}
}

// The built-in rules read only what the model has.
func TestRulesFitTheSchema(t *testing.T) {
	modules, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	if c.Compile(modules); c.Failed() {
		t.Error(c.Errors)
	}
}
