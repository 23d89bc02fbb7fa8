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
			doc.Copies = nil
			if diff := cmp.Diff(c.want, doc.Stores[0].Cloud+" "+storestest.Describe(doc)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What a row may say of the objects of Kubernetes: several places, a cloud that
// is left open or depends on what is written, names with dots, any name.
func TestKubernetesObjects(t *testing.T) {
	tree, err := source.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, c := range []struct{ name, kind, doc, want string }{
		{"one of several zones", "storage.k8s.io/StorageClass", `{provisioner: ebs.csi.aws.com, "@place": [us-east-1a, eu-west-1b]}`,
			".:x  one of us-east-1 eu-west-1 ← place, place\n"},
		{"a zone without a cloud", "core.k8s.io/PersistentVolume", `{spec: {"@place": [europe-west1-b]}}`,
			".:x  europe-west1 ← spec\n"},
		{"a zone that several clouds may mean", "core.k8s.io/PersistentVolume", `{spec: {"@place": [eu-west-1b]}}`,
			".:x  one of eu-west-1 eu-west-1 ← spec\n"},
		{"a zone of one's own", "core.k8s.io/PersistentVolume", `{spec: {"@place": [rack-7]}}`,
			".:x  unknown undeclared_site rack-7 ← spec\n"},
		{"a label whose name has dots", "core.k8s.io/PersistentVolume", `{metadata: {labels: {topology.kubernetes.io/zone: us-east-1a}}, spec: {csi: {driver: ebs.csi.aws.com}}}`,
			".:x  us-east-1 ← metadata.labels.topology.kubernetes.io/zone\n"},
		{"a cloud by what is written", "external-secrets.io/SecretStore", `{spec: {provider: {aws: {region: eu-west-1}}}}`,
			".:x  eu-west-1 ← spec.provider.aws.region\n"},
		{"nothing that places it: it is nothing", "storage.k8s.io/StorageClass", `{provisioner: ebs.csi.aws.com}`, ""},
		{"another class: it is nothing", "kafka.strimzi.io/KafkaConnector", `{spec: {class: com.example.Sink, config: {s3.bucket.name: b}}}`, ""},
		{"the documented region of the connector", "kafka.strimzi.io/KafkaConnector", `{spec: {class: io.confluent.connect.s3.S3SinkConnector, config: {s3.bucket.name: b}}}`,
			".:x  unknown environment\n.:x export → b  us-west-2 ← spec.config.s3.bucket.name, default of kafka.strimzi.io/KafkaConnector.spec.config.s3.region (documentation of Confluent Amazon S3 sink connector: configuration; the other connectors likewise)\n"},
		{"any name", "ps.percona.com/PerconaServerMySQL", `{spec: {backup: {storages: {one: {s3: {bucket: b, region: eu-west-1}}, "*": {s3: {bucket: c, region: us-east-1}}}}}}`,
			".:x  unknown environment\n.:x backup → b  eu-west-1 ← spec.backup.storages.*.s3.bucket, spec.backup.storages.*.s3.region\n"},
		{"a host inside the cluster", "prometheus.io/RemoteWrite", `{url: "http://mimir.monitoring.svc:8080/push"}`,
			".:x  unknown environment\n.:x export →  caller ← url\n"},
		{"a documented host", "opentelemetry.io/Exporter", `{type: datadog}`,
			".:x  unknown environment\n.:x automatic log_delivery →  us1 ← default of opentelemetry.io/Exporter.api.site (documentation of OpenTelemetry Collector: exporters)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := document.Parse("a.yaml", []byte(c.doc))
			if err != nil {
				t.Fatal(err)
			}
			o := &stores.Object{
				Name: "x", Kind: c.kind, Attributes: docs[0].Value(),
				At: hcl.Range{Filename: "a.yaml", Start: hcl.InitialPos, End: hcl.InitialPos},
			}
			collector := stores.Collector{Tables: &geo.Tables{}, Catalogue: &catalog.Catalogue{}, Tree: tree, Dir: ".", Evaluator: &lang.Evaluator{}, Cluster: true}
			if diff := cmp.Diff(c.want, storestest.Describe(collector.Collect([]stores.Resource{o}))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
