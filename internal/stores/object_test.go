package stores_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

// A resource that is an object of a document: its cloud is what a setting says,
// and an endpoint beats the region beside it.
func TestObject(t *testing.T) {
	tree, err := source.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, c := range []struct{ name, doc, want string }{
		{"the cloud is the region's", `{spec: {provider: aws, objectStorage: {bucket: b}, config: {region: eu-west-1}}}`,
			"aws .:loc  eu-west-1 ← spec.config.region\n"},
		{"a word for a cloud", `{spec: {provider: gcp, config: {region: us-east4}}}`,
			"google .:loc  us-east4 ← spec.config.region\n"},
		{"an endpoint of one's own beats the region", `{spec: {provider: aws, config: {region: us-east-1, s3Url: "http://minio:9000"}}}`,
			"aws .:loc  unknown undeclared_site minio ← spec.config.s3Url\n"},
		{"an endpoint with a region beats the region", `{spec: {provider: aws, config: {region: us-east-1, s3Url: "https://s3.eu-west-1.amazonaws.com"}}}`,
			"aws .:loc  eu-west-1 ← spec.config.s3Url\n"},
		{"an endpoint for all regions leaves it to the region", `{spec: {provider: aws, config: {region: us-east-1, s3Url: "https://s3.amazonaws.com"}}}`,
			"aws .:loc  us-east-1 ← spec.config.region\n"},
		{"an endpoint of another cloud beats the region", `{spec: {provider: aws, config: {region: us-east-1, s3Url: "https://0123.r2.cloudflarestorage.com"}}}`,
			"aws .:loc  unknown undeclared_site 0123.r2.cloudflarestorage.com ← spec.config.s3Url\n"},
		{"another cloud's endpoint tells its own region", `{spec: {provider: aws, config: {region: us-east-1, s3Url: "https://s3.ap-southeast-1.wasabisys.com"}}}`,
			"aws .:loc  ap-southeast-1 ← spec.config.s3Url\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := document.Parse("a.yaml", []byte(c.doc))
			if err != nil {
				t.Fatal(err)
			}
			o := &stores.Object{
				Name: "loc", Kind: "velero.io/BackupStorageLocation", Attributes: docs[0].Value(),
				At: hcl.Range{Filename: "a.yaml", Start: hcl.InitialPos, End: hcl.InitialPos},
			}
			collector := stores.Collector{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Tree: tree, Dir: ".", Evaluator: &lang.Evaluator{}}
			doc := collector.Collect([]stores.Resource{o})
			if diff := cmp.Diff(c.want, doc.Stores[0].Cloud+" "+storestest.Describe(doc)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
