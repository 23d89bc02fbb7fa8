package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes a directory with a root in it, and a file beside the root.
func tree(t *testing.T, files map[string]string) (*Tree, string) {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "outside.tf"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened, root
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func none(string) bool { return false }

func TestReadStaysInside(t *testing.T) {
	files, root := tree(t, map[string]string{"a/main.tf": "x"})
	link(t, "../../outside.tf", filepath.Join(root, "a", "relative.tf"))
	link(t, filepath.Join(filepath.Dir(root), "outside.tf"), filepath.Join(root, "a", "absolute.tf"))
	link(t, "../..", filepath.Join(root, "a", "up"))
	for _, name := range []string{"../outside.tf", "a/../../outside.tf", "/etc/passwd", "a/relative.tf", "a/absolute.tf", "a/up/outside.tf", ""} {
		if data, err := files.Read(name); err == nil {
			t.Errorf("Read(%q) = %q", name, data)
		}
		if files.IsDir(filepath.Dir(name) + "/up") {
			t.Errorf("a directory outside counts as inside")
		}
	}
	if _, err := files.Read("a/relative.tf"); !errors.Is(err, ErrOutside) {
		t.Errorf("got %v, want %v", err, ErrOutside)
	}
}

func TestReadFollowsLinksInside(t *testing.T) {
	files, root := tree(t, map[string]string{"a/main.tf": "x"})
	link(t, "a/main.tf", filepath.Join(root, "link.tf"))
	data, err := files.Read("link.tf")
	if err != nil || string(data) != "x" {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestReadIsOnce(t *testing.T) {
	files, root := tree(t, map[string]string{"main.tf": "before"})
	if _, err := files.Read("main.tf"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "main.tf"), []byte("after"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, _ := files.Read("main.tf"); string(data) != "before" {
		t.Errorf("got %q: the second read saw another file than the first", data)
	}
}

func TestReadRefuses(t *testing.T) {
	files, root := tree(t, map[string]string{
		"large.tf": strings.Repeat("#", MaxFileSize+1),
		"full.tf":  strings.Repeat("#", MaxFileSize),
		"dir/x.tf": "",
	})
	if err := syscall.Mkfifo(filepath.Join(root, "fifo.tf"), 0o644); err != nil {
		t.Fatal(err)
	}
	link(t, "loop.tf", filepath.Join(root, "loop.tf"))
	for _, name := range []string{"large.tf", "fifo.tf", "dir", "loop.tf", "missing.tf"} {
		if _, err := files.Read(name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, err := files.Read("large.tf"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if f := files.File("large.tf"); len(f.Text()) != headSize || f.Err() != nil {
		t.Errorf("the beginning of a large file has %d bytes, %v", len(f.Text()), f.Err())
	}
	if _, err := files.Read("missing.tf"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := files.Read("full.tf"); err != nil {
		t.Errorf("a file of just the largest size: %v", err)
	}
}

func TestWalk(t *testing.T) {
	files, root := tree(t, map[string]string{
		"b.tf": "", "a/main.tf": "", "a/.git/config.tf": "", "a/.terraform/modules/x.tf": "",
		"old/x.tf": "", "node_modules/y.tf": "", ".hidden/z.tf": "",
	})
	link(t, "../b.tf", filepath.Join(root, "a", "link.tf"))
	link(t, "..", filepath.Join(root, "a", "circle"))
	link(t, "../../outside.tf", filepath.Join(root, "a", "escape.tf"))
	link(t, "nowhere", filepath.Join(root, "a", "dangling.tf"))
	got, unreadable := files.Walk([]string{".", "a"}, func(p string) bool { return p == "old" })
	want := []string{".hidden/z.tf", "a/link.tf", "a/main.tf", "b.tf"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	var names []string
	for _, u := range unreadable {
		names = append(names, u.Path)
	}
	if diff := cmp.Diff([]string{"a/dangling.tf", "a/escape.tf"}, names); diff != "" {
		t.Errorf("unreadable (-want +got):\n%s", diff)
	}
}

func TestWalkOfSkippedDirectory(t *testing.T) {
	files, _ := tree(t, map[string]string{"node_modules/infra/main.tf": ""})
	got, _ := files.Walk([]string{"node_modules"}, none)
	if diff := cmp.Diff([]string{"node_modules/infra/main.tf"}, got); diff != "" {
		t.Errorf("a directory that is named itself is walked (-want +got):\n%s", diff)
	}
}

func TestWalkReportsUnreadableDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	files, root := tree(t, map[string]string{"a/main.tf": "", "b/main.tf": ""})
	if err := os.Chmod(filepath.Join(root, "a"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(root, "a"), 0o755) })
	got, unreadable := files.Walk([]string{"."}, none)
	if diff := cmp.Diff([]string{"b/main.tf"}, got); diff != "" {
		t.Error(diff)
	}
	if len(unreadable) != 1 || unreadable[0].Path != "a" {
		t.Errorf("got %v", unreadable)
	}
}

func TestLine(t *testing.T) {
	files, _ := tree(t, map[string]string{"main.tf": "one\r\ntwo\n\nfour"})
	want := map[int]string{-1: "", 0: "", 1: "one", 2: "two", 3: "", 4: "four", 5: ""}
	for n, text := range want {
		if got := files.Line("main.tf", n); got != text {
			t.Errorf("line %d: %q, want %q", n, got, text)
		}
	}
	if got := files.Line("missing.tf", 1); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		`DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc==;EndpointSuffix=core.windows.net`: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=…;EndpointSuffix=core.windows.net`,
		`https://a.blob.core.windows.net/c?sv=1&sig=abc%3D&se=2`:                                        `https://a.blob.core.windows.net/c?sv=1&sig=…&se=2`,
		`"postgres://db:5432/x?user=u&password=hunter2"`:                                                `"postgres://db:5432/x?user=u&password=…"`,
		`"postgres://app:hunter2@db.example.com:5432/x"`:                                                `"postgres://app:…@db.example.com:5432/x"`,
		`region = "us-east-1"`: `region = "us-east-1"`,
	} {
		if got := Redact(text); got != want {
			t.Errorf("Redact(%s)\n got %s\nwant %s", text, got, want)
		}
	}
}

// Lines are those of the content, also of one that was given anew.
func TestLines(t *testing.T) {
	tree, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{"", "", ""}}, {"a", []string{"", "a", ""}}, {"a\n", []string{"", "a", "", ""}},
		{"a\r\n\nc", []string{"", "a", "", "c", ""}},
	} {
		tree.Add("x", []byte(c.text))
		for line, want := range c.want {
			if got := tree.Line("x", line); got != want {
				t.Errorf("line %d of %q is %q, want %q", line, c.text, got, want)
			}
		}
	}
	if got := tree.Line("none", 1); got != "" {
		t.Errorf("a line of no file is %q", got)
	}
}
