package gittree

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/source"
)

// repository makes a repository with one commit of the given files, and then
// changes the work tree.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("main.tf", filepath.Join(dir, "link.tf")); err != nil {
		t.Fatal(err)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "first")
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func extract(t *testing.T, dir, ref string) (string, error) {
	t.Helper()
	into := t.TempDir()
	root, err := os.OpenRoot(into)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return into, Extract(t.Context(), dir, ref, root)
}

func TestExtract(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{
		"main.tf": "first\n", "a b/\u00fc.tf": "second", "empty.tf": "",
		"large.bin":      strings.Repeat("x", source.MaxFileSize+1),
		".gitattributes": "*.tf export-ignore\n",
	})
	into, err := extract(t, dir, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"main.tf": "first\n", "a b/\u00fc.tf": "second", "empty.tf": "", "link.tf": "first\n"} {
		data, err := os.ReadFile(filepath.Join(into, name))
		if err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if _, err := os.Stat(filepath.Join(into, "large.bin")); err == nil {
		t.Error("a file that is too large was written")
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "main.tf")); string(data) != "changed" {
		t.Error("the work tree was touched")
	}
	into, err = extract(t, filepath.Join(dir, "a b"), "HEAD")
	if _, statErr := os.Stat(filepath.Join(into, "\u00fc.tf")); err != nil || statErr != nil {
		t.Errorf("below a directory: %v, %v", err, statErr)
	}
}

func TestExtractErrors(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{"main.tf": "first"})
	for _, ref := range []string{"nowhere", "--help", "HEAD:main.tf"} {
		if _, err := extract(t, dir, ref); err == nil || !strings.Contains(err.Error(), ref) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := extract(t, t.TempDir(), "HEAD"); err == nil {
		t.Error("a directory without a repository has a commit")
	}
}

func TestParseListRefusesPaths(t *testing.T) {
	t.Parallel()
	list := "100644 blob aa       1\t../out\x00100644 blob aa       1\tx/.GIT/config\x00160000 commit aa       -\tsub\x00100644 blob aa       1\tok\x00"
	all, err := parseList([]byte(list))
	if err != nil || len(all) != 1 || all[0].path != "ok" {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := parseList([]byte("nonsense\x00")); err == nil {
		t.Error("nonsense is read")
	}
}
