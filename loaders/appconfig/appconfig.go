// Package appconfig reads the settings of applications: files of environment
// variables, and those that manifests give to containers, Spring, Micronaut and
// Quarkus, Rails, Django, .NET, dbt, and Airflow.
//
// What counts is a setting that the framework gives a meaning to and that names
// a bucket, a database or another server: spring.datasource.url, AWS_BUCKET. In
// an application's own settings a bucket counts where the names around it say
// whose it is, as in storage.s3.bucket. A region alone is no store. A value that
// only shows what to fill in is none either, and a file of examples or tests
// isn't read unless it is asked for.
package appconfig

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
	"github.com/stateside-dev/stateside/internal/stores"
)

// Formats of the family.
func Formats() []services.Format {
	return []services.Format{
		{Name: "file of variables", Claims: isEnv, Parse: services.One(document.ParseEnv), Read: (*services.File).Environment},
		{Name: "application settings", Claims: services.Named("application*.yml", "application*.yaml", "bootstrap*.yml", "bootstrap*.yaml"), Read: spring},
		{Name: "application properties", Claims: services.Named("application*.properties", "bootstrap*.properties"), Parse: nested, Sure: true, Read: spring},
		{Name: "database settings", Claims: inConfig("database.yml"), Parse: parseERB, Read: railsDatabases},
		{Name: "storage settings", Claims: inConfig("storage.yml"), Parse: parseERB, Read: railsStorage},
		{Name: "settings", Claims: inConfig("mongoid.yml", "cable.yml", "redis.yml", "elasticsearch.yml"), Parse: parseERB, Read: railsServers},
		{Name: "application settings", Claims: services.Named("appsettings*.json"), Read: dotnet},
		{Name: "node-config settings", Claims: isNodeConfig, Read: nodeConfig},
		{Name: "dbt profiles", Claims: services.Any(services.Holding(".yml .yaml", "outputs:", "type:")), Read: dbt},
		{Name: "variables of containers", Claims: setsVariables, Read: containers},
		{Name: "GitLab configuration", Claims: services.Named("gitlab.rb", "gitlab*.rb"), Parse: services.One(document.ParseArrows), Sure: true, Read: gitlab},
		{Name: "Laravel file systems", Claims: isLaravel, Parse: services.One(document.ParseArrows), Read: laravel},
		{Name: "Airflow connections", Claims: services.Holding(".yaml .yml .json", "conn_type", "host"), Read: airflowConnections},
		{Name: "Django settings", Claims: isDjango, Parse: services.One(document.ParsePython), Read: django},
		{Name: "Airflow configuration", Claims: services.Named("airflow.cfg"), Parse: services.One(document.ParseINI), Sure: true, Read: airflow},
	}
}

// isEnv recognises .env, .env.production and production.env.
func isEnv(f *source.File) bool {
	base := path.Base(f.Path)
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env") || strings.HasPrefix(base, "env.") && strings.HasSuffix(base, ".sh")
}

// inConfig recognises files of a folder config.
func inConfig(names ...string) func(f *source.File) bool {
	return func(f *source.File) bool {
		return slices.Contains(names, path.Base(f.Path)) && path.Base(path.Dir(f.Path)) == "config"
	}
}

func nested(name string, data []byte) ([]*document.Node, error) {
	flat, err := document.ParseProperties(name, data)
	if err != nil {
		return nil, err
	}
	return []*document.Node{document.Nest(flat)}, nil
}

// isLaravel recognises the disks of a Laravel application.
func isLaravel(f *source.File) bool {
	return strings.HasSuffix("/"+f.Path, "/config/filesystems.php") && bytes.Contains(f.Text(), []byte("disks"))
}

// springSettings are the settings of Spring, Micronaut and Quarkus.
var springSettings = []services.Setting{
	{Path: "spring.datasource.**.url", Type: "app/database", Read: services.Server},
	{Path: "spring.datasource.**.jdbcurl", Type: "app/database", Read: services.Server},
	{Path: "spring.r2dbc.url", Type: "app/database", Read: services.Server},
	{Path: "spring.flyway.url", Type: "app/database", Read: services.Server},
	{Path: "spring.liquibase.url", Type: "app/database", Read: services.Server},
	{Path: "spring.shardingsphere.datasource.*.url", Type: "app/database", Read: services.Server},
	{Path: "spring.shardingsphere.datasource.*.jdbcurl", Type: "app/database", Read: services.Server},
	{Path: "spring.data.mongodb.uri", Type: "app/database", Read: services.Server},
	{Path: "spring.data.mongodb.host", Type: "app/database", Read: services.Server},
	{Path: "spring.mongodb.uri", Type: "app/database", Read: services.Server},
	{Path: "spring.cassandra.contactpoints", Type: "app/database", Read: services.Server},
	{Path: "spring.data.cassandra.contactpoints", Type: "app/database", Read: services.Server},
	{Path: "spring.neo4j.uri", Type: "app/database", Read: services.Server},
	{Path: "spring.couchbase.connectionstring", Type: "app/database", Read: services.Server},
	{Path: "spring.cloud.azure.cosmos.endpoint", Type: "app/database", Read: services.Server},
	{Path: "spring.data.redis.url", Type: "app/cache", Read: services.Server},
	{Path: "spring.data.redis.host", Type: "app/cache", Read: services.Server},
	{Path: "spring.data.redis.cluster.nodes", Type: "app/cache", Read: services.Server},
	{Path: "spring.data.redis.sentinel.nodes", Type: "app/cache", Read: services.Server},
	{Path: "spring.redis.url", Type: "app/cache", Read: services.Server},
	{Path: "spring.redis.host", Type: "app/cache", Read: services.Server},
	{Path: "spring.redis.cluster.nodes", Type: "app/cache", Read: services.Server},
	{Path: "spring.redis.sentinel.nodes", Type: "app/cache", Read: services.Server},
	{Path: "spring.elasticsearch.uris", Type: "app/search", Read: services.Server},
	{Path: "spring.elasticsearch.rest.uris", Type: "app/search", Read: services.Server},
	{Path: "spring.opensearch.uris", Type: "app/search", Read: services.Server},
	{Path: "spring.kafka.**.bootstrapservers", Type: "app/stream", Read: services.Server},
	{Path: "spring.kafka.**.properties.bootstrap.servers", Type: "app/stream", Read: services.Server},
	{Path: "spring.cloud.stream.kafka.**.configuration.bootstrap.servers", Type: "app/stream", Read: services.Server},
	{Path: "spring.cloud.stream.kafka.**.brokers", Type: "app/stream", Read: services.Server},
	{Path: "spring.rabbitmq.host", Type: "app/queue", Read: services.Server},
	{Path: "spring.rabbitmq.addresses", Type: "app/queue", Read: services.Server},
	{Path: "spring.activemq.brokerurl", Type: "app/queue", Read: services.Server},
	{Path: "spring.artemis.brokerurl", Type: "app/queue", Read: services.Server},
	{Path: "spring.cloud.azure.storage.**.accountname", Type: "app/bucket", Read: azureAccount},
	{Path: "management.**.export.**.uri", Type: "app/telemetry", Read: services.Server},
	{Path: "management.**.export.**.url", Type: "app/telemetry", Read: services.Server},
	{Path: "management.otlp.*.endpoint", Type: "app/telemetry", Read: services.Server},
	{Path: "sentry.dsn", Type: "app/telemetry", Read: services.Server},
	{Path: "debezium.source.database.hostname", Type: "kafkaconnect/source", Read: services.Server},
	{Path: "debezium.source.mongodb.connectionstring", Type: "kafkaconnect/source", Read: services.Server},
	{Path: "debezium.sink.kinesis.region", Type: "kafkaconnect/aws", Read: sinkRegion},
	{Path: "debezium.sink.sqs.region", Type: "kafkaconnect/aws", Read: sinkRegion},
	{Path: "debezium.sink.kafka.producer.bootstrap.servers", Type: "app/stream", Read: services.Server},
	{Path: "debezium.sink.pulsar.client.serviceurl", Type: "app/stream", Read: services.Server},
	{Path: "debezium.sink.eventhubs.connectionstring", Type: "app/stream", Read: services.Server},
	{Path: "debezium.sink.redis.address", Type: "kafkaconnect/sink", Read: services.Server},
	{Path: "debezium.sink.rabbitmq.connection.host", Type: "app/queue", Read: services.Server},
	{Path: "debezium.sink.http.url", Type: "kafkaconnect/sink", Read: services.Server},
	{Path: "quarkus.datasource.**.jdbc.url", Type: "app/database", Read: services.Server},
	{Path: "quarkus.datasource.**.reactive.url", Type: "app/database", Read: services.Server},
	{Path: "quarkus.mongodb.**.connectionstring", Type: "app/database", Read: services.Server},
	{Path: "quarkus.redis.**.hosts", Type: "app/cache", Read: services.Server},
	{Path: "quarkus.elasticsearch.hosts", Type: "app/search", Read: services.Server},
	{Path: "kafka.bootstrap.servers", Type: "app/stream", Read: services.Server},
	{Path: "datasources.*.url", Type: "app/database", Read: services.Server},
	{Path: "mongodb.uri", Type: "app/database", Read: services.Server},
	{Path: "redis.uri", Type: "app/cache", Read: services.Server},
}

// sinkRegion reads the region of a stream that Debezium Server writes to.
func sinkRegion(f *services.File, n *document.Node) services.Attributes {
	if !n.IsScalar() || n.Text == "" {
		return nil
	}
	return services.Attributes{"region": f.Text(n)}
}

func azureAccount(f *services.File, n *document.Node) services.Attributes {
	return services.Attributes{"cloud": services.Word("azure"), "bucket": f.Text(n)}
}

// spring reads the settings of one profile. Names in braces are other settings
// of the same one.
func spring(f *services.File, doc *document.Node) {
	doc = document.Nest(flat(doc))
	if isTestProfile(doc) {
		return
	}
	f.Lookup = func(name string) *document.Node { return doc.At(strings.Split(name, ".")...) }
	f.Settings(doc, springSettings)
	region := doc.At("spring", "cloud", "aws", "region", "static")
	if region == nil {
		region = doc.At("cloud", "aws", "region", "static")
	}
	f.Buckets(doc, "app/bucket", region)
}

// flat writes the maps of a document as names with dots, as both forms may be
// mixed.
func flat(doc *document.Node) *document.Node {
	out := &document.Node{Kind: document.Map, Range: doc.Range}
	for _, leaf := range services.Leaves(doc) {
		out.Pairs = append(out.Pairs, document.Pair{Key: strings.Join(leaf.Path, "."), Range: leaf.Node.Range, Value: leaf.Node})
	}
	return out
}

// isTestProfile says whether a document holds only for a profile of tests.
func isTestProfile(doc *document.Node) bool {
	for _, path := range [][]string{{"spring", "config", "activate", "on-profile"}, {"spring", "profiles"}} {
		if p := doc.At(path...).String(); p == "test" || strings.HasSuffix(p, "-test") {
			return true
		}
	}
	return false
}

var erbControl = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<%[^=][^\n]*?%>`) })

// parseERB reads YAML with Ruby in it. What only steers is blanked out, so that
// the positions stay what they are.
func parseERB(name string, data []byte) ([]*document.Node, error) {
	if bytes.Contains(data, []byte("<%")) {
		data = erbControl().ReplaceAllFunc(data, func(tag []byte) []byte { return bytes.Repeat([]byte(" "), len(tag)) })
	}
	return document.Parse(name, data)
}

// railsDatabases reads the databases of each environment, of which one may have
// several.
func railsDatabases(f *services.File, doc *document.Node) {
	for _, p := range doc.Entries() {
		if p.Key == "test" || p.Key == "default" || strings.HasPrefix(p.Key, ".") {
			continue
		}
		if p.Value.Get("adapter") != nil || p.Value.Get("host") != nil || p.Value.Get("url") != nil {
			railsDatabase(f, p.Key, p.Value)
			continue
		}
		for _, db := range p.Value.Entries() {
			railsDatabase(f, p.Key+"."+db.Key, db.Value)
		}
	}
}

func railsDatabase(f *services.File, address string, db *document.Node) {
	if strings.HasPrefix(db.Get("adapter").String(), "sqlite") {
		return
	}
	typ := "app/database"
	if db.Get("replica").String() == "true" {
		typ = "app/replica"
	}
	for _, key := range []string{"url", "host"} {
		if n := db.Get(key); n.IsScalar() {
			if a := services.Server(f, n); a != nil {
				f.Add(typ, address, n.Range, a)
			}
			return
		}
	}
}

// railsStorage reads the services of Active Storage. A mirror copies what is
// stored in its first service to the others.
func railsStorage(f *services.File, doc *document.Node) {
	objects := map[string]*stores.Object{}
	for _, p := range doc.Entries() {
		if p.Key == "test" || p.Key == "local" {
			continue
		}
		if a := railsBucket(f, p.Value); a != nil {
			if object := f.Add("app/bucket", p.Key, p.Range, a); object != nil {
				objects[p.Key] = object
			}
		}
	}
	for _, p := range doc.Entries() {
		primary := p.Value.Get("primary")
		from := objects[primary.String()]
		if p.Value.Get("service").String() != "Mirror" || from == nil {
			continue
		}
		for _, m := range p.Value.Get("mirrors").Elements() {
			if to := objects[m.String()]; to != nil {
				f.Add("rails/mirror", p.Key+"."+m.String(), m.Range, services.Attributes{"primary": services.Ref(primary, from), "mirror": services.Ref(m, to)})
			}
		}
	}
}

func railsBucket(f *services.File, s *document.Node) services.Attributes {
	switch s.Get("service").String() {
	case "S3":
		return services.Attributes{"cloud": services.Word("s3"), "bucket": f.Text(s.Get("bucket")), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("endpoint"))}
	case "GCS":
		return services.Attributes{"cloud": services.Word("gcs"), "bucket": f.Text(s.Get("bucket"))}
	case "AzureStorage", "AzureBlob":
		return services.Attributes{"cloud": services.Word("azure"), "bucket": f.Text(s.Get("storage_account_name"))}
	}
	return nil
}

// railsServers reads other files of config/ that name servers, each in an
// environment.
func railsServers(f *services.File, doc *document.Node) {
	f.Settings(doc, []services.Setting{
		{Path: "test.**", Type: "", Read: nothing},
		{Path: "*.clients.*.uri", Type: "app/database", Read: services.Server},
		{Path: "*.clients.*.hosts", Type: "app/database", Read: services.Server},
		{Path: "production.url", Type: "app/cache", Read: services.Server},
		{Path: "production.host", Type: "app/cache", Read: services.Server},
		{Path: "staging.url", Type: "app/cache", Read: services.Server},
	})
}

func nothing(*services.File, *document.Node) services.Attributes { return nil }

// dotnet reads the connection strings and the buckets of .NET's settings.
func dotnet(f *services.File, doc *document.Node) {
	f.Settings(doc, []services.Setting{
		{Path: "ConnectionStrings.**", Type: "app/database", Read: connectionString},
		{Path: "ElasticConfiguration.Uri", Type: "app/search", Read: services.Server},
		{Path: "Redis.**.ConnectionString", Type: "app/cache", Read: services.Server},
		{Path: "Serilog.**.serverUrl", Type: "app/telemetry", Read: services.Server},
	})
	f.Buckets(doc, "app/bucket", doc.At("AWS", "Region"))
}

// connectionString reads one that names a server; files and other texts are
// left out.
func connectionString(f *services.File, n *document.Node) services.Attributes {
	lower := strings.ToLower(n.String())
	isServer := strings.Contains(lower, "://") || strings.Contains(lower, "server=") || strings.Contains(lower, "host=") || strings.Contains(lower, "endpoint=") ||
		strings.Contains(lower, "data source=") && !strings.Contains(lower, ".db") && !strings.Contains(lower, ".sqlite")
	if !isServer || strings.Contains(lower, "localdb") || strings.Contains(lower, "usedevelopmentstorage") {
		return nil
	}
	return services.Server(f, n)
}

// isNodeConfig recognises the files that node-config reads for a deployment, where
// they name a bucket (node-config: configuration files).
func isNodeConfig(f *source.File) bool {
	return inConfig("default.json", "production.json", "staging.json", "development.json", "prod.json", "dev.json")(f) && bytes.Contains(bytes.ToLower(f.Text()), []byte("bucket"))
}

// nodeConfig reads the buckets of an application's own settings.
func nodeConfig(f *services.File, doc *document.Node) {
	f.Buckets(doc, "app/bucket", doc.At("aws", "region"))
}

// dbt reads the targets of each profile.
func dbt(f *services.File, doc *document.Node) {
	for _, profile := range doc.Entries() {
		for _, target := range profile.Value.Get("outputs").Entries() {
			dbtTarget(f, profile.Key+"."+target.Key, target)
		}
	}
}

func dbtTarget(f *services.File, address string, p document.Pair) {
	t := p.Value
	switch t.Get("type").String() {
	case "bigquery":
		f.Add("dbt/bigquery", address, p.Range, services.Attributes{
			"location": f.Text(t.Get("location")), "dataset": f.First(t.Get("dataset"), t.Get("schema")), "project": f.First(t.Get("project"), t.Get("database")),
		})
	case "snowflake":
		if a := services.Account(f, t.Get("account")); a != nil {
			f.Add("app/warehouse", address, p.Range, a)
		}
	case "athena":
		f.Add("dbt/athena", address, p.Range, services.Attributes{"region": f.Text(t.Get("region_name"))})
	case "glue":
		f.Add("dbt/athena", address, p.Range, services.Attributes{"region": f.Text(t.Get("region"))})
	case "redshift", "postgres", "mysql", "databricks", "spark", "trino", "clickhouse", "sqlserver", "synapse", "fabric", "oracle", "starrocks", "doris", "materialize":
		for _, key := range []string{"host", "server", "cluster"} {
			if n := t.Get(key); n.IsScalar() {
				if a := services.Server(f, n); a != nil {
					f.Add("app/warehouse", address, p.Range, a)
				}
				return
			}
		}
	}
}

// airflowConnections reads a file of connections, each a URL or a map of its parts.
func airflowConnections(f *services.File, doc *document.Node) {
	for _, p := range doc.Entries() {
		for _, n := range p.Value.Elements() {
			if a := f.Connection(n); a != nil {
				f.Add("app/database", p.Key, p.Range, a)
			}
		}
	}
}

// airflow reads the databases and the folder of logs.
func airflow(f *services.File, doc *document.Node) {
	f.Settings(doc, []services.Setting{
		{Path: "database.sql_alchemy_conn", Type: "app/database", Read: services.Server},
		{Path: "core.sql_alchemy_conn", Type: "app/database", Read: services.Server},
		{Path: "celery.result_backend", Type: "app/database", Read: services.Server},
		{Path: "celery.broker_url", Type: "app/queue", Read: services.Server},
		{Path: "logging.remote_base_log_folder", Type: "app/logs", Read: (*services.File).Repository},
		{Path: "core.remote_base_log_folder", Type: "app/logs", Read: (*services.File).Repository},
	})
}
