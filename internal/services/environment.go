package services

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/source"
)

// variables is a set of environment variables that say together where a program
// puts data.
type variables struct {
	// typ of the catalogue.
	typ string
	// each lists the names of which every one is a store of its own. A * stands
	// for any text.
	each []string
	// read makes the attributes of the value: a bucket's or a server's.
	read func(f *File, n *document.Node) Attributes
	// also gives further attributes: the first of the names that is set.
	also map[string][]string
}

// Environment reads the environment variables of a program, however they are
// written: in a file of their own, or in a manifest. Only names that tools and
// frameworks give a meaning to count, and of these only the ones that name a
// bucket or a server: a default region alone is no store.
func (f *File) Environment(doc *document.Node) { f.EnvironmentOf("", doc) }

// EnvironmentOf reads the variables of one of several programs in a file, whose
// name goes before the addresses.
func (f *File) EnvironmentOf(program string, doc *document.Node) {
	before := f.Lookup
	f.Lookup = func(name string) *document.Node {
		if n := doc.Get(name); n != nil {
			return n
		}
		if before != nil {
			return before(name)
		}
		return nil
	}
	defer func() { f.Lookup = before }()
	f.remotes(program, doc)
	seen := map[string]bool{}
	for _, p := range doc.Entries() {
		if seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		for i := range environment {
			if v := &environment[i]; v.has(p.Key) {
				f.variable(program, doc, v, p)
				break
			}
		}
	}
}

// backupTypes are the types of what programs that back up take from the
// environment.
var backupTypes = []string{"walg/storage", "restic/repository", "litestream/replica", "pgbackrest/repo", "borgmatic/repository"}

// MayHaveBackupVariables says whether a text has the name of a variable that
// BackupVariables reads.
func MayHaveBackupVariables(text *source.Words) bool {
	return slices.ContainsFunc(environment, func(v variables) bool {
		return slices.Contains(backupTypes, v.typ) && text.HasAny(v.each...)
	})
}

// BackupVariables reads, of the variables that a script or a pipeline sets, those of
// programs that back up: others may be about anything. own are the variables that
// count, and all those that the program sees, regions among them.
func (f *File) BackupVariables(program string, own, all *document.Node) {
	for _, p := range own.Entries() {
		for i := range environment {
			if v := &environment[i]; slices.Contains(backupTypes, v.typ) && v.has(p.Key) {
				f.variable(program, all, v, p)
				break
			}
		}
	}
}

// remotes reads the remotes of rclone that variables define, RCLONE_CONFIG_NAME_TYPE
// and others.
func (f *File) remotes(program string, doc *document.Node) {
	const before, after = "RCLONE_CONFIG_", "_TYPE"
	var names []string
	settings := map[string]*document.Node{}
	for _, p := range doc.Entries() {
		rest, isRemote := strings.CutPrefix(p.Key, before)
		name, isType := strings.CutSuffix(rest, after)
		if isRemote && isType && settings[name] == nil {
			names = append(names, name)
			settings[name] = &document.Node{Kind: document.Map, Range: p.Range}
		}
	}
	if len(names) == 0 {
		return
	}
	for _, p := range doc.Entries() {
		rest, _ := strings.CutPrefix(p.Key, before)
		for at := range rest {
			if s := settings[rest[:at]]; s != nil && rest[at] == '_' {
				s.Pairs = append(s.Pairs, document.Pair{Key: strings.ToLower(rest[at+1:]), Range: p.Range, Value: p.Value})
			}
		}
	}
	for _, name := range names {
		f.Remote(program+before+name, settings[name].Range, settings[name])
	}
}

// Remote adds a remote of rclone, when its settings say where it is.
func (f *File) Remote(address string, at hcl.Range, s *document.Node) {
	a := Attributes{"cloud": f.First(s.Get("provider"), s.Get("type"))}
	switch s.Get("type").String() {
	case "s3":
		a["host"] = f.Hosts(s.Get("endpoint"))
		a["region"] = f.First(s.Get("location_constraint"), s.Get("region"))
	case "google cloud storage":
		a["region"] = f.Text(s.Get("location"))
	case "azureblob", "azurefiles":
		a["bucket"] = f.Text(s.Get("account"))
	case "oracleobjectstorage", "swift":
		a["region"] = f.Text(s.Get("region"))
		a["host"] = f.Hosts(s.Get("endpoint"))
	case "sftp", "ftp", "webdav", "smb":
		a["host"] = f.First(s.Get("host"))
		if a["host"] == nil {
			a["host"] = f.Hosts(s.Get("url"))
		}
	}
	if a["host"] != nil || a["region"] != nil || a["bucket"] != nil {
		f.Add("rclone/remote", address, at, a)
	}
}

// Ways reads the variables of one program for each of several ways in which they
// are set. What is the same in all of them counts once.
func (f *File) Ways(sets []*document.Node) {
	seen := map[string]bool{}
	before := f.Lookup
	defer func() { f.Lookup = before }()
	for _, set := range sets {
		f.Lookup = set.Get
		for _, key := range set.Keys() {
			for i := range environment {
				v := &environment[i]
				if !v.has(key) {
					continue
				}
				if way := v.way(set, key); !seen[way] {
					seen[way] = true
					f.variable("", set, v, *set.Pair(key))
				}
				break
			}
		}
	}
}

// way is a text that is the same for variables that are set in the same places.
func (v *variables) way(set *document.Node, key string) string {
	way := fmt.Sprint(key, set.Get(key).Range.Start)
	for _, attribute := range slices.Sorted(maps.Keys(v.also)) {
		for _, name := range v.also[attribute] {
			if n := set.Get(name); n != nil {
				way += fmt.Sprint(name, n.Range.Start)
			}
		}
	}
	return way
}

func (v *variables) has(name string) bool {
	return slices.ContainsFunc(v.each, func(known string) bool {
		ok, err := path.Match(known, name)
		return ok && err == nil
	})
}

func (f *File) variable(program string, doc *document.Node, v *variables, p document.Pair) {
	n := doc.Get(p.Key)
	if !n.IsScalar() || n.Text == "" {
		return
	}
	a := v.read(f, n)
	if a == nil {
		return
	}
	for name, keys := range v.also {
		if a[name] != nil {
			continue
		}
		for _, key := range keys {
			value := f.Text(doc.Get(key))
			if name == "host" {
				value = f.Hosts(doc.Get(key))
			}
			if value != nil && value.Kind != lang.Null && !isEmpty(value) {
				a[name] = value
				break
			}
		}
	}
	if local := localStack(doc); a["bucket"] != nil && a["host"] == nil && local != nil {
		a["host"] = lang.StringVal("localstack").At(local.Range)
	}
	f.Add(v.typ, program+p.Key, p.Range, a)
}

// localStack is the variable that says that LocalStack stands for the cloud, under
// a name of the program's own; nil when there is none.
func localStack(doc *document.Node) *document.Node {
	for _, p := range doc.Entries() {
		if strings.Contains(p.Key, "LOCALSTACK") && slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(p.Value.String())) {
			return p.Value
		}
	}
	return nil
}

// inS3, inGCS and inAzure read the name of a bucket or account.
func inS3(f *File, n *document.Node) Attributes {
	return named(f, n, "s3")
}

func inGCS(f *File, n *document.Node) Attributes { return named(f, n, "gcs") }

func inAzure(f *File, n *document.Node) Attributes { return named(f, n, "azure") }

func named(f *File, n *document.Node, cloud string) Attributes {
	a := f.BucketOf(n)
	if a["cloud"] == nil {
		a["cloud"] = lang.StringVal(cloud)
	}
	if v := a["bucket"]; v == nil || v.Kind == lang.Null {
		return nil
	}
	return a
}

// Word is the value of a word that the catalogue knows.
func Word(word string) *lang.Value { return lang.StringVal(word) }

// connected reads the account of a connection string.
func connected(f *File, n *document.Node) Attributes {
	if !strings.Contains(n.Text, "AccountName=") {
		return nil
	}
	return Attributes{"cloud": lang.StringVal("azure"), "bucket": f.Hosts(n)}
}

// local are the schemes of databases that are files.
var local = []string{"sqlite", "sqlite3", "file", "memory", "h2", "hsqldb", "derby", "tc", "null", "data", "mock", "test"}

// Server reads the address of a server; nil for a database that is a file.
func Server(f *File, n *document.Node) Attributes {
	if n.IsScalar() && slices.Contains(local, Scheme(n.Text)) {
		return nil
	}
	v := f.AllHosts(n)
	if v == nil {
		return nil
	}
	return Attributes{"host": v}
}

// Account reads the account of Snowflake, which is the beginning of its host.
func Account(f *File, n *document.Node) Attributes {
	text, ok := orNull(f.Text(n)).Text()
	if !ok || text == "" {
		return nil
	}
	if !strings.Contains(text, ".snowflakecomputing.") {
		text += ".snowflakecomputing.com"
	}
	return Attributes{"host": lang.StringVal(text).At(n.Range)}
}

// databases are the schemes of Airflow's connections that are databases.
var databases = []string{"postgres", "postgresql", "mysql", "mssql", "oracle", "mongo", "mongodb", "redis", "redshift", "cassandra", "trino", "presto", "elasticsearch"}

// Connection reads a connection of Airflow that is a database: a URL, a map of its
// parts, or such a map as JSON in a text; nil for another one.
func (f *File) Connection(n *document.Node) Attributes {
	if n.IsScalar() && strings.HasPrefix(n.Text, "{") {
		inner, err := document.ParseJSON(n.Range.Filename, []byte(n.Text))
		if err != nil {
			return nil
		}
		return f.Connection(inner.MovedTo(n.Range))
	}
	if host := n.Get("host"); host.IsScalar() && slices.Contains(databases, n.Get("conn_type").String()) {
		return Server(f, host)
	}
	if !n.IsScalar() || !slices.Contains(databases, Scheme(n.Text)) {
		return nil
	}
	return Server(f, n)
}

func connection(f *File, n *document.Node) Attributes { return f.Connection(n) }

func repository(f *File, n *document.Node) Attributes { return f.Repository(n) }

// region reads a setting that is a region or site by itself.
func region(f *File, n *document.Node) Attributes {
	v := f.Text(n)
	if v == nil || v.Kind == lang.Null {
		return nil
	}
	return Attributes{"region": v}
}

// The names by which programs take regions and endpoints of S3 from the
// environment, the most particular first.
var (
	s3Regions = []string{
		"S3_REGION", "AWS_S3_REGION", "AWS_S3_REGION_NAME", "S3_REGION_NAME", "AWS_BUCKET_REGION", "S3_BUCKET_REGION", "BUCKET_REGION",
		"STORAGE_REGION", "SPACES_REGION", "AWS_DEFAULT_REGION", "AWS_REGION",
	}
	s3Endpoints = []string{
		"S3_ENDPOINT", "S3_ENDPOINT_URL", "AWS_S3_ENDPOINT", "AWS_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT",
		"SPACES_ENDPOINT", "R2_ENDPOINT", "MINIO_ENDPOINT", "MINIO_URL",
	}
	backupRegions = append([]string{"BACKUP_S3_REGION", "S3_BACKUP_REGION", "AWS_BACKUP_REGION", "BACKUP_REGION"}, s3Regions...)
)

// environment is what is known of variables. The first that has a name counts.
var environment = []variables{
	// Programs that back up.
	{"walg/storage", []string{"WALG_S3_PREFIX", "WALE_S3_PREFIX"}, repository, map[string][]string{"region": {"AWS_REGION"}, "host": {"AWS_ENDPOINT"}}},
	{"walg/storage", []string{"WALG_GS_PREFIX", "WALE_GS_PREFIX"}, repository, nil},
	{"walg/storage", []string{"WALG_AZ_PREFIX"}, func(f *File, n *document.Node) Attributes {
		return Attributes{"cloud": lang.StringVal("azure"), "container": f.Text(n)}
	}, map[string][]string{"bucket": {"AZURE_STORAGE_ACCOUNT"}}},
	{"walg/storage", []string{"WALG_OSS_PREFIX"}, repository, map[string][]string{"region": {"OSS_REGION"}, "host": {"OSS_ENDPOINT"}}},
	{"walg/storage", []string{"WALG_SSH_PREFIX", "WALG_SWIFT_PREFIX"}, repository, nil},
	{"restic/repository", []string{"RESTIC_REPOSITORY"}, repository, map[string][]string{"region": {"AWS_DEFAULT_REGION", "AWS_REGION"}}},
	{"borgmatic/repository", []string{"BORG_REPO"}, repository, nil},
	{"litestream/replica", []string{"LITESTREAM_REPLICA_URL", "LITESTREAM_URL", "REPLICA_URL"}, repository, map[string][]string{"region": {"LITESTREAM_S3_REGION", "LITESTREAM_REGION", "AWS_REGION"}, "host": {"LITESTREAM_S3_ENDPOINT", "LITESTREAM_ENDPOINT"}}},
	{"litestream/replica", []string{"LITESTREAM_S3_BUCKET", "LITESTREAM_BUCKET"}, inS3, map[string][]string{"region": {"LITESTREAM_S3_REGION", "LITESTREAM_REGION", "AWS_REGION"}, "host": {"LITESTREAM_S3_ENDPOINT", "LITESTREAM_ENDPOINT"}}},
	{"pgbackrest/repo", []string{"PGBACKREST_REPO1_S3_BUCKET"}, inS3, map[string][]string{"region": {"PGBACKREST_REPO1_S3_REGION"}, "host": {"PGBACKREST_REPO1_S3_ENDPOINT"}}},
	{"pgbackrest/repo", []string{"PGBACKREST_REPO2_S3_BUCKET"}, inS3, map[string][]string{"region": {"PGBACKREST_REPO2_S3_REGION"}, "host": {"PGBACKREST_REPO2_S3_ENDPOINT"}}},
	{"pgbackrest/repo", []string{"PGBACKREST_REPO1_GCS_BUCKET", "PGBACKREST_REPO2_GCS_BUCKET"}, inGCS, nil},
	{"pgbackrest/repo", []string{"PGBACKREST_REPO1_AZURE_ACCOUNT", "PGBACKREST_REPO2_AZURE_ACCOUNT"}, inAzure, nil},
	{"app/backup", []string{"BACKUP_S3_BUCKET", "S3_BACKUP_BUCKET", "AWS_BACKUP_BUCKET", "BACKUP_BUCKET", "BACKUP_BUCKET_NAME", "BACKUP_S3_BUCKET_NAME", "S3_BUCKET_BACKUP"}, inS3, map[string][]string{"region": backupRegions, "host": s3Endpoints}},

	// Airflow.
	{"app/logs", []string{"AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER", "AIRFLOW__CORE__REMOTE_BASE_LOG_FOLDER"}, repository, map[string][]string{"region": {"AWS_DEFAULT_REGION", "AWS_REGION"}}},
	{"app/database", []string{"AIRFLOW_CONN_*"}, connection, nil},
	{"app/database", []string{"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND"}, Server, nil},

	// Container registries.
	{"registry/storage", []string{"REGISTRY_STORAGE_S3_BUCKET"}, inS3, map[string][]string{"region": {"REGISTRY_STORAGE_S3_REGION"}, "host": {"REGISTRY_STORAGE_S3_REGIONENDPOINT"}}},
	{"registry/storage", []string{"REGISTRY_STORAGE_GCS_BUCKET"}, inGCS, nil},
	{"registry/storage", []string{"REGISTRY_STORAGE_AZURE_ACCOUNTNAME"}, inAzure, nil},

	// Buckets of applications.
	{"app/bucket", []string{
		"AWS_BUCKET", "AWS_BUCKET_NAME", "AWS_S3_BUCKET", "AWS_S3_BUCKET_NAME", "AWS_STORAGE_BUCKET_NAME", "S3_BUCKET", "S3_BUCKET_NAME", "S3_BUCKETNAME",
		"S3_UPLOAD_BUCKET", "S3_UPLOADS_BUCKET", "S3_MEDIA_BUCKET", "S3_ASSETS_BUCKET", "SPACES_BUCKET", "R2_BUCKET", "R2_BUCKET_NAME", "MINIO_BUCKET",
		"MINIO_BUCKET_NAME", "*_S3_BUCKET", "*_S3_BUCKET_NAME", "AWS_*_BUCKET", "AWS_*_BUCKET_NAME",
	}, inS3, map[string][]string{"region": s3Regions, "host": s3Endpoints}},
	{"app/bucket", []string{
		"GS_BUCKET_NAME", "GS_BUCKET", "GCS_BUCKET", "GCS_BUCKET_NAME", "GCP_BUCKET", "GCP_BUCKET_NAME", "GOOGLE_CLOUD_STORAGE_BUCKET", "GCLOUD_STORAGE_BUCKET",
		"GOOGLE_STORAGE_BUCKET", "FIREBASE_STORAGE_BUCKET", "NEXT_PUBLIC_FIREBASE_STORAGE_BUCKET", "VITE_FIREBASE_STORAGE_BUCKET", "REACT_APP_FIREBASE_STORAGE_BUCKET", "*_GCS_BUCKET",
	}, inGCS, nil},
	{"app/bucket", []string{"AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME", "AZURE_ACCOUNT_NAME"}, inAzure, nil},
	{"app/bucket", []string{"AZURE_STORAGE_CONNECTION_STRING"}, connected, nil},

	// Warehouses and other services.
	{"app/warehouse", []string{"SNOWFLAKE_ACCOUNT"}, Account, nil},
	{"app/warehouse", []string{"SNOWFLAKE_HOST", "REDSHIFT_HOST", "REDSHIFT_URL", "DATABRICKS_HOST"}, Server, nil},
	{"app/datadog", []string{"DD_SITE", "DATADOG_SITE"}, region, nil},
	{"app/newrelic", []string{"NEW_RELIC_REGION"}, region, nil},
	{"app/amplitude", []string{"AMPLITUDE_SERVER_ZONE"}, region, nil},
	{"app/splunk", []string{"SPLUNK_REALM", "SIGNALFX_REALM"}, region, nil},
	{"app/telemetry", []string{
		"DD_URL", "DD_DD_URL", "DD_LOGS_CONFIG_LOGS_DD_URL", "SENTRY_DSN", "*_SENTRY_DSN", "NEW_RELIC_HOST", "HONEYCOMB_API_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT",
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "LOKI_URL", "SPLUNK_HEC_URL",
	}, Server, nil},
	{"app/analytics", []string{
		"POSTHOG_HOST", "NEXT_PUBLIC_POSTHOG_HOST", "VITE_POSTHOG_HOST", "REACT_APP_POSTHOG_HOST", "POSTHOG_API_HOST", "MIXPANEL_HOST", "MIXPANEL_API_HOST", "SEGMENT_HOST", "SEGMENT_API_HOST",
	}, Server, nil},

	// Servers.
	{"app/cache", []string{
		"REDIS_URL", "REDIS_URI", "REDIS_TLS_URL", "REDIS_HOST", "REDIS_HOSTNAME", "CACHE_URL", "CACHE_REDIS_URL", "*_REDIS_URL", "MEMCACHED_HOST", "MEMCACHE_SERVERS", "MEMCACHED_SERVERS",
		"UPSTASH_REDIS_REST_URL", "KV_URL",
	}, Server, nil},
	{"app/search", []string{
		"ELASTICSEARCH_URL", "ELASTICSEARCH_HOST", "ELASTICSEARCH_HOSTS", "ELASTIC_URL", "ELASTIC_HOST", "OPENSEARCH_URL", "OPENSEARCH_HOST", "OPENSEARCH_HOSTS", "MEILISEARCH_HOST", "MEILISEARCH_URL",
		"TYPESENSE_HOST", "SOLR_URL", "QDRANT_URL", "WEAVIATE_URL",
	}, Server, nil},
	{"app/stream", []string{
		"KAFKA_BROKERS", "KAFKA_BROKER", "KAFKA_BROKER_URL", "KAFKA_URL", "KAFKA_HOSTS", "KAFKA_BOOTSTRAP_SERVERS", "SPRING_KAFKA_BOOTSTRAP_SERVERS", "BOOTSTRAP_SERVERS",
	}, Server, nil},
	{"app/queue", []string{
		"AMQP_URL", "AMQP_URI", "CLOUDAMQP_URL", "RABBITMQ_URL", "RABBITMQ_URI", "RABBITMQ_HOST", "SPRING_RABBITMQ_HOST", "CELERY_BROKER_URL", "BROKER_URL",
		"SQS_QUEUE_URL", "AWS_SQS_QUEUE_URL", "SQS_URL", "*_SQS_QUEUE_URL", "*_SQS_URL",
	}, Server, nil},
	{"app/database", []string{
		"DATABASE_URL", "*_DATABASE_URL", "DATABASE_URI", "*_DATABASE_URI", "DIRECT_URL", "DB_URL", "DB_URI", "DB_CONNECTION_STRING", "POSTGRES_URL", "POSTGRES_PRISMA_URL", "POSTGRES_URL_NON_POOLING",
		"POSTGRESQL_URL", "POSTGRES_URI", "PG_URL", "MYSQL_URL", "MONGO_URL", "MONGO_URI", "MONGODB_URI", "MONGODB_URL", "MONGO_CONNECTION_STRING", "JDBC_URL", "JDBC_DATABASE_URL",
		"SPRING_DATASOURCE_URL", "SPRING_DATA_MONGODB_URI", "DB_HOST", "DB_HOSTNAME", "DATABASE_HOST", "PGHOST", "POSTGRES_HOST", "POSTGRESQL_HOST", "MYSQL_HOST",
		"MONGO_HOST", "MONGODB_HOST", "CLICKHOUSE_HOST", "CLICKHOUSE_URL", "CASSANDRA_CONTACT_POINTS", "CASSANDRA_HOSTS", "SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL", "NEO4J_URI", "NEO4J_URL",
		"DB_READ_HOST", "DB_REPLICA_HOST", "DB_WRITE_HOST", "TURSO_DATABASE_URL", "COSMOS_ENDPOINT", "COSMOSDB_ENDPOINT", "DYNAMODB_ENDPOINT",
	}, Server, nil},
}
