// Package programtest finds the programs of others that tests compare with or are
// read by.
package programtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Find returns the path of the first of the named programs that is installed.
// Where none is, the test is left out and says so; in CI it fails, unless the
// pipeline has said that the first one can't be had: STATESIDE_ABSENT lists such.
func Find(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	missing(t, names[0], strings.Join(names, " or ")+" is not on the PATH")
	return ""
}

// Script returns the text of a file of an npm package, from the directory that
// npm has installed packages in.
func Script(t testing.TB, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "node_modules", name))
	if err != nil {
		missing(t, "npm", name+" is not there: run npm install --no-package-lock --ignore-scripts in "+dir)
	}
	return string(text)
}

func missing(t testing.TB, name, message string) {
	t.Helper()
	message = "NOT TESTED: " + message
	absent := strings.Fields(os.Getenv("STATESIDE_ABSENT"))
	if os.Getenv("CI") != "" && !slices.Contains(absent, name) {
		t.Fatal(message)
	}
	t.Skip(message)
}
