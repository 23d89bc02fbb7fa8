package azurearm

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
)

func TestMatter(t *testing.T) {
	t.Parallel()
	types := typesOf(&catalog.Catalogue{})
	for text, want := range map[string]bool{
		`{"type": "Microsoft.Storage/storageAccounts"}`:                               true,
		`{"type":"microsoft.storage/STORAGEACCOUNTS"}`:                                true,
		`{"Type" : "Microsoft.Sql/servers"}`:                                          true, // its parts have rows
		`{"type": "Microsoft.Storage/storageAccounts/providers/diagnosticSettings"}`:  true,
		`{"type": "Microsoft.Resources/deployments"}`:                                 true,
		`{"type": "[concat('Microsoft.Storage', '/storageAccounts')]"}`:               true,
		`{"type": "Microsoft.Network/virtualNetworks"}`:                               false,
		`{"type": "Microsoft.Storage"}`:                                               false,
		`{"parameters": {"a": {"type": "string"}}, "resources": []}`:                  false,
		`{"type": "Microsoft.Network/networkSecurityGroups", "x": "storageAccounts"}`: false,
	} {
		if got := types.matter([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
