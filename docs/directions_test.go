package docs

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stateside-dev/stateside/"

// pkg is a package of ours as `go list` tells it, by its path in the module.
// What only its tests import is left out.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists what `go list` says of the packages of this module.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages", len(all))
	}
	return all
}

// within says whether a package is one of the folders, or below one.
func within(name string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return name == f || strings.HasPrefix(name, f+"/") })
}

// ours picks the packages of this module out of a list of imports.
func ours(imports []string) []string {
	var names []string
	for _, i := range imports {
		if name, ok := strings.CutPrefix(i, module); ok {
			names = append(names, name)
		}
	}
	return names
}

// loader is the folder of the loader that a package belongs to, empty for none.
func loader(name string) string {
	rest, ok := strings.CutPrefix(name, "loaders/")
	if !ok {
		return ""
	}
	folder, _, _ := strings.Cut(rest, "/")
	return folder
}

// late are the stages that come after the loaders.
var late = []string{
	"cmd", "loaders", "policies", "internal/check", "internal/cli", "internal/config", "internal/engine",
	"internal/inventory", "internal/report", "internal/triage",
}

// No stage knows the one after it.
func TestStages(t *testing.T) {
	for _, p := range packages(t) {
		name := p.ImportPath
		for _, dep := range ours(p.Deps) {
			var reason string
			switch {
			case name == "internal/model" || name == "policies":
				reason = "it imports nothing of ours"
			case loader(name) != "" && loader(dep) != "" && loader(dep) != loader(name):
				reason = "a loader never imports another"
			case loader(name) != "" && loader(dep) == "" && within(dep, late...):
				reason = "a loader knows nothing of the later stages"
			case name == "internal/engine" && !within(dep, "internal/model", "policies"):
				reason = "the engine knows the model and the policies alone"
			case forTests(dep) && !forTests(name):
				reason = "it is for tests"
			case within(dep, "cmd"), dep == "internal/cli" && !within(name, "cmd"):
				reason = "nothing stands on the command line"
			default:
				continue
			}
			t.Errorf("%s rests on %s: %s", name, dep, reason)
		}
	}
}

// dependency is what only the packages in some folders import, or none at all.
type dependency struct {
	imports string
	in      []string
}

// forTests says whether a package is there for tests, as its name has it.
func forTests(name string) bool { return strings.HasSuffix(name, "test") }

// Each dependency has its place.
func TestDependencies(t *testing.T) {
	rules := []dependency{
		{"github.com/hashicorp/hcl", []string{"loaders", "internal/document", "internal/lang", "internal/services", "internal/stores", "internal/telemetry", "internal/floor"}},
		{"github.com/open-policy-agent/opa", []string{"internal/engine"}},
		{"github.com/spf13/pflag", []string{"internal/cli"}},
		{"net/http", nil},
	}
	for _, library := range []string{
		"testing", "github.com/google/go-cmp", "github.com/invopop/jsonschema", "github.com/rogpeppe/go-internal",
		"github.com/santhosh-tekuri/jsonschema", "golang.org/x/tools",
	} {
		rules = append(rules, dependency{library, nil})
	}
	used := map[string]bool{}
	for _, p := range packages(t) {
		if forTests(p.ImportPath) {
			continue
		}
		for _, i := range p.Imports {
			for _, r := range rules {
				if !within(i, r.imports) {
					continue
				}
				used[r.imports] = true
				if !within(p.ImportPath, r.in...) {
					t.Errorf("%s imports %s, which is only for %v", p.ImportPath, i, r.in)
				}
			}
		}
	}
	for _, r := range rules {
		if len(r.in) > 0 && !used[r.imports] {
			t.Errorf("nothing imports %s: is its path still right?", r.imports)
		}
	}
}
