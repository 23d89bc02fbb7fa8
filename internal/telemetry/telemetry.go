// Package telemetry reads the configurations of programs that collect, pass on
// and keep logs, metrics and traces: Loki, Mimir, Cortex, Tempo, Thanos,
// Prometheus, Vector, Fluent Bit, Fluentd and the OpenTelemetry Collector. They
// stand in files of their own, or inside ConfigMaps.
//
// A configuration is told by keys that only it has, and comes apart into
// destinations, each of a type that the catalogue knows. What rests in the
// program's own volume is not among them.
package telemetry

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/source"
)

// Part is one destination of a configuration.
type Part struct {
	// Kind is the resource type, as the catalogue writes it.
	Kind string
	// Name within the configuration.
	Name string
	// Node has the settings, those of stores under the names provider, bucket,
	// region, endpoint and account.
	Node *document.Node
}

// marks are words one of which every configuration has that is known here.
var marks = []string{
	"schema_config", "blocks_storage", "trace:", "remote_write", "sinks",
	"exporters", "[OUTPUT]", "[Output]", "[output]", "outputs:", "<match", "<store",
	"bucket", "container", "object_store",
}

// MayHave says whether a text may hold a configuration, without parsing it.
func MayHave(text *source.Words) bool { return text.HasAny(marks...) }

// certain are words that together make it certain that a text is a
// configuration of this kind.
var certain = [][]string{
	{"schema_config:", "storage"}, {"blocks_storage:", "backend:"}, {"storage:", "trace:", "backend:"}, {"receivers:", "exporters:", "pipelines:"},
	{"sources:", "sinks:", "inputs:"}, {"[sources.", "[sinks."}, {"scrape_configs:", "remote_write:"}, {"global:", "remote_write:"},
	{"type: S3", "config:", "bucket:"}, {"type: GCS", "config:", "bucket:"}, {"type: AZURE", "config:", "container:"},
	{"[OUTPUT]", "[SERVICE]"}, {"[OUTPUT]", "[INPUT]"}, {"[OUTPUT]", "Match"}, {"pipeline:", "outputs:", "name:"}, {"<match", "@type"},
}

// MustHave says whether a text is a configuration by what it has, without parsing
// it.
func MustHave(text *source.Words) bool {
	return slices.ContainsFunc(certain, func(words []string) bool { return text.HasAll(words...) })
}

// Read returns the destinations of a configuration; nothing for a file that is
// none that is known. name is that of the file, which tells TOML from the others.
func Read(name string, data []byte) ([]Part, error) {
	switch {
	case strings.HasSuffix(name, ".toml"):
	case bytes.Contains(bytes.ToLower(data), []byte("[output]")):
		return numbered(fluentBit(name, data)), nil
	case bytes.Contains(data, []byte("<match")):
		return numbered(fluentd(name, data)), nil
	}
	return ReadDocument(name, data)
}

// ReadDocument is Read for a file in YAML, JSON or TOML.
func ReadDocument(name string, data []byte) ([]Part, error) {
	if strings.HasSuffix(name, ".toml") {
		n, err := document.ParseTOML(name, data)
		return Parts(n), err
	}
	docs, err := document.Parse(name, data)
	var all []Part
	for _, n := range docs {
		all = append(all, Parts(n)...)
	}
	return all, err
}

// numbered makes names that several parts have different.
func numbered(parts []Part) []Part {
	seen := map[string]int{}
	for i, p := range parts {
		if n := seen[p.Name]; n > 0 {
			parts[i].Name = fmt.Sprintf("%s[%d]", p.Name, n)
		}
		seen[p.Name]++
	}
	return parts
}

// Parts returns the destinations of a configuration in YAML, JSON or TOML.
func Parts(n *document.Node) []Part { return numbered(parts(n)) }

func parts(n *document.Node) []Part {
	switch {
	case n == nil || n.Kind != document.Map:
		return nil
	case n.Get("schema_config") != nil && (n.Get("storage_config") != nil || n.Get("common") != nil):
		return loki(n)
	case n.Get("blocks_storage") != nil:
		return blocks(n)
	case n.At("storage", "trace") != nil:
		return backend("grafana.com/Tempo", "trace", n.At("storage", "trace"))
	case n.Get("exporters") != nil && n.At("service", "pipelines") != nil:
		return collector(n)
	case n.Get("sinks") != nil && (n.Get("sources") != nil || n.Get("transforms") != nil):
		return vector(n)
	case n.At("pipeline", "outputs") != nil:
		return fluentBitOutputs(n)
	case n.Get("remote_write") != nil && (n.Get("scrape_configs") != nil || n.Get("global") != nil):
		return remoteWrites(n.Get("remote_write"))
	case n.Get("config").Get("bucket") != nil || n.Get("config").Get("container") != nil:
		return thanos(n)
	}
	return nil
}

// bucket makes the part of a store of objects. The keys are tried in order.
func bucket(kind, name, provider string, n *document.Node, keys map[string][]string) Part {
	p := &document.Node{Kind: document.Map, Range: n.Range}
	set := func(key string, value *document.Node) {
		p.Pairs = append(p.Pairs, document.Pair{Key: key, Range: value.Range, Value: value})
	}
	set("provider", &document.Node{Kind: document.String, Text: provider, Range: n.Range})
	for _, key := range []string{"bucket", "region", "endpoint", "account"} {
		for _, from := range keys[key] {
			if v := n.Get(from); v.IsScalar() && v.Text != "" {
				set(key, v)
				break
			}
		}
	}
	return Part{Kind: kind, Name: name, Node: p}
}

// bucketKeys are how the programs call the settings of a store of objects.
var bucketKeys = map[string][]string{
	"bucket":   {"bucketnames", "bucket_name", "bucket", "container_name", "container"},
	"region":   {"region", "region_name"},
	"endpoint": {"endpoint", "endpoint_suffix", "auth_url"},
	"account":  {"account_name", "storage_account", "storage_account_name"},
}

// providers are the blocks of stores of objects by the program's word for them.
var providers = []struct{ block, provider string }{
	{"s3", "aws"}, {"aws", "aws"}, {"gcs", "google"}, {"azure", "azurerm"}, {"swift", "swift"}, {"cos", "tencentcloud"},
	{"bos", "baidu"}, {"alibabacloud", "alicloud"}, {"oss", "alicloud"}, {"ibmcos", "ibm"}, {"oci", "oci"},
}

// clients returns a part for each client of a store in a block. Where the block
// chooses one of them, only that one counts.
func clients(kind, name string, n *document.Node) []Part {
	chosen := n.Get("backend").String()
	var all []Part
	for _, p := range providers {
		block := n.Get(p.block)
		if block == nil || block.Kind != document.Map || len(block.Pairs) == 0 || chosen != "" && chosen != p.block {
			continue
		}
		part := bucket(kind, name+"."+p.block, p.provider, block, bucketKeys)
		if url := block.Get("s3"); url.IsScalar() && part.Node.Get("bucket") == nil {
			fromURL(part.Node, url)
		}
		if part.Node.Get("bucket") != nil || part.Node.Get("account") != nil {
			all = append(all, part)
		}
	}
	return all
}

// fromURL reads Loki's s3://key:secret@region/bucket, in which the host is a
// region or the address of a server.
func fromURL(n, url *document.Node) {
	_, rest, ok := strings.Cut(url.Text, "://")
	if !ok {
		return
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	host, name, _ := strings.Cut(rest, "/")
	key := "region"
	if strings.ContainsAny(host, ".:") {
		key = "endpoint"
	}
	add := func(key, text string) {
		if text != "" && n.Get(key) == nil {
			n.Pairs = append(n.Pairs, document.Pair{Key: key, Range: url.Range, Value: &document.Node{Kind: document.String, Text: text, Range: url.Range}})
		}
	}
	add(key, host)
	add("bucket", name)
}

func loki(n *document.Node) []Part {
	const kind = "grafana.com/Loki"
	all := clients(kind, "common.storage", n.At("common", "storage"))
	all = append(all, clients(kind, "storage_config", n.Get("storage_config"))...)
	all = append(all, clients(kind, "storage_config.object_store", n.At("storage_config", "object_store"))...)
	return append(all, clients(kind, "ruler.storage", n.At("ruler", "storage"))...)
}

// blocks reads Mimir and Cortex, whose sections take what they do not say from
// the common one.
func blocks(n *document.Node) []Part {
	kind := "grafana.com/Mimir"
	var all []Part
	for _, section := range []string{"blocks_storage", "ruler_storage", "alertmanager_storage"} {
		if own := n.Get(section); own != nil {
			all = append(all, backend(kind, section, over(n.At("common", "storage"), own))...)
		}
	}
	return all
}

// over returns a section with what it does not say itself from the common one.
func over(common, own *document.Node) *document.Node {
	if common == nil || common.Kind != document.Map || own.Kind != document.Map {
		return own
	}
	out := *own
	out.Pairs = slices.Clone(own.Pairs)
	for _, p := range common.Pairs {
		at := slices.IndexFunc(out.Pairs, func(o document.Pair) bool { return o.Key == p.Key })
		switch {
		case at < 0:
			out.Pairs = append(out.Pairs, p)
		case p.Value.Kind == document.Map && out.Pairs[at].Value.Kind == document.Map:
			out.Pairs[at].Value = over(p.Value, out.Pairs[at].Value)
		}
	}
	return &out
}

func backend(kind, name string, n *document.Node) []Part {
	if n == nil {
		return nil
	}
	return clients(kind, name, n)
}

// thanos reads the file with a type and its config.
func thanos(n *document.Node) []Part {
	provider, ok := map[string]string{
		"S3": "aws", "GCS": "google", "AZURE": "azurerm", "SWIFT": "swift", "COS": "tencentcloud", "ALIYUNOSS": "alicloud",
		"OCI": "oci", "BOS": "baidu", "OBS": "huaweicloud",
	}[strings.ToUpper(n.Get("type").String())]
	if !ok {
		return nil
	}
	return []Part{bucket("thanos.io/ObjectStore", "objstore", provider, n.Get("config"), bucketKeys)}
}

// named makes a part of a block, which also gets its type.
func named(kind, name, typ string, n *document.Node) Part {
	p := &document.Node{Kind: document.Map, Range: n.Range}
	for _, pair := range n.Entries() {
		if pair.Key != "type" {
			p.Pairs = append(p.Pairs, pair)
		}
	}
	p.Pairs = append(p.Pairs, document.Pair{Key: "type", Range: n.Range, Value: &document.Node{Kind: document.String, Text: typ, Range: n.Range}})
	return Part{Kind: kind, Name: name, Node: p}
}

func remoteWrites(n *document.Node) []Part {
	var all []Part
	for _, w := range n.Elements() {
		all = append(all, named("prometheus.io/RemoteWrite", "remote_write", "remote_write", w))
	}
	return all
}

// collector reads the exporters of an OpenTelemetry Collector that a pipeline
// uses.
func collector(n *document.Node) []Part {
	used := map[string]bool{}
	for _, p := range n.At("service", "pipelines").Entries() {
		for _, e := range p.Value.Get("exporters").Elements() {
			used[e.String()] = true
		}
	}
	var all []Part
	for _, p := range n.Get("exporters").Entries() {
		if used[p.Key] {
			typ, _, _ := strings.Cut(p.Key, "/")
			all = append(all, named("opentelemetry.io/Exporter", p.Key, typ, at(p)))
		}
	}
	return all
}

// at is the value of a pair; one that is null stands at its key.
func at(p document.Pair) *document.Node {
	if p.Value == nil || p.Value.Kind == document.Null {
		return &document.Node{Kind: document.Map, Range: p.Range}
	}
	return p.Value
}

func vector(n *document.Node) []Part {
	var all []Part
	for _, p := range n.Get("sinks").Entries() {
		all = append(all, named("vector.dev/Sink", p.Key, p.Value.Get("type").String(), p.Value))
	}
	return all
}
