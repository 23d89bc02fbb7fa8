package source

import (
	"path"
	"slices"
	"strings"
)

// shownFolders hold files that show something, or that tests of a program use,
// and that nobody deploys.
var shownFolders = []string{
	"example", "examples", "sample", "samples", "testdata", "__tests__", "__mocks__", "mocks", "fixtures", "e2e", "e2e-tests", "doc", "docs", "documentation",
}

// testFolders hold tests, or what is deployed to an environment of that name.
var testFolders = []string{"test", "tests", "testing", "spec", "specs"}

// exampleEnds are the last parts of the names of such files, before an
// extension or as one.
var exampleEnds = []string{"example", "sample", "template", "tmpl", "dist", "test", "testing", "tests", "ci", "default", "defaults"}

// ownNames are those of files which a program reads under a name that ends like an
// example's.
var ownNames = []string{"spark-defaults.conf", "application-default.yml", "application-default.yaml", "application-default.properties"}

// IsShown says whether a file is an example, documentation, or what tests of a
// program use, by its path from where the check begins. What is called a test may
// be an environment, and counts.
func IsShown(name string) bool { return isBelow(name, shownFolders) }

// isBelow says whether a file is in a folder of one of the names.
func isBelow(name string, folders []string) bool {
	parts := strings.Split(strings.ToLower(name), "/")
	return slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return slices.Contains(folders, p) })
}

// IsExample says whether a file is an example, a test or documentation, by its
// path from where the check begins.
func IsExample(name string) bool {
	if isBelow(name, shownFolders) || isBelow(name, testFolders) {
		return true
	}
	base := path.Base(strings.ToLower(name))
	if strings.HasPrefix(base, "example.") || strings.HasPrefix(base, "sample.") {
		return true
	}
	if slices.Contains(ownNames, base) {
		return false
	}
	if path.Ext(base) == ".py" && (strings.HasPrefix(base, "test_") || slices.Contains(testFolders, strings.TrimSuffix(base, ".py"))) {
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
