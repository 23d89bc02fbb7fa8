package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var inBackticks = regexp.MustCompile("`([^`]+)`")

// Each row of the table of formats names a loader and where it is tried, which are
// there; each loader has a row, and each fixture of a format too.
func TestInputs(t *testing.T) {
	text, err := os.ReadFile("inputs.md")
	if err != nil {
		t.Fatal(err)
	}
	named, rows := map[string]bool{}, 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|"), "|")
		if !strings.HasPrefix(line, "| ") || len(cells) != 4 || !strings.Contains(cells[2], "`") {
			continue
		}
		rows++
		for _, m := range inBackticks.FindAllStringSubmatch(cells[2]+cells[3], -1) {
			named[m[1]] = true
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: %v", cells[0], err)
			}
		}
		if !strings.Contains(cells[3], "`") {
			t.Errorf("%s: nothing says where it is tried", cells[0])
		}
	}
	if rows < 50 {
		t.Errorf("only %d rows", rows)
	}
	for _, pattern := range []string{"../loaders/*", "../loaders/*/testdata", "../fixtures/formats/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(found, err)
		}
		for _, dir := range found {
			name := strings.TrimPrefix(filepath.ToSlash(dir), "../")
			if info, err := os.Stat(dir); err == nil && info.IsDir() && !tried(name, named) {
				t.Errorf("no row names %s", name)
			}
		}
	}
}

// elsewhere are projects that are about something else than a format.
var elsewhere = map[string]bool{
	"fixtures/formats/assumed": true, "fixtures/formats/guardrails": true, "fixtures/formats/joined": true, "fixtures/formats/sites": true,
}

// tried says whether a row names a folder, or something in it.
func tried(folder string, named map[string]bool) bool {
	for name := range named {
		if name == folder || strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return elsewhere[folder]
}
