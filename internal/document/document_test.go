package document

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline writes a tree in a line for each scalar: path, kind, text, range.
func outline(docs []*Node) string {
	kinds := map[Kind]string{Null: "null", Bool: "bool", Number: "number", String: "string"}
	var b strings.Builder
	for i, doc := range docs {
		fmt.Fprintf(&b, "document %d\n", i)
		doc.Walk(func(path []string, n *Node) bool {
			if len(n.Comments) > 0 {
				fmt.Fprintf(&b, "# %s\n", strings.Join(n.Comments, "; "))
			}
			if n.Kind < List {
				fmt.Fprintf(&b, "%s = %s%s %q %d:%d-%d:%d\n", strings.Join(path, "."), n.Tag, kinds[n.Kind], n.Text,
					n.Range.Start.Line, n.Range.Start.Column, n.Range.End.Line, n.Range.End.Column)
			}
			return true
		})
	}
	return b.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, data, want string }{
		{"YAML", "a.yaml", "# who\na: eins # one\nb:\n  - 2\n  - \"drei\"\n  - 'vi''er'\nc: {d: true, e: ~}\n", `document 0
# who; one
a = string "eins" 2:4-2:8
b = number "2" 4:5-4:6
b = string "drei" 5:5-5:11
b = string "vi'er" 6:5-6:13
c.d = bool "true" 7:8-7:12
c.e = null "" 7:17-7:18
`},
		{"several documents", "a.yaml", "a: 1\n---\n---\nb: 2\n", `document 0
a = number "1" 1:4-1:5
document 1
 = null "" 3:1-3:1
document 2
b = number "2" 4:4-4:5
`},
		{"tags", "a.yaml", "a: !Ref B\nb: !GetAtt [C, Arn]\n", `document 0
a = !Refstring "B" 1:4-1:10
b = string "C" 2:13-2:14
b = string "Arn" 2:16-2:19
`},
		{"merge keys give way", "a.yaml", "x: &x {a: 1, b: 2}\ny:\n  a: 3\n  <<: *x\n", `document 0
x.a = number "1" 1:11-1:12
x.b = number "2" 1:17-1:18
y.a = number "1" 1:11-1:12
y.b = number "2" 1:17-1:18
y.a = number "3" 3:6-3:7
`},
		{"block scalars", "a.yaml", "a: |\n  x\n  y\nb: 1\n", `document 0
a = string "x\ny\n" 1:4-1:5
b = number "1" 4:4-4:5
`},
		{"JSON", "a.json", "\ufeff{\n  \"ä\": [\"ö\", 1.5, null],\n  \"b\": {\"c\": false}\n}\n", `document 0
ä = string "ö" 2:9-2:12
ä = number "1.5" 2:14-2:17
ä = null "" 2:19-2:23
b.c = bool "false" 3:14-3:19
`},
		{"YAML that begins like JSON", "a.yaml", "{a: 1}\n", "document 0\na = number \"1\" 1:5-1:6\n"},
		{"nothing", "a.yaml", "# nothing\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := Parse(c.file, []byte(c.data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outline(docs)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i < 'j'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*%c, ", i-1), 9)+fmt.Sprintf("*%c", i-1))
	}
	for _, c := range []struct {
		name, file, data string
		line             int // of a SyntaxError; 0 for ErrTooLarge
	}{
		{"JSON that ends too soon", "a.json", "{\n\"a\": ", 2},
		{"two JSON values", "a.json", "{}\n{}", 2},
		{"JSON with a bare word", "a.json", "{\n\n\"a\": b}", 3},
		{"YAML with a tab", "a.yaml", "a:\n\t- b\n", 2},
		{"deep JSON", "a.json", strings.Repeat("[", 100_000), 0},
		{"deep YAML", "a.yaml", strings.Repeat("- ", 2_000) + "a", 0},
		{"an alias bomb", "a.yaml", bomb, 0},
		{"an alias of itself", "a.yaml", "a: &a\n  b: *a\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.file, []byte(c.data))
			var syntax *SyntaxError
			switch {
			case c.line == 0 && !errors.Is(err, ErrTooLarge):
				t.Errorf("got %v, want ErrTooLarge", err)
			case c.line > 0 && (!errors.As(err, &syntax) || syntax.Line != c.line):
				t.Errorf("got %v, want line %d", err, c.line)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	docs, err := Parse("a.yaml", []byte("a: {b: [1, 2]}\nc: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	n := docs[0]
	if got := n.At("a", "b").Elements(); len(got) != 2 || got[1].String() != "2" {
		t.Errorf("a.b is %v", got)
	}
	if got := n.Get("c").Elements(); len(got) != 1 || got[0].String() != "x" {
		t.Errorf("c is %v", got)
	}
	if n.At("c", "d", "e") != nil || n.At("x", "y").String() != "" || n.At("x").Elements() != nil || n.At("x").IsScalar() {
		t.Error("something is found in what is absent")
	}
}

func TestParseTOML(t *testing.T) {
	t.Parallel()
	root, err := ParseTOML("a.toml", []byte("version = 0.1\n[default.deploy]\nregion = \"us-east-1\" # here\na.b = true\n[[list]]\nx = [1, 'y']\n[[list]]\nx = {z = \"\"\"q\"\"\"}\n[list.sub]\nw = 1979-05-27\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := `document 0
version = number "0.1" 1:11-1:14
default.deploy.region = string "us-east-1" 3:10-3:21
default.deploy.a.b = bool "true" 4:7-4:11
list.x = number "1" 6:6-6:7
list.x = string "y" 6:9-6:12
list.x.z = string "q" 8:10-8:17
list.sub.w = string "1979-05-27" 10:5-10:15
`
	if diff := cmp.Diff(want, outline([]*Node{root})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, bad := range []string{"a = ", "a = 1\n[a.b]\n", "[[a]]\n[a.b]\n[[a.b]]\n"} {
		var syntax *SyntaxError
		if _, err := ParseTOML("a.toml", []byte(bad)); !errors.As(err, &syntax) {
			t.Errorf("%q: got %v, want a syntax error", bad, err)
		}
	}
	if _, err := ParseTOML("a.toml", []byte("a = "+strings.Repeat("[", 1000)+strings.Repeat("]", 1000))); err == nil {
		t.Error("deep nesting is accepted")
	}
}

func FuzzParseTOML(f *testing.F) {
	f.Add([]byte("a = 1\n[b.c]\nd = [{e = 'f'}]\n[[g]]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if root, err := ParseTOML("a.toml", data); err == nil {
			outline([]*Node{root})
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("a.yaml", []byte("a: &a [1, 'b']\nc: *a\n<<: *a\n--- |\n x\n"))
	f.Add("a.json", []byte(`{"a": [1, "b", {"c": null}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		docs, err := Parse(name, data)
		if err != nil {
			return
		}
		for _, doc := range docs {
			doc.Walk(func(_ []string, n *Node) bool {
				if n.Range.Start.Byte > n.Range.End.Byte || n.Range.End.Byte > len(data) {
					t.Fatalf("range %v in %d bytes", n.Range, len(data))
				}
				return true
			})
		}
	})
}
