package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReasons(t *testing.T) {
	t.Parallel()
	got := ParseReasons([]byte("# Networks:\n# nothing rests\n# in them.\na_vpc\n\na_subnet\n# Rules.\na_rule x.y\n"))
	want := map[string]string{
		"a_vpc": "Networks: nothing rests in them.", "a_subnet": "Networks: nothing rests in them.", "a_rule x.y": "Rules.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What is listed as no store has a reason and no row.
func TestNoStores(t *testing.T) {
	t.Parallel()
	var c Catalogue
	entries, err := noStoreFiles.ReadDir("nostore")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file := strings.TrimSuffix(e.Name(), ".txt")
		for name, reason := range NoStores(file) {
			switch {
			case reason == "":
				t.Errorf("%s: %q has no reason", file, name)
			case file == noProviders:
				if slices.Contains(Prefixes(), name) || NoStores(name) != nil {
					t.Errorf("the provider %q has rows or a list, too", name)
				}
			case FileOf(name) != file:
				t.Errorf("%s: %q belongs in %s", file, name, FileOf(name))
			case c.Lookup(name) != nil:
				t.Errorf("%s has a row, too", name)
			}
		}
	}
}

// Of a type it is known what it stores, or that it stores nothing, or neither.
func TestUnlisted(t *testing.T) {
	t.Parallel()
	var c Catalogue
	for typ, want := range map[string]bool{
		"aws_s3_bucket":                     false, // a row
		"aws_subnet":                        false, // a line of the provider's list
		"random_password":                   false, // a provider that holds nothing
		"random:index/randomPet:RandomPet":  false,
		"Custom::Migration":                 false, // as AWS::CloudFormation::CustomResource
		"AWS::EC2::Subnet":                  false,
		"microsoft.network/VirtualNetworks": false, // in any case
		"cert-manager.io/Certificate":       false, // all of a group
		"postgresql.cnpg.io/Pooler":         false,
		"redis.example.com/Redis":           true,
		"aws_no_such_thing":                 true,
		"nobody_knows":                      true,
		"AWS::No::Such":                     true,
		"MongoDB::Atlas::Cluster":           true,
		"Microsoft.NoSuch/things":           true,
		"gcp:nothing/known:Known":           true,
		"../../etc_passwd":                  true,
		"":                                  true,
	} {
		if got := c.Unlisted(typ); got != want {
			t.Errorf("%q is unlisted: %t", typ, got)
		}
	}
}
