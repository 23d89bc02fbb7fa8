package nomad

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata holds jobs and volumes, and what is found in them.
func TestJobs(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 2, func(string) storestest.Loader {
		return &services.Loader{Tables: storestest.Tables(), Catalogue: &catalog.Catalogue{}, Formats: Formats()}
	})
}
