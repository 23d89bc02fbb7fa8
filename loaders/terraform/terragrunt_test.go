package terraform

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// Each archive in testdata/terragrunt holds units, and what is found in them.
func TestTerragrunt(t *testing.T) {
	storestest.Run(t, "testdata/terragrunt/*.txtar", 3, func(string) storestest.Loader { return newLoader(Options{}) })
}
