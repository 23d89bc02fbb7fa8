package document

import (
	"strings"
	"testing"
)

// A file may nest as deeply as its size lets it: no parser may overflow the
// stack, from which Go can't recover.
func TestDeepNesting(t *testing.T) {
	t.Parallel()
	const n = 5 << 20
	for _, open := range []string{"[", "{a=", "{\"a\":", "- ", "? ", "{"} {
		text := strings.Repeat(open, n/len(open))
		for _, name := range []string{"a.yaml", "a.json"} {
			if _, err := Parse(name, []byte(text)); err == nil {
				t.Errorf("%s of %q is accepted", name, open)
			}
		}
		if _, err := ParseTOML("a.toml", []byte("a = "+text)); err == nil {
			t.Errorf("TOML of %q is accepted", open)
		}
	}
}
