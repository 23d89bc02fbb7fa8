package services

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
)

// Hosts are the hosts of an address: a URL of any scheme, a list of servers, or
// a connection string. Users, passwords and paths are left out, so that a
// host which is written is known even where they are not; the range is that of
// the host alone.
func (f *File) Hosts(n *document.Node) *lang.Value {
	if !n.IsScalar() {
		return nil
	}
	if len(n.Text) > maxText {
		return tooLong(n.Range)
	}
	var hosts []*lang.Value
	for _, s := range hostSpans(n.Text) {
		text := n.Text[s.from:s.to]
		v := f.expand(text, part(n, s.from, s.to), 0)
		if v.Kind == lang.Null || isEmpty(v) {
			continue
		}
		hosts = append(hosts, v)
	}
	switch len(hosts) {
	case 0:
		return nil
	case 1:
		return hosts[0]
	}
	return lang.ListOf(hosts).At(n.Range)
}

// maxHosts bounds the list of the servers of one setting.
const maxHosts = 1_000

// AllHosts are those of a list of addresses, or of a single one.
func (f *File) AllHosts(n *document.Node) *lang.Value {
	if n == nil || n.Kind != document.List {
		return f.Hosts(n)
	}
	if len(n.Items) > maxHosts {
		return tooLong(n.Range)
	}
	var all []*lang.Value
	for _, item := range n.Items {
		if v := f.Hosts(item); v != nil {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return lang.ListOf(all).At(n.Range)
}

func isEmpty(v *lang.Value) bool {
	text, ok := v.Text()
	return ok && text == ""
}

// Part is the part of a scalar between two offsets of its text.
func Part(n *document.Node, from, to int) *document.Node {
	return &document.Node{Kind: document.String, Text: n.Text[from:to], Range: part(n, from, to)}
}

// part is the range of a part of a scalar's text; that of the whole where they
// do not stand in one line as they are.
func part(n *document.Node, from, to int) hcl.Range {
	written := n.Range.End.Byte - n.Range.Start.Byte
	lead := (written - len(n.Text)) / 2
	if n.Range.Start.Line != n.Range.End.Line || lead != 0 && lead != 1 || written != len(n.Text)+2*lead {
		return n.Range
	}
	at := func(offset int) hcl.Pos {
		return hcl.Pos{
			Line: n.Range.Start.Line, Byte: n.Range.Start.Byte + lead + offset,
			Column: n.Range.Start.Column + lead + utf8.RuneCountInString(n.Text[:offset]),
		}
	}
	return hcl.Range{Filename: n.Range.Filename, Start: at(from), End: at(to)}
}

// span is a part of a text.
type span struct{ from, to int }

// hostSpans finds the hosts in an address.
func hostSpans(text string) []span {
	at := 0
	switch {
	case strings.Count(text, "://") > 1 && strings.Contains(text, ","):
		return urlSpans(text)
	case strings.HasPrefix(text, "jdbc:oracle:"):
		at = strings.IndexByte(text, '@') + 1
		if host := strings.Index(strings.ToUpper(text), "HOST="); host >= 0 {
			return []span{{host + 5, host + 5 + until(text[host+5:], ")")}}
		}
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], "/"))
		return listed(text, at, at+until(text[at:], "/?:;"))
	case strings.Contains(text, "://"):
		at = strings.Index(text, "://") + 3
	case isConnectionString(text):
		return keyed(text)
	case strings.HasPrefix(text, "jdbc:"):
		return nil // of a database in the program itself
	}
	end := at + until(text[at:], "/?#;")
	if user := lastOutside(text[at:end], '@'); user >= 0 {
		at += user + 1
	}
	return listed(text, at, end)
}

// urlSpans finds the hosts in a list of URLs.
func urlSpans(text string) []span {
	var all []span
	for from := 0; from < len(text); {
		end := from + until(text[from:], ",")
		if one := text[from:end]; strings.Count(one, "://") < 2 {
			for _, s := range hostSpans(one) {
				all = append(all, span{from + s.from, from + s.to})
			}
		}
		from = end + 1
	}
	return all
}

// listed takes a list of servers apart.
func listed(text string, from, to int) []span {
	var spans []span
	for from < to {
		end := from + until(text[from:to], ",")
		a, b := from, end
		for a < b && text[a] == ' ' {
			a++
		}
		// Kafka names how to reach a server before it.
		if scheme := strings.Index(text[a:b], "://"); scheme >= 0 {
			a += scheme + 3
		}
		if b > a {
			spans = append(spans, span{a, b})
		}
		from = end + 1
	}
	return spans
}

// until is the offset of the first of some characters, outside of the brackets
// in which a name stands; the length of the text when there is none.
func until(text, chars string) int {
	for at := 0; at < len(text); {
		if _, end := nameAt(text, at); end > 0 {
			at = end
			continue
		}
		if strings.IndexByte(chars, text[at]) >= 0 {
			return at
		}
		at++
	}
	return len(text)
}

// lastOutside is the offset of the last of a character outside of names, -1 when
// there is none.
func lastOutside(text string, c byte) int {
	last := -1
	for at := 0; at < len(text); {
		if _, end := nameAt(text, at); end > 0 {
			at = end
			continue
		}
		if text[at] == c {
			last = at
		}
		at++
	}
	return last
}

// hostKeys name the server in connection strings.
var hostKeys = []string{"host", "hostaddr", "server", "data source", "datasource", "endpoint", "accountname"}

// isConnectionString says whether a text is a list of settings, as in
// host=db user=app or Server=db;User Id=app.
func isConnectionString(text string) bool { return len(keyed(text)) > 0 }

// keyed finds the server among the settings of a connection string.
func keyed(text string) []span {
	lower := strings.ToLower(text)
	for _, key := range hostKeys {
		for at := 0; ; {
			found := strings.Index(lower[at:], key)
			if found < 0 {
				break
			}
			at += found
			end := at + len(key)
			equals := end + len(lower[end:]) - len(strings.TrimLeft(lower[end:], " "))
			isKey := at == 0 || strings.IndexByte(" ;,", lower[at-1]) >= 0
			if isKey && equals < len(lower) && lower[equals] == '=' {
				from := equals + 1
				for from < len(text) && text[from] == ' ' {
					from++
				}
				from += len(tcp(lower[from:]))
				if key != "host" && key != "hostaddr" { // a port follows a comma
					return []span{{from, from + until(text[from:], ";,")}}
				}
				return listed(text, from, from+until(text[from:], " ;"))
			}
			at = end
		}
	}
	return nil
}

// tcp is the word that SQL Server writes before a host.
func tcp(text string) string {
	if strings.HasPrefix(text, "tcp:") {
		return "tcp:"
	}
	return ""
}

// Scheme of a URL in lower case, without jdbc: and what follows a plus; "" when
// the text is no URL.
func Scheme(text string) string {
	text = strings.TrimPrefix(text, "jdbc:")
	scheme, _, ok := strings.Cut(text, ":")
	if !ok || strings.ContainsAny(scheme, "/ .") {
		return ""
	}
	scheme, _, _ = strings.Cut(strings.ToLower(scheme), "+")
	return scheme
}

// bucketClouds are the clouds of URLs that begin with a bucket.
var bucketClouds = map[string]string{
	"s3": "s3", "boto3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "azure": "azure", "azblob": "azure", "abs": "azure",
	"wasb": "azure", "wasbs": "azure", "abfs": "azure", "abfss": "azure", "oss": "oss", "b2": "b2", "cos": "cos", "oci": "oci",
}

// Bucket reads the URL of a bucket: the word for its cloud (s3, gcs, azure, oss,
// b2, cos, oci), and its name. ok is false for another text.
func (f *File) Bucket(n *document.Node) (cloud string, bucket *lang.Value, ok bool) {
	if !n.IsScalar() {
		return "", nil, false
	}
	cloud = bucketClouds[Scheme(n.Text)]
	_, rest, hasScheme := strings.Cut(n.Text, "://")
	if cloud == "" || !hasScheme {
		return "", nil, false
	}
	from := len(n.Text) - len(rest)
	if user := lastOutside(rest[:until(rest, "/?")], '@'); user >= 0 && cloud == "azure" {
		// The account stands behind the container.
		from += user + 1
	}
	to := from + until(n.Text[from:], "/?@")
	if cloud == "azure" {
		to = from + until(n.Text[from:], "/?.")
	}
	return cloud, f.expand(n.Text[from:to], part(n, from, to), 0), true
}

// IsHost says whether a text is the address of a server of a cloud or service
// that the tables know, or that of any other.
func IsHost(text string) bool { return strings.Contains(geo.Host(text), ".") }

// BucketOf are the attributes of a bucket that a URL or a plain name gives:
// cloud, bucket, and host where the URL has one.
func (f *File) BucketOf(n *document.Node) Attributes {
	cloud, bucket, ok := f.Bucket(n)
	if !ok {
		if n.IsScalar() && IsHost(n.Text) && (strings.Contains(n.Text, "://") || strings.Contains(n.Text, "/")) {
			return f.bucketAt(n)
		}
		return Attributes{"bucket": f.Text(n)}
	}
	if text, known := bucket.Text(); known {
		if ref, isHost := geo.ParseHost(text); isHost && ref.Name != "" {
			return Attributes{"cloud": lang.StringVal(cloud), "bucket": lang.StringVal(ref.Name).At(*bucket.Defined()), "host": bucket}
		}
	}
	return Attributes{"cloud": lang.StringVal(cloud), "bucket": bucket}
}

// hostWords are the words for clouds that are known by the host of a bucket.
var hostWords = map[string]string{geo.AWS: "s3", geo.Google: "gcs", geo.Azure: "azure", geo.OCI: "oci", "alicloud": "oss", "tencentcloud": "cos"}

// bucketAt reads the address of a server with the bucket in its path, or in its
// name.
func (f *File) bucketAt(n *document.Node) Attributes {
	a := Attributes{"host": f.Hosts(n), "cloud": lang.StringVal("s3")}
	if a["host"] == nil { // it only shows what to fill in
		return Attributes{"bucket": lang.NullVal()}
	}
	ref, ok := geo.ParseHost(geo.Host(n.Text))
	if word := hostWords[ref.Cloud]; ok && word != "" {
		a["cloud"] = lang.StringVal(word)
	}
	if ok && ref.Name != "" {
		a["bucket"] = lang.StringVal(ref.Name).At(n.Range)
		return a
	}
	from := strings.Index(n.Text, "://") + 1
	if from > 0 {
		from += 2
	}
	from += until(n.Text[from:], "/") + 1
	if from < len(n.Text) {
		to := from + until(n.Text[from:], "/?:")
		a["bucket"] = f.expand(n.Text[from:to], part(n, from, to), 0)
	}
	return a
}

// Repository are the attributes of a backup repository as restic writes it:
// s3:https://host/bucket/path, b2:bucket:path, gs:bucket:/, azure:container:/,
// sftp:user@host:/path, rest:https://host/, or the path of a directory.
func (f *File) Repository(n *document.Node) Attributes {
	if !n.IsScalar() {
		return nil
	}
	scheme, rest, ok := strings.Cut(n.Text, ":")
	if !ok || strings.Contains(n.Text, "://") && !strings.Contains(scheme, "s3") && scheme != "rest" && scheme != "swift" {
		if strings.Contains(n.Text, "://") {
			return f.serverOrBucket(n)
		}
		scheme = ""
	}
	inner := &document.Node{Kind: document.String, Text: rest, Range: part(n, len(n.Text)-len(rest), len(n.Text))}
	switch scheme {
	case "s3":
		if strings.HasPrefix(rest, "//") { // the URL of other tools
			return f.BucketOf(n)
		}
		return f.bucketAt(inner)
	case "b2", "gs", "azure":
		to := until(rest, ":/")
		cloud := map[string]string{"gs": "gcs"}[scheme]
		if cloud == "" {
			cloud = scheme
		}
		return Attributes{"cloud": lang.StringVal(cloud), "bucket": f.expand(rest[:to], part(inner, 0, to), 0)}
	case "sftp", "rest":
		return Attributes{"cloud": lang.StringVal("server"), "host": f.Hosts(inner)}
	case "rclone", "swift":
		return Attributes{"cloud": lang.StringVal("server"), "bucket": f.Text(n)}
	}
	if user := strings.IndexByte(n.Text, '@'); user > 0 && strings.Contains(n.Text[user:], ":") { // user@host:path
		to := user + 1 + until(n.Text[user+1:], ":")
		return Attributes{"cloud": lang.StringVal("server"), "host": f.expand(n.Text[user+1:to], part(n, user+1, to), 0)}
	}
	v := f.Text(n)
	if !v.IsKnown() {
		return Attributes{"cloud": lang.StringVal("server"), "bucket": v}
	}
	return Attributes{"cloud": lang.StringVal("directory"), "directory": v}
}

func (f *File) serverOrBucket(n *document.Node) Attributes {
	if _, _, ok := f.Bucket(n); ok {
		return f.BucketOf(n)
	}
	return Attributes{"cloud": lang.StringVal("server"), "host": f.Hosts(n)}
}
