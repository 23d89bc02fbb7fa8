package terraform

import (
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata/place holds a configuration and, in its file "want",
// a line for each store, copy and problem. Its comment may hold flags, as
// `var NAME=VALUE` and `env NAME=VALUE`.
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
		}
	}
	return o
}

// load reads files as Terraform configuration.
func load(t testing.TB, files map[string]string, o Options) model.Document {
	t.Helper()
	return storestest.Load(t.Context(), t, files, newLoader(o))
}
