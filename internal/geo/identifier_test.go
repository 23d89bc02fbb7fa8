package geo

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseIdentifier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		whole bool
		want  Reference
		ok    bool
	}{
		{"arn:aws:s3:::my-bucket", true, Reference{AWS, "s3", "", "my-bucket"}, true},
		{"arn:aws:s3:::my-bucket/key/a", true, Reference{AWS, "s3", "", "my-bucket"}, true},
		{"arn:aws:s3:::ap-southeast-1", true, Reference{AWS, "s3", "", "ap-southeast-1"}, true},
		{"arn:aws:s3:us-west-2:111122223333:accesspoint/ap", true, Reference{AWS, "s3", "us-west-2", "ap"}, true},
		{"arn:aws:s3::111122223333:accesspoint/abc.mrap", true, Reference{AWS, "s3", "", "abc.mrap"}, true},
		{"arn:aws:backup:us-east-1:1:backup-vault:v", true, Reference{AWS, "backup", "us-east-1", "v"}, true},
		{"arn:aws-us-gov:kms:us-gov-west-1:1:key/k", true, Reference{AWS, "kms", "us-gov-west-1", "k"}, true},
		{"arn:aws-cn:s3:::b", true, Reference{AWS, "s3", "", "b"}, true},
		{"arn:aws:dynamodb:eu-west-1:1:table/t", true, Reference{AWS, "dynamodb", "eu-west-1", "t"}, true},
		{"arn:aws:dynamodb:*:1:table/t", true, Reference{AWS, "dynamodb", "", "t"}, true},
		{"arn:aws:backup:us-east-1:", false, Reference{AWS, "backup", "us-east-1", ""}, true},
		{"arn:aws:backup:us-east-1", false, Reference{AWS, "backup", "", ""}, true},
		{"arn:aws:backup:us", false, Reference{AWS, "backup", "", ""}, true},
		{"arn:aws:", false, Reference{}, false},
		{"arn:", false, Reference{}, false},
		{"arn:minio:sqs::1:webhook", true, Reference{}, false},
		{"ocid1.bucket.oc1.iad.aaaa", true, Reference{OCI, "bucket", "iad", ""}, true},
		{"ocid1.filesystem.oc1.eu_frankfurt_1.aaaa", true, Reference{OCI, "filesystem", "eu_frankfurt_1", ""}, true},
		{"ocid1.autonomousdatabase.oc1.ap-singapore-1.abc", true, Reference{OCI, "autonomousdatabase", "ap-singapore-1", ""}, true},
		{"ocid1.compartment.oc1..aaaa", true, Reference{OCI, "compartment", "", ""}, true},
		{"ocid1.bucket.oc1.iad", false, Reference{}, false},
		{"acs:oss:*:1234:bucket/key", true, Reference{"alicloud", "oss", "", "bucket"}, true},
		{"acs:rds:cn-hangzhou:1234:dbinstance/rm-1", true, Reference{"alicloud", "rds", "cn-hangzhou", "rm-1"}, true},
		{"acs:kms:ap-southeast-1", false, Reference{"alicloud", "kms", "", ""}, true},
		{"acs:kms", true, Reference{}, false},
		{"trn:tos:cn-beijing:1:bucket", true, Reference{"volcengine", "tos", "cn-beijing", "bucket"}, true},
		{"qcs::cos:ap-singapore:uid/1:bucket-1250000000/*", true, Reference{"tencentcloud", "cos", "ap-singapore", "bucket-1250000000"}, true},
		{"qcs::cos:ap-singapore::bucket-1250000000", true, Reference{"tencentcloud", "cos", "ap-singapore", "bucket-1250000000"}, true},
		{"qcs::cos", true, Reference{}, false},
		{"crn:v1:bluemix:public:cloud-object-storage:global:a/1:i:bucket:b", true, Reference{"ibm", "cloud-object-storage", "", "b"}, true},
		{"crn:v1:bluemix:public:databases-for-postgresql:eu-de:a/1:i::", true, Reference{"ibm", "databases-for-postgresql", "eu-de", ""}, true},
		{"crn:v1:bluemix", true, Reference{}, false},
		{"urn:smn:ap-southeast-1:0123:topic", true, Reference{"huaweicloud", "smn", "ap-southeast-1", "topic"}, true},
		{"urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", true, Reference{}, false},
		{"s3://b/prefix", true, Reference{AWS, "s3", "", "b"}, true},
		{"s3a://b/prefix", true, Reference{AWS, "s3", "", "b"}, true},
		{"s3://b@eu-west-1/", true, Reference{AWS, "s3", "eu-west-1", "b"}, true},
		{"s3://arn:aws:s3:eu-west-1:1:accesspoint/ap", true, Reference{AWS, "s3", "eu-west-1", "ap"}, true},
		{"oss://b/p", true, Reference{"alicloud", "oss", "", "b"}, true},
		{"oci://b@namespace/p", true, Reference{OCI, "objectstorage", "", "b"}, true},
		{"gs://b", true, Reference{Google, "gs", "", "b"}, true},
		{"gs://b", false, Reference{Google, "gs", "", ""}, true},
		{"bq://project.dataset", true, Reference{Google, "bigquery", "", "dataset"}, true},
		{"aws://111122223333/eu-west-1", true, Reference{AWS, "", "eu-west-1", ""}, true},
		{"aws://111122223333/eu-west", false, Reference{AWS, "", "", ""}, true},
		{"projects/p/locations/us-west1/clusters/c", true, Reference{Google, "", "us-west1", "c"}, true},
		{"https://www.googleapis.com/compute/v1/projects/p/zones/us-east1-b/disks/d", true, Reference{Google, "", "us-east1-b", "d"}, true},
		{"//bigtable.googleapis.com/projects/p/locations/us-east1/instances/i", true, Reference{Google, "", "us-east1", "i"}, true},
		{"//evil.example/projects/p/locations/us-east1/x", true, Reference{}, false},
		{"https://evil.example/googleapis.com/projects/p/locations/us-east1/x", true, Reference{}, false},
		{"https://googleapis.com.evil.example/projects/p/locations/us-east1/x", true, Reference{}, false},
		{"projects/p/locations/us", false, Reference{Cloud: Google}, true},
		{"proj:us-east1:db", true, Reference{Google, "sql", "us-east1", "db"}, true},
		{"example.com:proj:europe-west2:db", true, Reference{Google, "sql", "europe-west2", "db"}, true},
		{"a:b:c", true, Reference{}, false},
		{"proj:us-east1:d", false, Reference{}, false},
		{"storage.googleapis.com/b", true, Reference{Google, "storage", "", "b"}, true},
		{"logging.googleapis.com/projects/p/locations/eu/buckets/l", true, Reference{Google, "logging", "eu", "l"}, true},
		{"/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a", true, Reference{Azure, "", "", "a"}, true},
		{"/subscriptions/s/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/v", true, Reference{Azure, "", "westeurope", "v"}, true},
		{"/subscriptions/s/providers/P/locations/westeur", false, Reference{Azure, "", "", ""}, true},
		{"https://acct.blob.core.windows.net/c", true, Reference{Azure, "storage", "", "acct"}, true},
		{"abfss://fs@acct.dfs.core.windows.net/p", true, Reference{Azure, "storage", "", "acct"}, true},
		{"https://b.s3.eu-west-1.amazonaws.com/k", true, Reference{AWS, "s3", "eu-west-1", "b"}, true},
		{"https://b.s3.eu-west-1.amazonaws.com", false, Reference{}, false}, // .cn may follow
		{"https://b.s3.amazonaws.com/k", true, Reference{AWS, "s3", "", "b"}, true},
		{"https://s3.eu-west-1.amazonaws.com/bucket/key", true, Reference{AWS, "s3", "eu-west-1", "bucket"}, true},
		{"https://s3.eu-west-1.amazonaws.com/buck", false, Reference{AWS, "s3", "eu-west-1", ""}, true},
		{"https://sqs.us-east-1.amazonaws.com/111122223333/q.fifo", true, Reference{AWS, "sqs", "us-east-1", "q.fifo"}, true},
		{"https://storage.googleapis.com/bucket/o", true, Reference{Google, "storage", "", "bucket"}, true},
		{"https://objectstorage.us-phoenix-1.oraclecloud.com/n/x/b/y", true, Reference{OCI, "objectstorage", "us-phoenix-1", "y"}, true},
		{"https://objectstorage.us-phoenix-1.oraclecloud.com/n/x/b/y/o/z", true, Reference{OCI, "objectstorage", "us-phoenix-1", "y"}, true},
		{"https://ns.compat.objectstorage.us-ashburn-1.oraclecloud.com", true, Reference{OCI, "objectstorage", "us-ashburn-1", ""}, true},
		{"postgres://u:p@db.abc.eu-west-1.rds.amazonaws.com:5432/d", true, Reference{AWS, "rds", "eu-west-1", "db"}, true},
		{"jdbc:postgresql://db.abc.eu-west-1.rds.amazonaws.com:5432/d", true, Reference{AWS, "rds", "eu-west-1", "db"}, true},
		{"jdbc:sqlserver://srv.database.windows.net:1433;databaseName=d", true, Reference{Azure, "mssql", "", "srv"}, true},
		{"jdbc:oracle:thin:@//h:1521/s", true, Reference{}, false},
		{"mongodb+srv://u:p@c0.abcde.mongodb.net/d", true, Reference{Cloud: "mongodbatlas"}, true},
		{"mongodb://a.us-east-1.docdb.amazonaws.com:27017,b.us-east-1.docdb.amazonaws.com:27017/d", true, Reference{AWS, "docdb", "us-east-1", ""}, true},
		{"mongodb://a.us-east-1.docdb.amazonaws.com,b.eu-west-1.docdb.amazonaws.com/d", true, Reference{}, false},
		{"https://u:p@o1.ingest.de.sentry.io/2", true, Reference{Cloud: "sentry", Region: "de"}, true},
		{"https://s3.corp.example/b", true, Reference{}, false},
		{"https://s3.us-east-1.amazonaws.com.evil.example/", true, Reference{}, false},
		{"https://evil.example/s3.us-east-1.amazonaws.com/", true, Reference{}, false},
		{"https://s3.us-east-1.amazonaws.com@evil.example/", true, Reference{}, false},
		{"https://evil.example?s3.us-east-1.amazonaws.com/", true, Reference{}, false},
		{"my-bucket", true, Reference{}, false},
		{"://", true, Reference{}, false},
		{"", true, Reference{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := ParseIdentifier(tt.text, tt.whole)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://S3.Corp.example:9000/x": "s3.corp.example", "s3.corp.example:9000": "s3.corp.example",
		"s3.corp.example": "s3.corp.example", "s3.corp.example/path": "s3.corp.example", "": "",
		"mongodb://u:p@a.example:1,b.example:2/d": "a.example", "https://a.example?b.example/": "a.example",
		"postgres://u:p%@a.example/d": "a.example", "u@a.example": "a.example", "http://[2001:db8::1]:80/x": "2001:db8::1",
		`https://a.example\@b.example/`: "a.example", "a.example;x=1": "a.example",
		"redis.users.svc.cluster.local.": "redis.users.svc.cluster.local", "http://s3.eu-west-1.amazonaws.com.:443/bucket": "s3.eu-west-1.amazonaws.com",
	} {
		if got := Host(text); got != want {
			t.Errorf("host of %q is %q", text, got)
		}
	}
}

// FuzzParseIdentifier: whatever the text, nothing is made up. A region or a name
// stands in the text, and knowing less of a text never tells more of it.
func FuzzParseIdentifier(f *testing.F) {
	for _, seed := range []string{
		"arn:aws:s3:::b/k", "ocid1.bucket.oc1.iad.a", "https://b.s3.eu-west-1.amazonaws.com/k", "s3://b@r/", "qcs::cos:r::b",
		"projects/p/locations/l/x/y", "jdbc:a://h,h2/d", "crn:v1:a:b:c:d:e:f:g:h", "https://a:b@c:d@e/f", "/subscriptions/a/locations/b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, ok := ParseIdentifier(text, true)
		if !ok && ref != (Reference{}) {
			t.Errorf("%q is no identifier and yet %+v", text, ref)
		}
		if !utf8.ValidString(text) {
			return
		}
		if region := ref.Region[strings.IndexByte(ref.Region, ':')+1:]; ref.Cloud != "" && !isSaid(text, region) {
			t.Errorf("%q tells the region %q", text, ref.Region)
		}
		if part, ok := ParseIdentifier(text, false); ok && part.Region != "" && part.Region != ref.Region {
			t.Errorf("%q tells the region %q as a whole and %q as a beginning", text, ref.Region, part.Region)
		}
	})
}

// isSaid says whether a region stands in a text, or is that of a host which
// tells its region in another way.
func isSaid(text, region string) bool {
	if strings.Contains(strings.ToLower(text), strings.ToLower(region)) {
		return true
	}
	for row := range rowsOf("data/hosts.csv") {
		if row.get("region") == region {
			return true
		}
	}
	return false
}
