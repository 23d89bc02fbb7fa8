package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseINI(t *testing.T) {
	t.Parallel()
	const data = `; comment
top = 1
[global]
repo1-s3-bucket = acme   
  repo1-type=s3
# repo1-s3-region=eu-west-1
conninfo = host=db user=barman
  dbname=postgres
hosts =
  a:1
  b:2
name: "x y"
[other]
flag
[global]
more=ä=b
`
	n, err := ParseINI("a.conf", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
top = string "1" 2:7-2:8
global.repo1-s3-bucket = string "acme" 4:19-4:23
global.repo1-type = string "s3" 5:14-5:16
global.conninfo = string "host=db user=barman" 7:12-7:31
global.dbname = string "postgres" 8:10-8:18
global.hosts = string "\na:1\nb:2" 9:8-9:8
global.name = string "x y" 12:7-12:12
global.more = string "ä=b" 16:6-16:9
other.flag = null "" 14:1-14:5
`
	if diff := cmp.Diff(want, outline([]*Node{n})); diff != "" {
		t.Error(diff)
	}
	if _, err := ParseINI("a.conf", []byte("[x\n")); err == nil {
		t.Error("a header without end is accepted")
	}
}

func TestParseProperties(t *testing.T) {
	t.Parallel()
	const data = `! comment
# comment
s3.region=us-east-1
s3.bucket.name : acme
topics a,\
       b
url=jdbc:postgresql://db/x
a\ b\:c=\u0041\tz
empty
dir=C:\\
`
	n, err := ParseProperties("a.properties", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
s3.region = string "us-east-1" 3:11-3:20
s3.bucket.name = string "acme" 4:18-4:22
topics = string "a,b" 5:8-5:11
url = string "jdbc:postgresql://db/x" 7:5-7:27
a b:c = string "A\tz" 8:9-8:18
empty = string "" 9:6-9:6
dir = string "C:\\" 10:5-10:9
`
	if diff := cmp.Diff(want, outline([]*Node{n})); diff != "" {
		t.Error(diff)
	}
}

func TestNest(t *testing.T) {
	t.Parallel()
	n, err := ParseProperties("a.properties", []byte("a.b=1\na=2\na.c.d=3\na.c=4\ne=5\n.=6\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
a.c.d = string "3" 3:7-3:8
a.c. = string "4" 4:5-4:6
a.b = string "1" 1:5-1:6
a. = string "2" 2:3-2:4
e = string "5" 5:3-5:4
 = string "6" 6:3-6:4
`
	if diff := cmp.Diff(want, outline([]*Node{Nest(n)})); diff != "" {
		t.Error(diff)
	}
}

func TestParseEnv(t *testing.T) {
	t.Parallel()
	const data = `# AWS_REGION=eu-west-1
export AWS_REGION=us-east-1 # comment
S3_BUCKET = "acme # not a comment" # comment
KEY='single \ quoted'
PEM="one
two \" three"
if [ -n "$X" ]; then
URL=postgres://u:p@db/x#y
EMPTY=
OPEN="never closed
NEXT=1
`
	n, err := ParseEnv(".env", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
AWS_REGION = string "us-east-1" 2:19-2:28
S3_BUCKET = string "acme # not a comment" 3:13-3:35
KEY = string "single \\ quoted" 4:5-4:22
PEM = string "one\ntwo \\\" three" 5:5-6:14
URL = string "postgres://u:p@db/x#y" 8:5-8:26
EMPTY = string "" 9:7-9:7
OPEN = string "\"never closed" 10:6-10:19
NEXT = string "1" 11:6-11:7
`
	if diff := cmp.Diff(want, outline([]*Node{n})); diff != "" {
		t.Error(diff)
	}
}

func TestParseXML(t *testing.T) {
	t.Parallel()
	const data = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <a>no</a> -->
<configuration>
  <property><name>fs.s3a.endpoint</name><value> s3.eu-west-1.amazonaws.com </value></property>
  <property><name>x</name><value>a &amp; b</value></property>
  <disks><s3 from_env="X"/></disks>
</configuration>
`
	n, err := ParseXML("core-site.xml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
configuration.property.name = string "fs.s3a.endpoint" 4:19-4:34
configuration.property.value = string "s3.eu-west-1.amazonaws.com" 4:49-4:75
configuration.property.name = string "x" 5:19-5:20
configuration.property.value = string "a & b" 5:34-5:34
configuration.disks.s3.@from_env = string "X" 6:28-6:28
`
	if diff := cmp.Diff(want, outline([]*Node{n})); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"<a>", "<a></b>", "<a", `<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>`} {
		if _, err := ParseXML("a.xml", []byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// No form of lines or elements may take more than about linear time and space.
func TestLargeLines(t *testing.T) {
	t.Parallel()
	const n = 5 << 20
	for _, line := range []string{"[a]\n", "a=1\n", " x\n", "a.b.c.d=1\n", "a=\\\n", "A=\"\n", "<a>", "<a/>", "\n"} {
		data := []byte(strings.Repeat(line, n/len(line)))
		_, _ = ParseINI("a", data)
		flat, err := ParseProperties("a", data)
		if err == nil {
			Nest(flat)
		}
		_, _ = ParseEnv("a", data)
		if _, err := ParseXML("a", data); err == nil && strings.HasPrefix(line, "<a>") {
			t.Error("elements that do not end are accepted")
		}
	}
	var distinct strings.Builder
	distinct.WriteString("<x>")
	for i := range n / 20 {
		distinct.WriteString("<a" + strings.Repeat("b", i%7) + string(rune('a'+i%26)) + "/>")
	}
	if _, err := ParseXML("a", []byte(distinct.String()+"</x>")); err != nil {
		t.Error(err)
	}
}

func fuzzed(f *testing.F, parse func(string, []byte) (*Node, error), seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := parse("a", data)
		if err != nil {
			return
		}
		n.Walk(func(_ []string, n *Node) bool {
			r := n.Range
			if r.Start.Byte < 0 || r.End.Byte > len(data) || r.Start.Byte > r.End.Byte {
				t.Errorf("range %v in %d bytes", r, len(data))
			}
			return true
		})
		Nest(n)
	})
}

func FuzzINI(f *testing.F) { fuzzed(f, ParseINI, "[a]\nb=c\n d\ne: f\n", "[a\n") }

func FuzzProperties(f *testing.F) {
	fuzzed(f, ParseProperties, "a.b=c\\\n d\ne\\u0041 f\n", "a=\\", "\\")
}

func FuzzEnv(f *testing.F) {
	fuzzed(f, ParseEnv, "export A=\"b\nc\" # d\nE='f'\n", "A=\"\\")
}

func FuzzXML(f *testing.F) {
	fuzzed(f, ParseXML, "<a b='c'><d/><d>e</d></a>", "\xEF\xBB\xBF<a/>")
}
