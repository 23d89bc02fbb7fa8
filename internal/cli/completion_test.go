package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/programtest"
)

// script writes the completion of a shell to a file.
func script(t *testing.T, shell string) string {
	t.Helper()
	code, stdout, stderr := run(t, nil, "completion", shell)
	if code != ExitClean || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	file := filepath.Join(t.TempDir(), shell)
	if err := os.WriteFile(file, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// offered are some of the words that a shell must offer, and some that it must
// not, after what is typed.
var offered = []struct {
	typed     string
	want, not []string
}{
	{"stateside ", []string{"check", "inventory", "completion", "help"}, nil},
	{"stateside inv", []string{"inventory"}, []string{"check"}},
	{"stateside inventory --", []string{"--format", "--var-file", "--help"}, []string{"--strict", "--policy"}},
	{"stateside --st", []string{"--strict"}, nil},
	{"stateside check --format s", []string{"sarif"}, []string{"json"}},
	{"stateside inventory -f ", []string{"dot", "csv"}, []string{"sarif", "check"}},
	{"stateside rules --format ", []string{"text", "json"}, []string{"sarif"}},
	{"stateside schema ", []string{"input", "config"}, nil},
	{"stateside completion ", []string{"bash", "powershell"}, nil},
	{"stateside config ", []string{"verify"}, nil},
}

func checkOffers(t *testing.T, offer func(typed string) []string) {
	t.Helper()
	for _, c := range offered {
		got := offer(c.typed)
		for _, word := range c.want {
			if !slices.Contains(got, word) {
				t.Errorf("%q offers %v, without %s", c.typed, got, word)
			}
		}
		for _, word := range c.not {
			if slices.Contains(got, word) {
				t.Errorf("%q offers %v, with %s", c.typed, got, word)
			}
		}
	}
}

func TestBash(t *testing.T) {
	bash, file := programtest.Find(t, "bash"), script(t, "bash")
	checkOffers(t, func(typed string) []string {
		words := strings.Split(typed, " ")
		quoted := make([]string, len(words))
		for i, word := range words {
			quoted[i] = "'" + word + "'"
		}
		return printed(t, t.TempDir(), bash, "-c", fmt.Sprintf(
			"set -u; . %s; COMP_WORDS=(%s); COMP_CWORD=%d; _stateside; printf '%%s\\n' \"${COMPREPLY[@]}\"", file, strings.Join(quoted, " "), len(words)-1))
	})
}

func TestFish(t *testing.T) {
	fish, file := programtest.Find(t, "fish"), script(t, "fish")
	checkOffers(t, func(typed string) []string {
		lines := printed(t, t.TempDir(), fish, "--no-config", "-c", fmt.Sprintf("source %s; complete -C %q", file, typed))
		for i, line := range lines {
			lines[i], _, _ = strings.Cut(line, "\t")
		}
		return lines
	})
}

// What zsh offers can't be asked without a terminal: that it is read, with every
// command and flag in it, is.
func TestZsh(t *testing.T) {
	zsh, file := programtest.Find(t, "zsh"), script(t, "zsh")
	printed(t, t.TempDir(), zsh, "-f", "-c", "autoload -Uz compinit; compinit -u -d ./dump; source "+file+"; whence -w _stateside | grep -q function")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	hasAll(t, string(text))
}

func TestPowerShell(t *testing.T) {
	text, err := os.ReadFile(script(t, "powershell"))
	if err != nil {
		t.Fatal(err)
	}
	hasAll(t, string(text))
	if strings.Count(string(text), "'")%2 != 0 || strings.Count(string(text), "{") != strings.Count(string(text), "}") {
		t.Error("a quote or a bracket is not closed")
	}
	printed(t, t.TempDir(), programtest.Find(t, "pwsh"), "-NoProfile", "-Command", string(text))
}

// hasAll says whether every command and flag of the table is in a script.
func hasAll(t *testing.T, text string) {
	t.Helper()
	for _, c := range completions() {
		if !strings.Contains(text, c.name) {
			t.Errorf("%s is missing", c.name)
		}
		for _, f := range c.flags {
			if !strings.Contains(text, "--"+f.Name) {
				t.Errorf("--%s of %s is missing", f.Name, c.name)
			}
		}
	}
}

func printed(t *testing.T, dir, program string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func TestMistakenCompletion(t *testing.T) {
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "zsh"}} {
		if code, stdout, stderr := run(t, nil, args...); code != ExitError || stdout != "" || !strings.Contains(stderr, "bash, zsh, fish or powershell") {
			t.Errorf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

// The manual page has every command, flag and format, and mandoc finds no fault.
func TestMan(t *testing.T) {
	code, page, stderr := run(t, nil, "man")
	if code != ExitClean || stderr != "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	plain := strings.ReplaceAll(page, `\-`, "-")
	hasAll(t, strings.ReplaceAll(plain, "\\fB--", "--"))
	for _, name := range formatsOf("check") {
		if !strings.Contains(plain, ".B "+name+"\n") {
			t.Errorf("the format %s is missing", name)
		}
	}
	mandoc := programtest.Find(t, "mandoc")
	cmd := exec.Command(mandoc, "-T", "lint", "-W", "warning")
	cmd.Stdin = strings.NewReader(page)
	out, err := cmd.CombinedOutput()
	if err != nil && !bytes.Contains(out, []byte("missing date")) {
		t.Errorf("%v: %s", err, out)
	}
}
