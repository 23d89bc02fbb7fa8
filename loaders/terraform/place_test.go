package terraform

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata/place holds a configuration and, in its file "want",
// a line for each store, copy and problem. Its comment may hold flags and
// settings, as `var NAME=VALUE`, `env NAME=VALUE`, `assume PROVIDER.NAME=VALUE`,
// and `root DIR=FILE,FILE;FILE` for two variants.
func TestPlaces(t *testing.T) {
	storestest.Run(t, "testdata/place/*.txtar", 10, func(comment string) storestest.Loader {
		return newLoader(options(t, comment))
	})
}

func newLoader(o Options) *Loader {
	return &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Options: o}
}

func options(t *testing.T, comment string) Options {
	t.Helper()
	o := Options{Environment: map[string]string{}}
	for line := range strings.Lines(comment) {
		kind, assignment, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, value, _ := strings.Cut(assignment, "=")
		switch kind {
		case "var":
			o.Assignments = append(o.Assignments, Assignment{Name: name, Value: value})
		case "env":
			o.Environment[name] = value
		case "workspace":
			o.Workspace = name
		case "assume":
			provider, setting, _ := strings.Cut(name, ".")
			o.Assume = map[string]map[string]Assumed{provider: {setting: {Value: value}}}
		case "root":
			root := RootOptions{Source: &model.Source{File: "stateside.yaml", Line: 1}}
			for files := range strings.SplitSeq(value, ";") {
				root.VarFiles = append(root.VarFiles, strings.Split(files, ","))
			}
			o.Roots = map[string]RootOptions{name: root}
		}
	}
	return o
}

// load reads files as Terraform configuration.
func load(t testing.TB, files map[string]string, o Options) model.Document {
	t.Helper()
	return storestest.Load(t.Context(), t, files, newLoader(o))
}

// Labels as providers without maps of them write them.
func TestLabelForms(t *testing.T) {
	doc := load(t, map[string]string{"main.tf": `
resource "aiven_pg" "blocks" {
  cloud_name = "aws-us-east-1"
  tag {
    key   = "data"
    value = "us-users"
  }
}

resource "digitalocean_volume" "words" {
  region = "nyc3"
  tags   = ["data:us-users", "team=web", "prod"]
}

resource "mongodbatlas_flex_cluster" "list" {
  tags = [{ key = "data", value = "us-users" }]
}

resource "mongodbatlas_flex_cluster" "map" {
  tags = { data = "us-users" }
}
`}, Options{})
	got := map[string]map[string]string{}
	for _, s := range doc.Stores {
		if s.LabelsUnknown {
			t.Errorf("%s: labels are not known", s.Address)
		}
		got[s.Address] = s.Labels
	}
	want := map[string]map[string]string{
		"aiven_pg.blocks":                {"data": "us-users"},
		"digitalocean_volume.words":      {"data": "us-users", "team": "web", "prod": ""},
		"mongodbatlas_flex_cluster.list": {"data": "us-users"},
		"mongodbatlas_flex_cluster.map":  {"data": "us-users"},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
