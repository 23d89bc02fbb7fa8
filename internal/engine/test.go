package engine

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/stateside-dev/stateside/policies"
)

// testTimeout bounds one test.
const testTimeout = 10 * time.Second

// TestResult is what came of one test.
type TestResult struct {
	// Name of the test, and the File and Line where it stands.
	Name string
	File string
	Line int
	// Passed says that it did; Skipped, that it was not run.
	Passed, Skipped bool
	// Message says why it could not be run to the end, if so.
	Message string
}

// Test runs the tests among a user's own policies, with the built-in libraries and
// the facts of their tests (data.stateside.lib_test) at hand.
func Test(ctx context.Context, user []Policy) ([]TestResult, error) {
	files, err := builtin()
	if err != nil {
		return nil, err
	}
	modules, err := (&Engine{user: user}).parseBuiltin(files)
	if err != nil {
		return nil, err
	}
	if err := addUser(modules, user); err != nil {
		return nil, err
	}
	if err := addFacts(modules); err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, policyError(compiler.Errors)
	}
	own := map[string]bool{}
	for _, u := range user {
		own[u.Name] = true
	}
	// The tester adds what it needs to modules of its own.
	results, err := tester.NewRunner().SetStore(inmem.New()).SetTimeout(testTimeout).
		CapturePrintOutput(false).SetModules(maps.Clone(modules)).RunTests(ctx, nil)
	if err != nil {
		return nil, err
	}
	var all []TestResult
	for r := range results {
		if r.Location == nil || !own[r.Location.File] {
			continue
		}
		t := TestResult{
			Name: r.Name, File: r.Location.File, Line: r.Location.Row, Passed: r.Pass(), Skipped: r.Skip,
		}
		if r.Error != nil {
			t.Message = r.Error.Error()
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b TestResult) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return all, nil
}

// addFacts adds the facts that the tests of the libraries share.
func addFacts(modules map[string]*ast.Module) error {
	names, err := fs.Glob(policies.Files, libraries+"/fixtures_test.rego")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			return err
		}
		m, err := parse(Policy{Name: "policies/" + name, Data: data})
		if err != nil {
			return err
		}
		modules[m.Package.Location.File] = m
	}
	return nil
}
