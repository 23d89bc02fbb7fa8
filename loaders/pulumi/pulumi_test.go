package pulumi

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata holds what Pulumi writes down, and what is found in it.
func TestPulumi(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 3, func(string) storestest.Loader {
		return &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}}
	})
}
