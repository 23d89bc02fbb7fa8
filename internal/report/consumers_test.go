package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joshdk/go-junit"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"gonum.org/v1/gonum/graph/formats/dot"
	dotast "gonum.org/v1/gonum/graph/formats/dot/ast"

	"github.com/stateside-dev/stateside/internal/model"
)

// What is written is valid by the schema of the standard, and read by a program
// that is not ours, to which nothing in it is unknown.
func TestSARIFIsRead(t *testing.T) {
	text := written(t, SARIF, project(t), Options{})
	schema := compiled(t, sarifSchema(t))
	if err := valid(schema, text); err != nil {
		t.Error(err)
	}
	if valid(schema, strings.Replace(text, `"ruleId"`, `"rule"`, 1)) == nil {
		t.Error("the schema takes a key that the standard does not have")
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sarif.Report{}); err != nil {
		t.Error(err)
	}
}

// sarifSchema is the schema of the standard, which the module go-sarif has as a
// constant of its own.
func sarifSchema(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", reflect.TypeFor[sarif.Report]().PkgPath()).Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	literal := file.Scope.Lookup("schema").Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit)
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

// A dashboard finds in the log what the report says.
func TestSARIFSaysAll(t *testing.T) {
	r := project(t)
	log, err := sarif.FromString(written(t, SARIF, r, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if got, want := len(run.Results), len(r.Report.Findings); got != want {
		t.Fatalf("%d results, want %d", got, want)
	}
	suppressed, flows := 0, 0
	for i, result := range run.Results {
		f := r.Report.Findings[i]
		if rule := run.Tool.Driver.Rules[result.RuleIndex]; *rule.ID != f.Rule || *rule.Help.Markdown == "" {
			t.Errorf("result %d of %s points to rule %s", i, f.Rule, *rule.ID)
		}
		if result.PartialFingerprints["stateside/v1"] != f.Fingerprint {
			t.Errorf("result %d has the fingerprints %v", i, result.PartialFingerprints)
		}
		if f.Place != nil && len(result.RelatedLocations) < len(f.Place.Because) {
			t.Errorf("result %d of %s has %d related locations", i, f.Rule, len(result.RelatedLocations))
		}
		suppressed += len(result.Suppressions)
		flows += len(result.CodeFlows)
	}
	if suppressed != 1 || flows != 3 {
		t.Errorf("%d suppressions, %d code flows", suppressed, flows)
	}
	if n := len(run.Invocations[0].ToolExecutionNotifications); n != len(r.Report.Problems) {
		t.Errorf("%d notifications, want %d", n, len(r.Report.Problems))
	}
}

func TestSARIFTellsKindsOfProblems(t *testing.T) {
	for _, kind := range model.ProblemKinds() {
		if problemTexts[kind] == "" {
			t.Errorf("%s is not described", kind)
		}
	}
	for tool, want := range map[string]string{"(devel)": "0.0.0-devel", "v1.2.3": "1.2.3"} {
		if got := sarifVersion(tool); got != want {
			t.Errorf("%s is %s, want %s", tool, got, want)
		}
	}
}

// Names from the checked files can't be links in a viewer.
func TestSARIFMessageIsNoLink(t *testing.T) {
	if got := sarifMessage("see [here](https://evil.example)").Text; strings.Contains(got, "](") {
		t.Errorf("got %q", got)
	}
}

func TestJUnitIsRead(t *testing.T) {
	r := project(t)
	suites, err := junit.Ingest([]byte(written(t, JUnit, r, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	var totals junit.Totals
	for _, s := range suites {
		totals.Tests += s.Totals.Tests
		totals.Failed += s.Totals.Failed
		totals.Skipped += s.Totals.Skipped
		totals.Passed += s.Totals.Passed
	}
	s := r.Report.Summary
	if totals.Failed != s.Errors || totals.Skipped != s.Warnings+s.Suppressed || totals.Passed != 1 {
		t.Errorf("%+v of %+v", totals, s)
	}
}

// A store in two roots is two suites.
func TestJUnitIsXMLOfAnyText(t *testing.T) {
	r := project(t)
	r.Report.Findings[0].Message = "<&\x00\x1b]]>\ufffe"
	if _, err := junit.Ingest([]byte(written(t, JUnit, r, Options{}))); err != nil {
		t.Error(err)
	}
}

func TestDOTIsRead(t *testing.T) {
	r := project(t)
	r.Document.Stores[0].Address = `quo"te\`
	file, err := dot.ParseString(written(t, DOT, r, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	nodes, edges := 0, 0
	var visit func([]dotast.Stmt)
	visit = func(all []dotast.Stmt) {
		for _, stmt := range all {
			switch s := stmt.(type) {
			case *dotast.NodeStmt:
				nodes++
			case *dotast.EdgeStmt:
				edges++
			case *dotast.Subgraph:
				visit(s.Stmts)
			}
		}
	}
	visit(file.Graphs[0].Stmts)
	// The vault that is not declared is a node of its own.
	if nodes != len(r.Document.Stores)+1 || edges != len(r.Document.Copies) {
		t.Errorf("%d nodes, %d edges", nodes, edges)
	}
}

// Each text of a flowchart is between quotes that end where they should.
func TestMermaidText(t *testing.T) {
	r := project(t)
	r.Document.Stores[0].Address = "a\"] --> evil[\"<script>\n;"
	line := regexp.MustCompile(`^(flowchart LR|  end|  (subgraph |  )?[np]\d+(\[\("[^"]*"\)\]|\("[^"]*"\)|\["[^"]*"\])|  n\d+ -\.?->\|"[^"]*"\| n\d+|  classDef [a-z_]+ [^"]*|  class [n\d,]+ [a-z_]+)$`)
	for _, text := range lines(written(t, Mermaid, r, Options{})) {
		if !line.MatchString(text) || strings.Contains(text, "<") {
			t.Errorf("%q", text)
		}
	}
}

func TestCSVIsRead(t *testing.T) {
	r := project(t)
	rows, err := csv.NewReader(strings.NewReader(written(t, CSV, r, Options{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Each store here has one dataset or none, and one place; one copy goes to no
	// declared store.
	if want := len(r.Document.Stores) + 2; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a spreadsheet would reckon %q", cell)
			}
		}
	}
}

// gitlabSchema has what GitLab's documentation of the format asks for, which is
// more than its reader does (codeclimate.json among the JSON schemas of its
// source): that one stops at the first entry that does not fit.
const gitlabSchema = `{
	"type": "array",
	"items": {
		"type": "object",
		"required": ["description", "check_name", "fingerprint", "severity", "location"],
		"properties": {
			"description": {"type": "string", "minLength": 1},
			"check_name": {"type": "string", "minLength": 1},
			"fingerprint": {"type": "string", "minLength": 1},
			"severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
			"location": {
				"type": "object",
				"required": ["path", "lines"],
				"properties": {
					"path": {"type": "string", "pattern": "^[^./]"},
					"lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}
				}
			}
		}
	}
}`

func TestGitLabIsRead(t *testing.T) {
	r := project(t)
	r.Report.Findings[1].Source = nil
	text := written(t, GitLab, r, Options{})
	if err := valid(compiled(t, []byte(gitlabSchema)), text); err != nil {
		t.Error(err)
	}
	var issues []gitlabIssue
	if err := json.Unmarshal([]byte(text), &issues); err != nil {
		t.Fatal(err)
	}
	// GitLab shows but the first of those with one fingerprint.
	seen := map[string]bool{}
	for _, issue := range issues {
		if seen[issue.Fingerprint] {
			t.Errorf("%s is there twice", issue.Fingerprint)
		}
		seen[issue.Fingerprint] = true
	}
	if want := r.Report.Summary.Errors + r.Report.Summary.Warnings; len(issues) != want {
		t.Errorf("%d issues, want %d", len(issues), want)
	}
}

// workflowCommand is how the runner of GitHub Actions reads a line.
var workflowCommand = regexp.MustCompile(`^::(\w+)((?: \w+=[^,:]*(?:,\w+=[^,:]*)*)?)::(.*)$`)

func TestGitHubIsRead(t *testing.T) {
	r := project(t)
	r.Report.Findings[0].Message = "100%\n::error::forged"
	r.Report.Findings[0].Source.File = "a,b:c.tf"
	var summary bytes.Buffer
	commands := 0
	for _, line := range lines(written(t, GitHub, r, Options{Summary: &summary})) {
		if !strings.HasPrefix(line, "::") {
			continue
		}
		m := workflowCommand.FindStringSubmatch(line)
		if m == nil || m[1] != "error" && m[1] != "warning" {
			t.Errorf("%q", line)
			continue
		}
		commands++
		if commands == 1 && (!strings.HasPrefix(m[3], "100%25") || !strings.Contains(m[2], "file=a%2Cb%3Ac.tf")) {
			t.Errorf("%q", line)
		}
	}
	if want := len(alike(r.Report.Findings)); commands != want {
		t.Errorf("%d commands, want %d", commands, want)
	}
	if got, want := summary.String(), written(t, Markdown, r, Options{}); got != want {
		t.Errorf("the summary is\n%s", got)
	}
}

// A job summary is cut at a line, and says so.
func TestLongSummary(t *testing.T) {
	r := project(t)
	f := r.Report.Findings[0]
	for range 12_000 {
		f.Message += "."
		f.Message = strings.Repeat("long ", 20) + f.Message[len(f.Message)-1:]
		source := *f.Source
		source.Line++
		f.Source = &source
		r.Report.Findings = append(r.Report.Findings, f)
	}
	var summary bytes.Buffer
	written(t, GitHub, r, Options{Summary: &summary})
	text := summary.String()
	if len(text) > maxSummary || !strings.HasSuffix(text, "the rest is left out.\n") {
		t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-80:])
	}
}

// Text of the checked files is no markup in a comment.
func TestEscapeMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"a|b":                       `a\|b`,
		"<img src=x>":               "&lt;img src=x&gt;",
		"[x](https://evil.example)": `\[x\](https://evil.example)`,
		"**bold** `code`":           "\\*\\*bold\\*\\* \\`code\\`",
		"two\nlines":                "two lines",
	} {
		if got := escapeMarkdown(text); got != want {
			t.Errorf("escapeMarkdown(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"": "", "plain": "`plain`", "a`b": "`` a`b ``", "x|y": "`x|y`"} {
		if got := code(text); got != want {
			t.Errorf("code(%q) = %q, want %q", text, got, want)
		}
	}
	if got := codeCell("x|y"); got != "`x\\|y`" {
		t.Errorf("got %q", got)
	}
}

// A rule of a user's own has no page.
func TestDocsOf(t *testing.T) {
	r := project(t)
	v := newView(r)
	for tool, want := range map[string]string{
		"v1.2.3": "/blob/v1.2.3/docs/rules/", "(devel)": "/blob/main/docs/rules/",
		"v0.0.0-20260101000000-abcdefabcdef": "/blob/main/docs/rules/", "v1.2.3+dirty": "/blob/main/docs/rules/",
	} {
		r.Report.Tool = tool
		if got := v.docsOf(r.Rules()[0]); !strings.Contains(got, want) {
			t.Errorf("%s: %s", tool, got)
		}
	}
	own := r.Rules()[0]
	own.File = "own/rule.rego"
	if got := v.docsOf(own); got != "" {
		t.Errorf("got %s", got)
	}
}

// A drawing shows a copy as wrong as what it puts there.
func TestDrawing(t *testing.T) {
	r := project(t)
	v := newView(r)
	d := v.draw()
	got := map[string]string{}
	for _, e := range d.edges {
		got[d.nodes[e.from].name+" > "+d.nodes[e.to].name] = e.verdict.String()
	}
	want := map[string]string{
		"aws_s3_bucket.users > aws_s3_bucket.mirror":                                             "error",
		"aws_s3_bucket.users > aws_s3_bucket.old_mirror":                                         "excepted",
		"aws_backup_vault.nightly > arn:aws:backup:ap-southeast-1:111122223333:backup-vault:far": "error",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
