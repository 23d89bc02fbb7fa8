package telemetry

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata holds configurations, and what is found in them.
func TestConfigurations(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 2, func(string) storestest.Loader {
		return &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}}
	})
}
