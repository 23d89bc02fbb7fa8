package digest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stateside-dev/stateside/internal/programtest"
)

// The lines are those of sha256sum, whatever the names.
func TestLines(t *testing.T) {
	sum := programtest.Find(t, "sha256sum")
	dir := t.TempDir()
	tree := fstest.MapFS{"b/x.tf": {Data: []byte("x")}, "a.tf": {Data: nil}, "odd\nname\\.tf": {Data: []byte("y")}}
	for name, f := range tree {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(sum, "a.tf", "b/x.tf", "odd\nname\\.tf")
	cmd.Dir = dir
	want, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := Lines(FS(tree)); got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if List(FS(tree)) != Bytes(want) {
		t.Error("the digest of the list is not that of its lines")
	}
}

func TestReader(t *testing.T) {
	got, err := Reader(strings.NewReader("x"))
	if err != nil || got != Bytes([]byte("x")) {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := Reader(failing{}); err == nil {
		t.Error("an error is lost")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.Join(fs.ErrClosed) }
