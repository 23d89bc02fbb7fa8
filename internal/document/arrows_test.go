package document

import (
	"errors"
	"strings"
	"testing"
)

// written is a document on one line.
func written(n *Node) string {
	switch {
	case n == nil:
		return "nil"
	case n.Kind == Map:
		var all []string
		for _, p := range n.Pairs {
			all = append(all, p.Key+": "+written(p.Value))
		}
		return "{" + strings.Join(all, ", ") + "}"
	case n.Kind == List:
		var all []string
		for _, item := range n.Items {
			all = append(all, written(item))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return n.Text
}

func TestParseArrows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`output { s3 { bucket => "a" region => "eu-west-1" } }`:                                           "{output: {s3: {bucket: a, region: eu-west-1}}}",
		"output {\n if [type] == \"x\" {\n  elasticsearch { hosts => [\"a:1\", 'b'] }\n }\n}":             "{output: {x: {elasticsearch: {hosts: [a:1, b]}}}}",
		"$a = [\n 'disks' => [ // all\n  's3' => ['driver' => 's3', 'region' => env('R', 'x')],\n ],\n];": "{$a: {disks: {s3: {driver: s3, region: ${R:-x}}}}}",
		"gitlab_rails['object_store']['connection'] = { 'provider' => 'AWS', :region => 'eu' }\n# c\n":    "{gitlab_rails.object_store.connection: {provider: AWS, region: eu}}",
		"a['b'] = true\nexternal_url 'https://x'":                                                         "{a.b: true}",
		"": "{}", "}": "{}", "a => ": "{}", "\"": "{}", "/*": "{}",
	} {
		n, err := ParseArrows("a", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := written(n); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	for _, text := range []string{"[[[", "a => {", "a {\n b => 'x'\n"} {
		n, err := ParseArrows("a", []byte(text))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || n == nil || syntax.Line != 1 {
			t.Errorf("%q: %v, %v", text, n, err)
		}
	}
	if _, err := ParseArrows("a", []byte(strings.Repeat("[", 10_000))); err != ErrTooLarge {
		t.Errorf("deep nesting: %v", err)
	}
}
