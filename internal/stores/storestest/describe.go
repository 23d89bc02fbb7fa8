// Package storestest helps the tests of loaders.
package storestest

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

var write = flag.Bool("write-want", false, "write what is found as what is wanted, to be reviewed")

// Loader is what is tested.
type Loader interface {
	Claims(f *source.File) bool
	Load(ctx context.Context, tree *source.Tree, files []string) model.Document
}

// Tables are those of a configuration with sites that have the networks sg1-* and
// va1-*.
func Tables() *geo.Tables {
	return &geo.Tables{HasSite: func(name string) bool {
		return strings.HasPrefix(name, "network:sg1-") || strings.HasPrefix(name, "network:va1-")
	}}
}

// Run loads each archive that a pattern names and compares what the loader
// finds in it with the archive's file "want". It fails when there are fewer
// than atLeast.
func Run(t *testing.T, pattern string, atLeast int, loader func(comment string) Loader) {
	t.Helper()
	archives, err := filepath.Glob(pattern)
	if err != nil || len(archives) < atLeast {
		t.Fatalf("archives %v, %v", archives, err)
	}
	for _, file := range archives {
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
			got := Describe(Load(t.Context(), t, files, loader(string(archive.Comment))))
			if *write && got != want {
				save(t, file, archive, got)
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("run the test with -write-want and review (-want +got)\n%s", diff)
			}
		})
	}
}

// save writes what was found into an archive's file "want".
func save(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Load writes files to a directory and lets a loader read those that it claims.
func Load(ctx context.Context, t testing.TB, files map[string]string, l Loader) model.Document {
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
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	var claimed []string
	for _, name := range names {
		if l.Claims(tree.File(name)) {
			claimed = append(claimed, name)
		}
	}
	return l.Load(ctx, tree, claimed)
}

// Describe writes a document in a line for each thing. What the clouds keep by
// default is left out.
func Describe(doc model.Document) string {
	var b strings.Builder
	for _, s := range doc.Stores {
		fmt.Fprintf(&b, "%s%s  %s\n", s.ID, variants(s.Variants), placeLine(s.Place))
		for _, r := range s.Retention {
			if !r.Automatic {
				fmt.Fprintf(&b, "  %s %d days\n", r.Kind, r.Days)
			}
		}
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
	for _, g := range doc.Grants {
		conditional := ""
		if g.Conditional {
			conditional = " under conditions"
		}
		fmt.Fprintf(&b, "%s: %s %s may %s%s\n", cmp.Or(g.Store, g.StoreName), g.Principal.Kind, g.Principal.ID, strings.Join(g.Actions, ", "), conditional)
	}
	for _, p := range doc.Problems {
		fmt.Fprintf(&b, "%s: %s\n", p.Kind, p.Message)
	}
	return b.String()
}

// variants writes the variants in which something is so.
func variants(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " [" + strings.Join(names, " ") + "]"
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
