// Package docs holds the pages, and tests that hold them to the truth.
package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/engine"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// commands are the indented lines of the README, which a reader copies.
func commands(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^ {4}(\S.*)$`).FindAllStringSubmatch(read(t, "README.md"), -1) {
		all = append(all, m[1])
	}
	return all
}

// What CI passes is what the README tells a reader to run.
func TestCommands(t *testing.T) {
	all := commands(t)
	var tests []string
	for _, c := range all {
		if strings.HasPrefix(c, "go test") {
			tests = append(tests, c)
		}
	}
	if len(tests) != 1 {
		t.Fatalf("the README tells to test with %q", tests)
	}
	if !slices.Contains(strings.Split(read(t, ".ci/run"), "\n"), "step "+tests[0]) {
		t.Errorf(".ci/run has no line `step %s`", tests[0])
	}
	if want := "go run ./cmd/stateside check fixtures/story/2-switched"; !slices.Contains(all, want) {
		t.Errorf("the README has no line `%s`", want)
	}
	if !strings.Contains(read(t, ".github/workflows/ci.yml"), "- run: bash .ci/run\n") {
		t.Error("the workflow does not run .ci/run")
	}
}

// The finding in the README is one that the program prints. What it prints is
// held to the same file by the tests of the fixtures.
func TestFinding(t *testing.T) {
	_, text, ok := strings.Cut(read(t, "README.md"), "\n```\nerror: ")
	finding, _, closed := strings.Cut(text, "```\n")
	if !ok || !closed {
		t.Fatal("the README shows no finding")
	}
	printed := read(t, "fixtures/story/2-switched/expected.txt")
	printed = strings.ReplaceAll(printed, " story/", " fixtures/story/")
	if !strings.Contains(printed, "error: "+finding) {
		t.Errorf("no such finding is printed:\n%s\nbut\n%s", finding, printed)
	}
}

// Each folder has its line in the architecture, and each line its folder.
func TestFolders(t *testing.T) {
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z/]+) \|`).FindAllStringSubmatch(read(t, "docs/architecture.md"), -1) {
		if m[1] != "folder" {
			listed = append(listed, m[1])
		}
	}
	var folders []string
	for _, pattern := range []string{"../*", "../internal/*", "../cmd/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			info, err := os.Stat(f)
			name := strings.TrimPrefix(filepath.ToSlash(f), "../")
			if err == nil && info.IsDir() && name != "internal" && name != "cmd" && !strings.HasPrefix(name, ".") {
				folders = append(folders, name)
			}
		}
	}
	for _, f := range folders {
		if !slices.Contains(listed, f) {
			t.Errorf("docs/architecture.md has no line for %s", f)
		}
	}
	for _, f := range listed {
		if !slices.Contains(folders, f) {
			t.Errorf("docs/architecture.md has a line for %s, which is not there", f)
		}
	}
}

// Each dependency has its reason.
func TestReasons(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for _, r := range file.Require {
		if !r.Indirect {
			required[r.Path] = true
		}
	}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+\.\S+) \|`).FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		explained[m[1]] = true
	}
	if diff := cmp.Diff(required, explained); diff != "" {
		t.Errorf("docs/dependencies.md does not explain what go.mod requires (-go.mod +page)\n%s", diff)
	}
}

// The hook builds the program that is there, and checks the whole tree.
func TestHook(t *testing.T) {
	var hooks []struct {
		ID            string
		Entry         string
		Language      string
		PassFilenames *bool `yaml:"pass_filenames"`
	}
	if err := yaml.Unmarshal([]byte(read(t, ".pre-commit-hooks.yaml")), &hooks); err != nil {
		t.Fatal(err)
	}
	if len(hooks) != 2 || hooks[0].ID != "stateside" || hooks[0].Language != "golang" {
		t.Fatalf("hooks are %+v", hooks)
	}
	if h := hooks[1]; h.ID != "stateside-config" || h.Entry != "stateside config verify" || h.Language != "golang" || h.PassFilenames != nil {
		t.Errorf("the hook is %+v", h)
	}
	if h := hooks[0]; h.Entry != "stateside check" || h.PassFilenames == nil || *h.PassFilenames {
		t.Errorf("the hook is %+v", h)
	}
	if !strings.Contains(read(t, "README.md"), "- id: "+hooks[0].ID) {
		t.Error("the README does not name the hook")
	}
}

// block returns the text of the README's fenced block that begins with a line.
func block(t *testing.T, first string) []byte {
	t.Helper()
	_, rest, ok := strings.Cut(read(t, "README.md"), "\n"+first+"\n")
	text, _, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatalf("the README has no block that begins with %q", first)
	}
	return []byte(first + "\n" + text)
}

// What the README shows to copy is valid.
func TestExamples(t *testing.T) {
	cfg, err := config.Parse("stateside.yaml", block(t, "version: 1"))
	if err != nil {
		t.Error(err)
	}
	rules, err := engine.Compile([]engine.Policy{{Name: "bucket_name.rego", Data: block(t, "package stateside.rules.bucket_name")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cfg.Exceptions {
		if !slices.ContainsFunc(rules.Rules(), func(r *engine.Rule) bool { return r.ID == e.Rule }) {
			t.Errorf("the README excepts from %s, which is no rule", e.Rule)
		}
	}
}

// A link of a page leads to a file.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../README.md") {
		text := read(t, filepath.Join("docs", page))
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}

// The configuration on its page is one that is read.
func TestConfigurationPage(t *testing.T) {
	_, text, ok := strings.Cut(read(t, "docs/configuration.md"), "\n```yaml\n")
	text, _, closed := strings.Cut(text, "\n```\n")
	if !ok || !closed {
		t.Fatal("the page shows no configuration")
	}
	if _, err := config.Parse("docs/configuration.md", []byte(text)); err != nil {
		t.Error(err)
	}
}
