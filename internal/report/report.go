// Package report writes the result of a check, and the inventory, for people
// and for machines. Each format is one file; the table of them is here.
package report

import (
	"io"

	"github.com/stateside-dev/stateside/internal/check"
)

// Format is one way to write a result.
type Format struct {
	// Name by which it is asked for.
	Name string
	// Description in a few words.
	Description string
	// Check writes the result of a check; nil when the format has no form for it.
	Check Write
	// Inventory writes what there is, unjudged; nil when the format has no form
	// for it.
	Inventory Write
}

// For says which commands can write the format.
func (f Format) For() string {
	switch {
	case f.Inventory == nil:
		return "check"
	case f.Check == nil:
		return "inventory"
	}
	return "check, inventory"
}

// Write writes a result in one format.
type Write func(io.Writer, *check.Result, Options) error

// Options are what a format may know of where it is written.
type Options struct {
	// Color says that the text may be coloured.
	Color bool
	// Width of the terminal in columns; 0 for no terminal.
	Width int
	// Summary takes the job summary of a pipeline that has one; else nil.
	Summary io.Writer
	// Program is the file of the running program; empty when it is not known.
	Program string
}

// Formats lists the formats, the default one first.
func Formats() []Format {
	return []Format{
		{Name: "text", Description: "findings with the line, the chain of values and what to do", Check: Text, Inventory: InventoryText},
		{Name: "compact", Description: "one line a finding", Check: Compact},
		{Name: "json", Description: "one JSON object; `stateside schema report` prints its schema", Check: JSON, Inventory: InventoryJSON},
		{Name: "jsonl", Description: "JSON lines; `stateside schema line` prints their schema", Check: JSONLines, Inventory: InventoryJSONLines},
		{Name: "sarif", Description: "SARIF 2.1.0, for code scanning", Check: SARIF},
		{Name: "github", Description: "annotations of GitHub Actions, and the job summary", Check: GitHub},
		{Name: "gitlab", Description: "a code quality report of GitLab", Check: GitLab},
		{Name: "junit", Description: "JUnit XML, for the test reports of CI servers", Check: JUnit},
		{Name: "markdown", Description: "a comment on a change", Check: Markdown},
		{Name: "html", Description: "a page for an audit: map, findings, stores, copies", Check: HTML, Inventory: HTML},
		{Name: "csv", Description: "the data map as a table", Check: CSV, Inventory: CSV},
		{Name: "mermaid", Description: "the copies as a flowchart of Mermaid", Check: Mermaid, Inventory: Mermaid},
		{Name: "dot", Description: "the copies as a graph for Graphviz", Check: DOT, Inventory: DOT},
	}
}

// Find returns the format of a name.
func Find(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
