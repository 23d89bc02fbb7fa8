package spelling

import "testing"

func TestHint(t *testing.T) {
	known := []string{"version", "unknown", "datasets"}
	for wrong, want := range map[string]string{
		"versoin": `; did you mean "version"?`,
		"dataset": `; did you mean "datasets"?`,
		"xy":      "; known are datasets, unknown, version",
		"":        "; known are datasets, unknown, version",
	} {
		if got := Hint(wrong, known); got != want {
			t.Errorf("Hint(%q) = %q, want %q", wrong, got, want)
		}
	}
	if got := Nearest("zzzzzz", known); got != "" {
		t.Errorf("Nearest of a far name = %q", got)
	}
}
