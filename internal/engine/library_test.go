package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/policies"
)

// Of the libraries, all is compiled that rules rest on: what was left out would not
// be missed by OPA, but be undefined.
func TestLibrariesAreWhole(t *testing.T) {
	t.Parallel()
	files, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]*ast.Module{}
	var libraryFiles []string
	for _, name := range files {
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if modules[name], err = parse(Policy{Name: name, Data: data}); err != nil {
			t.Fatal(err)
		}
		if isLibrary(name) {
			libraryFiles = append(libraryFiles, name)
		}
	}
	whole := ast.NewCompiler().WithCapabilities(capabilities())
	if whole.Compile(modules); whole.Failed() {
		t.Fatal(whole.Errors)
	}
	checked := 0
	for _, name := range files {
		if isLibrary(name) {
			continue
		}
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		used, err := usedLibraries(libraryFiles, [][]byte{data})
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]int{}
		for _, m := range used {
			for _, r := range m.Rules {
				for ; r != nil; r = r.Else {
					have[m.Package.Path.String()+"."+r.Head.Name.String()]++
				}
			}
		}
		for what, n := range restsOn(whole, whole.Modules[name]) {
			checked++
			if have[what] != n {
				t.Errorf("%s rests on %d definitions of %s, of which %d are compiled", name, n, what, have[what])
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d definitions were looked for", checked)
	}
}

// restsOn counts the definitions in libraries that a module rests on, by name.
func restsOn(compiler *ast.Compiler, m *ast.Module) map[string]int {
	counts := map[string]int{}
	seen := map[*ast.Rule]bool{}
	pending := slices.Clone(m.Rules)
	for len(pending) > 0 {
		r := pending[0]
		pending = pending[1:]
		if seen[r] {
			continue
		}
		seen[r] = true
		if file := r.Loc().File; isLibrary(file) {
			counts[r.Module.Package.Path.String()+"."+r.Head.Name.String()]++
		}
		for dependency := range compiler.Graph.Dependencies(r) {
			pending = append(pending, dependency.(*ast.Rule))
		}
	}
	return counts
}

// What stands in a library stands on the same line when a part of it is left out.
func TestLinesOfLibraries(t *testing.T) {
	t.Parallel()
	l, err := readLibrary("lib/lib.rego")
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseWith(Policy{Name: l.file, Data: l.text(map[string]bool{"deadline": true})}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.Rules {
		if r.Head.Name != "deadline" {
			t.Errorf("%s is there too", r.Head.Name)
		}
		if line := l.lines[r.Location.Row-1]; !strings.HasPrefix(line, "deadline(") {
			t.Errorf("line %d is %q", r.Location.Row, line)
		}
	}
	if len(m.Rules) != 1 {
		t.Errorf("%d definitions", len(m.Rules))
	}
}
