package stores

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
)

func TestDaysOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		unit catalog.Unit
		days int
		ok   bool
	}{
		{"7", "", 7, true},
		{"7", catalog.Days, 7, true},
		{"2", catalog.Weeks, 14, true},
		{"3", catalog.Months, 90, true},
		{"1", catalog.Years, 365, true},
		{"36", catalog.Hours, 2, true},
		{"1", catalog.Seconds, 1, true},
		{"604800s", "", 7, true},
		{"12h", "", 1, true},
		{"30d", catalog.Hours, 30, true},
		{"P7D", "", 7, true},
		{"P1Y2M", "", 425, true},
		{"PT36H", "", 2, true},
		{"PT5M", "", 1, true},
		{"P1M", "", 30, true},
		{"0", "", 0, true},
		{"", "", 0, false},
		{"P", "", 0, true},
		{"PXD", "", 0, false},
		{"PTT1H", "", 0, false},
		{"-3", "", 0, false},
		{"NaN", "", 0, false},
		{"1e300", "", 0, false},
		{"forever", "", 0, false},
		{"7x", "", 0, false},
	} {
		days, ok := daysOf(c.text, c.unit)
		if days != c.days || ok != c.ok {
			t.Errorf("daysOf(%q, %q) = %d, %t; want %d, %t", c.text, c.unit, days, ok, c.days, c.ok)
		}
	}
}
