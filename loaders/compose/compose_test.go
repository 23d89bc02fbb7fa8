package compose

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata holds Compose files, and what is found in them.
func TestCompose(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 1, func(string) storestest.Loader {
		return &Loader{Tables: storestest.Tables(), Catalogue: &catalog.Catalogue{}}
	})
}
