package config

import _ "embed"

//go:embed schema.json
var schemaText []byte

// Schema is the JSON Schema of stateside.yaml, for editors. It says less than
// Parse does: whether a country, a region or a rule is there, an editor need not
// know.
func Schema() []byte { return schemaText }
