package check

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/loaders/terraform"
)

// The benchmarks take the parts of a check one by one, and then the whole, on
// the same files: copies of the story, each a root module with its own modules.
const copies = 50

func projects(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for i := range copies {
		if err := os.CopyFS(filepath.Join(dir, fmt.Sprint(i)), os.DirFS("../../fixtures/story/2-switched/infra")); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "modules"), os.DirFS("../../fixtures/story/2-switched/modules")); err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile("../../fixtures/story/2-switched/stateside.yaml")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "stateside.yaml"), data, 0o644); err != nil {
		b.Fatal(err)
	}
	return dir
}

// Parsing alone is the floor: nothing that reads Terraform can do without.
func BenchmarkParse(b *testing.B) {
	dir := projects(b)
	size := 0
	for b.Loop() {
		size = 0
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if filepath.Ext(name) != ".tf" {
				return err
			}
			data, err := os.ReadFile(name)
			size += len(data)
			hclsyntax.ParseConfig(data, name, hcl.InitialPos)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(size))
}

// Evaluate is what the loader does: parsing, and evaluating what decides a place.
func BenchmarkEvaluate(b *testing.B) {
	tree, err := source.Open(projects(b))
	if err != nil {
		b.Fatal(err)
	}
	defer tree.Close()
	l := &terraform.Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}}
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	var claimed []string
	for _, name := range names {
		if l.Claims(tree.File(name)) {
			claimed = append(claimed, name)
		}
	}
	for b.Loop() {
		if doc := l.Load(context.Background(), tree, claimed); len(doc.Stores) < copies {
			b.Fatalf("%d stores", len(doc.Stores))
		}
	}
}

func BenchmarkCompilePolicies(b *testing.B) {
	for b.Loop() {
		if _, err := engine.Compile(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// AskPolicies is what the policies take when they are compiled.
func BenchmarkAskPolicies(b *testing.B) {
	now := time.Now()
	r, err := Load(context.Background(), Options{Paths: []string{projects(b)}, Now: now})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Tree.Close()
	rules, err := engine.Compile(nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := r.judge(context.Background(), rules, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	dir := projects(b)
	for b.Loop() {
		r, err := Run(context.Background(), Options{Paths: []string{dir}, Now: time.Now()})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Report.Findings) < copies {
			b.Fatalf("%d findings", len(r.Report.Findings))
		}
		r.Tree.Close()
	}
}
