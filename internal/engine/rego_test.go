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

	"github.com/stateside-dev/stateside/internal/model"
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
	modules := map[string]*ast.Module{}
	for name, data := range regoFiles(t) {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		m, err := parse(Policy{Name: name, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
	}
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	if c.Compile(modules); c.Failed() {
		t.Error(c.Errors)
	}
}

// A rule reads the part of the input that its folder is about, for it is asked
// about inputs with that part alone.
func TestRulesAreAboutTheirPart(t *testing.T) {
	e := mustCompile(t)
	asked := map[string]bool{}
	for _, p := range e.parts {
		if err := p.load(); err != nil {
			t.Fatal(err)
		}
		if p.about == "" {
			t.Errorf("%v are about nothing: policies.About has no entry for the folder", p.files)
		}
		asked[p.about] = true
		field := p.about
		if field == "departures" || field == "owners" {
			field = "placements"
		}
		for _, c := range p.classes {
			if !c.reads.fields[field] {
				t.Errorf("%s, among others, reads no %s", c.sets[0].rule.ID, p.about)
			}
		}
	}
	for _, test := range []struct {
		in    model.Input
		parts int
	}{
		{model.Input{Access: []model.Access{{}}}, 1},
		{model.Input{Exception: &model.ExceptionUse{}}, 1},
		{model.Input{Problem: &model.Problem{}}, 1},
		{model.Input{Placements: []model.Placement{{}}}, 1},
		{model.Input{Placements: []model.Placement{{DeleteBy: "2026-12-31"}}}, 2},
		{model.Input{Placements: []model.Placement{{Owner: &model.Principal{}}}}, 2},
		{model.Input{Placements: []model.Placement{{Locations: []model.Location{{Site: "va1"}}}}}, 2},
	} {
		n := 0
		for _, p := range e.parts {
			if p.concerns(&test.in) {
				n++
			}
		}
		if n != test.parts {
			t.Errorf("%d parts are about %+v", n, test.in)
		}
	}
}

// The ids that are told before the rules are compiled are those that they have.
func TestIDs(t *testing.T) {
	before := mustCompile(t).IDs()
	var after []string
	e := mustCompile(t)
	for _, r := range e.Rules() {
		after = append(after, r.ID)
		if e.Rule(r.ID) != r {
			t.Errorf("%s is not found by its id", r.ID)
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
	if mustCompile(t).Rule("no-such-rule") != nil {
		t.Error("a rule that is not there is found")
	}
}
