package docs

import (
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/geo"
)

// The page names each cloud that a configuration may name, and no other.
func TestClouds(t *testing.T) {
	_, list, _ := strings.Cut(read(t, "docs/geo.md"), "## The clouds\n")
	list, _, _ = strings.Cut(list, "\nWhat a service keeps")
	named := map[string]bool{}
	for i, text := range strings.Split(list, "`") {
		if i%2 == 1 {
			named[text] = true
		}
	}
	for _, cloud := range geo.Clouds() {
		if !named[cloud] {
			t.Errorf("docs/geo.md does not name %s", cloud)
		}
		delete(named, cloud)
	}
	for cloud := range named {
		t.Errorf("docs/geo.md names %s, which is no cloud", cloud)
	}
}

// What a page says to run against the tables and readers of others is what CI
// runs.
func TestOutsideChecks(t *testing.T) {
	for page, command := range map[string]string{
		"docs/geo.md":     "go test -C .ci/regions ./...",
		"docs/formats.md": "go test -C .ci/formats ./...",
	} {
		for _, file := range []string{page, ".ci/run"} {
			if !strings.Contains(read(t, file), command) {
				t.Errorf("%s has no line `%s`", file, command)
			}
		}
	}
}
