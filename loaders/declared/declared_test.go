package declared

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// formats are those of the tests.
var formats = []Format{
	{Files: []string{"deploy/**/*.yaml"}, Store: "object_storage", Cloud: "aws", Name: "spec.bucket", Region: "spec.place"},
	{Files: []string{"inventory.json"}, Store: "database", Each: "servers", Host: "address", Datacenter: "dc"},
	{Files: []string{"*.ini"}, Store: "backup_vault", Role: "backup", Each: "", Name: "backup.target", Region: "backup.regions"},
	{Files: []string{"*.properties"}, Store: "queue", Cloud: "aws", Region: "queue.region"},
}

// Each archive in testdata holds files, and what is found in them.
func TestFiles(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 2, func(string) storestest.Loader {
		return New(&geo.Tables{}, &catalog.Catalogue{}, formats)
	})
}
