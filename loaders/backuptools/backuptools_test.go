package backuptools

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

func newLoader() *services.Loader {
	return &services.Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Formats: Formats()}
}

// Each archive in testdata holds configuration files, and what is found in them.
func TestFiles(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 8, func(string) storestest.Loader { return newLoader() })
}
