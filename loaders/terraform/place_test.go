package terraform

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Each archive in testdata/place holds a configuration and, in its file "want",
// a line for each store, copy and problem. Its comment may hold flags, as
// `var NAME=VALUE` and `env NAME=VALUE`.
func TestPlaces(t *testing.T) {
	files, err := filepath.Glob("testdata/place/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("archives %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want string
			files := map[string]string{}
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
				} else {
					files[f.Name] = string(f.Data)
				}
			}
			got := describe(load(t, files, options(t, string(archive.Comment))))
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
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

// load writes files to a directory and reads them as Terraform configuration.
func load(t testing.TB, files map[string]string, o Options) model.Document {
	t.Helper()
	return loadIn(context.Background(), t, files, o)
}

func loadIn(ctx context.Context, t testing.TB, files map[string]string, o Options) model.Document {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	l := &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Options: o}
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	names = slices.DeleteFunc(names, func(name string) bool { return !l.Claims(tree.File(name)) })
	return l.Load(ctx, tree, names)
}

// describe writes a document in a line for each thing.
func describe(doc model.Document) string {
	var b strings.Builder
	for _, s := range doc.Stores {
		fmt.Fprintf(&b, "%s  %s\n", s.ID, placeLine(s.Place))
	}
	for _, c := range doc.Copies {
		to := cmp.Or(c.To, c.ToName)
		if to != "" {
			to = " " + to
		}
		automatic := ""
		if c.Automatic {
			automatic = "automatic "
		}
		fmt.Fprintf(&b, "%s %s%s →%s  %s\n", cmp.Or(c.From, c.FromName), automatic, c.Means, to, placeLine(c.Place))
	}
	for _, p := range doc.Problems {
		fmt.Fprintf(&b, "%s: %s\n", p.Kind, p.Message)
	}
	return b.String()
}

// placeLine writes a place and, after an arrow, the steps that decided it.
func placeLine(p model.Place) string {
	var names []string
	for _, l := range p.Locations {
		names = append(names, cmp.Or(l.Region, l.Endpoint))
	}
	text := strings.Join(names, " ")
	switch p.Status {
	case model.OneOf:
		text = "one of " + text
	case model.Unknown:
		text = strings.TrimSpace("unknown " + string(p.Cause) + " " + text)
	case model.Caller:
		text = "caller"
	}
	var steps []string
	for _, s := range p.Because {
		steps = append(steps, s.What)
	}
	if len(steps) > 0 {
		text += " ← " + strings.Join(steps, ", ")
	}
	return text
}
