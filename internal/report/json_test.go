package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateside-dev/stateside/internal/model"
)

// What is written as JSON is what its published schema says.
func TestPublishedSchemas(t *testing.T) {
	r := project(t)
	for name, texts := range map[string][]string{
		"report":    {written(t, JSON, r, Options{})},
		"inventory": {written(t, InventoryJSON, r, Options{})},
		"line":      append(lines(written(t, JSONLines, r, Options{})), lines(written(t, InventoryJSONLines, r, Options{}))...),
	} {
		schema := compiled(t, model.Schemas()[name])
		for _, text := range texts {
			if err := valid(schema, text); err != nil {
				t.Errorf("%s: %v\n%s", name, err, text)
			}
		}
		if valid(schema, `{"version": "one", "type": "other"}`) == nil {
			t.Errorf("the schema %s takes anything", name)
		}
	}
}

// Each line is one object, and together they hold what the one object holds.
func TestLines(t *testing.T) {
	r := project(t)
	types := map[model.LineType]int{}
	for _, write := range []Write{JSONLines, InventoryJSONLines} {
		for _, text := range lines(written(t, write, r, Options{})) {
			var l model.Line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatal(err)
			}
			types[l.Type]++
		}
	}
	for kind, want := range map[model.LineType]int{
		model.ReportLine: 2, model.FindingLine: len(r.Report.Findings), model.StoreLine: len(r.Document.Stores),
		model.CopyLine: len(r.Document.Copies), model.ProblemLine: 2 * len(r.Report.Problems),
	} {
		if types[kind] != want {
			t.Errorf("%d lines of type %s, want %d", types[kind], kind, want)
		}
	}
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
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
	return s
}

func valid(schema *jsonschema.Schema, text string) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}
