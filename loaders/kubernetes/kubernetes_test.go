package kubernetes

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

func newLoader() *Loader {
	return &Loader{Tables: storestest.Tables(), Catalogue: &catalog.Catalogue{}}
}

// Each archive in testdata holds manifests, and what is found in them.
func TestManifests(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 10, func(string) storestest.Loader { return newLoader() })
}

// Which texts are read: those with a kind that matters, wherever it stands.
// What a test expects is not there, and what it applies may be.
func TestSkipsExpectations(t *testing.T) {
	for name, want := range map[string]bool{
		"tests/a/00-assert.yaml": true, "tests/a/05-assert-gpu.yaml": true, "tests/a/01-errors.yaml": true,
		"tests/a/assert-secrets.yml": true, "tests/a/00-install.yaml": false, "asserts/db.yaml": false,
		"errors.yaml": false, "app/assertions.yaml": false, "examples/db.yaml": true,
	} {
		if got := new(Loader).Skips(name); got != want {
			t.Errorf("%s is skipped: %v", name, got)
		}
	}
}

func TestMatter(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a kind of the catalogue", "apiVersion: v1\nkind: PersistentVolumeClaim\n", true},
		{"one that places nothing", "apiVersion: v1\nkind: Service\n", false},
		{"a list of them", `{"apiVersion": "v1", "kind": "PersistentVolumeClaimList"}`, true},
		{"a cloud's resource", "apiVersion: ec2.aws.upbound.io/v1\nkind: Anything\n", true},
		{"a ConfigMap with settings", "apiVersion: v1\nkind: ConfigMap\ndata: {level: debug}\n", false},
		{"a ConfigMap with a configuration before its kind", "apiVersion: v1\ndata:\n  a: |\n    [OUTPUT]\n      name s3\nkind: ConfigMap\n", true},
		{"a kind that a template leaves open", "apiVersion: v1\nkind: {{ .Values.kind }}\n", true},
		{"no object", "kind: PersistentVolumeClaim\n", false},
	} {
		if got := newLoader().kinds().matter([]byte(c.text)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Documents that can't matter are blank, and the others stay where they are.
func TestBlank(t *testing.T) {
	definition := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {names: {kind: Cluster}}\n"
	service := "---\napiVersion: v1\nkind: Service\n"
	claim := "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
	k := newLoader().kinds()
	text := "\n" + definition + service + claim + service
	got := string(k.blank([]byte(text)))
	if len(got) != len(text) || strings.Count(got, "\n") != strings.Count(text, "\n") {
		t.Errorf("lines moved:\n%s", got)
	}
	if strings.Contains(got, "Service") || strings.Contains(got, "Definition") || strings.Index(got, claim) != strings.Index(text, claim) {
		t.Errorf("got\n%s", got)
	}
	if alone := []byte(claim); !bytes.Equal(k.blank(alone), alone) {
		t.Error("one document is changed")
	}
}

// A value inside a ConfigMap has its own line and column in the file, also after
// characters of several bytes.
func TestPositions(t *testing.T) {
	doc := storestest.Load(t.Context(), t, map[string]string{"a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: é}
data:
  note: "ü"
  vector.yaml: |
    # größer
    sources: {in: {type: file}}
    sinks:
      a: {type: aws_s3, bucket: "ä", region: eu-west-1}
`}, newLoader())
	if len(doc.Copies) != 1 {
		t.Fatalf("copies %+v", doc.Copies)
	}
	var got []string
	for _, step := range doc.Copies[0].Place.Because {
		got = append(got, fmt.Sprintf("%s %d:%d-%d %s", step.What, step.Source.Line, step.Source.Column, step.Source.EndColumn, step.Value))
	}
	want := []string{`bucket 10:33-36 "ä"`, `region 10:46-55 eu-west-1`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
