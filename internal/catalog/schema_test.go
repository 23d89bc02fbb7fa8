package catalog

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	generator "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/model"
)

var update = flag.Bool("update", false, "write the schema anew")

// The published schema is that of the types.
func TestSchema(t *testing.T) {
	t.Parallel()
	r := &generator.Reflector{DoNotReference: true, ExpandedStruct: true, Anonymous: true, FieldNameTag: "yaml", Mapper: enum}
	if err := r.AddGoComments("github.com/stateside-dev/stateside/internal/catalog", "./"); err != nil {
		t.Fatal(err)
	}
	made := r.Reflect(header{})
	made.Title = "stateside catalogue: a file of rows, what resource types store and copy"
	want, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	const file = "schema/catalog.json"
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("run `go test ./internal/catalog -update` (-file +types)\n%s", diff)
	}
}

// Each file of rows fits the schema, and what is misspelt does not.
func TestRowsFitTheSchema(t *testing.T) {
	t.Parallel()
	resource, err := validator.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("catalog.json", resource); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Prefixes() {
		if err := s.Validate(fromYAML(t, read(name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{
		"types: [{type: a_b, service: s}]",
		"types: [{type: a_b, service: s, doc: d, knid: log}]",
		"types: [{type: a_b, service: s, doc: d, kind: lgo}]",
		"types: [{type: a_b, service: s, doc: d, copies: [{means: replica, at: a}]}]",
	} {
		if s.Validate(fromYAML(t, []byte(bad))) == nil {
			t.Errorf("%s fits", bad)
		}
	}
}

func fromYAML(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = validator.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return v
}

// enum lists the values of the types that have a fixed set of them.
func enum(t reflect.Type) *generator.Schema {
	s := &generator.Schema{Type: "string"}
	switch t {
	case reflect.TypeFor[model.Kind]():
		s.Enum = list(model.Kinds())
	case reflect.TypeFor[model.Role]():
		s.Enum = list(model.Roles())
	case reflect.TypeFor[model.Means]():
		s.Enum = list(model.AllMeans())
	case reflect.TypeFor[model.Content]():
		s.Enum = list([]model.Content{model.Metadata})
	case reflect.TypeFor[model.RetentionKind]():
		s.Enum = list(model.RetentionKinds())
	case reflect.TypeFor[Target]():
		s.Enum = list([]Target{ToRegion, ToStore, ToHost, ToPair, ToSelf})
	case reflect.TypeFor[Unit]():
		s.Enum = list(Units())
	default:
		return nil
	}
	return s
}

func list[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}
