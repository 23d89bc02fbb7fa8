// Package sql reads the statements that place data: regions of CockroachDB,
// tablespaces of YugabyteDB, placement policies of TiDB, keyspaces of Cassandra,
// datasets of BigQuery, and what is unloaded, backed up or replicated to a
// bucket or another server.
//
// A statement counts by its words alone, so nothing is parsed but those that
// begin like one of these. Text in comments doesn't count.
package sql

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Formats of the family.
func Formats() []services.Format {
	return []services.Format{{Name: "SQL", Claims: claims, Parse: parse, Read: read}}
}

// marks are words, in lower case, one of which each statement has that counts.
var marks = [][]byte{
	[]byte("region"), []byte("replica"), []byte("://"), []byte("networktopologystrategy"), []byte("placement"), []byte("location"),
	[]byte("create_s3_uri"), []byte("subscription"), []byte("_host"),
}

func claims(f *source.File) bool {
	switch f.Ext() {
	case ".sql", ".cql", ".ddl", ".hql":
	default:
		return false
	}
	text := bytes.ToLower(f.Text())
	for _, m := range marks {
		if bytes.Contains(text, m) {
			return true
		}
	}
	return false
}

// statement is a form of statement that counts. The names of its groups are
// those of the attributes.
type statement struct {
	name    string
	pattern string
	re      func() *regexp.Regexp
}

const (
	ident  = "[\\w.\"`-]+"
	text   = `(?:"[^"]*"|'[^']*'|[\w-]+)`
	quoted = `(?:"[^"]*"|'[^']*')`
	ifNot  = `(?:IF\s+NOT\s+EXISTS\s+)?`
	bucket = `(?:s3a?|gs|gcs|azure(?:-blob)?|abfss?|wasbs?|oss)://`
)

// statements are tried in order; the first that fits counts.
var statements = compiled([]statement{
	{name: "cockroachdb", pattern: `^CREATE\s+DATABASE\s+` + ifNot + `(?P<name>` + ident + `)\s.*?PRIMARY\s+REGION\s*=?\s*(?P<primary>` + text + `)(?:\s+REGIONS\s*=?\s*(?P<regions>` + text + `(?:\s*,\s*` + text + `)*))?`},
	{name: "cockroachdb", pattern: `^ALTER\s+DATABASE\s+(?P<name>` + ident + `)\s+(?:SET\s+)?PRIMARY\s+REGION\s*=?\s*(?P<primary>` + text + `)`},
	{name: "cockroachdb", pattern: `^ALTER\s+DATABASE\s+(?P<name>` + ident + `)\s+(?:ADD\s+REGION|SET\s+SECONDARY\s+REGION\s*=?)\s*` + ifNot + `(?P<regions>` + text + `)`},
	{name: "cockroachdb/table", pattern: `^ALTER\s+TABLE\s+(?P<name>` + ident + `)\s+SET\s+LOCALITY\s+REGIONAL\s+BY\s+TABLE\s+IN\s+(?P<region>` + quoted + `)`},
	{name: "yugabytedb/tablespace", pattern: `^CREATE\s+TABLESPACE\s+` + ifNot + `(?P<name>` + ident + `)\s+WITH\s*\(\s*replica_placement\s*=\s*'(?P<placement>[^']*)'`},
	{name: "tidb/policy", pattern: `^(?:CREATE|ALTER)\s+PLACEMENT\s+POLICY\s+` + ifNot + `(?P<name>` + ident + `)\s+(?P<options>.*)$`},
	{name: "cassandra/keyspace", pattern: `^(?:CREATE|ALTER)\s+KEYSPACE\s+` + ifNot + `(?P<name>` + ident + `)\s.*?NetworkTopologyStrategy['"]?(?P<datacenters>[^}]*)\}`},
	{name: "bigquery/replica", pattern: `^ALTER\s+SCHEMA\s+(?:IF\s+EXISTS\s+)?(?P<name>` + ident + `)\s+ADD\s+REPLICA\s.*?\blocation\s*=\s*(?P<location>` + quoted + `)`},
	{name: "bigquery/dataset", pattern: `^CREATE\s+SCHEMA\s+` + ifNot + `(?P<name>` + ident + `)\s.*?OPTIONS\s*\((?:.*?\blocation\s*=\s*(?P<location>` + quoted + `))?`},
	{name: "snowflake/replica", pattern: `^(?:CREATE|ALTER)\s+(?:REPLICATION|FAILOVER)\s+GROUP\s+` + ifNot + `(?P<name>` + ident + `)\s.*?ALLOWED_ACCOUNTS\s*=\s*(?P<accounts>[\w.]+)`},
	{name: "sql/backup", pattern: `^BACKUP\s.*?\bINTO\s+(?:LATEST\s+IN\s+)?\(?\s*'(?P<url>` + bucket + `[^']+)'`},
	{name: "sql/backup", pattern: `^(?:CREATE\s+SCHEDULE\s.*?FOR\s+)BACKUP\s.*?\bINTO\s+'(?P<url>` + bucket + `[^']+)'`},
	{name: "sql/backup", pattern: `^BACKUP\s.*?\bTO\s+S3\s*\(\s*'(?P<url>https?://[^']+)'`},
	{name: "sql/unload", pattern: `^UNLOAD\s*\(.*\)\s*TO\s+'(?P<url>` + bucket + `[^']+)'(?:.*?\bREGION\s+(?:AS\s+)?'(?P<region>[^']+)')?`},
	{name: "sql/unload", pattern: `^COPY\s+INTO\s+'(?P<url>` + bucket + `[^']+)'`},
	{name: "sql/unload", pattern: `^EXPORT\s+DATA\s.*?\buri\s*=\s*["'](?P<url>` + bucket + `[^"']+)["']`},
	{name: "sql/unload", pattern: `^SELECT\s.*aws_s3\.query_export_to_s3.*create_s3_uri\s*\(\s*'(?P<bucket>[^']+)'\s*,[^,]*,\s*'(?P<region>[^']+)'`},
	{name: "sql/stage", pattern: `^CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?STAGE\s+` + ifNot + `(?P<name>` + ident + `)\s.*?\bURL\s*=\s*'(?P<url>` + bucket + `[^']+)'`},
	{name: "sql/stage", pattern: `^CREATE\s+(?:OR\s+REPLACE\s+)?(?:EXTERNAL\s+)?(?:TABLE|DATABASE|SCHEMA|CATALOG)\s+` + ifNot + `(?P<name>` + ident + `).*?\b(?:LOCATION|external_location)\s*=?\s*'(?P<url>` + bucket + `[^']+)'`},
	{name: "sql/source", pattern: `^CREATE\s+SUBSCRIPTION\s+(?P<name>` + ident + `)\s+CONNECTION\s+'(?P<server>[^']+)'`},
	{name: "sql/source", pattern: `^CHANGE\s+(?:MASTER|REPLICATION\s+SOURCE)\s+TO\s.*?(?:MASTER|SOURCE)_HOST\s*=\s*'(?P<server>[^']+)'`},
})

// compiled makes each pattern a regular expression when it is first needed.
func compiled(all []statement) []statement {
	for i := range all {
		all[i].re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)` + all[i].pattern) })
	}
	return all
}

// beginnings are the first words of the statements that count.
var beginnings = []string{"alter", "create", "backup", "unload", "export", "copy", "select", "change"}

// parse finds the statements that count. Each is a map of its parts.
func parse(name string, data []byte) ([]*document.Node, error) {
	rng := document.Positions(name, data)
	list := &document.Node{Kind: document.List}
	for _, s := range split(data) {
		from, text := s.from, string(data[s.from:s.to])
		trimmed := strings.TrimLeft(text, " \t\r\n\f")
		from += len(text) - len(trimmed)
		if !begins(trimmed) {
			continue
		}
		text = blank(trimmed)
		for i := range statements {
			if m := statements[i].re().FindStringSubmatchIndex(text); m != nil {
				list.Items = append(list.Items, parts(&statements[i], text, from, m, rng))
				break
			}
		}
	}
	return []*document.Node{list}, nil
}

func begins(text string) bool {
	end := strings.IndexFunc(text, func(c rune) bool { return c < 'A' || c > 'z' })
	if end <= 0 {
		return false
	}
	word := strings.ToLower(text[:end])
	for _, b := range beginnings {
		if word == b {
			return true
		}
	}
	return false
}

// parts makes a map of the groups of a match.
func parts(s *statement, text string, from int, m []int, rng func(from, to int) hcl.Range) *document.Node {
	n := &document.Node{Kind: document.Map, Text: s.name, Range: rng(from, from+m[1])}
	for i, group := range s.re().SubexpNames() {
		if group == "" || m[2*i] < 0 {
			continue
		}
		a, b := m[2*i], m[2*i+1]
		value := text[a:b]
		if len(value) > 1 && strings.ContainsRune("\"'`", rune(value[0])) && value[len(value)-1] == value[0] && strings.Count(value, value[:1]) == 2 {
			a, b, value = a+1, b-1, value[1:len(value)-1]
		}
		r := rng(from+a, from+b)
		n.Pairs = append(n.Pairs, document.Pair{Key: group, Range: r, Value: &document.Node{Kind: document.String, Text: value, Range: r}})
	}
	return n
}

// part is a statement by its offsets.
type part struct{ from, to int }

// split finds the statements: what stands between semicolons outside of quotes,
// comments and texts between dollars.
func split(data []byte) []part {
	var all []part
	from := 0
	for i := 0; i < len(data); {
		switch end := skip(data, i); {
		case end > i:
			// A comment before a statement is no part of it.
			if len(bytes.TrimSpace(data[from:i])) == 0 && isComment(data[i:]) {
				from = end
			}
			i = end
		case data[i] == ';':
			all = append(all, part{from, i})
			i++
			from = i
		default:
			i++
		}
	}
	return append(all, part{from, len(data)})
}

func isComment(data []byte) bool {
	return bytes.HasPrefix(data, []byte("--")) || bytes.HasPrefix(data, []byte("/*")) || bytes.HasPrefix(data, []byte("#"))
}

// skip returns the end of the quoted text or comment that begins at an offset;
// the offset itself when none does.
func skip(data []byte, at int) int {
	find := func(from int, end string) int {
		if i := bytes.Index(data[min(from, len(data)):], []byte(end)); i >= 0 {
			return from + i + len(end)
		}
		return len(data)
	}
	switch rest := data[at:]; {
	case bytes.HasPrefix(rest, []byte("--")), rest[0] == '#' && (at == 0 || data[at-1] == '\n'):
		return find(at, "\n")
	case bytes.HasPrefix(rest, []byte("/*")):
		return find(at+2, "*/")
	case bytes.HasPrefix(rest, []byte("$$")):
		return find(at+2, "$$")
	case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
		return find(at+1, string(rest[0]))
	}
	return at
}

// blank replaces the comments of a statement with spaces.
func blank(text string) string {
	data := []byte(text)
	for i := 0; i < len(data); {
		end := skip(data, i)
		if end == i {
			i++
			continue
		}
		if isComment(data[i:]) {
			for j := i; j < end; j++ {
				if data[j] != '\n' {
					data[j] = ' '
				}
			}
		}
		i = end
	}
	return string(data)
}

// read makes the resources of the statements. Those about one database of
// CockroachDB belong together.
func read(f *services.File, doc *document.Node) {
	databases := map[string]*cockroach{}
	var order []string
	for _, n := range doc.Items {
		name := strings.Trim(n.Get("name").String(), "\"`")
		switch n.Text {
		case "cockroachdb":
			if databases[name] == nil {
				databases[name] = &cockroach{at: n.Range}
				order = append(order, name)
			}
			databases[name].add(n)
		case "yugabytedb/tablespace":
			f.Add(n.Text, name, n.Range, services.Attributes{"placement": placement(f, n.Get("placement"))})
		case "tidb/policy":
			f.Add(n.Text, name, n.Range, spread(f, matches(n.Get("options"), tidbRegion)))
		case "cassandra/keyspace":
			f.Add(n.Text, name, n.Range, services.Attributes{"datacenters": f.Object(&document.Node{Kind: document.List, Items: matches(n.Get("datacenters"), datacenter), Range: n.Range})})
		case "bigquery/dataset", "bigquery/replica":
			f.Add(n.Text, name, n.Range, services.Attributes{"name": lang.StringVal(name), "location": f.Text(n.Get("location"))})
		case "snowflake/replica":
			f.Add(n.Text, name, n.Range, services.Attributes{"accounts": f.Text(n.Get("accounts"))})
		case "cockroachdb/table":
			f.Add(n.Text, name, n.Range, services.Attributes{"region": f.Text(n.Get("region"))})
		case "sql/source":
			if a := services.Server(f, n.Get("server")); a != nil {
				f.Add(n.Text, "source "+name, n.Range, a)
			}
		default:
			inBucket(f, n, name)
		}
	}
	for _, name := range order {
		d := databases[name]
		f.Add("cockroachdb/database", name, d.at, d.attributes(f))
	}
}

// inBucket reads a statement that names a bucket by its URL.
func inBucket(f *services.File, n *document.Node, name string) {
	url := n.Get("url")
	a := services.Attributes{"cloud": services.Word("s3"), "bucket": f.Text(n.Get("bucket"))}
	if url != nil {
		a = f.BucketOf(url)
		// CockroachDB writes the settings of the bucket behind a question mark.
		if region := parameter(url, "AWS_REGION="); region != nil {
			a["region"] = f.Text(region)
		}
		if host := parameter(url, "AWS_ENDPOINT="); host != nil {
			a["host"] = f.Hosts(host)
		}
	}
	if region := n.Get("region"); region != nil {
		a["region"] = f.Text(region)
	}
	if name == "" {
		name = strings.TrimPrefix(n.Text, "sql/")
	}
	f.Add(n.Text, name, n.Range, a)
}

// parameter is the value of a parameter of a URL; nil for none.
func parameter(url *document.Node, name string) *document.Node {
	at := strings.Index(url.Text, name)
	if at < 0 {
		return nil
	}
	at += len(name)
	value, _, _ := strings.Cut(url.Text[at:], "&")
	return services.Part(url, at, at+len(value))
}

// cockroach is what the statements of a file say of one database.
type cockroach struct {
	at      hcl.Range
	primary *document.Node
	regions []*document.Node
}

var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\w-]+`) })

func (c *cockroach) add(n *document.Node) {
	if p := n.Get("primary"); p != nil {
		c.primary = p
	}
	if r := n.Get("regions"); r != nil {
		for _, name := range word().FindAllString(r.Text, -1) {
			c.regions = append(c.regions, &document.Node{Kind: document.String, Text: name, Range: r.Range})
		}
	}
}

// attributes are those of the database.
func (c *cockroach) attributes(f *services.File) services.Attributes {
	if c.primary != nil {
		return spread(f, append([]*document.Node{c.primary}, c.regions...))
	}
	return spread(f, c.regions)
}

// spread are the attributes of data that is in each of some regions. The cloud
// is not said, so each region may be that of several, and is a copy by itself.
func spread(f *services.File, regions []*document.Node) services.Attributes {
	if len(regions) == 0 {
		return nil
	}
	others := &document.Node{Kind: document.List, Items: regions[1:], Range: regions[0].Range}
	return services.Attributes{"region": f.Text(regions[0]), "regions": f.Object(others)}
}

// placement reads the JSON that places a tablespace.
func placement(f *services.File, n *document.Node) *lang.Value {
	doc, err := document.ParseJSON(n.Range.Filename, []byte(n.Text))
	if err != nil {
		f.Problem(n.Range, "the placement of a tablespace can't be read: "+err.Error())
		return nil
	}
	doc.Walk(func(_ []string, inner *document.Node) bool {
		inner.Range = n.Range
		return true
	})
	return f.Object(doc)
}

var (
	tidbRegion = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:PRIMARY_REGION|REGIONS)\s*=\s*["']([^"']*)["']|\+region=([\w-]+)`)
	})
	datacenter = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`['"]([\w-]+)['"]\s*:\s*['"]?[1-9]`) })
)

// matches are the names that an expression finds, each once.
func matches(n *document.Node, re func() *regexp.Regexp) []*document.Node {
	var all []*document.Node
	seen := map[string]bool{}
	for _, m := range re().FindAllStringSubmatchIndex(n.Text, -1) {
		for i := 2; i+1 < len(m); i += 2 {
			if m[i] < 0 {
				continue
			}
			for _, w := range word().FindAllStringIndex(n.Text[m[i]:m[i+1]], -1) {
				name := services.Part(n, m[i]+w[0], m[i]+w[1])
				if !seen[name.Text] {
					seen[name.Text] = true
					all = append(all, name)
				}
			}
		}
	}
	return all
}
