package catalog

import "testing"

func TestFileOf(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]string{
		"aws_s3_bucket":                     "aws",
		"AWS::S3::Bucket":                   "cloudformation",
		"Microsoft.Storage/storageAccounts": "azurearm",
		"microsoft.sql/servers/databases":   "azurearm",
		"velero.io/BackupStorageLocation":   "kubernetes",
		"Oracle.Database/resourceAnchors":   "azurearm",
		"random:index/randomPet:RandomPet":  "random",
		"ibm_resource_instance:kms":         "ibm",
		"pgbackrest/repo":                   "services",
		"../../x_y":                         "kubernetes",
	} {
		if got := FileOf(typ); got != want {
			t.Errorf("%s is in %s, want %s", typ, got, want)
		}
	}
}
