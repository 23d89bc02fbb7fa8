package terraform

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// FuzzLoad feeds arbitrary text to the loader: whatever it is, the loader comes
// back in time, and comes back with the same result.
func FuzzLoad(f *testing.F) {
	for _, data := range examples(f) {
		f.Add(data, "")
	}
	f.Add("resource \"aws_s3_bucket\" \"a\" {\n  region = {a = 1}[var.b]\n}", "{\"variable\": {\"b\": {}}}")
	f.Fuzz(func(t *testing.T, native, json string) {
		files := map[string]string{"main.tf": native, "more.tf.json": json, "m/main.tf": native, "terraform.tfvars": native}
		start := time.Now()
		first := storestest.Describe(load(t, files, Options{}))
		if strings.Contains(first, "internal error") {
			t.Error(first)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
		if diff := cmp.Diff(first, storestest.Describe(load(t, files, Options{}))); diff != "" {
			t.Errorf("two runs differ (-first +second)\n%s", diff)
		}
	})
}

// examples are the configurations of the tests.
func examples(t testing.TB) []string {
	t.Helper()
	var all []string
	archives, err := filepath.Glob("testdata/place/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".tf") {
				all = append(all, string(file.Data))
			}
		}
	}
	oracles, err := filepath.Glob("testdata/oracle/*/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range oracles {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(data))
	}
	return all
}

// The order in which files are handed to the loader makes no difference.
func TestOrderOfFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i, data := range examples(t) {
		files[filepath.Join("r", strings.Repeat("x", i+1), "main.tf")] = data
	}
	want := storestest.Describe(load(t, files, Options{}))
	for range 3 {
		if diff := cmp.Diff(want, storestest.Describe(load(t, files, Options{}))); diff != "" {
			t.Fatalf("two runs differ (-first +second)\n%s", diff)
		}
	}
	if len(want) < 1000 {
		t.Fatal("too little was loaded to compare")
	}
}

// Bounds: hostile configurations end, and say that something was left out.
func TestHostile(t *testing.T) {
	t.Parallel()
	deep := func(open, body, end string, n int) string {
		return strings.Repeat(open, n) + body + strings.Repeat(end, n)
	}
	modules := map[string]string{}
	for i := range 70 {
		dir := strings.Repeat("m/", i+1)
		modules[dir+"main.tf"] = "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\nresource \"aws_sqs_queue\" \"q\" {}\n"
	}
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nested brackets", map[string]string{"main.tf": "a = " + deep("[", "", "]", 90_000)}, "unread"},
		{"nested JSON", map[string]string{"main.tf.json": deep("[", "", "]", 200_000)}, "unread"},
		{"nested templates", map[string]string{"main.tf": "a = " + deep("\"${", "1", "}\"", 90_000)}, "unread"},
		{"a large count", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  count = 1000000000\n}\n"}, "[*]"},
		{"a large for_each", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  for_each = toset([for a in range(1000) : [for b in range(1000) : \"${a}.${b}\"]]...)\n}\n"}, "[*]"},
		{"modules twice as many at each level", modules, "limit"},
		{"counts that multiply", map[string]string{
			"main.tf":   "module \"m\" {\n  source = \"./m\"\n  count  = 1000\n}\n",
			"m/main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  count = 1000\n}\n",
		}, "limit"},
		{"a loop that takes long", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  region = join(\"\", flatten([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : \"x\"]]]))\n}\n"}, "limit"},
		{"many unknown conditions", map[string]string{"main.tf": manyConditions(40)}, "unknown"},
		{"a file that is a device", map[string]string{"main.tf": "locals {\n  a = file(\"/dev/zero\")\n  b = file(\"../../../../../../etc/passwd\")\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = local.a\n}\nresource \"aws_sqs_queue\" \"r\" {\n  region = local.b\n}\n"}, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := storestest.Describe(load(t, tt.files, Options{}))
			if !strings.Contains(got, tt.want) {
				t.Errorf("no %q in\n%.2000s", tt.want, got)
			}
		})
	}
}

func manyConditions(n int) string {
	var b strings.Builder
	b.WriteString("provider \"aws\" {\n  region = \"us-east-1\"\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = \"")
	for i := range n {
		v := strings.Repeat("v", i+1)
		b.WriteString("${var." + v + " ? \"a\" : \"b\"}")
	}
	b.WriteString("\"\n}\n")
	for i := range n {
		b.WriteString("variable \"" + strings.Repeat("v", i+1) + "\" {\n  type = bool\n}\n")
	}
	return b.String()
}

// A context that has ended stops the work, and the result says so.
func TestContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	doc := storestest.Load(ctx, t, map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {}\n"}, newLoader(Options{}))
	if !slices.ContainsFunc(doc.Problems, func(p model.Problem) bool { return p.Kind == model.LimitReached }) {
		t.Errorf("problems %v", doc.Problems)
	}
}
