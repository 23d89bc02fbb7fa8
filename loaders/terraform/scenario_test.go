package terraform

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "record anew what the real terraform says")

// Each archive in testdata/oracle is a configuration named by the one idea that
// it is about, with the outputs that the real Terraform gave it, in its file
// outputs.json. We must know each of them, except those whose names begin with
// unknown. The comment may give flags and variables of the environment, as in
// `arg -var=a=b` and `env name=value`; `hidden name=value` is a variable that
// only Terraform is told.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/oracle/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("archives %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			config, recorded := readScenario(t, file)
			dir := t.TempDir()
			if err := config.writeTo(dir); err != nil {
				t.Fatal(err)
			}
			if *update {
				recorded = recordScenario(t, file, dir, config)
			}
			want, err := readTruth(recorded)
			if err != nil {
				t.Fatal(err)
			}
			want.addresses = nil
			for _, d := range compareScenario(dir, config, want, !strings.HasPrefix(filepath.Base(file), seedPrefix)) {
				t.Error(d)
			}
		})
	}
}

// The records are what the Terraform at hand says.
func TestScenarioRecords(t *testing.T) {
	binary := realTerraform(t)
	if testing.Short() {
		t.Skip("runs terraform")
	}
	files, _ := filepath.Glob("testdata/oracle/*.txtar")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			config, recorded := readScenario(t, file)
			if config.only != "" && isTofu(binary) != (config.only == "tofu") {
				t.Skip("it is about the other one")
			}
			dir := t.TempDir()
			if err := config.writeTo(dir); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(recorded), string(outputsOf(t, binary, dir, config))); diff != "" {
				t.Errorf("-record +terraform\n%s", diff)
			}
		})
	}
}

const recordName = "outputs.json"

func readScenario(t *testing.T, file string) (randomConfig, []byte) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := randomConfig{files: map[string]string{}, env: map[string]string{}, hidden: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, value, _ := strings.Cut(rest, "=")
		switch kind {
		case "arg":
			c.args = append(c.args, rest)
		case "env":
			c.env[name] = value
		case "hidden":
			c.hidden[name] = value
		case "only":
			c.only = rest
		}
	}
	var recorded []byte
	for _, f := range archive.Files {
		if f.Name == recordName {
			recorded = f.Data
			continue
		}
		c.files[f.Name] = string(f.Data)
	}
	return c, recorded
}

func recordScenario(t *testing.T, file, dir string, c randomConfig) []byte {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	binary := realTerraform(t)
	if c.only == "tofu" && !isTofu(binary) {
		t.Fatal("record this one with STATESIDE_TERRAFORM naming tofu")
	}
	recorded := outputsOf(t, binary, dir, c)
	var kept []txtar.File
	for _, f := range archive.Files {
		if f.Name != recordName {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: recordName, Data: recorded})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
	return recorded
}

// outputsOf applies a configuration and returns the outputs in its state.
func outputsOf(t *testing.T, binary, dir string, c randomConfig) []byte {
	t.Helper()
	for _, text := range c.files {
		if strings.Contains(text, "module \"") || strings.Contains(text, "\"module\"") || strings.Contains(text, "required_providers") {
			cmd := exec.Command(binary, "init", "-backend=false", "-input=false", "-no-color")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			break
		}
	}
	if _, err := applied(binary, dir, c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Outputs map[string]json.RawMessage `json:"outputs"`
	}
	if err := json.Unmarshal(data, &state); err != nil {
		t.Fatal(err)
	}
	// A line for each output.
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(state.Outputs)) {
		var line bytes.Buffer
		if err := json.Compact(&line, state.Outputs[name]); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("  %q: %s", name, line.String()))
	}
	return []byte("{\"outputs\": {\n" + strings.Join(lines, ",\n") + "\n}}\n")
}
