package model

import "testing"

func TestCount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{0, "store", "0 stores"}, {1, "store", "1 store"}, {2, "store", "2 stores"},
		{1, "copy", "1 copy"}, {2, "copy", "2 copies"}, {3, "day", "3 days"},
	} {
		if got := Count(c.n, c.noun); got != c.want {
			t.Errorf("%d of %q: %q, want %q", c.n, c.noun, got, c.want)
		}
	}
}
