package terraform

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
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

// FuzzTerragrunt does the same with the files of Terragrunt.
func FuzzTerragrunt(f *testing.F) {
	units, stacks := examplesOf(f, ".hcl", gruntName), examplesOf(f, stackName)
	for i, unit := range units {
		f.Add(unit, stacks[i%len(stacks)])
	}
	f.Fuzz(func(t *testing.T, unit, stack string) {
		files := map[string]string{
			"root.hcl": unit, "a/" + gruntName: unit, "a/main.tf": "resource \"aws_sqs_queue\" \"q\" {}\n",
			stackName: stack, "s/" + stackName: stack, "s/a/" + gruntName: unit,
		}
		first := storestest.Describe(load(t, files, Options{}))
		if strings.Contains(first, "internal error") {
			t.Error(first)
		}
		if diff := cmp.Diff(first, storestest.Describe(load(t, files, Options{}))); diff != "" {
			t.Errorf("two runs differ (-first +second)\n%s", diff)
		}
	})
}

// examples are the configurations of the tests.
func examples(t testing.TB) []string { return examplesOf(t, ".tf") }

// examplesOf are the files of the tests whose names end so.
func examplesOf(t testing.TB, endings ...string) []string {
	t.Helper()
	var all []string
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if slices.ContainsFunc(endings, func(end string) bool { return strings.HasSuffix(file.Name, end) }) {
				all = append(all, string(file.Data))
			}
		}
	}
	return all
}

// The order in which files are handed to the loader makes no difference.
func TestOrderOfFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i, data := range examples(t) {
		files[fmt.Sprintf("r/x%03d/main.tf", i)] = data
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
		{"brackets in a variables file", map[string]string{"main.tf": "variable \"a\" {}\nresource \"aws_sqs_queue\" \"q\" {\n  region = var.a\n}\n", "terraform.tfvars": "a = " + deep("[", "", "]", 90_000)}, "unread"},
		{"brackets in a value of the environment", map[string]string{"main.tf": "variable \"a\" {\n  type = list(string)\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = var.a[0]\n}\n"}, "unknown"},
		{"brackets in a decoded string", map[string]string{
			"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  region = jsondecode(file(\"a.json\")).a\n}\nresource \"aws_sqs_queue\" \"r\" {\n  region = yamldecode(file(\"a.json\")).a\n}\nresource \"aws_sqs_queue\" \"s\" {\n  region = templatefile(\"a.tftpl\", {})\n}\n",
			"a.json":  deep("[", "", "]", 200_000), "a.tftpl": deep("${(", "1", ")}", 90_000),
		}, "unknown"},
		{"a manifest of brackets", map[string]string{"main.tf": "module \"a\" {\n  source = \"x/y/z\"\n}\n", ".terraform/modules/modules.json": deep("[", "", "]", 200_000)}, "missing_module"},
		{"a template that renders itself", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  region = templatefile(\"a.tftpl\", {})\n}\n", "a.tftpl": "${templatefile(\"a.tftpl\", {})}"}, "unknown"},
		{"a module that calls itself", map[string]string{"main.tf": "module \"a\" {\n  source = \"./\"\n}\nresource \"aws_sqs_queue\" \"q\" {}\n"}, "calls itself"},
		{"modules that call one another", map[string]string{
			"main.tf":   "module \"a\" {\n  source = \"./a\"\n}\n",
			"a/main.tf": "module \"b\" {\n  source = \"../b\"\n}\n", "b/main.tf": "module \"a\" {\n  source = \"../a\"\n}\n",
		}, "calls itself"},
		{"locals in a ring", map[string]string{"main.tf": "locals {\n  a = local.b\n  b = local.c\n  c = [local.a]\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = local.a\n}\n"}, "unknown invalid"},
		{"outputs in a ring", map[string]string{
			"main.tf":   "module \"a\" {\n  source = \"./m\"\n  v      = module.b.o\n}\nmodule \"b\" {\n  source = \"./m\"\n  v      = module.a.o\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = module.a.o\n}\n",
			"m/main.tf": "variable \"v\" {}\noutput \"o\" {\n  value = \"${var.v}x\"\n}\n",
		}, "unknown invalid"},
		{"a resource that counts itself", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  count  = length(aws_sqs_queue.q) + 1\n  region = \"us-east-1\"\n}\n"}, "aws_sqs_queue.q"},
		{"states in a ring", map[string]string{
			"a/main.tf": "data \"terraform_remote_state\" \"b\" {\n  backend = \"local\"\n  config  = { path = \"../b/terraform.tfstate\" }\n}\noutput \"r\" {\n  value = data.terraform_remote_state.b.outputs.r\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = data.terraform_remote_state.b.outputs.r\n}\n",
			"b/main.tf": "data \"terraform_remote_state\" \"a\" {\n  backend = \"local\"\n  config  = { path = \"../a/terraform.tfstate\" }\n}\noutput \"r\" {\n  value = data.terraform_remote_state.a.outputs.r\n}\n",
		}, "unknown"},
		{"null bytes", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  region = \"us-\x00east-1\"\n}\n", "b.tf": "\x00\x00", "c.tf.json": "{\"a\x00\": 1}"}, "unread"},
		{"bytes that are no UTF-8", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  region = file(\"a.txt\")\n  name   = \"\xff\xfe\"\n}\n", "a.txt": "\xff\xfe", "b.tf.json": "{\"locals\": {\"a\": \"\xff\"}}"}, "unread"},
		{"a large range", map[string]string{"main.tf": "resource \"aws_sqs_queue\" \"q\" {\n  for_each = toset([for i in range(1000000000) : tostring(i)])\n}\n"}, "aws_sqs_queue.q"},
		{"a file that is too large", map[string]string{"main.tf": strings.Repeat("# a comment that fills the file\n", 200_000)}, "unread"},
		{"many variants", manyVariants(200), "limit"},
		{"a file that is a device", map[string]string{"main.tf": "locals {\n  a = file(\"/dev/zero\")\n  b = file(\"../../../../../../etc/passwd\")\n}\nresource \"aws_sqs_queue\" \"q\" {\n  region = local.a\n}\nresource \"aws_sqs_queue\" \"r\" {\n  region = local.b\n}\n"}, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			environment := map[string]string{"a": deep("[", "", "]", 90_000)}
			got := storestest.Describe(load(t, tt.files, Options{Environment: environment}))
			if !strings.Contains(got, tt.want) {
				t.Errorf("no %q in\n%.2000s", tt.want, got)
			}
		})
	}
}

func manyVariants(n int) map[string]string {
	files := map[string]string{"main.tf": "variable \"a\" {}\nprovider \"aws\" {\n  region = var.a\n}\nresource \"aws_sqs_queue\" \"q\" {}\n"}
	for i := range n {
		files[fmt.Sprintf("envs/v%d.tfvars", i)] = "a = \"us-east-1\"\n"
	}
	return files
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

// Nothing of a file outside the checked root gets into the result, whatever
// way leads there.
func TestNothingFromOutside(t *testing.T) {
	t.Parallel()
	const canary = "canary-outside"
	outer := t.TempDir()
	root := filepath.Join(outer, "root")
	write := func(name, text string) {
		file := filepath.Join(outer, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("secret.json", `{"region": "`+canary+`"}`)
	write("outside/main.tf", "resource \"aws_sqs_queue\" \""+canary+"\" {\n  name = \""+canary+"\"\n}\noutput \"r\" {\n  value = \""+canary+"\"\n}\n")
	write("root/.terraform/modules/modules.json", `{"Modules": [{"Key": "installed", "Source": "x/y/z", "Dir": "../outside"}, {"Key": "linked", "Source": "x/y/z", "Dir": "linkdir"}]}`)
	for link, target := range map[string]string{"link.json": "../secret.json", "link.tf": "../outside/main.tf", "linkdir": "../outside", "prod.tfvars": "../secret.json"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	var text strings.Builder
	for i, e := range []string{
		`file("../secret.json")`, `file("${path.module}/../secret.json")`, `file("link.json")`, fmt.Sprintf("file(%q)", filepath.Join(outer, "secret.json")),
		`jsondecode(file("link.json")).region`, `templatefile("link.json", {})`, `filebase64("link.json")`, `join(",", fileset("..", "**"))`, `file("linkdir/main.tf")`,
		`module.up.r`, `module.installed.r`, `module.linked.r`, `data.terraform_remote_state.s.outputs.r`, `sha256(file("link.json"))`,
	} {
		fmt.Fprintf(&text, "resource \"aws_sqs_queue\" \"q%d\" {\n  region = %s\n  name = %s\n}\n", i, e, e)
	}
	text.WriteString("module \"up\" {\n  source = \"../outside\"\n}\nmodule \"installed\" {\n  source = \"x/y/z\"\n}\nmodule \"linked\" {\n  source = \"x/y/z\"\n}\n")
	text.WriteString("data \"terraform_remote_state\" \"s\" {\n  backend = \"local\"\n  config  = { path = \"../outside/terraform.tfstate\" }\n}\n")
	write("root/main.tf", text.String())

	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	l := newLoader(Options{})
	names, _ := tree.Walk([]string{"."}, func(string) bool { return false })
	doc := l.Load(t.Context(), tree, slices.DeleteFunc(names, func(name string) bool { return !l.Claims(tree.File(name)) }))
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), canary) || strings.Contains(string(data), base64.StdEncoding.EncodeToString([]byte(canary))[:12]) {
		t.Errorf("the result has %q", canary)
	}
	if len(doc.Stores) != 14 {
		t.Errorf("%d stores", len(doc.Stores))
	}
	for _, s := range doc.Stores {
		if s.Place.Status == model.Known {
			t.Errorf("%s has a place", s.ID)
		}
	}
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
