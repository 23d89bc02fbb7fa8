package pipelines

import (
	"bytes"

	"github.com/stateside-dev/stateside/internal/document"
)

// command is what is known of one command.
type command struct {
	// words with which it begins.
	words []string
	// typ of the catalogue.
	typ string
	// cloud of its bucket, where the words tell it.
	cloud string
	// bucket, region, endpoint are its flags.
	bucket, region, endpoint []string
	// argument is the argument with the URL of the bucket, counted from 1; -1 is
	// the last one.
	argument int
	// constraint stands before the region within a flag's value.
	constraint string
	// several says that it may stand before several regions, of which the first
	// is where data is written.
	several bool
	// endpointIn stands likewise before an endpoint.
	endpointIn string
	// variables give the region where no flag does.
	variables []string
	// explicit says that the command counts only with a region or an endpoint.
	explicit bool
	// repository are its flags that name a repository as restic does.
	repository []string
}

var (
	awsVariables = []string{"AWS_REGION", "AWS_DEFAULT_REGION"}
	awsRegion    = []string{"--region"}
	awsEndpoint  = []string{"--endpoint-url", "--endpoint"} // a beginning is enough
	gRegion      = []string{"--location", "-l", "--region"}
	azLocation   = []string{"--location", "-l"}
)

// commands are tried in order.
var commands = []command{
	{words: []string{"aws", "s3", "mb"}, typ: "cli/bucket", region: awsRegion, endpoint: awsEndpoint, argument: 1, variables: awsVariables},
	{words: []string{"aws", "s3api", "create-bucket"}, typ: "cli/bucket", cloud: "s3", bucket: []string{"--bucket"}, region: awsRegion, endpoint: awsEndpoint, constraint: "LocationConstraint=", variables: awsVariables},
	{words: []string{"aws", "s3", "sync"}, typ: "cli/copy", region: awsRegion, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"aws", "s3", "cp"}, typ: "cli/copy", region: awsRegion, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"aws", "s3", "mv"}, typ: "cli/copy", region: awsRegion, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"aws", "ec2", "copy-snapshot"}, typ: "cli/snapshot", cloud: "s3", region: []string{"--region", "--destination-region"}, variables: awsVariables},
	{words: []string{"aws", "ec2", "copy-image"}, typ: "cli/snapshot", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "copy-db-snapshot"}, typ: "cli/snapshot", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "copy-db-cluster-snapshot"}, typ: "cli/snapshot", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "create-db-instance"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "create-db-cluster"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "create-db-instance-read-replica"}, typ: "cli/replica", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "restore-db-instance-from-db-snapshot"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "restore-db-instance-to-point-in-time"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "restore-db-cluster-from-snapshot"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "rds", "restore-db-cluster-to-point-in-time"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "docdb", "create-db-cluster"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "redshift", "create-cluster"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "opensearch", "create-domain"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "elasticache", "create-cache-cluster"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "elasticache", "create-replication-group"}, typ: "cli/database", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "dynamodb", "create-table"}, typ: "cli/database", cloud: "s3", region: awsRegion, endpoint: awsEndpoint, variables: awsVariables},
	{words: []string{"gsutil", "mb"}, typ: "cli/gcsbucket", region: gRegion, argument: -1},
	{words: []string{"gsutil", "-m", "mb"}, typ: "cli/gcsbucket", region: gRegion, argument: -1},
	{words: []string{"gcloud", "storage", "buckets", "create"}, typ: "cli/gcsbucket", region: gRegion, argument: 1},
	{words: []string{"gcloud", "sql", "instances", "create"}, typ: "cli/database", cloud: "gcs", region: []string{"--region", "--zone"}},
	{words: []string{"gcloud", "firestore", "databases", "create"}, typ: "cli/firestore", cloud: "gcs", region: []string{"--location"}},
	{words: []string{"gcloud", "redis", "instances", "create"}, typ: "cli/database", cloud: "gcs", region: []string{"--region"}},
	{words: []string{"gcloud", "alloydb", "clusters", "create"}, typ: "cli/database", cloud: "gcs", region: []string{"--region"}},
	{words: []string{"gcloud", "spanner", "instances", "create"}, typ: "cli/spanner", cloud: "gcs", region: []string{"--config"}, explicit: true},
	{words: []string{"bq", "mk"}, typ: "cli/bigquery", cloud: "gcs", region: []string{"--location", "--data_location"}, explicit: true},
	{words: []string{"az", "storage", "account", "create"}, typ: "cli/bucket", cloud: "azure", bucket: []string{"--name", "-n"}, region: azLocation},
	{words: []string{"az", "sql", "server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "postgres", "flexible-server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "mysql", "flexible-server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "postgres", "server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "mysql", "server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "mariadb", "server", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "sql", "mi", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "redis", "create"}, typ: "cli/database", cloud: "azure", region: azLocation},
	{words: []string{"az", "cosmosdb", "create"}, typ: "cli/database", cloud: "azure", region: nil, constraint: "regionName=", several: true, explicit: true},
	{words: []string{"oci", "os", "bucket", "create"}, typ: "cli/bucket", cloud: "oci", bucket: []string{"--name"}, region: awsRegion, variables: []string{"OCI_CLI_REGION"}},
	{words: []string{"barman-cloud-backup"}, typ: "cli/backup", region: []string{"--aws-region"}, endpoint: []string{"--endpoint-url"}, argument: 1, variables: awsVariables},
	{words: []string{"s3cmd", "mb"}, typ: "cli/bucket", region: []string{"--bucket-location", "--region"}, endpoint: []string{"--host"}, argument: -1},
	{words: []string{"restic"}, typ: "restic/repository", repository: []string{"-r", "--repo"}, variables: []string{"AWS_DEFAULT_REGION"}},
	{words: []string{"kopia", "repository", "create", "s3"}, typ: "cli/backup", cloud: "s3", bucket: []string{"--bucket"}, region: awsRegion, endpoint: []string{"--endpoint"}},
	{words: []string{"duplicity"}, typ: "cli/backup", region: []string{"--s3-region-name"}, endpoint: []string{"--s3-endpoint-url"}, argument: -1, variables: awsVariables},
	{words: []string{"velero", "install"}, typ: "cli/backup", cloud: "s3", bucket: []string{"--bucket"}, constraint: "region=", endpointIn: "s3Url="},
}

// mayBeIn says whether the words of a command may stand in a text.
func (c *command) mayBeIn(text []byte) bool {
	for _, w := range c.words {
		if !bytes.Contains(text, []byte(w)) {
			return false
		}
	}
	return true
}

// fits says whether a line begins with the command. Flags that hold for all
// commands of aws may stand between its words.
func (c *command) fits(words []*document.Node) bool {
	if len(words) < len(c.words) {
		return false
	}
	for i, w := range c.words {
		if words[i].Text != w {
			return false
		}
	}
	return true
}

// target is the argument with the bucket: of a copy, the last of them.
func (c *command) target(args []*document.Node) *document.Node {
	switch {
	case len(args) == 0:
		return nil
	case c.argument < 0:
		return args[len(args)-1]
	case c.argument > len(args):
		return nil
	}
	return args[c.argument-1]
}
