// Package spelling helps with names that are mistyped.
package spelling

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest is the known name closest to a wrong one, empty when none is close.
func Nearest(wrong string, known []string) string {
	best, distance := "", max(len(wrong)/2, 2)+1
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := levenshtein.Distance(wrong, name, nil); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// Hint ends a message about a wrong name: with the nearest one, else with all.
func Hint(wrong string, known []string) string {
	if name := Nearest(wrong, known); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	return "; known are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
