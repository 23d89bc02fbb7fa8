package engine

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
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
		if diff := gocmp.Diff(string(data), string(formatted)); diff != "" {
			t.Errorf("%s is not formatted (-is +should be)\n%s", name, diff)
		}
	}
}

// What the linters of Rego ask of rules: nothing that is not used, nothing that is
// printed, names in one spelling, packages where one looks for them, and no line
// that is cut off.
func TestRegoIsTidy(t *testing.T) {
	modules := map[string]*ast.Module{}
	for name, data := range regoFiles(t) {
		m, err := parse(Policy{Name: name, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
		checkNames(t, name, m)
		for i, line := range strings.Split(string(data), "\n") {
			if strings.TrimRight(line, " \t") != line || strings.Contains(line, "print(") || strings.Contains(line, "TODO") {
				t.Errorf("%s:%d is not tidy: %s", name, i+1, line)
			}
			if isTest := strings.HasSuffix(name, "_test.rego"); len(line) > 120 && !isTest && line[0] != '#' {
				t.Errorf("%s:%d is %d characters long", name, i+1, len(line))
			}
		}
	}
	// Strict mode refuses variables and imports that nothing uses, and what is
	// deprecated.
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if c.Compile(modules); c.Failed() {
		t.Error(c.Errors)
	}
}

var snakeCase = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func checkNames(t *testing.T, name string, m *ast.Module) {
	t.Helper()
	isTest := strings.HasSuffix(name, "_test.rego")
	base := strings.TrimSuffix(path.Base(name), ".rego")
	if isTest && base == "fixtures_test" {
		base = "lib_test"
	}
	if want := "." + base; !strings.HasSuffix(m.Package.Path.String(), want) {
		t.Errorf("%s is the package %s", name, m.Package.Path)
	}
	tests := 0
	for _, r := range m.Rules {
		rule := r.Head.Name.String()
		if !snakeCase.MatchString(rule) {
			t.Errorf("%s: the name of %s", r.Location, rule)
		}
		if strings.HasPrefix(rule, "test_") {
			tests++
			if !isTest {
				t.Errorf("%s: a test among the rules", r.Location)
			}
		}
	}
	if isTest && tests == 0 && base != "lib_test" {
		t.Errorf("%s has no tests", name)
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
	if err := e.load(e.parts); err != nil {
		t.Fatal(err)
	}
	for _, p := range e.parts {
		if p.about == "" {
			t.Errorf("%v are about nothing: policies.About has no entry for the folder", p.files)
		}
		asked[p.about] = true
		field := p.about
		if slices.Contains([]string{"departures", "derived", "labels", "owners"}, field) {
			field = "placements"
		}
		for _, c := range p.classes() {
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
		{model.Input{Guardrail: &model.Guardrail{}}, 1},
		{placed(model.Placement{}), 1},
		{placed(model.Placement{Role: model.Backup}), 2},
		{placed(model.Placement{DeleteBy: "2026-12-31"}), 2},
		{placed(model.Placement{Owner: &model.Principal{}}), 2},
		{placed(model.Placement{Locations: []model.Location{{Site: "va1"}}}), 2},
		{model.Input{Placements: []model.Placement{{Role: model.Primary}}}, 2},
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

// placed is an input with one placement of the data itself but for what is given.
func placed(p model.Placement) model.Input {
	p.Dataset = "us"
	p.Role = cmp.Or(p.Role, model.Primary)
	return model.Input{Kind: model.StoreInput, Placements: []model.Placement{p}}
}

// A rule says nothing of an input that its part is not about: asked all the same,
// it has nothing to say.
func TestPartsMissNothing(t *testing.T) {
	t.Parallel()
	e := mustCompile(t)
	e.Rules()
	inputs := manyInputs()
	said := map[string]bool{}
	for _, config := range []map[string]any{data.Config, withMetadata()} {
		d := data
		d.Config = maps.Clone(config)
		d.Config["datasets"] = map[string]any{"us": config["datasets"].(map[string]any)["us"], "eu": map[string]any{"title": "EU user data"}}
		d.Config["unlabelled"] = "warn"
		d.Config["sites"] = map[string]any{
			"va1": map[string]any{"status": "draining"}, "sg1": map[string]any{"status": "closed", "cutover": "2026-01-01"},
		}
		for id := range sayMore(t, e, d, inputs) {
			said[id] = true
		}
	}
	for _, id := range []string{"storage-place", "backup-place", "key-place", "metadata-place", "state-place", "store-unlabelled", "label-conflict", "leftover-undated", "closed-site", "write-after-cutover"} {
		if !said[id] {
			t.Errorf("%s has nothing to say of any input, so that this tests nothing", id)
		}
	}
}

// sayMore asks every part about every input, and returns the rules that had
// something to say.
func sayMore(t *testing.T, e *Engine, d Data, inputs []model.Input) map[string]bool {
	t.Helper()
	facts, err := storeOf(d, e.parts)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, len(inputs))
	for i := range inputs {
		all[i] = i
	}
	said := map[string]bool{}
	for _, p := range e.parts {
		for _, c := range p.classes() {
			results, err := c.evaluate(context.Background(), limits{}, p.unit.compiler, facts, newJSON(inputs), all)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				said[r.Rule.ID] = true
				if !p.concerns(&inputs[r.Input]) {
					t.Errorf("%s says %q of an input that it would not be asked about: %+v", r.Rule.ID, r.Message, inputs[r.Input].Placements)
				}
			}
		}
	}
	return said
}

// manyInputs are stores with placements of every sort, alone and two by two.
func manyInputs() []model.Input {
	places := [][]model.Location{
		{},
		{{Cloud: "aws", Region: "us-east-1", Countries: []string{"US"}}},
		{{Cloud: "aws", Region: "ap-southeast-1", Countries: []string{"SG"}}},
		{{Cloud: "on-premises", Site: "va1", Countries: []string{"US"}}},
		{{Cloud: "on-premises", Site: "sg1", Countries: []string{"SG"}}},
	}
	var placements []model.Placement
	for _, dataset := range []string{"us", ""} {
		for _, role := range append(model.Roles(), "a role yet to come") {
			for _, kind := range []model.Kind{model.Database, model.Key} {
				for _, content := range []model.Content{model.WholeData, model.Metadata} {
					for _, locations := range places {
						placements = append(placements, model.Placement{
							Dataset: dataset, Role: role, Kind: kind, Content: content, Status: model.Known, Locations: locations,
						})
					}
				}
			}
		}
	}
	var inputs []model.Input
	add := func(all ...model.Placement) {
		for _, typ := range []string{"aws_db_instance", "terraform_backend_s3"} {
			in := model.Input{
				Kind: model.StoreInput, Store: &model.Store{Type: typ}, Placements: slices.Clone(all),
				Copies: &model.Copies{Out: []model.Copy{}, In: []model.Copy{{ID: "backup:a>b"}}},
			}
			for i := range in.Placements {
				in.Placements[i].Index = i
			}
			inputs = append(inputs, in)
		}
	}
	for i, p := range placements {
		add(p)
		if i%50 != 1 {
			continue
		}
		for _, basis := range model.Bases() {
			for _, other := range model.Bases() {
				one, two := p, p
				one.Basis, two.Basis = basis, other
				two.Dataset = "eu"
				add(one, two)
			}
		}
	}
	return inputs
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
	if diff := gocmp.Diff(before, after); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
	if mustCompile(t).Rule("no-such-rule") != nil {
		t.Error("a rule that is not there is found")
	}
}
