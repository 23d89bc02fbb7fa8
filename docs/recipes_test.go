package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// step is one of an action.
type step struct {
	Name, ID, If, Shell, Run, Uses string
	Env, With                      map[string]string
}

// action reads action.yml.
func action(t *testing.T) (inputs map[string]struct{ Default string }, steps []step) {
	t.Helper()
	var file struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Using string
			Steps []step
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "action.yml")), &file); err != nil {
		t.Fatal(err)
	}
	if file.Runs.Using != "composite" {
		t.Fatalf("it uses %q", file.Runs.Using)
	}
	return file.Inputs, file.Runs.Steps
}

// No input gets into a script but through its environment, where it is not read
// as part of the script; each input is declared, and each script is one of bash.
func TestActionScripts(t *testing.T) {
	inputs, steps := action(t)
	used := map[string]bool{}
	for _, s := range steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression in a script", s.Name)
		}
		all := s.If
		for _, values := range []map[string]string{s.Env, s.With} {
			for _, value := range values {
				all += " " + value
			}
		}
		for _, m := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(all, -1) {
			used[m[1]] = true
		}
		if s.Run == "" {
			continue
		}
		if s.Shell != "bash" {
			t.Errorf("%s: the shell is %q", s.Name, s.Shell)
		}
		if out, err := exec.Command("bash", "-n", "-c", s.Run).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", s.Name, out)
		}
	}
	for name := range inputs {
		if !used[name] {
			t.Errorf("the input %s is not used", name)
		}
	}
	for name := range used {
		if _, ok := inputs[name]; !ok {
			t.Errorf("the input %s is not declared", name)
		}
	}
}

// The step that checks writes what it is told to, and hands the exit code on.
func TestActionChecks(t *testing.T) {
	_, steps := action(t)
	var check step
	for _, s := range steps {
		if s.ID == "check" {
			check = s
		}
	}
	program := build(t)
	for _, c := range []struct {
		env  map[string]string
		code string
	}{
		{map[string]string{"PATHS": "infra\n\nmodules", "SARIF": "out.sarif", "HTML": "out.html"}, "1"},
		{map[string]string{"PATHS": "$(touch bad)"}, "2"},
		{map[string]string{"PATHS": "infra", "CONFIG": "nowhere.yaml"}, "2"},
	} {
		dir := scratch(t)
		output := filepath.Join(t.TempDir(), "output")
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", check.Run)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+program+":"+os.Getenv("PATH"), "GITHUB_OUTPUT="+output)
		for name := range check.Env {
			cmd.Env = append(cmd.Env, name+"="+c.env[name])
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		data, err := os.ReadFile(output)
		if err != nil || string(data) != "exit-code="+c.code+"\n" {
			t.Errorf("%v: the output is %q, %v", c.env, data, err)
		}
		for _, name := range []string{"SARIF", "HTML"} {
			if file := c.env[name]; file != "" {
				if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
					t.Error(err)
				}
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "bad")); err == nil {
			t.Error("a path was run as a command")
		}
	}
}

// The job for GitLab writes the reports that it names.
func TestGitLabJob(t *testing.T) {
	var file struct {
		Stateside struct {
			Variables map[string]string
			Script    []string
			Artifacts struct {
				Reports map[string]string
				Paths   []string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "docs/gitlab/stateside.gitlab-ci.yml")), &file); err != nil {
		t.Fatal(err)
	}
	job := file.Stateside
	if len(job.Script) != 2 || !strings.HasPrefix(job.Script[0], "go install ") {
		t.Fatalf("the script is %q", job.Script)
	}
	dir := scratch(t)
	cmd := exec.Command("bash", "-c", job.Script[1])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+build(t)+":"+os.Getenv("PATH"), "STATESIDE_PATHS="+job.Variables["STATESIDE_PATHS"])
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("exit %d: %s", code, out)
	}
	names := job.Artifacts.Paths
	for _, name := range job.Artifacts.Reports {
		names = append(names, name)
	}
	if len(names) != 3 {
		t.Errorf("it keeps %q", names)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
