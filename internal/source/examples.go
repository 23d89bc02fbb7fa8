package source

import (
	"path"
	"slices"
	"strings"
)

// exampleFolders hold files that show or test something, and that nobody
// deploys.
var exampleFolders = []string{
	"example", "examples", "sample", "samples", "test", "tests", "testdata", "testing", "__tests__", "__mocks__", "mocks", "fixtures", "spec", "specs",
	"e2e", "doc", "docs", "documentation",
}

// exampleEnds are the last parts of the names of such files, before an
// extension or as one.
var exampleEnds = []string{"example", "sample", "template", "tmpl", "dist", "test", "testing", "tests", "ci", "default", "defaults"}

// IsExample says whether a file is an example, a test or documentation, by its
// path from where the check begins.
func IsExample(name string) bool {
	parts := strings.Split(strings.ToLower(name), "/")
	base := parts[len(parts)-1]
	if slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return slices.Contains(exampleFolders, p) }) {
		return true
	}
	if strings.HasPrefix(base, "example.") || strings.HasPrefix(base, "sample.") {
		return true
	}
	for range 2 {
		ext := path.Ext(base)
		if slices.Contains(exampleEnds, strings.TrimPrefix(ext, ".")) {
			return true
		}
		base = strings.TrimSuffix(base, ext)
	}
	at := strings.LastIndexAny(base, "-_")
	return at > 0 && slices.Contains(exampleEnds, base[at+1:])
}
