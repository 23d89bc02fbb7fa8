package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/stateside-dev/stateside/internal/cli"
	"github.com/stateside-dev/stateside/policies"
)

// The rules run in plain OPA as they are, over what `stateside input` prints, and
// say what they say in a check.
func TestPlainOPA(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{
		"story/2-switched", "rules/guardrail-wide/violating", "rules/unread-input/violating", "rules/place-unknown/violating",
		"rules/public-access/violating", "rules/store-unlabelled/violating", "rules/state-place/violating",
	} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			dir := "../../fixtures/" + dir
			var inputs []any
			var data map[string]any
			var report struct {
				Findings []struct{ Rule, Severity, Message string }
			}
			decode(t, stateside(t, 0, "input", "--root", dir, dir), &inputs)
			decode(t, stateside(t, 0, "input", "--data", "--root", dir, dir), &data)
			decode(t, stateside(t, 1, "check", "--strict", "--format", "json", "--root", dir, dir), &report)
			want := map[string]bool{}
			for _, f := range report.Findings {
				want[f.Rule+" "+f.Severity+": "+f.Message] = true
			}
			got := plain(t, data, inputs)
			if len(got) == 0 {
				t.Error("nothing is said")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-stateside +OPA\n%s", diff)
			}
		})
	}
}

// stateside runs the program, and returns what it prints.
func stateside(t *testing.T, exit int, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Run(context.Background(), &cli.Env{
		Args: args, Stdout: &stdout, Stderr: &stderr, Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Version: "test",
	})
	if code != exit {
		t.Fatalf("%v: exit %d\n%s", args, code, stderr.String())
	}
	return stdout.Bytes()
}

func decode(t *testing.T, data []byte, to any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		t.Fatal(err)
	}
}

// plain asks OPA, with nothing of the engine's, and returns the messages.
func plain(t *testing.T, data map[string]any, inputs []any) map[string]bool {
	t.Helper()
	options := []func(*rego.Rego){
		rego.Query("rules := data.stateside.rules"), rego.Store(inmem.NewFromObject(data)), rego.StrictBuiltinErrors(true),
	}
	err := fs.WalkDir(policies.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		text, err := policies.Files.ReadFile(name)
		options = append(options, rego.Module(name, string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	query, err := rego.New(options...).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, input := range inputs {
		answer, err := query.Eval(t.Context(), rego.EvalInput(input))
		if err != nil {
			t.Fatal(err)
		}
		for rule, sets := range answer[0].Bindings["rules"].(map[string]any) {
			for set, severity := range map[string]string{"deny": "error", "violation": "error", "warn": "warning"} {
				results, _ := sets.(map[string]any)[set].([]any)
				for _, r := range results {
					said[strings.ReplaceAll(rule, "_", "-")+" "+severity+": "+message(r)] = true
				}
			}
		}
	}
	return said
}

func message(result any) string {
	if text, ok := result.(string); ok {
		return text
	}
	return result.(map[string]any)["msg"].(string)
}
