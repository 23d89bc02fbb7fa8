package pipelines

import (
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
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
	constraint []string
	// variables give the region where no flag does.
	variables []string
	// explicit says that the command counts only with a region or an endpoint.
	explicit bool
	// repository are the flags with the address of a repository.
	repository []string
	// verbs are arguments one of which must be there.
	verbs []string
	// read makes the attributes of the argument; a bucket's when nil.
	read func(f *services.File, n *document.Node) services.Attributes
}

var (
	awsVariables = []string{"AWS_REGION", "AWS_DEFAULT_REGION"}
	awsRegion    = []string{"--region"}
	awsEndpoint  = []string{"--endpoint-url", "--endpoint"} // a beginning is enough
	gRegion      = []string{"--location", "-l", "--region"}
	azLocation   = []string{"--location", "-l"}

	rcloneRegion   = []string{"--s3-location-constraint", "--s3-region"}
	rcloneEndpoint = []string{"--s3-endpoint"}
)

// commands are tried in order.
var commands = []command{
	{words: []string{"aws", "s3", "mb"}, typ: "cli/bucket", region: awsRegion, endpoint: awsEndpoint, argument: 1, variables: awsVariables},
	{words: []string{"aws", "s3api", "create-bucket"}, typ: "cli/bucket", cloud: "s3", bucket: []string{"--bucket"}, region: awsRegion, endpoint: awsEndpoint, constraint: []string{"LocationConstraint="}, variables: awsVariables},
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
	{words: []string{"aws", "dynamodb", "create-table"}, typ: "cli/database", cloud: "s3", region: awsRegion, endpoint: awsEndpoint, variables: awsVariables},
	{words: []string{"gsutil", "mb"}, typ: "cli/gcsbucket", region: gRegion, argument: -1},
	{words: []string{"gsutil", "-m", "mb"}, typ: "cli/gcsbucket", region: gRegion, argument: -1},
	{words: []string{"gcloud", "storage", "buckets", "create"}, typ: "cli/gcsbucket", region: gRegion, argument: 1},
	{words: []string{"gcloud", "sql", "instances", "create"}, typ: "cli/database", cloud: "gcs", region: []string{"--region", "--zone"}},
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
	{words: []string{"az", "cosmosdb", "create"}, typ: "cli/database", cloud: "azure", region: nil, constraint: []string{"regionName="}, explicit: true},
	{words: []string{"oci", "os", "bucket", "create"}, typ: "cli/bucket", cloud: "oci", bucket: []string{"--name"}, region: awsRegion, variables: []string{"OCI_CLI_REGION"}},
	{words: []string{"barman-cloud-backup"}, typ: "cli/backup", region: []string{"--aws-region"}, endpoint: []string{"--endpoint-url"}, argument: 1, variables: awsVariables},
	{words: []string{"kopia", "repository", "create", "s3"}, typ: "cli/backup", cloud: "s3", bucket: []string{"--bucket"}, region: awsRegion, endpoint: []string{"--endpoint"}},
	{words: []string{"duplicity"}, typ: "cli/backup", region: []string{"--s3-region-name"}, endpoint: []string{"--s3-endpoint-url"}, argument: -1, variables: awsVariables},
	{words: []string{"aws", "rds", "start-db-instance-automated-backups-replication"}, typ: "cli/snapshot", cloud: "s3", region: awsRegion, variables: awsVariables},
	{words: []string{"aws", "dynamodb", "update-table"}, typ: "cli/replica", cloud: "s3", constraint: []string{"RegionName="}, explicit: true},
	{words: []string{"aws", "dynamodb", "create-global-table"}, typ: "cli/replica", cloud: "s3", constraint: []string{"RegionName="}, explicit: true},
	{words: []string{"aws", "secretsmanager", "replicate-secret-to-regions"}, typ: "cli/secret", cloud: "s3", constraint: []string{"Region="}, explicit: true},
	{words: []string{"aws", "kms", "replicate-key"}, typ: "cli/secret", cloud: "s3", region: []string{"--replica-region"}, explicit: true},
	{words: []string{"s5cmd", "cp"}, typ: "cli/copy", region: []string{"--destination-region"}, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"s5cmd", "sync"}, typ: "cli/copy", region: []string{"--destination-region"}, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"s5cmd", "mv"}, typ: "cli/copy", region: []string{"--destination-region"}, endpoint: awsEndpoint, argument: -1, explicit: true},
	{words: []string{"s3cmd", "mb"}, typ: "cli/bucket", region: []string{"--region", "--bucket-location"}, endpoint: []string{"--host"}, argument: 1},
	{words: []string{"s3cmd", "put"}, typ: "cli/copy", region: awsRegion, endpoint: []string{"--host"}, argument: -1, explicit: true},
	{words: []string{"s3cmd", "sync"}, typ: "cli/copy", region: awsRegion, endpoint: []string{"--host"}, argument: -1, explicit: true},
	{words: []string{"rclone", "sync"}, typ: "cli/copy", region: rcloneRegion, endpoint: rcloneEndpoint, argument: -1, explicit: true, read: remote},
	{words: []string{"rclone", "copy"}, typ: "cli/copy", region: rcloneRegion, endpoint: rcloneEndpoint, argument: -1, explicit: true, read: remote},
	{words: []string{"rclone", "copyto"}, typ: "cli/copy", region: rcloneRegion, endpoint: rcloneEndpoint, argument: -1, explicit: true, read: remote},
	{words: []string{"rclone", "move"}, typ: "cli/copy", region: rcloneRegion, endpoint: rcloneEndpoint, argument: -1, explicit: true, read: remote},
	{words: []string{"rclone", "rcat"}, typ: "cli/copy", region: rcloneRegion, endpoint: rcloneEndpoint, argument: -1, explicit: true, read: remote},
	{words: []string{"restic"}, typ: "restic/repository", repository: []string{"-r", "--repo"}, constraint: []string{"s3.region="}, variables: awsVariables, verbs: []string{"backup", "init", "copy"}},
	{words: []string{"borg", "create"}, typ: "borgmatic/repository", argument: 1, read: archive},
	{words: []string{"borg", "init"}, typ: "borgmatic/repository", argument: -1, read: archive},
	{words: []string{"barman-cloud-wal-archive"}, typ: "cli/backup", region: []string{"--aws-region"}, endpoint: []string{"--endpoint-url"}, argument: 1, variables: awsVariables},
	{words: []string{"velero", "install"}, typ: "cli/backup", cloud: "s3", bucket: []string{"--bucket"}, constraint: []string{"region="}},
}

// mayBeIn says whether the words of a command may stand in a text.
func (c *command) mayBeIn(text *source.Words) bool { return text.HasAll(c.words...) }

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

// remote reads a remote of rclone with its bucket: one that is made on the spot, as
// in :s3,region=eu-west-1:bucket, or the name of one, of which flags say where it is.
func remote(f *services.File, n *document.Node) services.Attributes {
	text := n.Text
	name, isMade := strings.CutPrefix(text, ":")
	end := strings.IndexByte(name, ':')
	if end < 0 || strings.Contains(text, "://") && !isMade {
		return nil
	}
	at := len(text) - len(name)
	a := services.Attributes{"cloud": services.Word("s3")}
	if from := at + end + 1; from < len(text) {
		a["bucket"] = f.Text(services.Part(n, from, from+until(text[from:], "/")))
	}
	if !isMade {
		return a
	}
	options := strings.Split(name[:end], ",")
	if options[0] != "s3" {
		return nil
	}
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		from := at + len(option) - len(value)
		switch key {
		case "region", "location_constraint":
			a["region"] = f.Text(services.Part(n, from, from+len(value)))
		case "endpoint":
			a["host"] = f.Hosts(services.Part(n, from, from+len(value)))
		}
		at += len(option) + 1
	}
	return a
}

// archive reads the repository of Borg before the name of an archive.
func archive(f *services.File, n *document.Node) services.Attributes {
	repository, _, _ := strings.Cut(n.Text, "::")
	if repository == "" {
		return nil
	}
	return f.Repository(services.Part(n, 0, len(repository)))
}

// until is the offset of the first of some characters, the length of the text when
// there is none.
func until(text, chars string) int {
	if at := strings.IndexAny(text, chars); at >= 0 {
		return at
	}
	return len(text)
}

// does says whether a command has one of the verbs that make it count.
func (c *command) does(args []*document.Node) bool {
	return c.verbs == nil || slices.ContainsFunc(args, func(n *document.Node) bool { return slices.Contains(c.verbs, n.Text) })
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
