// Package kafka reads what moves data into Kafka, out of it, and between its
// clusters: connectors of Kafka Connect, in JSON or properties, MirrorMaker 2, and
// the properties of programs that produce or consume, which the first MirrorMaker
// has two of.
//
// A connector has connector.class, which says what its other settings mean; a
// MirrorMaker has clusters and, for each of them, the addresses of its servers.
// Where a sink has an address of its own, the region beside it only signs.
package kafka

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
	properties := services.One(document.ParseProperties)
	return []services.Format{
		{Name: "connector", Claims: services.Holding(".json", `"connector.class"`), Parse: jsonOrScript, Sure: true, Read: connectors},
		{Name: "connector", Claims: services.Holding(".properties .conf", "connector.class"), Parse: properties, Read: connectors},
		{Name: "connector", Claims: services.Holding(".sh .bash", `"connector.class"`), Parse: inScript, Read: connectors},
		{Name: "connector", Claims: services.Holding(".sql .ksql", "connector.class", "CONNECTOR"), Parse: services.One(inSQL), Read: connectors},
		{Name: "MirrorMaker configuration", Claims: isMirrorMaker, Parse: properties, Sure: true, Read: mirrorMaker},
		{Name: "Kafka client", Claims: isClient, Parse: properties, Read: client},
	}
}

// jsonOrScript reads a file of JSON, or one that holds the command with which it
// is sent.
func jsonOrScript(name string, data []byte) ([]*document.Node, error) {
	doc, err := document.ParseJSON(name, data)
	if err == nil {
		return []*document.Node{doc}, nil
	}
	docs, tooMany := inScript(name, data)
	if text := bytes.TrimSpace(data); len(docs) == 0 || path.Ext(name) == ".json" && text[0] == '{' {
		return docs, err // it was meant to be JSON
	}
	return docs, tooMany
}

// inScript finds the connectors that a script sends to the server as JSON.
func inScript(name string, data []byte) ([]*document.Node, error) {
	return document.ObjectsIn(name, data, `"connector.class"`, func(n *document.Node) bool {
		return n.Get("connector.class") != nil || n.At("config", "connector.class") != nil
	})
}

// statement is how ksqlDB makes a connector, and setting one of its settings.
var (
	statement = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?im)^[ \t]*CREATE\\s+(?:SINK|SOURCE)\\s+CONNECTOR\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?([^\\s(;]+)\\s+WITH\\s*\\(")
	})
	setting = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`['"]([^'"\n]+)['"]\s*=\s*'([^'\n]*)'`) })
)

// inSQL reads the connectors that statements of ksqlDB make (ksqlDB reference:
// CREATE CONNECTOR).
func inSQL(name string, data []byte) (*document.Node, error) {
	rng := document.Positions(name, data)
	all := &document.Node{Kind: document.List, Range: rng(0, 0)}
	for _, at := range statement().FindAllSubmatchIndex(data, -1) {
		end := len(data)
		if semicolon := bytes.IndexByte(data[at[1]:], ';'); semicolon >= 0 {
			end = at[1] + semicolon
		}
		named := string(bytes.Trim(data[at[2]:at[3]], "`\""))
		config := &document.Node{Kind: document.Map, Range: rng(at[0], at[1])}
		config.Pairs = append(config.Pairs, document.Pair{Key: "name", Range: rng(at[2], at[3]), Value: &document.Node{Kind: document.String, Text: named, Range: rng(at[2], at[3])}})
		for _, s := range setting().FindAllSubmatchIndex(data[at[1]:end], -1) {
			for i := range s {
				s[i] += at[1]
			}
			value := &document.Node{Kind: document.String, Text: string(data[s[4]:s[5]]), Range: rng(s[4], s[5])}
			config.Pairs = append(config.Pairs, document.Pair{Key: string(data[s[2]:s[3]]), Range: rng(s[2], s[3]), Value: value})
		}
		all.Items = append(all.Items, config)
	}
	return all, nil
}

func isMirrorMaker(f *source.File) bool {
	return f.Ext() == ".properties" && bytes.Contains(f.Text(), []byte("clusters")) && bytes.Contains(f.Text(), []byte(".bootstrap.servers")) &&
		bytes.Contains(f.Text(), []byte("->"))
}

var servers = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ \t]*bootstrap\.servers[ \t]*[=:]`) })

// isClient recognises the properties of a program that produces or consumes, such
// as each of the two files of the first MirrorMaker is.
func isClient(f *source.File) bool {
	return slices.Contains([]string{".properties", ".config"}, f.Ext()) && bytes.Contains(f.Text(), []byte("bootstrap.servers")) && servers().Match(f.Text())
}

// client reads the cluster that a program is connected to.
func client(f *services.File, doc *document.Node) {
	if p := doc.Pair("bootstrap.servers"); p != nil {
		if a := services.Server(f, p.Value); a != nil {
			f.Add("kafka/cluster", "bootstrap.servers", p.Range, a)
		}
	}
}

// connectors reads one connector, or a list of them. Its settings stand in
// `config`, or alone.
func connectors(f *services.File, doc *document.Node) {
	for _, n := range doc.Elements() {
		config, name := n.Get("config"), n.Get("name").String()
		if config.Get("connector.class") == nil {
			config = n
		}
		if name == "" {
			name = config.Get("name").String()
		}
		if name == "" {
			name = "connector"
		}
		if class := config.Get("connector.class"); class.IsScalar() {
			connector(f, name, config, class)
		}
	}
}

// kind is what is known of the connectors of a class.
type kind struct {
	// class lists words of which the class has one.
	class []string
	// typ of the catalogue.
	typ string
	// cloud of a bucket.
	cloud string
	// bucket, region, host are the settings that give each, of which the first
	// counts that is written.
	bucket, region, host []string
}

// kinds are tried in order.
var kinds = []kind{
	{class: []string{"confluent.connect.s3."}, typ: "kafkaconnect/s3", cloud: "s3", bucket: []string{"s3.bucket.name"}, region: []string{"s3.region"}, host: []string{"store.url"}},
	{class: []string{"aiven.kafka.connect.s3", "aiven.connect.s3"}, typ: "kafkaconnect/aivens3", cloud: "s3", bucket: []string{"aws.s3.bucket.name", "aws_s3_bucket"}, region: []string{"aws.s3.region", "aws_s3_region"}, host: []string{"aws.s3.endpoint", "aws_s3_endpoint"}},
	{class: []string{"awss3sink", "awss3source", "aws2s3"}, typ: "kafkaconnect/bucket", cloud: "s3", bucket: []string{"camel.kamelet.aws-s3-sink.bucketNameOrArn", "camel.kamelet.aws-s3-source.bucketNameOrArn", "camel.sink.path.bucketNameOrArn"}, region: []string{"camel.kamelet.aws-s3-sink.region", "camel.kamelet.aws-s3-source.region", "camel.sink.endpoint.region"}, host: []string{"camel.kamelet.aws-s3-sink.uriEndpointOverride"}},
	{class: []string{"gcs"}, typ: "kafkaconnect/bucket", cloud: "gcs", bucket: []string{"gcs.bucket.name"}},
	{class: []string{"azure.blob", "azureblob"}, typ: "kafkaconnect/bucket", cloud: "azure", bucket: []string{"azblob.account.name"}},
	{class: []string{"azure.datalake", "adls"}, typ: "kafkaconnect/bucket", cloud: "azure", bucket: []string{"azure.datalake.gen2.account.name", "azure.datalake.gen1.account.name"}},
	{class: []string{"snowflake"}, typ: "kafkaconnect/sink", host: []string{"snowflake.url.name"}},
	{class: []string{"kinesis", "dynamodb", "sqs", "lambda", "cloudwatch"}, typ: "kafkaconnect/aws", region: []string{"kinesis.region", "aws.kinesis.region", "aws.dynamodb.region", "aws.lambda.region", "sqs.region", "aws.region"}, host: []string{"sqs.url", "aws.dynamodb.endpoint", "aws.cloudwatch.metrics.url"}},
	{class: []string{"redshift"}, typ: "kafkaconnect/sink", host: []string{"aws.redshift.domain", "connection.url"}},
	{class: []string{"mirrorsource", "mirrorcheckpoint"}, typ: "kafkaconnect/mirror"},
	{class: []string{"replicator"}, typ: "kafkaconnect/mirror"},
	{class: []string{"debezium.connector.jdbc"}, typ: "kafkaconnect/sink", host: []string{"connection.url"}},
	{class: []string{"debezium"}, typ: "kafkaconnect/source", host: []string{"database.hostname", "mongodb.connection.string", "mongodb.hosts", "cassandra.hosts", "vitess.vtgate.host", "database.host"}},
	{class: []string{"source"}, typ: "kafkaconnect/source", host: []string{"connection.url", "connection.uri", "database.hostname", "connection.host", "es.host", "redis.hosts", "mongodb.uri"}},
	{class: []string{"sink"}, typ: "kafkaconnect/sink", host: []string{
		"connection.url", "connection.uri", "splunk.hec.uri", "redis.hosts", "redis.uri", "redis.host", "hostname", "contactPoints", "cassandra.contact.points", "influxdb.url",
		"neo4j.server.uri", "neo4j.uri", "http.api.url", "http.url", "couchbase.seed.nodes", "connect.cosmosdb.connection.endpoint", "opensearch.url", "connect.cassandra.contact.points",
	}},
}

func connector(f *services.File, name string, config, class *document.Node) {
	lower := strings.ToLower(class.Text)
	for i := range kinds {
		k := &kinds[i]
		if !hasWord(lower, k.class) {
			continue
		}
		if k.typ == "kafkaconnect/mirror" {
			mirror(f, name, config)
			return
		}
		a := services.Attributes{"region": f.First(gets(config, k.region)...)}
		for _, n := range gets(config, k.host) {
			if server := services.Server(f, n); server != nil {
				a["host"] = server["host"]
				break
			}
		}
		if k.cloud != "" {
			a["cloud"], a["bucket"] = services.Word(k.cloud), f.First(gets(config, k.bucket)...)
			if a["bucket"] == nil {
				return
			}
		}
		if a["bucket"] != nil || a["host"] != nil || a["region"] != nil {
			f.Add(k.typ, name, class.Range, a)
		}
		return
	}
}

func hasWord(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// gets returns the settings of several names that are written.
func gets(config *document.Node, names []string) []*document.Node {
	var all []*document.Node
	for _, name := range names {
		if n := config.Get(name); n != nil {
			all = append(all, n)
		}
	}
	return all
}

// mirror reads a connector that copies from one cluster to another.
func mirror(f *services.File, name string, config *document.Node) {
	ends := map[string]*stores.Object{}
	at := map[string]*document.Node{}
	for end, keys := range map[string][]string{
		"source": {"source.cluster.bootstrap.servers", "src.kafka.bootstrap.servers"}, "target": {"target.cluster.bootstrap.servers", "dest.kafka.bootstrap.servers"},
	} {
		for _, n := range gets(config, keys) {
			at[end] = n
		}
	}
	for _, end := range []string{"source", "target"} {
		if n := at[end]; n != nil {
			if a := services.Server(f, n); a != nil {
				ends[end] = f.Add("kafka/cluster", name+"."+end, n.Range, a)
			}
		}
	}
	flow(f, name, at["source"], ends["source"], at["target"], ends["target"])
}

// flow is a copy from one cluster to another.
func flow(f *services.File, name string, source *document.Node, from *stores.Object, target *document.Node, to *stores.Object) {
	if from != nil && to != nil {
		f.Add("kafka/mirror", name, target.Range, services.Attributes{"source": services.Ref(source, from), "target": services.Ref(target, to)})
	}
}

// mirrorMaker reads the clusters, and the flows between them that are enabled.
func mirrorMaker(f *services.File, doc *document.Node) {
	clusters := map[string]*stores.Object{}
	for name := range strings.SplitSeq(doc.Get("clusters").String(), ",") {
		name = strings.TrimSpace(name)
		p := doc.Pair(name + ".bootstrap.servers")
		if name == "" || p == nil {
			continue
		}
		if a := services.Server(f, p.Value); a != nil {
			clusters[name] = f.Add("kafka/cluster", name, p.Range, a)
		}
	}
	for _, p := range doc.Entries() {
		ends, isFlow := strings.CutSuffix(p.Key, ".enabled")
		from, to, isPair := strings.Cut(ends, "->")
		if isFlow && isPair && doc.Get(p.Key).String() == "true" {
			at := &document.Node{Kind: document.String, Text: ends, Range: p.Range}
			flow(f, ends, at, clusters[strings.TrimSpace(from)], at, clusters[strings.TrimSpace(to)])
		}
	}
}
