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
			config := readScenario(t, file)
			recorded := config.take(recordName)
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
			config := readScenario(t, file)
			recorded := config.take(recordName)
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

// take removes a file of a configuration, and returns what is in it.
func (c randomConfig) take(name string) []byte {
	data := c.files[name]
	delete(c.files, name)
	return []byte(data)
}

func readScenario(t *testing.T, file string) randomConfig {
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
	for _, f := range archive.Files {
		c.files[f.Name] = string(f.Data)
	}
	return c
}

func recordScenario(t *testing.T, file, dir string, c randomConfig) []byte {
	t.Helper()
	binary := realTerraform(t)
	if c.only == "tofu" && !isTofu(binary) {
		t.Fatal("record this one with STATESIDE_TERRAFORM naming tofu")
	}
	recorded := outputsOf(t, binary, dir, c)
	saveRecord(t, file, recordName, recorded)
	return recorded
}

// saveRecord writes what Terraform said into an archive.
func saveRecord(t *testing.T, file, name string, recorded []byte) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: recorded})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
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
