package ansible

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata holds playbooks and roles, and what is found in them.
func TestPlaybooks(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 1, func(string) storestest.Loader {
		return &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}}
	})
}
