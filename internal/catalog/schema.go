package catalog

import (
	_ "embed"
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// schema of a file of rows, made from the types of this package by its tests.
//
//go:embed schema/catalog.json
var schema []byte

// Schema is the JSON Schema of a file of rows.
func Schema() []byte { return schema }

// MarshalJSON writes the row with the names of the YAML form.
func (t *Type) MarshalJSON() ([]byte, error) {
	text, err := yaml.Marshal(t)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := yaml.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}
