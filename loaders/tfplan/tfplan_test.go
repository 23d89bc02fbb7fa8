package tfplan

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

func newLoader() *Loader { return &Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}} }

// Each archive in testdata holds plans or states, and what is found in them.
func TestPlans(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 5, func(string) storestest.Loader { return newLoader() })
}
