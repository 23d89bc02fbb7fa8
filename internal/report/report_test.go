package report

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/check"
)

var update = flag.Bool("update", false, "write what is printed as what is expected, to be reviewed")

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// project checks testdata/project, which has a finding of most kinds.
func project(t testing.TB) *check.Result { return checked(t, filepath.Join("testdata", "project")) }

// checked checks a directory as its own root, seen from that directory.
func checked(t testing.TB, dir string) *check.Result {
	t.Helper()
	r, err := check.Run(context.Background(), check.Options{Paths: []string{dir}, Root: dir, Now: now, Tool: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Tree.Close() })
	r.WorkDir = r.Tree.Dir()
	return r
}

// written is what a format writes.
func written(t testing.TB, write Write, r *check.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares with a file under testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run `go test ./internal/report -update` and review (-want +got)\n%s", diff)
	}
}

// Each format writes the project as was reviewed.
func TestFormats(t *testing.T) {
	r := project(t)
	for _, f := range Formats() {
		for kind, write := range map[string]Write{"check": f.Check, "inventory": f.Inventory} {
			if write == nil || f.Name == "html" {
				continue
			}
			t.Run(f.Name+"/"+kind, func(t *testing.T) {
				got := written(t, write, r, Options{})
				golden(t, f.Name+"."+kind, got)
				if again := written(t, write, r, Options{}); again != got {
					t.Error("the same result is written differently the second time")
				}
			})
		}
	}
}

// Every format has a name of its own, a description, and something to write.
func TestTableOfFormats(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats() {
		if f.Name == "" || f.Description == "" || f.Check == nil && f.Inventory == nil || seen[f.Name] {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
		if got, ok := Find(f.Name); !ok || got.Name != f.Name {
			t.Errorf("Find(%q) = %q, %v", f.Name, got.Name, ok)
		}
	}
	if _, ok := Find("xml"); ok {
		t.Error("there is a format xml")
	}
}

// An empty directory is told apart from one without findings, in every format
// that people read.
func TestNothingToCheck(t *testing.T) {
	r := checked(t, t.TempDir())
	for _, f := range Formats() {
		for _, write := range []Write{f.Check, f.Inventory} {
			if write != nil {
				written(t, write, r, Options{})
			}
		}
	}
	for _, write := range []Write{Text, Compact, InventoryText} {
		if got := written(t, write, r, Options{}); !strings.Contains(got, "Nothing to check") {
			t.Errorf("got %q", got)
		}
	}
}
