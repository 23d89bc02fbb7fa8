package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/source"
)

var update = flag.Bool("update", false, "record anew what the real terraform says; it must be on the PATH")

// The oracle is the real terraform binary: what it planned for the outputs of
// each directory is recorded in expected.json, and where we claim to know a
// value it must be that one. With terraform on the PATH the record itself is
// checked as well.
func TestOracle(t *testing.T) {
	dirs, err := filepath.Glob("testdata/oracle/*")
	if err != nil || len(dirs) < 5 {
		t.Fatalf("directories %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, "expected.json")
			if *update {
				if err := os.WriteFile(file, planned(t, dir), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(recorded, &want); err != nil {
				t.Fatal(err)
			}
			got, unknown := evaluateOutputs(t, dir)
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if reason, ok := unknown[name]; ok {
					t.Errorf("%s is not known: %s", name, reason)
					continue
				}
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Errorf("%s (-terraform +ours)\n%s", name, diff)
				}
			}
		})
	}
}

func TestOracleRecord(t *testing.T) {
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not on the PATH")
	}
	if testing.Short() {
		t.Skip("runs terraform")
	}
	dirs, err := filepath.Glob("testdata/oracle/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			recorded, err := os.ReadFile(filepath.Join(dir, "expected.json"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(recorded), string(planned(t, dir))); diff != "" {
				t.Errorf("the record is not what terraform says (-record +terraform)\n%s", diff)
			}
		})
	}
}

// planned returns the outputs that terraform knows when it plans a directory.
func planned(t *testing.T, dir string) []byte {
	t.Helper()
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	terraform(t, work, "init", "-backend=false", "-input=false")
	terraform(t, work, "plan", "-input=false", "-out=plan")
	var plan struct {
		PlannedValues struct {
			Outputs map[string]struct {
				Value any `json:"value"`
			} `json:"outputs"`
		} `json:"planned_values"`
		OutputChanges map[string]struct {
			AfterUnknown any `json:"after_unknown"`
		} `json:"output_changes"`
	}
	if err := json.Unmarshal(terraform(t, work, "show", "-json", "plan"), &plan); err != nil {
		t.Fatal(err)
	}
	known := map[string]any{}
	for name, o := range plan.PlannedValues.Outputs {
		if plan.OutputChanges[name].AfterUnknown == false {
			known[name] = o.Value
		}
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(known); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func terraform(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("terraform", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_VAR_from_env=from the environment", "TF_VAR_list_from_env=[\"a\", \"b\"]")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("terraform %v: %v\n%s", args, err, stderr.String())
	}
	return out
}

// evaluateOutputs returns the outputs of a directory that we know, and why not
// of those that we don't.
func evaluateOutputs(t *testing.T, dir string) (known map[string]any, unknown map[string]string) {
	t.Helper()
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	l := &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Options: Options{
		Environment: map[string]string{"from_env": "from the environment", "list_from_env": `["a", "b"]`},
		Workspace:   "default",
	}}
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	names = slices.DeleteFunc(names, func(name string) bool { return !l.Claims(tree.File(name)) })
	set := &fileSet{ctx: context.Background(), tree: tree, modules: modules{}}
	set.parse(names)
	set.parseCalled()
	set.roots()
	r := l.newRoot(context.Background(), set, ".", set.modules["."])
	known, unknown = map[string]any{}, map[string]string{}
	for name := range r.top.def.outputs {
		v := r.ev.Force(r.top.output(name))
		whole, ok := r.ev.Whole(v)
		if !ok {
			unknown[name] = reasonOf(r.ev, v)
			continue
		}
		data, err := ctyjson.Marshal(whole, whole.Type())
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatal(err)
		}
		known[name] = plain
	}
	return known, unknown
}

func reasonOf(_ *lang.Evaluator, v *lang.Value) string {
	if gap := v.Gap(); gap != nil {
		return string(gap.Cause) + ": " + gap.Reason
	}
	return "an element is not known"
}
