package geo

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseHost(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host string
		want Reference
	}{
		// AWS: S3 by path, by name, with FIPS, dual stack, websites, access points.
		{"s3.eu-west-1.amazonaws.com", Reference{AWS, "s3", "eu-west-1", ""}},
		{"s3-us-west-2.amazonaws.com", Reference{AWS, "s3", "us-west-2", ""}},
		{"s3.dualstack.us-west-2.amazonaws.com", Reference{AWS, "s3", "us-west-2", ""}},
		{"s3-fips.us-gov-west-1.amazonaws.com", Reference{AWS, "s3", "us-gov-west-1", ""}},
		{"s3.cn-north-1.amazonaws.com.cn", Reference{AWS, "s3", "cn-north-1", ""}},
		{"s3.eusc-de-east-1.amazonaws.eu", Reference{AWS, "s3", "eusc-de-east-1", ""}},
		{"s3.us-iso-east-1.c2s.ic.gov", Reference{AWS, "s3", "us-iso-east-1", ""}},
		{"b.s3.us-east-1.amazonaws.com", Reference{AWS, "s3", "us-east-1", "b"}},
		{"my.dotted.bucket.s3.us-east-1.amazonaws.com", Reference{AWS, "s3", "us-east-1", "my.dotted.bucket"}},
		{"b.s3-us-west-2.amazonaws.com", Reference{AWS, "s3", "us-west-2", "b"}},
		{"b.s3-fips.dualstack.us-east-2.amazonaws.com", Reference{AWS, "s3", "us-east-2", "b"}},
		{"b.s3-website-us-east-1.amazonaws.com", Reference{AWS, "s3", "us-east-1", "b"}},
		{"b.s3-website.eu-central-1.amazonaws.com", Reference{AWS, "s3", "eu-central-1", "b"}},
		{"ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", Reference{AWS, "", "eu-west-1", ""}},
		{"111122223333.s3-control.eu-west-1.amazonaws.com", Reference{AWS, "", "eu-west-1", ""}},
		{"b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", Reference{AWS, "s3express", "us-east-1", "b--use1-az4--x-s3"}},
		{"bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		// A bucket that is called like a region, or like a host, is no region.
		{"ap-southeast-1.s3.amazonaws.com", Reference{AWS, "s3", "", "ap-southeast-1"}},
		{"ap-southeast-1.s3.us-east-1.amazonaws.com", Reference{AWS, "s3", "us-east-1", "ap-southeast-1"}},
		{"s3.ap-southeast-1.s3.us-east-1.amazonaws.com", Reference{AWS, "s3", "us-east-1", "s3.ap-southeast-1"}},
		{"x.ap-southeast-1.s3.amazonaws.com", Reference{AWS, "s3", "", "x.ap-southeast-1"}},
		{"s3-ap-southeast-1.s3.amazonaws.com", Reference{AWS, "s3", "", "s3-ap-southeast-1"}},
		// Hosts that tell no region.
		{"s3.amazonaws.com", Reference{AWS, "s3", "", ""}},
		{"b.s3.amazonaws.com", Reference{AWS, "s3", "", "b"}},
		{"b.s3-accelerate.amazonaws.com", Reference{AWS, "s3", "", "b"}},
		{"abc.mrap.accesspoint.s3-global.amazonaws.com", Reference{AWS, "s3", "", ""}},
		{"iam.amazonaws.com", Reference{Cloud: AWS}},
		{"x.global-abcdefghijkl.global.rds.amazonaws.com", Reference{Cloud: AWS}},
		{"d111111abcdef8.cloudfront.net", Reference{Cloud: AWS}},
		// The other services.
		{"db.abcdefghijkl.us-east-1.rds.amazonaws.com", Reference{AWS, "rds", "us-east-1", "db"}},
		{"c.cluster-ro-abcdefghijkl.ap-southeast-1.rds.amazonaws.com", Reference{AWS, "rds", "ap-southeast-1", "c"}},
		{"db.abcdefghijkl.rds.cn-north-1.amazonaws.com.cn", Reference{AWS, "", "cn-north-1", ""}},
		{"c.cluster-abcdefghijkl.us-east-1.docdb.amazonaws.com", Reference{AWS, "docdb", "us-east-1", "c"}},
		{"c.cluster-abcdefghijkl.us-east-1.neptune.amazonaws.com", Reference{AWS, "neptune", "us-east-1", "c"}},
		{"m.abc123.0001.use1.cache.amazonaws.com", Reference{AWS, "elasticache", "use1", ""}},
		{"c-1.serverless.apse1.cache.amazonaws.com", Reference{AWS, "elasticache", "apse1", ""}},
		{"clustercfg.m.abc.memorydb.us-east-1.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"sqs.us-east-1.amazonaws.com", Reference{AWS, "sqs", "us-east-1", ""}},
		{"eu-west-1.queue.amazonaws.com", Reference{AWS, "sqs", "eu-west-1", ""}},
		{"queue.amazonaws.com", Reference{AWS, "sqs", "us-east-1", ""}},
		{"sns.eu-west-1.amazonaws.com", Reference{AWS, "", "eu-west-1", ""}},
		{"111122223333.dkr.ecr.us-east-1.amazonaws.com", Reference{AWS, "ecr", "us-east-1", ""}},
		{"111122223333.dkr-ecr.us-east-1.on.aws", Reference{AWS, "", "us-east-1", ""}},
		{"abcdefghij.execute-api.us-east-1.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"search-x-abc.us-west-2.es.amazonaws.com", Reference{AWS, "opensearch", "us-west-2", ""}},
		{"vpc-x-abc.us-west-2.es.amazonaws.com", Reference{AWS, "opensearch", "us-west-2", ""}},
		{"abc.us-east-1.aoss.amazonaws.com", Reference{AWS, "opensearch", "us-east-1", ""}},
		{"search-x.aos.us-west-2.on.aws", Reference{AWS, "", "us-west-2", ""}},
		{"c.abc.us-east-1.redshift.amazonaws.com", Reference{AWS, "redshift", "us-east-1", "c"}},
		{"wg.111122223333.us-east-1.redshift-serverless.amazonaws.com", Reference{AWS, "redshiftserverless", "us-east-1", ""}},
		{"us-east-1a.fs-0123.efs.us-east-1.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"kinesis.ap-northeast-1.amazonaws.com", Reference{AWS, "", "ap-northeast-1", ""}},
		{"dynamodb.us-east-1.amazonaws.com", Reference{AWS, "dynamodb", "us-east-1", ""}},
		{"dynamodb.us-east-1.api.aws", Reference{AWS, "", "us-east-1", ""}},
		{"abc.lambda-url.eu-west-1.on.aws", Reference{AWS, "lambda", "eu-west-1", ""}},
		{"abc.dsql.us-east-2.on.aws", Reference{AWS, "dsql", "us-east-2", ""}},
		{"b-1.demo.abcdef.c2.kafka.us-east-1.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"my-lb-123.us-east-1.elb.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"ec2-1-2-3-4.compute-1.amazonaws.com", Reference{AWS, "ec2", "us-east-1", ""}},
		{"ec2-1-2-3-4.eu-west-1.compute.amazonaws.com", Reference{AWS, "", "eu-west-1", ""}},
		{"abc.gr7.us-east-1.eks.amazonaws.com", Reference{AWS, "", "us-east-1", ""}},
		{"pool.auth.us-east-1.amazoncognito.com", Reference{AWS, "cognito", "us-east-1", ""}},
		{"bedrock-runtime.us-west-3.amazonaws.com", Reference{AWS, "", "us-west-3", ""}}, // no region of AWS: Locate says so
		// Oracle.
		{"objectstorage.us-ashburn-1.oraclecloud.com", Reference{OCI, "objectstorage", "us-ashburn-1", ""}},
		{"ns.objectstorage.eu-frankfurt-1.oci.customer-oci.com", Reference{OCI, "objectstorage", "eu-frankfurt-1", ""}},
		{"b.vhcompat.objectstorage.us-ashburn-1.oci.customer-oci.com", Reference{OCI, "objectstorage", "us-ashburn-1", "b"}},
		{"objectstorage.us-gov-ashburn-1.oraclegovcloud.com", Reference{OCI, "objectstorage", "us-gov-ashburn-1", ""}},
		{"objectstorage.eu-frankfurt-2.oraclecloud.eu", Reference{OCI, "objectstorage", "eu-frankfurt-2", ""}},
		{"objectstorage.ap-chiyoda-1.oraclecloud8.com", Reference{OCI, "objectstorage", "ap-chiyoda-1", ""}},
		{"adb.us-phoenix-1.oraclecloud.com", Reference{OCI, "database", "us-phoenix-1", ""}},
		{"x-db.adb.us-phoenix-1.oraclecloudapps.com", Reference{OCI, "database", "us-phoenix-1", ""}},
		{"streaming.us-ashburn-1.oci.oraclecloud.com", Reference{OCI, "", "us-ashburn-1", ""}},
		{"iad.ocir.io", Reference{OCI, "registry", "iad", ""}},
		{"abc.apigateway.us-ashburn-1.oci.customer-oci.com", Reference{OCI, "", "us-ashburn-1", ""}},
		// Google.
		{"storage.us-east1.rep.googleapis.com", Reference{Google, "storage", "us-east1", ""}},
		{"storage.us.rep.googleapis.com", Reference{Google, "storage", "us", ""}},
		{"storage.googleapis.com", Reference{Google, "storage", "", ""}},
		{"us-east1.storage.googleapis.com", Reference{Google, "storage", "", "us-east1"}}, // a bucket
		{"europe-west4-aiplatform.googleapis.com", Reference{Google, "", "europe-west4", ""}},
		{"eu-documentai.googleapis.com", Reference{Google, "documentai", "eu", ""}},
		{"pubsub.googleapis.com", Reference{Cloud: Google}},
		{"us-central1-docker.pkg.dev", Reference{Google, "artifactregistry", "us-central1", ""}},
		{"europe-docker.pkg.dev", Reference{Google, "artifactregistry", "europe", ""}},
		{"eu.gcr.io", Reference{Google, "containerregistry", "eu", ""}},
		{"svc-abcdefghij-uc.a.run.app", Reference{Google, "run", "", ""}},
		{"svc-123456789012.us-central1.run.app", Reference{Google, "run", "us-central1", ""}},
		{"us-east1-p.cloudfunctions.net", Reference{Google, "functions", "us-east1", ""}},
		{"x.europe-west1.firebasedatabase.app", Reference{Google, "firebase", "europe-west1", ""}},
		{"x.firebaseio.com", Reference{Google, "firebase", "us-central1", ""}},
		{"abc-dot-us-central1.composer.googleusercontent.com", Reference{Google, "composer", "us-central1", ""}},
		// Azure.
		{"acct.blob.core.windows.net", Reference{Azure, "storage", "", "acct"}},
		{"acct-secondary.blob.core.windows.net", Reference{Azure, "storage", "", ""}},
		{"acct.blob.core.chinacloudapi.cn", Reference{Azure, "storage", "", "acct"}},
		{"vm.westeurope.cloudapp.azure.com", Reference{Azure, "compute", "westeurope", ""}},
		{"a.hcp.eastus2.azmk8s.io", Reference{Azure, "kubernetes", "eastus2", ""}},
		{"c.westus2.kusto.windows.net", Reference{Azure, "kusto", "westus2", "c"}},
		{"a.northeurope.batch.azure.com", Reference{Azure, "batch", "northeurope", "a"}},
		{"t.eastus-1.eventgrid.azure.net", Reference{Azure, "eventgrid", "eastus", "t"}},
		{"westeurope-5.in.applicationinsights.azure.com", Reference{Azure, "applicationinsights", "westeurope", ""}},
		{"reg.eastus.data.azurecr.io", Reference{Azure, "containerregistry", "eastus", "reg"}},
		{"reg.azurecr.io", Reference{Azure, "containerregistry", "", "reg"}},
		{"ns.servicebus.windows.net", Reference{Azure, "", "", "ns"}},
		{"srv.database.windows.net", Reference{Azure, "mssql", "", "srv"}},
		{"eastus.database.windows.net", Reference{Azure, "mssql", "", "eastus"}}, // a server
		{"srv.postgres.database.azure.com", Reference{Azure, "postgresql", "", "srv"}},
		{"eastus2.api.cognitive.microsoft.com", Reference{Azure, "cognitive", "eastus2", ""}},
		// Alibaba, Tencent, Huawei, Volcengine.
		{"oss-cn-hangzhou.aliyuncs.com", Reference{"alicloud", "oss", "cn-hangzhou", ""}},
		{"b.oss-us-east-1.aliyuncs.com", Reference{"alicloud", "oss", "us-east-1", "b"}},
		{"b.oss-ap-southeast-1-internal.aliyuncs.com", Reference{"alicloud", "oss", "ap-southeast-1", "b"}},
		{"oss-cn-beijing.oss-us-east-1.aliyuncs.com", Reference{"alicloud", "oss", "us-east-1", "oss-cn-beijing"}},
		{"b.oss-accelerate.aliyuncs.com", Reference{"alicloud", "oss", "", "b"}},
		{"rds.ap-southeast-3.aliyuncs.com", Reference{"alicloud", "", "ap-southeast-3", ""}},
		{"rm-1.mysql.rds.aliyuncs.com", Reference{"alicloud", "rds", "", ""}},
		{"p.cn-hangzhou.log.aliyuncs.com", Reference{"alicloud", "log", "cn-hangzhou", ""}},
		{"registry.cn-shanghai.cr.aliyuncs.com", Reference{"alicloud", "", "cn-shanghai", ""}},
		{"b-125.cos.ap-singapore.myqcloud.com", Reference{"tencentcloud", "cos", "ap-singapore", "b-125"}},
		{"cos.na-ashburn.myqcloud.com", Reference{"tencentcloud", "cos", "na-ashburn", ""}},
		{"b-125.cos.accelerate.myqcloud.com", Reference{"tencentcloud", "cos", "", "b-125"}},
		{"b.obs.ap-southeast-1.myhuaweicloud.com", Reference{"huaweicloud", "obs", "ap-southeast-1", "b"}},
		{"rds.cn-north-4.myhuaweicloud.com", Reference{"huaweicloud", "", "cn-north-4", ""}},
		{"b.obs.eu-de.otc.t-systems.com", Reference{"opentelekomcloud", "obs", "eu-de", "b"}},
		{"b.tos-cn-beijing.volces.com", Reference{"volcengine", "tos", "cn-beijing", "b"}},
		{"b.tos-ap-southeast-1.bytepluses.com", Reference{"byteplus", "tos", "ap-southeast-1", "b"}},
		// The smaller clouds.
		{"b.s3.us-south.cloud-object-storage.appdomain.cloud", Reference{"ibm", "cos", "us-south", "b"}},
		{"s3.private.eu.cloud-object-storage.appdomain.cloud", Reference{"ibm", "cos", "eu", ""}},
		{"s3.dal.us.cloud-object-storage.appdomain.cloud", Reference{"ibm", "cos", "us", ""}}, // the bucket is in three towns
		{"b.nyc3.digitaloceanspaces.com", Reference{"digitalocean", "spaces", "nyc3", "b"}},
		{"b.fra1.cdn.digitaloceanspaces.com", Reference{"digitalocean", "spaces", "fra1", "b"}},
		{"fra1.sgp1.digitaloceanspaces.com", Reference{"digitalocean", "spaces", "sgp1", "fra1"}},
		{"us-southeast-1.linodeobjects.com", Reference{"linode", "objectstorage", "us-southeast-1", ""}},
		{"b.us-iad-18.linodeobjects.com", Reference{"linode", "objectstorage", "us-iad-18", "b"}},
		{"s3.us-east-2.wasabisys.com", Reference{"wasabi", "s3", "us-east-2", ""}},
		{"s3.wasabisys.com", Reference{"wasabi", "s3", "us-east-1", ""}},
		{"s3.us-west-004.backblazeb2.com", Reference{"b2", "s3", "us-west-004", ""}},
		{"b.s3.fr-par.scw.cloud", Reference{"scaleway", "objectstorage", "fr-par", "b"}},
		{"s3.gra.io.cloud.ovh.net", Reference{"ovh", "objectstorage", "gra", ""}},
		{"b.s3.us-east-va.io.cloud.ovh.us", Reference{"ovh", "objectstorage", "us-east-va", "b"}},
		{"0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com", Reference{"cloudflare", "r2", "eu", ""}},
		{"0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com", Reference{Cloud: "cloudflare"}},
		{"b.fsn1.your-objectstorage.com", Reference{"hcloud", "objectstorage", "fsn1", "b"}},
		{"ewr1.vultrobjects.com", Reference{"vultr", "objectstorage", "ewr", ""}},
		{"b.sos-ch-gva-2.exo.io", Reference{"exoscale", "sos", "ch-gva-2", "b"}},
		{"b.storage.yandexcloud.net", Reference{"yandex", "storage", "ru-central1", "b"}},
		// Services that run in other clouds.
		{"c0.abcde.mongodb.net", Reference{Cloud: "mongodbatlas"}},
		{"xy12345.us-east-2.aws.snowflakecomputing.com", Reference{"snowflake", "", "aws:us-east-2", ""}},
		{"xy12345.east-us-2.azure.snowflakecomputing.com", Reference{"snowflake", "", "azure:east-us-2", ""}},
		{"xy12345.europe-west4.gcp.privatelink.snowflakecomputing.com", Reference{"snowflake", "", "gcp:europe-west4", ""}},
		{"xy12345.us-east-1.snowflakecomputing.com", Reference{"snowflake", "", "us-east-1", ""}},
		{"xy12345.us-east-1.privatelink.snowflakecomputing.com", Reference{"snowflake", "", "us-east-1", ""}},
		{"org-acct.snowflakecomputing.com", Reference{Cloud: "snowflake"}},
		{"org-acct.privatelink.snowflakecomputing.com", Reference{Cloud: "snowflake"}},
		{"pkc-abc12.us-east-1.aws.confluent.cloud", Reference{"confluent", "", "aws:us-east-1", ""}},
		{"lkc-1-2.us-central1.gcp.glb.confluent.cloud", Reference{"confluent", "", "gcp:us-central1", ""}},
		{"x.es.us-east-1.aws.found.io", Reference{"ec", "", "aws:us-east-1", ""}},
		{"x.eastus2.azure.elastic-cloud.com", Reference{"ec", "", "azure:eastus2", ""}},
		{"ep-x.us-east-2.aws.neon.tech", Reference{"neon", "", "aws:us-east-2", ""}},
		{"aws-0-us-east-1.pooler.supabase.com", Reference{"supabase", "", "us-east-1", ""}},
		{"us-east.connect.psdb.cloud", Reference{"planetscale", "", "us-east", ""}},
		{"aws.connect.psdb.cloud", Reference{Cloud: "planetscale"}},
		{"x-1.gcp-us-east1.cockroachlabs.cloud", Reference{"cockroach", "", "gcp:us-east1", ""}},
		{"redis-1.c1.us-east-1-2.ec2.cloud.redislabs.com", Reference{"rediscloud", "", "aws:us-east-1", ""}},
		{"pg-x.aivencloud.com", Reference{Cloud: "aiven"}},
		// Sites.
		{"datadoghq.com", Reference{"datadog", "", "us1", ""}},
		{"api.datadoghq.com", Reference{"datadog", "", "us1", ""}},
		{"http-intake.logs.us3.datadoghq.com", Reference{"datadog", "", "us3", ""}},
		{"api.ap1.datadoghq.com", Reference{"datadog", "", "ap1", ""}},
		{"api.datadoghq.eu", Reference{"datadog", "", "eu1", ""}},
		{"api.ap9.datadoghq.com", Reference{Cloud: "datadog"}},
		{"api.ddog-gov.com", Reference{"datadog", "", "us1-fed", ""}},
		{"o1.ingest.de.sentry.io", Reference{"sentry", "", "de", ""}},
		{"de.sentry.io", Reference{"sentry", "", "de", ""}},
		{"o1.ingest.sentry.io", Reference{"sentry", "", "us", ""}},
		{"eu.posthog.com", Reference{"posthog", "", "eu", ""}},
		{"eu.i.posthog.com", Reference{"posthog", "", "eu", ""}},
		{"log-api.eu.newrelic.com", Reference{"newrelic", "", "eu", ""}},
		{"otlp.eu01.nr-data.net", Reference{"newrelic", "", "eu", ""}},
		{"api.eu1.honeycomb.io", Reference{"honeycomb", "", "eu1", ""}},
		{"prometheus-prod-01-eu-west-0.grafana.net", Reference{"grafana", "", "eu-west-0", ""}},
		{"tempo-prod-06-prod-gb-south-0.grafana.net", Reference{"grafana", "", "gb-south-0", ""}},
		{"logs-prod-008.grafana.net", Reference{Cloud: "grafana"}},
		{"events.eu1.segmentapis.com", Reference{"segment", "", "eu", ""}},
		{"api-eu.mixpanel.com", Reference{"mixpanel", "", "eu", ""}},
		{"api-in.mixpanel.com", Reference{"mixpanel", "", "in", ""}},
		{"api.eu.amplitude.com", Reference{"amplitude", "", "eu", ""}},
		{"listener-uk.logz.io", Reference{"logzio", "", "uk", ""}},
		{"collectors.de.sumologic.com", Reference{"sumologic", "", "de", ""}},
		{"ingest.eu0.signalfx.com", Reference{"signalfx", "", "eu0", ""}},
		{"ingress.ap2.coralogix.com", Reference{"coralogix", "", "ap2", ""}},
		{"tenant.eu.auth0.com", Reference{"auth0", "", "eu", ""}},
		{"tenant.auth0.com", Reference{Cloud: "auth0"}},
		// However it is written.
		{"S3.EU-WEST-1.AMAZONAWS.COM.", Reference{AWS, "s3", "eu-west-1", ""}},
	}
	var tables Tables
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			got, ok := ParseHost(tt.host)
			if !ok {
				t.Fatal("no known host")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			// What a host tells, the tables know; us-west-3 is no region.
			if _, err := tables.Locate(got.Cloud, got.Service, got.Region); got.Region != "" && (err == nil) == strings.Contains(tt.host, "us-west-3") {
				t.Errorf("%s of %s: %v", got.Region, got.Cloud, err)
			}
		})
	}
}

func TestParseHostUnknown(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", ".", "com", "example.com", "s3.corp.example", "minio-1", "10.0.0.1", "2001:db8::1",
		"s3.us-east-1.amazonaws.com.evil.example", "us-east-1.amazonaws.com.example", "notamazonaws.com",
		"s3-us-west-2.example.com", "xdatadoghq.eu", strings.Repeat("a.", 200) + "amazonaws.com",
	} {
		if ref, ok := ParseHost(host); ok {
			t.Errorf("%q is %+v", host, ref)
		}
	}
}

// samples are hosts' words, by cloud: a region as a host of that cloud has it.
var samples = map[string]string{
	AWS: "eu-west-1", Google: "us-east1", Azure: "eastus2", OCI: "us-ashburn-1", "alicloud": "cn-hangzhou",
	"tencentcloud": "ap-singapore", "huaweicloud": "cn-north-4", "opentelekomcloud": "eu-nl", "volcengine": "cn-shanghai",
	"byteplus": "ap-southeast-3", "ibm": "us-south", "digitalocean": "nyc3", "linode": "us-ord", "wasabi": "us-east-2",
	"b2": "us-west-004", "scaleway": "fr-par", "ovh": "gra", "hcloud": "fsn1", "vultr": "ewr", "exoscale": "ch-gva-2",
	"grafana": "eu-west-0", "signalfx": "eu0", "planetscale": "us-east",
}

// Each row of the table is reached: no row above takes its hosts.
func TestHostTable(t *testing.T) {
	t.Parallel()
	var tables Tables
	clouds := Clouds()
	seen := map[string]bool{}
	var above map[string]string
	for _, row := range readTable("data/hosts.csv") {
		if row["domain"] == "" {
			row["domain"], row["cloud"] = above["domain"], above["cloud"]
		} else {
			checkSource(t, row["domain"], row)
		}
		above = row
		for domain := range strings.SplitSeq(row["domain"], ";") {
			name := row["pattern"] + " . " + domain
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
			checkHostRow(t, &tables, name, domain, row)
		}
		if !slices.Contains(clouds, row["cloud"]) {
			t.Errorf("%s is of the cloud %q", row["domain"], row["cloud"])
		}
	}
}

func checkHostRow(t *testing.T, tables *Tables, name, domain string, row map[string]string) {
	t.Helper()
	sample := samples[row["cloud"]]
	if sample == "" {
		sample = samples[AWS]
		if strings.Contains(row["region"], "gcp") {
			sample = samples[Google]
		}
		if strings.Contains(row["region"], "azure") {
			sample = samples[Azure]
		}
	}
	code := map[string]string{AWS: "use1", OCI: "iad"}[row["cloud"]]
	want := Reference{Cloud: row["cloud"], Service: row["service"], Region: row["region"]}
	var labels []string
	if row["pattern"] != "" {
		labels = strings.Split(row["pattern"], ".")
	}
	for i, label := range labels {
		label, _, _ = strings.Cut(label, "|")
		switch {
		case strings.Contains(label, "{region}") && want.Region == "":
			want.Region = sample
		case strings.Contains(label, "{code}"):
			want.Region = code
		case strings.Contains(label, "{name}"), strings.Contains(label, "{id}"):
			want.Name = "n"
		}
		labels[i] = strings.NewReplacer("**", "x", "*", "x", "{name}", "n", "{id}", "n", "{region}", sample, "{code}", code).Replace(label)
	}
	want.Region = strings.ReplaceAll(want.Region, "{region}", sample)
	host := strings.Join(append(labels, domain), ".")
	got, ok := ParseHost(host)
	if !ok || got != want {
		t.Errorf("%s: %s is %+v, want %+v", name, host, got, want)
	}
	if want.Region == "" {
		return
	}
	if _, err := tables.Locate(want.Cloud, want.Service, want.Region); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// FuzzParseHost: a host that is known ends in a known domain, and its region
// and name stand in it.
func FuzzParseHost(f *testing.F) {
	for _, seed := range []string{
		"s3.us-east-1.amazonaws.com", "b.oss-cn-hangzhou-internal.aliyuncs.com", "x-dot-us-central1.composer.googleusercontent.com",
		"m.use1.cache.amazonaws.com", "xy.us-east-2.aws.snowflakecomputing.com", "prometheus-prod-01-eu-west-0.grafana.net", "..", "amazonaws.com",
	} {
		f.Add(seed)
	}
	domains := hostDomains()
	f.Fuzz(func(t *testing.T, host string) {
		ref, ok := ParseHost(host)
		if !ok {
			if ref != (Reference{}) {
				t.Errorf("%q is no known host and yet %+v", host, ref)
			}
			return
		}
		lower := strings.TrimSuffix(strings.ToLower(host), ".")
		isKnown := false
		for rest := lower; !isKnown && rest != ""; _, rest, _ = strings.Cut(rest, ".") {
			isKnown = domains[rest] != nil && domains[rest].cloud == ref.Cloud
		}
		if !isKnown {
			t.Errorf("%q is %+v and ends in no domain of it", host, ref)
		}
		if !isSaid(lower, ref.Region[strings.IndexByte(ref.Region, ':')+1:]) || !strings.Contains(lower, ref.Name) {
			t.Errorf("%q tells %+v", host, ref)
		}
	})
}

func BenchmarkParseHost(b *testing.B) {
	for range b.N {
		ParseHost("objectstorage.us-ashburn-1.oraclecloud.com")
		ParseHost("db.abcdefghijkl.us-east-1.rds.amazonaws.com")
		ParseHost("db.internal.example.com")
	}
}

// BenchmarkColdStart is what a run pays for the tables it asks for: one cloud's,
// and those of the four large ones.
func BenchmarkColdStart(b *testing.B) {
	for name, places := range map[string][][3]string{
		"aws":  {{AWS, "", "us-east-1"}},
		"four": {{AWS, "", "us-east-1"}, {Google, "storage", "us"}, {Azure, "", "eastus"}, {OCI, "", "iad"}},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				var tables Tables
				for _, p := range places {
					if _, err := tables.Locate(p[0], p[1], p[2]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
