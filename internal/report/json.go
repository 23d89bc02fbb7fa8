package report

import (
	"encoding/json"
	"io"

	"github.com/stateside-dev/stateside/internal/check"
)

// JSON writes the report as one JSON object; `stateside schema report` prints
// its schema.
func JSON(w io.Writer, r *check.Result) error { return encode(w, r.Report) }

// InventoryJSON writes the inventory as one JSON object; `stateside schema
// inventory` prints its schema.
func InventoryJSON(w io.Writer, r *check.Result) error { return encode(w, r.Document) }

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
