package report

import (
	"encoding/json"
	"io"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// JSON writes the report as one JSON object; `stateside schema report` prints
// its schema.
func JSON(w io.Writer, r *check.Result, _ Options) error { return encode(w, r.Report) }

// InventoryJSON writes the inventory as one JSON object; `stateside schema
// inventory` prints its schema.
func InventoryJSON(w io.Writer, r *check.Result, _ Options) error { return encode(w, r.Document) }

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// JSONLines writes one JSON object a line: what was checked, then each finding,
// then each problem. `stateside schema line` prints their schema.
func JSONLines(w io.Writer, r *check.Result, _ Options) error {
	lines := []model.Line{reportLine(r)}
	for i := range r.Report.Findings {
		lines = append(lines, model.Line{Type: model.FindingLine, Finding: &r.Report.Findings[i]})
	}
	return encodeLines(w, append(lines, problemLines(r)...))
}

// InventoryJSONLines writes the stores, the copies, the grants, the guardrails and
// the problems, one JSON object a line.
func InventoryJSONLines(w io.Writer, r *check.Result, _ Options) error {
	lines := []model.Line{reportLine(r)}
	for i := range r.Document.Stores {
		lines = append(lines, model.Line{Type: model.StoreLine, Store: &r.Document.Stores[i]})
	}
	for i := range r.Document.Copies {
		lines = append(lines, model.Line{Type: model.CopyLine, Copy: &r.Document.Copies[i]})
	}
	for i := range r.Document.Grants {
		lines = append(lines, model.Line{Type: model.GrantLine, Grant: &r.Document.Grants[i]})
	}
	for i := range r.Document.Guardrails {
		lines = append(lines, model.Line{Type: model.GuardrailLine, Guardrail: &r.Document.Guardrails[i]})
	}
	return encodeLines(w, append(lines, problemLines(r)...))
}

func reportLine(r *check.Result) model.Line {
	return model.Line{Type: model.ReportLine, Report: &model.ReportHead{
		Version: r.Report.Version, Tool: r.Report.Tool, Config: r.Report.Config, Now: r.Report.Now, Summary: r.Report.Summary,
	}}
}

func problemLines(r *check.Result) []model.Line {
	var lines []model.Line
	for i := range r.Report.Problems {
		lines = append(lines, model.Line{Type: model.ProblemLine, Problem: &r.Report.Problems[i]})
	}
	return lines
}

func encodeLines(w io.Writer, lines []model.Line) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, line := range lines {
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
