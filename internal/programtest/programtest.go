// Package programtest finds the programs of others that tests compare with or are
// read by.
package programtest

import (
	"os"
	"os/exec"
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
	message := "NOT TESTED: " + strings.Join(names, " or ") + " is not on the PATH"
	absent := strings.Fields(os.Getenv("STATESIDE_ABSENT"))
	if os.Getenv("CI") != "" && !slices.Contains(absent, names[0]) {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}
