package docs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/programtest"
	"github.com/stateside-dev/stateside/internal/report"
)

var update = flag.Bool("update", false, "write the pages as the program has it, to be reviewed")

// console is a block of a page with commands and what they print.
var console = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// shownFile is a file that a page shows: its path in a line, then its text.
var shownFile = regexp.MustCompile("(?m)^`([^`\n]+)`\n\n```[a-z]+\n((?s:.*?))^```\n")

// Every command of the pages is run and prints what the page says: in a
// directory with the files that the page shows, or in a copy of the story's
// second part where it shows none. A line with … alone stands for any lines. A
// command that ends with another exit code than 0 says so in a comment.
func TestPages(t *testing.T) {
	bash := programtest.Find(t, "bash")
	program := build(t)
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, page := range pages {
		text := read(t, "docs/"+page)
		if !console.MatchString(text) {
			continue
		}
		t.Run(page, func(t *testing.T) {
			dir := examples(t, text)
			if dir == "" {
				dir = scratch(t)
			}
			got := console.ReplaceAllStringFunc(text, func(block string) string {
				blocks++
				return "```console\n" + session(t, bash, program, dir, console.FindStringSubmatch(block)[1]) + "```\n"
			})
			if got == text {
				return
			}
			if *update {
				if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("run `go test ./docs -update` and review (-page +program)\n%s", cmp.Diff(text, got))
		})
	}
	if blocks < 10 {
		t.Errorf("only %d blocks were run", blocks)
	}
}

// build builds the program, once, and returns its directory.
func build(t *testing.T) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// programDir is where the program is built for the tests.
var programDir string

var built = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(programDir, "stateside"), "../cmd/stateside")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return programDir, nil
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "stateside")
	if err != nil {
		panic(err)
	}
	programDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// scratch is a repository with the second part of the story.
func scratch(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "company")
	if err := os.CopyFS(dir, os.DirFS("../fixtures/story/2-switched")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "expected.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// examples writes the files that a page shows into a directory; "" when it shows
// none.
func examples(t *testing.T, page string) string {
	t.Helper()
	files := shownFile.FindAllStringSubmatch(page, -1)
	if len(files) == 0 {
		return ""
	}
	dir := t.TempDir()
	for _, f := range append(files, []string{"", ".git/HEAD", ""}) {
		name := filepath.Join(dir, filepath.FromSlash(f[1]))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// exit is the exit code that a command says it has.
var exit = regexp.MustCompile(`# exit (\d+)$`)

// session runs the commands of a block and returns it with what they print. What
// a page leaves out it leaves out again.
func session(t *testing.T, bash, program, dir, block string) string {
	t.Helper()
	var b strings.Builder
	for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		line, want, _ := strings.Cut(part, "\n")
		cmd := exec.Command(bash, "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+program+string(os.PathListSeparator)+os.Getenv("PATH"), "NO_COLOR=1", "GITHUB_STEP_SUMMARY=")
		out, err := cmd.CombinedOutput()
		code := 0
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			code = failed.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		said := "0"
		if m := exit.FindStringSubmatch(line); m != nil {
			said = m[1]
		}
		if said != fmt.Sprint(code) {
			t.Errorf("%s: exit %d, the page says %s\n%s", line, code, said, out)
		}
		got := string(out)
		if fits(strings.TrimSuffix(want, "\n"), strings.TrimSuffix(got, "\n")) {
			got = want
		}
		fmt.Fprintf(&b, "$ %s\n%s", line, got)
		if got != "" && !strings.HasSuffix(got, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// fits says whether a text is as a page has it, in which a line with … alone
// stands for any lines.
func fits(page, text string) bool {
	var pattern strings.Builder
	pattern.WriteString("^")
	for i, line := range strings.Split(page, "\n") {
		if i > 0 {
			pattern.WriteString("\n")
		}
		if line == "…" {
			pattern.WriteString("(?:.*\n?)*?.*")
			continue
		}
		pattern.WriteString(regexp.QuoteMeta(line))
	}
	return regexp.MustCompile(pattern.String() + "$").MatchString(text)
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		page, text string
		want       bool
	}{
		{"a\nb", "a\nb", true}, {"a\n…\nd", "a\nb\nc\nd", true}, {"…\nd", "a\nd", true}, {"a\n…", "a\nb", true},
		{"a\n…\nd", "a\nb", false}, {"a", "a\nb", false}, {"a.c", "abc", false},
	} {
		if got := fits(c.page, c.text); got != c.want {
			t.Errorf("fits(%q, %q) = %v", c.page, c.text, got)
		}
	}
}

// The page of each rule is what its METADATA says, with its cases from the
// fixtures; `stateside explain` prints its beginning.
func TestRulePages(t *testing.T) {
	rules, err := engine.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	var index bytes.Buffer
	index.WriteString("# Rules\n\n`stateside rules` lists them, `stateside explain RULE` prints what a page says. The pages are made from the METADATA of the policies by `go test ./docs -update`.\n\n| rule | severity | |\n|---|---|---|\n")
	pages := map[string]string{}
	for _, rule := range rules.Rules() {
		pages[rule.ID+".md"] = rulePage(t, rule)
		fmt.Fprintf(&index, "| [%s](%s.md) | %s | %s |\n", rule.ID, rule.ID, report.SeveritiesText(rule.Severities), rule.Title)
	}
	pages["README.md"] = index.String()
	for name, want := range pages {
		file := filepath.Join("rules", name)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(read(t, "docs/rules/"+name), want); diff != "" {
			t.Errorf("%s: run `go test ./docs -update` and review (-page +rule)\n%s", name, diff)
		}
	}
	entries, err := os.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if pages[e.Name()] == "" {
			t.Errorf("docs/rules/%s is the page of no rule", e.Name())
		}
	}
}

// rulePage is the text of a rule with its example. Each rule has one.
func rulePage(t *testing.T, rule *engine.Rule) string {
	t.Helper()
	dir := "fixtures/rules/" + rule.ID + "/"
	violating, found := example(t, rule, dir+"violating")
	clean, _ := example(t, rule, dir+"clean")
	printed, _, _ := strings.Cut(found, "\nexit ")
	text := report.RuleMarkdown(rule) + "\n## Example\n"
	for _, name := range slices.Sorted(maps.Keys(violating)) {
		text += shown(dir+"violating", name, violating[name])
	}
	text += "\nThis prints\n\n```\n" + ended(printed) + "```\n\nWith this instead, the rule says nothing:\n"
	for _, name := range slices.Sorted(maps.Keys(clean)) {
		if clean[name] != violating[name] {
			text += shown(dir+"clean", name, clean[name])
		}
	}
	return text
}

func shown(dir, name, text string) string {
	return fmt.Sprintf("\n[%s](../../%s/%s):\n\n```%s\n%s```\n", name, dir, name, language(name), ended(text))
}

// example reads a project of a rule, and what is printed for it. The one that
// violates the rule has a finding of it, the clean one has none.
func example(t *testing.T, rule *engine.Rule, dir string) (files map[string]string, printed string) {
	t.Helper()
	root := filepath.Join("..", filepath.FromSlash(dir))
	files = map[string]string{}
	err := filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = read(t, dir+"/"+filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		t.Errorf("the rule %s has no example: %v", rule.ID, err)
	}
	printed = files["expected.txt"]
	delete(files, "expected.txt")
	finding := regexp.MustCompile(`(?m)^(?:error|warning): .*  +` + regexp.QuoteMeta(rule.ID) + `$`)
	if has := finding.MatchString(printed); has != strings.HasSuffix(dir, "/violating") {
		t.Errorf("%s: a finding of the rule: %t", dir, has)
	}
	return files, printed
}

func language(name string) string {
	return map[string]string{".tf": "terraform", ".yaml": "yaml", ".json": "json"}[filepath.Ext(name)]
}

func ended(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }
