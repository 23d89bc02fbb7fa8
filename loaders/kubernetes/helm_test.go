package kubernetes

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/programtest"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// aChart makes a backup location and a claim, in the region of its values.
var aChart = map[string]string{
	"chart/Chart.yaml":          "apiVersion: v2\nname: backup\nversion: 1.0.0\n",
	"chart/values.yaml":         "# where backups go\nregion: us-east-1\nbucket: b\n",
	"chart/values-eu.yaml":      "region: eu-west-1\n",
	"chart/templates/NOTES.txt": "thank you",
	"chart/templates/location.yaml": `{{- $name := "default" }}
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata:
  name: {{ $name }}
spec:
  provider: aws
  objectStorage:
    bucket: {{ .Values.bucket | quote }}
  config:
    region: {{ .Values.region }}
`,
	"chart/templates/claim.yaml": `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: same}
spec: {}
`,
}

// standIn writes a program that stands in for helm.
func standIn(t *testing.T, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// rendering prints what helm prints of the chart, by its values.
const printing = `
region=us-east-1
case "$*" in *--values*) region=eu-west-1;; esac
cat <<END
---
# Source: backup/templates/claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: same}
spec: {}
---
# Source: backup/templates/location.yaml
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata:
  name: default
spec:
  provider: aws
  objectStorage:
    bucket: "b"
  config:
    region: $region
END
`

const rendered = `chart:PersistentVolumeClaim/same  caller
chart:BackupStorageLocation/default  us-east-1 ← spec.config.region
chart@values-eu.yaml:BackupStorageLocation/default  eu-west-1 ← spec.config.region
chart:BackupStorageLocation/default backup → b  us-east-1 ← spec.objectStorage.bucket, spec.config.region
chart@values-eu.yaml:BackupStorageLocation/default backup → b  eu-west-1 ← spec.objectStorage.bucket, spec.config.region
caller_decides: chart leaves the place of 1 store to the cluster, and so to whoever deploys it
`

// A chart is rendered with its values, and with each file of values beside them;
// what is the same in both is there once. Each value is traced to the line that
// gives it.
func TestChart(t *testing.T) {
	l := newLoader()
	l.Helm = standIn(t, printing)
	checkChart(t, l)
}

// The program itself renders what the stand-in prints.
func TestChartWithHelm(t *testing.T) {
	programtest.Find(t, "helm")
	checkChart(t, newLoader())
}

func checkChart(t *testing.T, l *Loader) {
	t.Helper()
	doc := storestest.Load(t.Context(), t, aChart, l)
	if diff := cmp.Diff(rendered, storestest.Describe(doc)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var got []string
	for _, c := range doc.Copies {
		for _, step := range c.Place.Because {
			got = append(got, fmt.Sprintf("%s %s:%d %s", step.What, step.Source.File, step.Source.Line, step.Value))
		}
	}
	want := []string{
		"spec.objectStorage.bucket chart/values.yaml:3 b",
		"spec.config.region chart/values.yaml:2 us-east-1",
		"spec.objectStorage.bucket chart/values.yaml:3 b",
		"spec.config.region chart/values-eu.yaml:1 eu-west-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got)\n%s", diff)
	}
}

// A chart that can't be rendered is told, and does not hold up the check.
func TestChartNotRendered(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"an error of helm", `echo "Error: template: backup/templates/x.yaml:1: oops" >&2; exit 1`, "oops"},
		{"without end", "exec sleep 60", "takes more than"},
		{"output without end", "yes '# Source: backup/templates/claim.yaml'", "makes more than 32 MB"},
		{"output that is no YAML", `printf '# Source: backup/templates/claim.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\na: [\n'`, "can't be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLoader()
			l.Helm = standIn(t, c.script)
			if c.name == "without end" {
				l.Wait = 100 * time.Millisecond
			}
			doc := storestest.Load(t.Context(), t, aChart, l)
			found := false
			for _, p := range doc.Problems {
				found = found || p.Kind == model.NotRendered && strings.Contains(p.Message, c.want)
			}
			if !found {
				t.Errorf("problems %+v", doc.Problems)
			}
		})
	}
	t.Run("no helm", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		doc := storestest.Load(t.Context(), t, aChart, newLoader())
		want := "not_rendered: the chart is not rendered: helm is not installed; what it declares was not checked\n"
		if diff := cmp.Diff(want, storestest.Describe(doc)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// A template that takes all memory is stopped.
func TestChartWithoutEnd(t *testing.T) {
	programtest.Find(t, "helm")
	files := maps.Clone(aChart)
	files["chart/templates/claim.yaml"] = "kind: PersistentVolumeClaim\napiVersion: v1\na: {{ repeat 1000000000 \"12345678\" }}\n"
	doc := storestest.Load(t.Context(), t, files, newLoader())
	if len(doc.Problems) != 2 || doc.Problems[0].Kind != model.NotRendered {
		t.Errorf("problems %+v", doc.Problems)
	}
}

// The program gets the chart's files and nothing of its user's.
func TestChartIsAlone(t *testing.T) {
	t.Setenv("STATESIDE_TEST_SECRET", "secret")
	t.Setenv("KUBECONFIG", "/of/the/user")
	l := newLoader()
	l.Helm = standIn(t, `
env | grep -q STATESIDE_TEST_SECRET && { echo "it sees the environment" >&2; exit 1; }
case "$KUBECONFIG" in /of/*) echo "it sees the cluster" >&2; exit 1;; esac
case "$(pwd)" in "$HOME") ;; *) echo "it is elsewhere" >&2; exit 1;; esac
test -f chart/templates/location.yaml || { echo "it has no chart" >&2; exit 1; }
`+printing)
	doc := storestest.Load(t.Context(), t, aChart, l)
	if diff := cmp.Diff(rendered, storestest.Describe(doc)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Charts that a chart depends on are taken from the tree; those that it lacks are
// told.
func TestChartDependencies(t *testing.T) {
	files := map[string]string{
		"app/Chart.yaml":                "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n  - {name: lib, version: 1.x, repository: \"file://../lib\"}\n  - {name: common, version: 2.x, repository: \"oci://registry.example.com/charts\"}\n",
		"app/templates/a.yaml":          `{{ include "lib.claim" . }}`,
		"lib/Chart.yaml":                "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
		"lib/templates/_claim.tpl":      "{{ define \"lib.claim\" }}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: from-a-library}\nspec: {}\n{{ end }}",
		"common/Chart.yaml":             "apiVersion: v2\nname: common\nversion: 2.3.4\n",
		"common/templates/_nothing.tpl": "",
		"lacks/Chart.yaml":              "apiVersion: v2\nname: lacks\nversion: 1.0.0\ndependencies:\n  - {name: elsewhere, version: 1.x, repository: \"https://charts.example.com\"}\n",
		"lacks/templates/b.yaml":        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: {{ .Release.Name }}}\nspec: {}\n",
	}
	l := newLoader()
	l.Helm = standIn(t, `
test -f chart/charts/lib/templates/_claim.tpl && test -f chart/charts/common/Chart.yaml || { echo "a chart is missing" >&2; exit 1; }
printf -- '---\n# Source: app/templates/a.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: from-a-library}\nspec: {}\n'
`)
	check := func(t *testing.T, l *Loader) {
		doc := storestest.Load(t.Context(), t, files, l)
		want := `app:PersistentVolumeClaim/from-a-library  caller
not_rendered: the chart is not rendered, for it depends on elsewhere, which the checked files do not have (` + "`helm dependency build`" + ` fetches them); what it declares was not checked
caller_decides: app leaves the place of 1 store to the cluster, and so to whoever deploys it
`
		if diff := cmp.Diff(want, storestest.Describe(doc)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	check(t, l)
	t.Run("with helm", func(t *testing.T) {
		programtest.Find(t, "helm")
		check(t, newLoader())
	})
}
