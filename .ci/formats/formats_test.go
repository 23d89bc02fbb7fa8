// Package formats holds what the program writes against readers that are not
// ours, and that its own tests are to have no dependency on.
package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/defenseunicorns/go-oscal/src/pkg/validation"
)

var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "stateside")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "stateside")
	cmd := exec.Command("go", "build", "-C", "../..", "-buildvcs=false", "-o", program, "./cmd/stateside")
	if out, err := cmd.CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// stateside runs the program, which may find something.
func stateside(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("%q: %v", args, err)
	}
	return out
}

// project has findings, an exception and a file that can't be read; hostile is
// a directory with names that no format has seen.
const project = "../../internal/report/testdata/project"

func hostile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text := `
resource "aws_s3_bucket" "a" {
  for_each = toset(["\"] --> evil[\"<script>;", "#35;%%", "| end\n", "` + "\u202e\u0007" + `", " "])
  region   = "eu-west-1"
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Assessment results are valid by the schema that NIST publishes for the
// version which they say they are of.
func TestOSCAL(t *testing.T) {
	for name, dir := range map[string]string{"project": project, "hostile": hostile(t), "empty": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			into := filepath.Join(t.TempDir(), "evidence")
			stateside(t, "evidence", into, dir)
			text, err := os.ReadFile(filepath.Join(into, "oscal-assessment-results.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := valid(t, text); err != nil {
				t.Error(err)
			}
			for _, change := range [][2]string{{`"import-ap"`, `"plan"`}, {`"TEST"`, `""`}, {`"reviewed-controls"`, `"reviewed"`}} {
				wrong := strings.Replace(string(text), change[0], change[1], 1)
				if wrong != string(text) && valid(t, []byte(wrong)) == nil {
					t.Errorf("%s in the place of %s is valid too", change[1], change[0])
				}
			}
		})
	}
}

// valid holds a document against the schema.
func valid(t *testing.T, text []byte) error {
	t.Helper()
	v, err := validation.NewValidator(text)
	if err != nil {
		t.Fatal(err)
	}
	if v.GetModelType() != "assessment-results" {
		t.Fatalf("it is taken for %s", v.GetModelType())
	}
	return v.Validate()
}

// multitool is the program for SARIF by those who wrote the standard, as npm
// installs it on Linux.
const multitool = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

// A log breaks no rule of the standard, and none of GitHub's code scanning.
func TestSARIF(t *testing.T) {
	installed(t, multitool)
	if err := os.Chmod(multitool, 0o755); err != nil { // npm does not say that it is a program
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"project": project, "hostile": hostile(t), "empty": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			text := stateside(t, "check", dir, "--format", "sarif")
			for _, broken := range sarifFaults(t, text) {
				t.Error(broken)
			}
		})
	}
	wrong := strings.Replace(string(stateside(t, "check", project, "--format", "sarif")), `"shortDescription"`, `"short"`, 1)
	if len(sarifFaults(t, []byte(wrong))) == 0 {
		t.Error("it finds no fault in a rule without a description")
	}
}

// sarifFaults lists the rules that a log breaks.
func sarifFaults(t *testing.T, text []byte) []string {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.sarif"), filepath.Join(dir, "out.sarif")
	if err := os.WriteFile(in, text, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(multitool, "validate", in, "--rule-kind", "Sarif;Ghas", "--output", out)
	// It is built on .NET, which wants libraries for languages otherwise.
	cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
	printed, err := cmd.CombinedOutput()
	written, readErr := os.ReadFile(out)
	if readErr != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				Message       struct{ Arguments []string }
			}
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(written, []byte("\ufeff")), &log); err != nil {
		t.Fatal(err)
	}
	var faults []string
	for _, r := range log.Runs[0].Results {
		faults = append(faults, fmt.Sprint(r.RuleID, " ", r.Level, " ", r.Message.Arguments))
	}
	return faults
}

// installed leaves a test out where npm has not installed a file; in CI it has.
func installed(t *testing.T, file string) {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Skip("NOT TESTED: not installed; run npm install --no-package-lock --ignore-scripts first")
	}
}

// Flowcharts are read by Mermaid, which finds every store in them.
func TestMermaid(t *testing.T) {
	installed(t, "node_modules/mermaid")
	for name, dir := range map[string]string{"project": project, "hostile": hostile(t)} {
		t.Run(name, func(t *testing.T) {
			var inventory struct {
				Stores []struct{ Address string }
				Copies []struct{ To string }
			}
			if err := json.Unmarshal(stateside(t, "inventory", dir, "--format", "json"), &inventory); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("node", "parse.mjs")
			cmd.Stdin = strings.NewReader(string(stateside(t, "inventory", dir, "--format", "mermaid")))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var chart struct {
				Nodes []string
				Edges int
			}
			if err := json.Unmarshal(out, &chart); err != nil {
				t.Fatal(err)
			}
			if len(inventory.Stores) < 5 || len(chart.Nodes) < len(inventory.Stores) || chart.Edges != len(inventory.Copies) {
				t.Errorf("%d stores are %d nodes, %d copies %d edges", len(inventory.Stores), len(chart.Nodes), len(inventory.Copies), chart.Edges)
			}
			for i, text := range chart.Nodes {
				chart.Nodes[i] = html.UnescapeString(text)
			}
			for _, s := range inventory.Stores {
				if !slices.Contains(chart.Nodes, s.Address) {
					t.Errorf("no node is %q, but %q", s.Address, chart.Nodes)
				}
			}
		})
	}
}
