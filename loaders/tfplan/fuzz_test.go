package tfplan

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// FuzzLoad feeds arbitrary text to the loader as a plan or a state: whatever it
// is, the loader comes back, and comes back with the same result.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "want" {
				f.Add(string(file.Data))
			}
		}
	}
	f.Add(`{"format_version": "1.2", "terraform_version": "1.15.0", "configuration": {"root_module": {"module_calls": {"a": {"module": {"module_calls": {}}}}}}, "planned_values": {"root_module": {"child_modules": [{"address": "module.a"}]}}}`)
	f.Add(`{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": [{"mode": "managed", "type": "aws_sqs_queue", "name": "q", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"].far", "instances": [{"attributes": {"arn": "arn:aws:sqs:us-east-1:1:q"}}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		files := map[string]string{"plan.json": text, "terraform.tfstate": text}
		first := storestest.Describe(storestest.Load(t.Context(), t, files, newLoader()))
		if strings.Contains(first, "internal error") {
			t.Error(first)
		}
		if diff := cmp.Diff(first, storestest.Describe(storestest.Load(t.Context(), t, files, newLoader()))); diff != "" {
			t.Errorf("two runs differ (-first +second)\n%s", diff)
		}
	})
}
