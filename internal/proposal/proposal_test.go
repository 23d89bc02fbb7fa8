package proposal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

func known(cloud, region, country string) model.Place {
	return model.Place{Status: model.Known, Locations: []model.Location{{Cloud: cloud, Region: region, Countries: []string{country}}}}
}

func host(names ...string) model.Place {
	p := model.Place{Status: model.Unknown, Cause: model.UndeclaredSite}
	for _, name := range names {
		p.Locations = append(p.Locations, model.Location{Cloud: "on-premises", Endpoint: name, Countries: []string{}})
	}
	return p
}

var found = model.Document{
	Stores: []model.Store{
		{Place: known("aws", "us-east-1", "US"), Labels: map[string]string{"data-subject": "us-user", "Name": "x"}},
		{Place: known("aws", "us-east-1", "US"), Labels: map[string]string{"data-subject": "us-user"}},
		{Place: known("aws", "ap-southeast-1", "SG"), Labels: map[string]string{"Data_Classification": "pii \"x\"\nallow: {}"}},
		{Place: host("s3.va1.corp.example:9000")},
		{Place: model.Place{Status: model.Unknown, Cause: model.NoValue}},
	},
	Copies: []model.Copy{{Place: host("db.va1.corp.example", "10.0.0.1", "datacenter:sg1")}},
}

const schema = "https://schema.example/stateside.json"

// As written it is a valid configuration that takes every store to hold the
// data and allows the United States alone, whatever was found.
func TestIsValid(t *testing.T) {
	for _, doc := range []model.Document{{}, found} {
		text := Config(doc, schema)
		c, err := config.Parse("stateside.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if c.Unlabelled != "us-user-data" || len(c.Sites) != 0 || len(c.Exceptions) != 0 {
			t.Errorf("%+v", c)
		}
		if diff := cmp.Diff(map[string]config.Places{"storage": {Countries: []string{"US"}}}, c.Datasets["us-user-data"].Allow); diff != "" {
			t.Error(diff)
		}
		if err := fitsSchema(t, text); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(text, "# yaml-language-server: $schema="+schema+"\n") {
			t.Error("the first line does not name the schema")
		}
	}
}

// What it proposes in comments is valid when the comments are taken away.
func TestProposalsAreValid(t *testing.T) {
	for _, doc := range []model.Document{{}, found} {
		var lines []string
		for line := range strings.Lines(Config(doc, schema)) {
			// A proposal has no space after the sign of the comment, but for how
			// deep it stands.
			before, after, ok := strings.Cut(line, "#")
			if ok && strings.TrimSpace(before) == "" && !isProse(after) {
				line = before + after
			}
			lines = append(lines, line)
		}
		text := strings.Join(lines, "")
		c, err := config.Parse("stateside.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(c.Sites) == 0 || len(c.Datasets["us-user-data"].Match) == 0 || len(c.Exceptions) == 0 || len(c.Exclude) == 0 {
			t.Errorf("not all is there:\n%s", text)
		}
		if err := fitsSchema(t, text); err != nil {
			t.Error(err)
		}
	}
}

// isProse says whether a comment is a sentence: those begin with one space.
func isProse(comment string) bool {
	return strings.HasPrefix(comment, " ") && !strings.HasPrefix(comment, "  ") || strings.HasPrefix(comment, "   ") && strings.Contains(comment, "(")
}

func fitsSchema(t *testing.T, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	plainDays(&node)
	var value any
	if err := node.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// plainDays makes days texts, as editors take them.
func plainDays(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		plainDays(child)
	}
}

func TestNamesWhatWasFound(t *testing.T) {
	text := Config(found, schema)
	for _, want := range []string{
		`#  - labels: {"data-subject": "us-user"} # 2 stores`,
		`#  - labels: {"Data_Classification": "pii \"x\"\nallow: {}"} # 1 store`,
		"#   United States: aws us-east-1 (2 stores)", "#   Singapore: aws ap-southeast-1 (1 store)",
		"the place of 2 stores is not known",
		"#  va1:\n#    country: US\n#    match: [\"*.va1.corp.example\"]", `match: ["10.0.0.1"]`, "#  sg1:\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, `"Name"`) {
		t.Error("a label that tells nothing is proposed")
	}
}
