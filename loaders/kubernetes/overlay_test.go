package kubernetes

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/programtest"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// places lists where the stores and copies of a document are, without the roots
// and the reasons.
func places(doc model.Document) []string {
	var all []string
	for _, s := range doc.Stores {
		all = append(all, fmt.Sprintf("%s %v %v", s.Address, s.Labels, regions(s.Place)))
	}
	for _, c := range doc.Copies {
		all = append(all, fmt.Sprintf("%s %s %s %v", c.Address, c.Means, c.ToName, regions(c.Place)))
	}
	slices.Sort(all)
	return all
}

func regions(p model.Place) string {
	text := string(p.Status)
	for _, l := range p.Locations {
		text += " " + l.Region + l.Endpoint
	}
	return text
}

// An overlay says what the objects say that kustomize builds of it.
func TestOverlaysWithKustomize(t *testing.T) {
	kustomize := programtest.Find(t, "kustomize")
	for name, overlay := range map[string]string{
		"testdata/kustomize.txtar": "overlays/eu", "testdata/patches.txtar": "overlay", "testdata/replacements.txtar": "overlay",
		"testdata/vars.txtar": "overlay",
	} {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		dir := t.TempDir()
		for _, f := range archive.Files {
			if f.Name == "want" || strings.HasPrefix(f.Name, "broken") || strings.HasPrefix(f.Name, "circle") || strings.HasPrefix(f.Name, "overlays/us") {
				continue
			}
			files[f.Name] = string(f.Data)
			file := filepath.Join(dir, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		built, err := exec.Command(kustomize, "build", filepath.Join(dir, overlay)).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := places(storestest.Load(t.Context(), t, map[string]string{"built.yaml": string(built)}, newLoader()))
		got := places(storestest.Load(t.Context(), t, files, newLoader()))
		// kustomize gives a ConfigMap that it generates a name with a hash.
		for i := range want {
			if at := strings.Index(want[i], "-eu-"); at > 0 && strings.HasPrefix(want[i], "ConfigMap/") {
				want[i] = want[i][:at+3] + want[i][strings.Index(want[i][at:], "/")+at:]
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-kustomize +we)\n%s", name, diff)
		}
	}
}
