package model

import _ "embed"

// The JSON Schemas of the model, made from the types of this package by its
// tests.
var (
	//go:embed schema/input.json
	inputSchema []byte
	//go:embed schema/inventory.json
	inventorySchema []byte
	//go:embed schema/report.json
	reportSchema []byte
	//go:embed schema/line.json
	lineSchema []byte
)

// InputSchema is the JSON Schema of what a rule sees as `input`.
func InputSchema() []byte { return inputSchema }

// Schemas are the JSON Schemas by name: input, inventory (what `stateside
// inventory --format json` prints and rules see as data.inventory), report (what
// `stateside check --format json` prints), and line (a line of the format jsonl).
func Schemas() map[string][]byte {
	return map[string][]byte{"input": inputSchema, "inventory": inventorySchema, "report": reportSchema, "line": lineSchema}
}
