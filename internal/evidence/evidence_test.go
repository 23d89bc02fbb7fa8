package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	attestation "github.com/in-toto/attestation/go/v1"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/stateside-dev/stateside/internal/check"
)

var project = filepath.Join("..", "report", "testdata", "project")

// run writes the evidence of a directory and returns its files.
func run(t *testing.T, dir string) map[string]string {
	t.Helper()
	r, err := check.Run(context.Background(), check.Options{
		Paths: []string{dir}, Root: dir, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Tool: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Tree.Close()
	into := filepath.Join(t.TempDir(), "a", "b")
	written, err := Write(into, r, "")
	if err != nil {
		t.Fatal(err)
	}
	// A second run replaces the first.
	if _, err := Write(into, r, ""); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, name := range written {
		data, err := os.ReadFile(filepath.Join(into, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(data)
	}
	entries, err := os.ReadDir(into)
	if err != nil || len(entries) != len(written) {
		t.Errorf("%d files are there and %d are named; %v", len(entries), len(written), err)
	}
	if sum, err := exec.LookPath("sha256sum"); err == nil {
		cmd := exec.Command(sum, "--check", "--strict", sumsFile)
		cmd.Dir = into
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	return texts
}

// The same input gives the same bytes wherever it lies.
func TestReproducible(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "a copy")
	if err := os.CopyFS(elsewhere, os.DirFS(project)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run(t, project), run(t, elsewhere)); diff != "" {
		t.Error(diff)
	}
}

// A change of the input changes the statement.
func TestInputIsInTheStatement(t *testing.T) {
	changed := t.TempDir()
	if err := os.CopyFS(changed, os.DirFS(project)); err != nil {
		t.Fatal(err)
	}
	before := run(t, changed)[statementFile]
	file := filepath.Join(changed, "data", "main.tf")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(data, "# one more line\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if run(t, changed)[statementFile] == before {
		t.Error("it is as before")
	}
}

// The statement is one for the library of in-toto.
func TestStatementIsRead(t *testing.T) {
	texts := run(t, project)
	var s attestation.Statement
	if err := protojson.Unmarshal([]byte(texts[statementFile]), &s); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if len(s.Subject) != len(files()) {
		t.Errorf("%d subjects, want %d", len(s.Subject), len(files()))
	}
	summary := s.Predicate.Fields["summary"].GetStructValue().Fields
	if summary["errors"].GetNumberValue() != 5 || summary["suppressed"].GetNumberValue() != 1 {
		t.Errorf("the summary is %v", summary)
	}
	inputs := s.Predicate.Fields["madeOf"].GetStructValue().Fields["inputs"].GetListValue().Values
	if len(inputs) != 2 {
		t.Errorf("the inputs are %v", inputs)
	}
}

// oscalShape has what the model asks for of the parts that are written. CI holds
// them against the whole schema of NIST, in .ci/formats.
const oscalShape = `{
	"type": "object", "required": ["assessment-results"], "additionalProperties": false,
	"definitions": {
		"uuid": {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
		"token": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9._-]*$"},
		"line": {"type": "string", "pattern": "^\\S(.*\\S)?$"},
		"time": {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"},
		"props": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name", "value"], "properties": {
			"name": {"$ref": "#/definitions/token"}, "value": {"$ref": "#/definitions/line"}}}}
	},
	"properties": {"assessment-results": {
		"type": "object", "required": ["uuid", "metadata", "import-ap", "results"],
		"properties": {
			"uuid": {"$ref": "#/definitions/uuid"},
			"metadata": {"type": "object", "required": ["title", "last-modified", "version", "oscal-version"],
				"properties": {"last-modified": {"$ref": "#/definitions/time"}, "version": {"$ref": "#/definitions/line"}}},
			"import-ap": {"type": "object", "required": ["href"]},
			"results": {"type": "array", "minItems": 1, "items": {
				"type": "object", "required": ["uuid", "title", "description", "start", "reviewed-controls"],
				"properties": {
					"observations": {"type": "array", "minItems": 1, "items": {
						"type": "object", "required": ["uuid", "description", "methods", "collected"],
						"properties": {"uuid": {"$ref": "#/definitions/uuid"}, "props": {"$ref": "#/definitions/props"}, "collected": {"$ref": "#/definitions/time"}}}},
					"risks": {"type": "array", "minItems": 1, "items": {
						"type": "object", "required": ["uuid", "title", "description", "statement", "status"],
						"properties": {"status": {"$ref": "#/definitions/token"}, "deadline": {"$ref": "#/definitions/time"}}}},
					"findings": {"type": "array", "minItems": 1, "items": {
						"type": "object", "required": ["uuid", "title", "description", "target"],
						"properties": {"target": {"type": "object", "required": ["type", "target-id", "status"],
							"properties": {"target-id": {"$ref": "#/definitions/token"}, "type": {"enum": ["statement-id", "objective-id"]}}}}}}
				}}}
		}}}
}`

func TestOSCALIsValid(t *testing.T) {
	for _, dir := range []string{project, t.TempDir()} {
		text := run(t, dir)["oscal-assessment-results.json"]
		if err := valid(t, oscalShape, text); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if valid(t, oscalShape, strings.Replace(text, `"import-ap"`, `"plan"`, 1)) == nil {
			t.Error("anything is valid")
		}
	}
}

func valid(t *testing.T, schema, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
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
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// Everything that is referred to is there, no id is there twice, and nothing is
// called satisfied.
func TestOSCALHangsTogether(t *testing.T) {
	text := run(t, project)["oscal-assessment-results.json"]
	var doc oscalDocument
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	r := doc.Results.Results[0]
	ids := map[string]bool{}
	add := func(id string) {
		if ids[id] {
			t.Errorf("%s is there twice", id)
		}
		ids[id] = true
	}
	for _, item := range r.Local.Items {
		add(item.UUID)
	}
	for _, o := range r.Observations {
		add(o.UUID)
	}
	for _, risk := range r.Risks {
		add(risk.UUID)
	}
	for _, o := range r.Observations {
		for _, s := range o.Subjects {
			if !ids[s.UUID] {
				t.Errorf("the subject of %q is not there", o.Description)
			}
		}
	}
	for _, f := range r.Findings {
		for _, ref := range f.Observations {
			if !ids[ref.UUID] {
				t.Errorf("an observation of %s is not there", f.Title)
			}
		}
		for _, ref := range f.Risks {
			if !ids[ref.UUID] {
				t.Errorf("a risk of %s is not there", f.Title)
			}
		}
	}
	if len(r.Risks) != 1 || r.Risks[0].Deadline != "2026-12-31T23:59:59Z" || !strings.Contains(r.Risks[0].Statement, "privacy@example.com") {
		t.Errorf("the risks are %+v", r.Risks)
	}
	if bytes.Contains([]byte(text), []byte(`"satisfied"`)) {
		t.Error("a rule is called satisfied")
	}
}

// Evidence is not put among other files.
func TestOtherFiles(t *testing.T) {
	r, err := check.Run(context.Background(), check.Options{Paths: []string{project}, Root: project})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Tree.Close()
	for _, name := range []string{"notes.txt", "report.json"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Write(dir, r, ""); err == nil || !strings.Contains(err.Error(), "a directory of its own") {
			t.Errorf("beside %s: %v", name, err)
		}
		if data, _ := os.ReadFile(filepath.Join(dir, name)); string(data) != "mine" {
			t.Errorf("%s was written over", name)
		}
	}
}
