// Package dataplatform reads the configuration of the servers that data teams
// run: Hadoop, Hive and Spark, Trino, ClickHouse, snapshot repositories of
// Elasticsearch and OpenSearch, standbys of PostgreSQL, Vault and Consul, container registries,
// Cassandra with Medusa, and Percona's backups of MongoDB.
//
// A file is known by its usual name (core-site.xml, cassandra-rackdc.properties)
// or by keys that belong together (connector.name in a folder catalog; type and
// settings with a bucket). A bucket, or a server, that the program stores in is a
// store; an endpoint beats the region beside it.
package dataplatform

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Formats of the family.
func Formats() []services.Format {
	properties := services.One(document.ParseProperties)
	return []services.Format{
		{Name: "Hadoop configuration", Claims: services.Named("core-site.xml", "hdfs-site.xml", "hive-site.xml", "spark-site.xml"), Parse: services.One(document.ParseXML), Sure: true, Read: hadoop},
		{Name: "Spark configuration", Claims: services.Named("spark-defaults*.conf"), Parse: properties, Sure: true, Read: spark},
		{Name: "Trino catalog", Claims: services.Holding(".properties", "connector.name"), Parse: properties, Sure: true, Read: trino},
		{Name: "ClickHouse configuration", Claims: services.Any(services.Holding(".xml", "<endpoint>", "<disks>"), services.Holding(".xml", "<remote_servers>")), Parse: services.One(document.ParseXML), Read: clickHouse},
		{Name: "ClickHouse configuration", Claims: services.Holding(".yaml .yml", "storage_configuration:", "disks:"), Read: clickHouse},
		{Name: "clickhouse-backup configuration", Claims: services.Holding(".yaml .yml", "remote_storage:", "general:"), Read: clickHouseBackup},
		{Name: "snapshot repository", Claims: isSnapshot, Read: snapshots},
		{Name: "snapshot repository", Claims: services.Holding(".sh .bash", "_snapshot", `"settings"`), Parse: inScript, Read: snapshots},
		{Name: "Elasticsearch configuration", Claims: services.Named("elasticsearch*.yml", "opensearch*.yml"), Read: elasticsearch},
		{Name: "PostgreSQL configuration", Claims: services.Named("postgresql*.conf", "recovery.conf"), Parse: properties, Read: postgresql},
		{Name: "configuration of Vault or Consul", Claims: isHashiCorp, Parse: services.One(services.ParseHCL), Read: hashiCorp},
		{Name: "configuration of Vault or Consul", Claims: services.Any(services.Holding(".json", `"storage"`, `"listener"`), services.Holding(".json", `"datacenter"`, `"server"`, `"data_dir"`)), Read: hashiCorp},
		{Name: "Logstash pipeline", Claims: isLogstash, Parse: services.One(document.ParseArrows), Sure: true, Read: logstash},
		{Name: "registry configuration", Claims: services.Any(services.Holding(".yaml .yml", "storage:", "version: 0.1"), services.Holding(".yaml .yml", "storage_service:", "hostname:")), Read: registry},
		{Name: "Cassandra configuration", Claims: services.Named("cassandra-rackdc.properties"), Parse: properties, Sure: true, Read: rackdc},
		{Name: "Medusa configuration", Claims: services.Holding(".ini", "storage_provider", "bucket_name"), Parse: services.One(document.ParseINI), Sure: true, Read: medusa},
		{Name: "backup configuration of MongoDB", Claims: services.Any(services.Named("pbm*.yaml", "pbm*.yml"), services.Holding(".yaml .yml", "endpointUrl:", "storage:", "bucket:")), Read: percona},
	}
}

// settings is a map of the names and values in Hadoop's XML.
func settings(doc *document.Node) *document.Node {
	flat := &document.Node{Kind: document.Map, Range: doc.Range}
	for _, p := range doc.At("configuration", "property").Elements() {
		if name := p.Get("name"); name.IsScalar() {
			flat.Pairs = append(flat.Pairs, document.Pair{Key: name.Text, Range: name.Range, Value: p.Get("value")})
		}
	}
	return flat
}

func hadoop(f *services.File, doc *document.Node) { fileSystems(f, settings(doc), "") }

// spark reads the settings of Spark, those of Hadoop among them.
func spark(f *services.File, doc *document.Node) { fileSystems(f, doc, "spark.hadoop.") }

// folders are the settings that name a file system or a folder in one.
var folders = []string{
	"fs.defaultFS", "hive.metastore.warehouse.dir", "hive.metastore.warehouse.external.dir", "spark.sql.warehouse.dir", "spark.eventLog.dir",
	"spark.history.fs.logDirectory", "yarn.nodemanager.remote-app-log-dir",
}

// fileSystems reads the file systems, with where S3A finds their buckets.
func fileSystems(f *services.File, doc *document.Node, prefix string) {
	f.Lookup = func(name string) *document.Node { return doc.Get(name) }
	get := func(name string) *document.Node {
		if n := doc.Get(prefix + name); n != nil {
			return n
		}
		return doc.Get(name)
	}
	host, region := f.Hosts(get("fs.s3a.endpoint")), f.Text(get("fs.s3a.endpoint.region"))
	found := false
	for _, p := range doc.Entries() {
		name := strings.TrimPrefix(p.Key, prefix)
		if !isFolder(name) || !p.Value.IsScalar() {
			continue
		}
		if cloud, bucket, ok := f.Bucket(p.Value); ok {
			a := services.Attributes{"cloud": services.Word(cloud), "bucket": bucket}
			if cloud == "s3" {
				text, _ := bucket.Text()
				a["host"], a["region"] = host, region
				if own := f.Hosts(get("fs.s3a.bucket." + text + ".endpoint")); own != nil {
					a["host"] = own
				}
				if own := f.Text(get("fs.s3a.bucket." + text + ".endpoint.region")); own != nil {
					a["region"] = own
				}
				found = true
			}
			f.Add("hadoop/filesystem", p.Key, p.Range, a)
		} else if scheme := services.Scheme(p.Value.Text); scheme == "hdfs" || scheme == "alluxio" || scheme == "webhdfs" {
			if a := services.Server(f, p.Value); a != nil {
				f.Add("hadoop/filesystem", p.Key, p.Range, services.Attributes{"cloud": services.Word("server"), "host": a["host"]})
			}
		}
	}
	if !found && (host != nil || region != nil) {
		p := doc.Pair(prefix + "fs.s3a.endpoint")
		if p == nil {
			p = doc.Pair(prefix + "fs.s3a.endpoint.region")
		}
		f.Add("hadoop/filesystem", "fs.s3a", p.Range, services.Attributes{"cloud": services.Word("s3"), "host": host, "region": region})
	}
	if n := get("javax.jdo.option.ConnectionURL"); n != nil {
		if a := services.Server(f, n); a != nil {
			f.Add("app/database", "javax.jdo.option.ConnectionURL", n.Range, a)
		}
	}
}

func isFolder(name string) bool {
	for _, known := range folders {
		if name == known {
			return true
		}
	}
	return strings.HasPrefix(name, "spark.sql.catalog.") && strings.HasSuffix(name, ".warehouse")
}

// trino reads one catalog: the server that it connects to, or where its files
// are.
func trino(f *services.File, doc *document.Node) {
	name := strings.TrimSuffix(path.Base(f.Name), ".properties")
	p := doc.Pair("connector.name")
	if p == nil {
		return
	}
	at := p.Range
	for _, key := range []string{"connection-url", "mongodb.connection-url", "elasticsearch.host", "opensearch.host", "cassandra.contact-points", "kafka.nodes", "redis.nodes", "pinot.controller-urls"} {
		if n := doc.Get(key); n != nil {
			if a := services.Server(f, n); a != nil {
				f.Add("app/database", name, at, a)
			}
			return
		}
	}
	first := func(keys ...string) *document.Node {
		for _, key := range keys {
			if n := doc.Get(key); n != nil {
				return n
			}
		}
		return nil
	}
	a := services.Attributes{
		"cloud": services.Word("s3"), "host": f.Hosts(first("s3.endpoint", "hive.s3.endpoint")),
		"region": f.Text(first("s3.region", "hive.s3.region", "hive.metastore.glue.region")),
	}
	if warehouse := first("iceberg.rest-catalog.warehouse", "iceberg.jdbc-catalog.default-warehouse-dir"); warehouse != nil {
		if cloud, bucket, ok := f.Bucket(warehouse); ok {
			a["cloud"], a["bucket"] = services.Word(cloud), bucket
		}
	}
	if a["host"] != nil || a["region"] != nil || a["bucket"] != nil {
		f.Add("trino/catalog", name, at, a)
	}
}

// clickHouse reads the disks that are buckets, and the clusters.
func clickHouse(f *services.File, doc *document.Node) {
	root := doc
	for _, name := range []string{"clickhouse", "yandex"} {
		if n := doc.Get(name); n != nil {
			root = n
		}
	}
	for _, p := range root.At("storage_configuration", "disks").Entries() {
		endpoint := p.Value.Get("endpoint")
		if endpoint == nil {
			endpoint = p.Value.Get("storage_account_url")
		}
		if !endpoint.IsScalar() {
			continue
		}
		a := f.BucketOf(endpoint)
		if region := f.Text(p.Value.Get("region")); region != nil {
			a["region"] = region
		}
		if a["host"] == nil {
			a["host"] = f.Hosts(endpoint)
		}
		f.Add("clickhouse/disk", p.Key, endpoint.Range, a)
	}
	for _, p := range root.Get("remote_servers").Entries() {
		hosts := &document.Node{Kind: document.List, Range: p.Range}
		for _, shard := range p.Value.Get("shard").Elements() {
			for _, replica := range shard.Get("replica").Elements() {
				if h := replica.Get("host"); h.IsScalar() {
					hosts.Items = append(hosts.Items, h)
				}
			}
		}
		if a := services.Server(f, hosts); a != nil {
			f.Add("clickhouse/cluster", p.Key, p.Range, a)
		}
	}
}

// clickHouseBackup reads where backups of ClickHouse go.
func clickHouseBackup(f *services.File, doc *document.Node) {
	storage := doc.At("general", "remote_storage")
	config := doc.Get(storage.String())
	a := services.Attributes{"cloud": f.Text(storage), "region": f.Text(config.Get("region")), "host": f.Hosts(config.Get("endpoint"))}
	a["bucket"] = f.First(config.Get("bucket"), config.Get("account_name"))
	if a["host"] == nil && a["bucket"] == nil {
		a["host"] = f.Hosts(config.Get("address"))
	}
	if a["bucket"] != nil || a["host"] != nil {
		f.Add("clickhouse/backup", storage.String(), storage.Range, a)
	}
}

var repositoryType = regexp.MustCompile(`"type"\s*:\s*"(s3|gcs|azure)"`)

// isSnapshot recognises a repository of snapshots by its settings and its type.
func isSnapshot(f *source.File) bool {
	return services.Holding(".json", `"settings"`, `"type"`)(f) && repositoryType.Match(f.Text())
}

// snapshots reads snapshot repositories: one, or several by name.
func snapshots(f *services.File, doc *document.Node) {
	if snapshot(f, strings.TrimSuffix(path.Base(f.Name), ".json"), doc) {
		return
	}
	for _, p := range doc.Entries() {
		snapshot(f, p.Key, p.Value)
	}
}

func snapshot(f *services.File, name string, n *document.Node) bool {
	kind, s := n.Get("type"), n.Get("settings")
	if s == nil || kind.String() != "s3" && kind.String() != "gcs" && kind.String() != "azure" {
		return false
	}
	a := services.Attributes{"cloud": f.Text(kind), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("endpoint"))}
	if kind.String() == "azure" {
		a["bucket"] = f.Text(s.Get("account"))
		if a["bucket"] == nil {
			a["bucket"] = f.Text(s.Get("container"))
		}
	} else {
		a["bucket"] = f.Text(s.Get("bucket"))
	}
	if a["bucket"] == nil {
		return false
	}
	f.Add("elasticsearch/snapshot", name, kind.Range, a)
	return true
}

// inScript finds the repositories that a script registers with a server.
func inScript(name string, data []byte) ([]*document.Node, error) {
	return document.ObjectsIn(name, data, `"settings"`, func(n *document.Node) bool { return n.Get("settings") != nil && n.Get("type") != nil })
}

// elasticsearch reads where a node's clients of object storage keep snapshots, and
// the clusters that it follows or asks.
func elasticsearch(f *services.File, doc *document.Node) {
	f.Settings(document.Nest(doc), []services.Setting{
		{Path: "s3.client.*.endpoint", Type: "elasticsearch/snapshot", Read: snapshotHost},
		{Path: "cluster.remote.*.seeds", Type: "app/search", Read: services.Server},
		{Path: "cluster.remote.*.proxyaddress", Type: "app/search", Read: services.Server},
	})
}

func snapshotHost(f *services.File, n *document.Node) services.Attributes {
	a := services.Server(f, n)
	if a != nil {
		a["cloud"] = services.Word("s3")
	}
	return a
}

// postgresql reads the server that a standby follows.
func postgresql(f *services.File, doc *document.Node) {
	n := doc.Get("primary_conninfo")
	if !n.IsScalar() {
		return
	}
	if text := n.Text; len(text) > 1 && text[0] == '\'' {
		n = services.Part(n, 1, len(text)-1)
	}
	if a := services.Server(f, n); a != nil && strings.Contains(n.Text, "host") {
		f.Add("sql/source", "primary_conninfo", n.Range, a)
	}
}

// isHashiCorp recognises HCL with a storage block, or of a Consul server.
func isHashiCorp(f *source.File) bool {
	if f.Ext() != ".hcl" || bytes.Contains(f.Text(), []byte("terraform {")) {
		return false
	}
	text := f.Text()
	return bytes.Contains(text, []byte(`storage "`)) || bytes.Contains(text, []byte(`backend "`)) && bytes.Contains(text, []byte(`listener "`)) ||
		bytes.Contains(text, []byte("datacenter")) && (bytes.Contains(text, []byte("server")) || bytes.Contains(text, []byte("host_volume")))
}

// hashiCorp reads the storage of Vault, the datacenter of a Consul or Nomad
// server, which keeps its data on its own disk, and the folders that a client of
// Nomad gives to jobs.
func hashiCorp(f *services.File, doc *document.Node) {
	for _, block := range []string{"storage", "backend"} {
		for _, p := range doc.Get(block).Entries() {
			vaultStorage(f, block+"."+p.Key, p)
		}
	}
	if dc := doc.Get("datacenter"); dc.IsScalar() && (doc.Get("server").String() == "true" || doc.At("server", "enabled").String() == "true") {
		f.Add("consul/server", "datacenter", dc.Range, services.Attributes{"datacenter": f.Text(dc)})
	}
	for _, p := range doc.At("client", "host_volume").Entries() {
		if dc := doc.Get("datacenter"); p.Value.Get("read_only").String() != "true" && dc.IsScalar() {
			f.Add("nomad/volume", "client.host_volume."+p.Key, p.Range, services.Attributes{"datacenters": f.Text(dc), "region": f.Text(doc.Get("region"))})
		}
	}
}

func vaultStorage(f *services.File, name string, p document.Pair) {
	s := p.Value
	a := services.Attributes{"cloud": services.Word(p.Key), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("endpoint"))}
	switch p.Key {
	case "s3", "gcs":
		a["bucket"] = f.Text(s.Get("bucket"))
	case "azure":
		a["bucket"] = f.Text(s.Get("accountName"))
	case "dynamodb":
		a["cloud"], a["bucket"] = services.Word("s3"), f.Text(s.Get("table"))
	case "postgresql", "mysql", "mongodb", "cockroachdb":
		n := s.Get("connection_url")
		if n == nil {
			n = s.Get("address")
		}
		a["cloud"], a["host"] = services.Word("server"), f.Hosts(n)
	case "raft", "file":
		a["cloud"], a["directory"] = services.Word("directory"), f.Text(s.Get("path"))
	default:
		return
	}
	f.Add("vault/storage", name, p.Range, a)
}

// registry reads the storage of a container registry, which Harbor's configuration
// gives to the one inside it.
func registry(f *services.File, doc *document.Node) {
	for _, block := range []string{"storage", "storage_service"} {
		registryStorage(f, block, doc.Get(block))
	}
}

func registryStorage(f *services.File, block string, storage *document.Node) {
	for _, p := range storage.Entries() {
		s := p.Value
		a := services.Attributes{"cloud": services.Word(p.Key), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("regionendpoint"))}
		switch p.Key {
		case "s3", "s3aws", "gcs", "oss", "cos":
			a["bucket"] = f.Text(s.Get("bucket"))
		case "azure":
			a["bucket"] = f.Text(s.Get("accountname"))
		default:
			continue
		}
		if a["bucket"] != nil {
			f.Add("registry/storage", block+"."+p.Key, p.Range, a)
		}
	}
}

// rackdc reads the datacenter in which a node of Cassandra stands.
func rackdc(f *services.File, doc *document.Node) {
	if dc := doc.Get("dc"); dc != nil {
		f.Add("cassandra/node", "dc", dc.Range, services.Attributes{"datacenter": f.Text(dc)})
	}
}

// medusa reads where backups of Cassandra go.
func medusa(f *services.File, doc *document.Node) {
	s := doc.Get("storage")
	a := services.Attributes{"cloud": f.Text(s.Get("storage_provider")), "bucket": f.Text(s.Get("bucket_name")), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("host"))}
	if a["bucket"] != nil {
		f.Add("medusa/storage", "storage", s.Get("bucket_name").Range, a)
	}
}

// percona reads where backups of MongoDB go.
func percona(f *services.File, doc *document.Node) {
	s := doc.Get("storage")
	kind := s.Get("type").String()
	config := s.Get(kind)
	a := services.Attributes{"cloud": services.Word(kind), "bucket": f.First(config.Get("bucket"), config.Get("account")), "region": f.Text(config.Get("region")), "host": f.Hosts(config.Get("endpointUrl"))}
	if config != nil && a["bucket"] != nil {
		f.Add("pbm/storage", "storage."+kind, s.Range, a)
	}
}

var outputBlock = regexp.MustCompile(`(?m)^\s*output\s*\{`)

// isLogstash recognises a pipeline by its outputs.
func isLogstash(f *source.File) bool {
	return services.Holding(".conf .cfg .logstash", "output", "=>")(f) && outputBlock.Match(f.Text())
}

// logstashServers are the outputs to a server, with the settings that name it.
var logstashServers = map[string]struct{ typ, at string }{
	"elasticsearch": {"app/search", "hosts"}, "opensearch": {"app/search", "hosts"}, "kafka": {"app/stream", "bootstrap_servers"},
	"redis": {"app/cache", "host"}, "rabbitmq": {"app/queue", "host"}, "mongodb": {"app/database", "uri"}, "influxdb": {"app/database", "host"},
	"http": {"app/telemetry", "url"}, "datadog_logs": {"app/telemetry", "host"}, "loki": {"app/telemetry", "url"}, "tcp": {"app/telemetry", "host"},
}

// logstash reads where the outputs of a pipeline go, also those in conditions.
func logstash(f *services.File, doc *document.Node) {
	doc.Get("output").Walk(func(_ []string, n *document.Node) bool {
		for _, p := range n.Entries() {
			output(f, p)
		}
		return true
	})
}

func output(f *services.File, p document.Pair) {
	s := p.Value
	switch p.Key {
	case "s3":
		f.Add("logstash/s3", "output.s3", p.Range, services.Attributes{
			"cloud": services.Word("s3"), "bucket": f.Text(s.Get("bucket")), "region": f.Text(s.Get("region")), "host": f.Hosts(s.Get("endpoint")),
		})
	case "google_cloud_storage":
		f.Add("app/logs", "output.google_cloud_storage", p.Range, services.Attributes{"cloud": services.Word("gcs"), "bucket": f.Text(s.Get("bucket"))})
	case "microsoft_sentinel_log_analytics", "azure_blob":
		f.Add("app/logs", "output."+p.Key, p.Range, services.Attributes{"cloud": services.Word("azure"), "bucket": f.First(s.Get("storage_account_name"))})
	}
	known, ok := logstashServers[p.Key]
	if a := services.Server(f, s.Get(known.at)); ok && a != nil {
		f.Add(known.typ, "output."+p.Key, p.Range, a)
	}
}
