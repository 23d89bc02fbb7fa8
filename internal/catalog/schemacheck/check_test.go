package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/catalog"
)

const terraformSchema = `{"provider_schemas": {"registry/x": {
  "provider": {"block": {"attributes": {"region": {"type": "string"}}}},
  "resource_schemas": {
    "x_bucket": {"block": {
      "attributes": {
        "region": {"type": "string"},
        "name": {"type": "string"},
        "tags": {"type": ["map", "string"]},
        "sites": {"type": ["list", ["object", {"city": "string"}]]},
        "lock": {"nested_type": {"attributes": {"days": {"type": "number"}}}}
      },
      "block_types": {"replica": {"block": {"attributes": {"region": {"type": "string"}}}}}
    }},
    "x_vault": {"block": {"attributes": {"retention_days": {"type": "number"}, "region": {"type": "string"}}}},
    "x_network": {"block": {"attributes": {"range": {"type": "string"}, "region": {"type": "string"}}}}
  }}}}`

const cdkBucket = `import * as cdktf from 'cdktf';
export interface BucketConfig extends cdktf.TerraformMetaArguments {
    /**
    * Docs at Terraform Registry: {@link https://r.example/providers/h/x/1.2.3/docs/resources/bucket#name Bucket#name}
    */
    readonly nameInput?: string;
    readonly region?: string;
    readonly tags?: {
        [key: string]: string;
    };
    /**
    * replica block
    *
    * Docs at Terraform Registry: {@link https://r.example/providers/h/x/1.2.3/docs/resources/bucket#replica Bucket#replica}
    */
    readonly replica?: BucketReplica[] | cdktf.IResolvable;
    readonly sites?: BucketSites[] | cdktf.IResolvable;
    readonly lock?: BucketLock;
}
export interface BucketReplica {
    readonly region: string;
}
export interface BucketSites {
    readonly city: string;
}
export interface BucketLock {
    readonly days?: number;
}
export declare class Bucket extends cdktf.TerraformResource {
    static readonly tfResourceType = "x_bucket";
    constructor(scope: Construct, id: string, config: BucketConfig);
}
`

// cdkData is a data source, as the newer generator writes it.
var cdkData = strings.NewReplacer("cdktf.TerraformResource", "cdktn.TerraformDataSource", "x_bucket", "x_buckets").Replace(cdkBucket)

const pulumiBucket = `export interface BucketArgs {
    /**
     * The region.
     */
    region?: pulumi.Input<string | undefined>;
    name: pulumi.Input<string>;
    tags?: pulumi.Input<{
        [key: string]: pulumi.Input<string>;
    } | undefined>;
    replicas?: pulumi.Input<pulumi.Input<inputs.Storage.BucketReplica>[] | undefined>;
    sites?: pulumi.Input<pulumi.Input<inputs.Storage.BucketSite>[] | undefined>;
    lock?: pulumi.Input<inputs.Storage.BucketLock | undefined>;
}
`

const pulumiInputs = `export declare namespace Core {
    interface Other {
        name: pulumi.Input<string>;
    }
}
export declare namespace Storage {
    interface BucketReplica {
        region: pulumi.Input<string>;
    }
    interface BucketSite {
        city: pulumi.Input<string>;
    }
    interface BucketLock {
        days?: pulumi.Input<number | undefined>;
    }
}
`

// Whatever a schema is read from, it has the paths that are there, and not the
// others.
func TestPaths(t *testing.T) {
	fromTerraform, err := readTerraform("schema.json", []byte(terraformSchema))
	if err != nil {
		t.Fatal(err)
	}
	fromCDK, err := readBindings("cdk.tgz", packed(t, map[string]string{
		"package/lib/bucket/index.d.ts":         cdkBucket,
		"package/lib/data-x-buckets/index.d.ts": cdkData,
	}))
	if err != nil {
		t.Fatal(err)
	}
	fromPulumi, err := readBindings("pulumi.tgz", packed(t, map[string]string{
		"package/storage/bucket.d.ts": pulumiBucket,
		"package/storage/bucket.js":   `    static __pulumiType = 'x:Storage/bucket:Bucket';`,
		"package/types/input.d.ts":    pulumiInputs,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if fromCDK.lookup("x_buckets") != nil {
		t.Error("a data source counts as a resource")
	}
	for _, test := range []struct {
		s    *schema
		typ  string
		name string
	}{{fromTerraform, "x_bucket", "name"}, {fromCDK, "x_bucket", "name"}, {fromPulumi, "x_storage_bucket", "name"}} {
		n := test.s.lookup(test.typ)
		if n == nil {
			t.Errorf("%s: %s is not there", test.s.from, test.typ)
			continue
		}
		for path, want := range map[string]bool{
			test.name: true, "region": true, "tags": true, "tags.owner": true, "replica.region": true,
			"replica[region=a].region": true, "replica[kind!=a].region": false, "sites.city": true, "lock.days": true,
			"replica.name": false, "city": false, "name.first": false, "lock.region": false,
		} {
			if got := test.s.has(n, path); got != want {
				t.Errorf("%s: %s is there: %v", test.s.from, path, got)
			}
		}
	}
}

// packed makes a package as npm packs it.
func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCheck(t *testing.T) {
	s, err := readTerraform("schema.json", []byte(terraformSchema))
	if err != nil {
		t.Fatal(err)
	}
	rows := []*catalog.Type{
		{Type: "x_bucket", Kind: "object_storage", Place: []catalog.PlaceRule{{At: "region"}, {At: "provider.zone"}}, Copies: []catalog.CopyRule{
			{At: "replica.region"}, {At: "replica.place"}, {At: "old.region"}, {At: "name>replica.region"}, {At: "name>nowhere"},
		}},
		{Type: "x_gone", Kind: "log"},
	}
	known := map[string]string{"x_bucket old.region": "of version 1", "x_bucket never": "of version 1"}
	noStores := map[string]string{"x_bucket": "", "x_typo": ""}
	got := check(rows, noStores, known, []*schema{s})
	want := result{
		rows: 2, paths: 7, known: 1,
		refuted: []string{
			"x_bucket name>nowhere", "x_bucket provider.zone", "x_bucket replica.place", "x_gone", "x_typo",
		},
		stale: []string{
			"x_bucket has a row and is listed as no store", "x_bucket never is listed as of another version, and is in the schema",
		},
		// Every type has a region, so that one tells nothing.
		candidates: []string{"x_vault: retention"},
		quiet:      []string{"x_network"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRespell(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"oci_sch_connector":                 "oci_sch_service_connector",
		"oci_big_data_service_bds_instance": "oci_bds_bds_instance",
		"oci_core_volume":                   "oci_core_volume",
		"ocioci_iot_iot_domain":             "oci_iot_iot_domain",
		"aiven_kafka":                       "aiven_kafka",
	} {
		prefix, _, _ := strings.Cut(want, "_")
		if got := respell(prefix, name); got != want {
			t.Errorf("%s is spelled %s, want %s", name, got, want)
		}
	}
}
