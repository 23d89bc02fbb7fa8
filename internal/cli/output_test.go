package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stateside-dev/stateside/internal/report"
)

// project has findings.
var project = filepath.Join("..", "report", "testdata", "project")

func run(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(context.Background(), &Env{
		Args: args, Stdout: &out, Stderr: &errs, Environ: environ,
		Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Version: "test",
	})
	return code, out.String(), errs.String()
}

// The exit code does not hang on the format.
func TestExitCodeOfEachFormat(t *testing.T) {
	clean := t.TempDir()
	for _, f := range report.Formats() {
		if f.Check == nil {
			continue
		}
		for dir, want := range map[string]int{project: ExitFindings, clean: ExitClean} {
			if code, _, stderr := run(t, nil, "check", "--root", dir, "-f", f.Name, dir); code != want || stderr != "" {
				t.Errorf("%s of %s: exit %d, want %d; %s", f.Name, dir, code, want, stderr)
			}
		}
	}
}

// Several formats in one run say the same as each alone.
func TestSeveralFormats(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	code, stdout, stderr := run(t, nil, "check", "--root", project, "-f", "text", "--format", "json="+file, project)
	if code != ExitFindings || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	_, text, _ := run(t, nil, "check", "--root", project, project)
	_, object, _ := run(t, nil, "check", "--root", project, "-f", "json", project)
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if stdout != text || string(got) != object {
		t.Errorf("stdout is text: %v, the file is json: %v", stdout == text, string(got) == object)
	}
}

func TestMistakenFormats(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"check", "-f", "xml", dir}, `there is no format "xml"`},
		{[]string{"inventory", "-f", "compact", dir}, "the format compact is for check"},
		{[]string{"check", "-f", "json=", dir}, "names no file"},
		{[]string{"check", "-f", "json", "-f", "text", dir}, "would both be written to standard output"},
		{[]string{"check", "-f", "json=a", "-f", "text=a", dir}, "would both be written to a"},
		{[]string{"check", "-f", "json=" + filepath.Join(dir, "no", "such", "dir"), dir}, "write the output"},
	} {
		code, stdout, stderr := run(t, nil, c.args...)
		if code != ExitError || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit %d, %q %q, want %q", c.args, code, stdout, stderr, c.want)
		}
	}
}

// Colour is for terminals, unless it is forced; NO_COLOR takes it away.
func TestColorOfEnvironment(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    bool
	}{
		{nil, false},
		{[]string{"FORCE_COLOR=1"}, true},
		{[]string{"FORCE_COLOR=1", "NO_COLOR=1"}, true},
		{[]string{"FORCE_COLOR=0"}, false},
		{[]string{"NO_COLOR=1"}, false},
		{[]string{"FORCE_COLOR="}, false},
	} {
		_, stdout, _ := run(t, c.environ, "check", "--root", project, project)
		if got := strings.Contains(stdout, "\x1b["); got != c.want {
			t.Errorf("%v: colour %v, want %v", c.environ, got, c.want)
		}
	}
}
