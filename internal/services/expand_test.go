package services

import (
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
)

func scalar(text string) *document.Node { return &document.Node{Kind: document.String, Text: text} }

func TestExpand(t *testing.T) {
	t.Parallel()
	f := &File{Lookup: func(name string) *document.Node {
		return map[string]*document.Node{"A": scalar("eu-west-1"), "B": scalar("${A}"), "LOOP": scalar("${LOOP}")}[name]
	}}
	for text, want := range map[string]string{
		"us-east-1": "us-east-1", "${A}": "eu-west-1", "$A": "eu-west-1", "${B}": "eu-west-1", "x-${A}-y": "x-eu-west-1-y",
		"${X:-us-west-2}": "us-west-2", "${X:us-west-2}": "us-west-2", "${X-us-west-2}": "us-west-2", "${X:=us-west-2}": "us-west-2",
		"${env:X:-us-west-2}": "us-west-2", "${X:${Y:us-west-2}}": "us-west-2",
		"<%= ENV['X'] %>": "?X", "<%= ENV.fetch('X', 'us-west-2') %>": "us-west-2", `<%= ENV.fetch("X") { "us-west-2" } %>`: "us-west-2",
		"<%= Rails.application.credentials.dig(:aws, :bucket) %>": "?Rails.application.credentials.dig(:aws, :bucket)",
		"{{ env_var('X', 'us-west-2') }}":                         "us-west-2", "{{ env_var('X') }}": "?X", "{{ .Values.region }}": "?.Values.region",
		"${{ vars.X || 'us-west-2' }}": "us-west-2", "${{ secrets.X }}": "?secrets.X", "${file:/x:y}": "?file:/x:y", "%{X}": "?X", "@X@": "?X",
		"${LOOP}": "?LOOP", "${X": "${X", "$": "$", "100%": "100%", "a@b": "a@b", "$1": "$1",
		"<bucket>": "null", "changeme": "null", "my-bucket": "null", "my-bucket-of-users": "my-bucket-of-users", "db.example.com": "null", "your-bucket": "null",
	} {
		v := f.Text(scalar(text))
		got, ok := v.Text()
		switch {
		case v.Kind == lang.Null:
			got = "null"
		case !ok:
			got = "?" + strings.TrimSuffix(v.Gap().Reason, " is given only when it is deployed")
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	f := &File{}
	for text, want := range map[string]string{
		"db.corp.example": "db.corp.example", "db.corp.example:5432": "db.corp.example:5432", "postgres://u:p@db.corp.example:5432/x?y=z": "db.corp.example:5432",
		"postgres://${USER}:${PASS}@db.corp.example/x": "db.corp.example", "mongodb://u:p@a.corp.example,b.corp.example/x": "a.corp.example b.corp.example",
		"jdbc:mysql://db.corp.example:3306/x?user=a&password=b": "db.corp.example:3306", "jdbc:oracle:thin:u/p@db.corp.example:1521:x": "db.corp.example",
		"jdbc:oracle:thin:@//db.corp.example:1521/x": "db.corp.example", "jdbc:sqlserver://db.corp.example:1433;databaseName=x;password=p": "db.corp.example:1433",
		"host=db.corp.example user=a password=b": "db.corp.example", "Server=tcp:db.corp.example,1433;User Id=u;Password=p": "db.corp.example",
		"SASL_SSL://a.corp.example:9092,SASL_SSL://b.corp.example:9092": "a.corp.example:9092 b.corp.example:9092", "jdbc:h2:mem:x": "", "": "",
		"redis://:p@cache.corp.example:6379": "cache.corp.example:6379", "https://${A:-x.corp.example}/y": "x.corp.example", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=x": "acme",
	} {
		var got []string
		for _, v := range each(f.Hosts(scalar(text))) {
			host, _ := v.Text()
			got = append(got, host)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %s", text, got, want)
		}
	}
}

func each(v *lang.Value) []*lang.Value {
	if v == nil {
		return nil
	}
	if v.Kind != lang.List {
		return []*lang.Value{v}
	}
	var all []*lang.Value
	for _, c := range v.Cells() {
		all = append(all, (&lang.Evaluator{}).Force(c))
	}
	return all
}

func TestDefinesKinds(t *testing.T) {
	t.Parallel()
	definition := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {}\n"
	for text, want := range map[string]bool{
		definition: true, definition + "---\n" + definition: true,
		definition + "---\napiVersion: v1\nkind: ConfigMap\n": false,
		"apiVersion: v1\nkind: ConfigMap\n":                   false, "": false,
	} {
		if got := DefinesKinds([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
