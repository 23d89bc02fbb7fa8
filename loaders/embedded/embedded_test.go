package embedded

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
	"github.com/stateside-dev/stateside/loaders/appconfig"
	"github.com/stateside-dev/stateside/loaders/backuptools"
	"github.com/stateside-dev/stateside/loaders/dataplatform"
	"github.com/stateside-dev/stateside/loaders/pipelines"
)

func newLoader() *services.Loader {
	inner := slices.Concat(appconfig.Formats(), backuptools.Formats(), dataplatform.Formats(), pipelines.Formats())
	return &services.Loader{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Formats: Formats(inner)}
}

// Each archive in testdata holds manifests, and what is found in the files inside.
func TestFiles(t *testing.T) {
	storestest.Run(t, "testdata/*.txtar", 2, func(string) storestest.Loader { return newLoader() })
}

// A value inside an entry has its own line and columns in the manifest, whatever
// parser read the entry, also after characters of several bytes.
func TestPositions(t *testing.T) {
	t.Parallel()
	doc := storestest.Load(t.Context(), t, map[string]string{"a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: é}
data:
  note: "ü"
  pgbackrest.conf: |
    # größer
    [global]

    repo1-s3-bucket=users
    repo1-s3-region=eu-west-1
  litestream.yml: |-
    dbs:
      - replicas: [{type: s3, bucket: "ä", region: eu-west-3}]
  folded.env: >
    S3_BUCKET=a

    AWS_REGION=eu-central-1
`}, newLoader())
	var got []string
	for _, s := range doc.Stores {
		for _, step := range s.Place.Because {
			got = append(got, fmt.Sprintf("%s %d:%d-%d %s", step.What, step.Source.Line, step.Source.Column, step.Source.EndColumn, step.Value))
		}
	}
	want := []string{"region 11:21-30 eu-west-1", "region 14:52-61 eu-west-3", "region 15:15-15 folded.env: >"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
