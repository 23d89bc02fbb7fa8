package model

import (
	"fmt"
	"strings"
)

// Count writes a number of things as messages do: 1 store, 2 copies, 3 days.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if base, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(base[max(len(base)-1, 0):], "aeiou") {
		return fmt.Sprintf("%d %sies", n, base)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
