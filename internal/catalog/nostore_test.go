package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReasons(t *testing.T) {
	t.Parallel()
	got := ParseReasons([]byte("# Networks:\n# nothing rests\n# in them.\na_vpc\n\na_subnet\n# Rules.\na_rule x.y\n"))
	want := map[string]string{
		"a_vpc": "Networks: nothing rests in them.", "a_subnet": "Networks: nothing rests in them.", "a_rule x.y": "Rules.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What is listed as no store has a reason and no row.
func TestNoStores(t *testing.T) {
	t.Parallel()
	var c Catalogue
	for _, prefix := range Prefixes() {
		for name, reason := range NoStores(prefix) {
			if reason == "" || !strings.HasPrefix(name, prefix+"_") {
				t.Errorf("%s: %q has the reason %q", prefix, name, reason)
			}
			if c.Lookup(name) != nil {
				t.Errorf("%s has a row, too", name)
			}
		}
	}
	if len(NoStores("aws")) == 0 || NoStores("random") != nil {
		t.Error("the lists are not found")
	}
}
