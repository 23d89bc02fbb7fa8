package terraform

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/source"
)

// What is parsed again stands where it stood, and is the same.
func TestReadBlock(t *testing.T) {
	t.Parallel()
	text := "# é\n\n  resource \"a_b\" \"c\" { name = \"x\" }\nlocals {\n  a = 1\n  b = { c = \"${local.a}é\" }\n}\n" +
		"variable \"v\" {\n  default = <<-EOT\n    }\n  EOT\n}\n"
	f, tree := parseText(t, "main.tf", text)
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	want := file.Body.(*hclsyntax.Body).Blocks
	r := newReader(tree)
	for i, b := range f.blocks {
		if b.whole != nil {
			t.Errorf("the %s block is kept", b.kind)
		}
		got := r.read(b)
		if got != r.read(b) {
			t.Errorf("the %s block is parsed more than once", b.kind)
		}
		if diff := cmp.Diff(attributeRanges(want[i]), attributeRanges(got)); diff != "" {
			t.Errorf("%s: -want +got\n%s", b.kind, diff)
		}
	}
	if len(f.blocks) != len(want) {
		t.Errorf("%d blocks, want %d", len(f.blocks), len(want))
	}
}

// So is an attribute that is parsed by itself.
func TestReadAttribute(t *testing.T) {
	t.Parallel()
	text := "locals {\n  a = 1 # one\n  é = { c = \"${local.a}é\" }\n  h = <<-EOT\n    }\n  EOT\n  p = (\n    1 +\n    2)\n}\n" +
		"module \"m\" {\n  source = \"./m\"\n  text   = <<EOT\n${local.a}\nEOT\n  for_each = { a = 1 }\n}\n" +
		"module \"n\" {\n  source = \"./m\"\n  lifecycle { enabled = false }\n}\nlocals { one = 1 }\n"
	f, tree := parseText(t, "main.tf", text)
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r := newReader(tree)
	for i, b := range f.blocks {
		for name, want := range file.Body.(*hclsyntax.Body).Blocks[i].Body.Attributes {
			got := r.attribute(b, name)
			if got == nil || got != r.attribute(b, name) {
				t.Fatalf("%s is %v, or parsed more than once", name, got)
			}
			if diff := cmp.Diff(rangesOf(want), rangesOf(got)); diff != "" {
				t.Errorf("%s: -want +got\n%s", name, diff)
			}
		}
		if r.attribute(b, "none") != nil {
			t.Error("an attribute that is not there is found")
		}
	}
	if len(r.parsed) != 1 {
		t.Errorf("%d blocks were parsed whole, want the one that has a nested block", len(r.parsed))
	}
	if e := newRepetition(r.settings(f.blocks[2], "count")).enabled; e == nil {
		t.Error("a nested block is lost")
	}
}

// Where a file is in error, its blocks may not stand on their own.
func TestKeepBlocks(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"main.tf":      "locals {\n  a = 1\n}\n\nresource \"a\" {{{\n",
		"main.tf.json": `{"locals": {"a": 1}}`,
	} {
		f, _ := parseText(t, name, text)
		if len(f.blocks) == 0 || f.blocks[0].whole == nil {
			t.Errorf("%s: the block is let go", name)
		}
	}
}

func parseText(t *testing.T, name, text string) (parsed, *source.Tree) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return parse(context.Background(), tree, name), tree
}

func attributeRanges(b *hclsyntax.Block) map[string][]hcl.Range {
	ranges := map[string][]hcl.Range{"": {b.DefRange()}}
	for name, a := range b.Body.Attributes {
		ranges[name] = rangesOf(a)
	}
	return ranges
}

func rangesOf(a *hclsyntax.Attribute) []hcl.Range {
	var ranges []hcl.Range
	hclsyntax.VisitAll(a, func(n hclsyntax.Node) hcl.Diagnostics {
		ranges = append(ranges, n.Range())
		return nil
	})
	return ranges
}
