package engine

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
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

// Coverage says which lines of policies the tests evaluate.
type Coverage struct {
	// Lines that could be evaluated, and how many of them were.
	Lines, Covered int
	// Missed are those that were not.
	Missed []MissedLines
}

// MissedLines are lines of a file, the last one included.
type MissedLines struct {
	File     string
	From, To int
}

// Tested is what came of all tests.
type Tested struct {
	Results  []TestResult
	Coverage Coverage
}

// Test runs the tests among a user's own policies, with the built-in libraries and
// the facts of their tests (data.stateside.lib_test) at hand.
func Test(ctx context.Context, user []Policy) (*Tested, error) {
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
	covered := cover.New()
	results, err := tester.NewRunner().SetCoverageQueryTracer(covered).SetCoverageRuns(nil).SetStore(inmem.New()).SetTimeout(testTimeout).
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
	return &Tested{Results: all, Coverage: coverage(covered.Report(modules), own)}, nil
}

// coverage sums up what a report says of a user's own policies.
func coverage(report cover.Report, own map[string]bool) Coverage {
	var c Coverage
	for _, file := range sortedKeys(report.Files) {
		if !own[file] || strings.HasSuffix(file, "_test.rego") {
			continue
		}
		f := report.Files[file]
		c.Lines += f.CoveredLines + f.NotCoveredLines
		c.Covered += f.CoveredLines
		for _, r := range f.NotCovered {
			if n := len(c.Missed); n > 0 && c.Missed[n-1].File == file && r.Start.Row <= c.Missed[n-1].To+1 {
				c.Missed[n-1].To = max(c.Missed[n-1].To, r.End.Row)
				continue
			}
			c.Missed = append(c.Missed, MissedLines{File: file, From: r.Start.Row, To: r.End.Row})
		}
	}
	return c
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
