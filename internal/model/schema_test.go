package model

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "write the schemas anew")

// The published schemas are those of the types.
func TestSchemas(t *testing.T) {
	for name, value := range map[string]any{"input": Input{}, "inventory": Document{}, "report": Report{}, "line": Line{}} {
		t.Run(name, func(t *testing.T) {
			r := &jsonschema.Reflector{DoNotReference: true, ExpandedStruct: true, Anonymous: true, Mapper: enum}
			if err := r.AddGoComments("github.com/stateside-dev/stateside/internal/model", "./"); err != nil {
				t.Fatal(err)
			}
			schema := r.Reflect(value)
			schema.Title = "stateside " + name + ", version 1 of the model"
			want, err := json.MarshalIndent(schema, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, '\n')
			file := filepath.Join("schema", name+".json")
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
				t.Errorf("run `go test ./internal/model -update` (-file +types)\n%s", diff)
			}
		})
	}
}

// enum lists the values of the types that have a fixed set of them.
func enum(t reflect.Type) *jsonschema.Schema {
	schema := &jsonschema.Schema{Type: "string"}
	switch t {
	case reflect.TypeFor[Kind]():
		schema.Enum = list(Kinds())
	case reflect.TypeFor[Role]():
		schema.Enum = list(Roles())
	case reflect.TypeFor[Means]():
		schema.Enum = list(AllMeans())
	case reflect.TypeFor[Status]():
		schema.Enum = list(Statuses())
	case reflect.TypeFor[Cause]():
		schema.Enum = list(Causes())
	case reflect.TypeFor[Basis]():
		schema.Enum = list(Bases())
	case reflect.TypeFor[ProblemKind]():
		schema.Enum = list(ProblemKinds())
	case reflect.TypeFor[Content]():
		schema.Enum = list([]Content{Metadata})
	case reflect.TypeFor[RetentionKind]():
		schema.Enum = list(RetentionKinds())
	case reflect.TypeFor[PrincipalKind]():
		schema.Enum = list(PrincipalKinds())
	case reflect.TypeFor[LineType]():
		schema.Enum = list(LineTypes())
	case reflect.TypeFor[Severity]():
		schema.Enum = list([]Severity{Error, Warning})
	default:
		return nil
	}
	return schema
}

func list[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}
