// Package evidence writes what an auditor keeps of a check: the data map, the
// findings, the exceptions, and digests of all that they were made of. The same
// input at the same time gives the same bytes.
package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/digest"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/report"
)

// The files with a name of their own.
const (
	sumsFile      = "SHA256SUMS"
	statementFile = "statement.json"
	// marker is in every directory of evidence, and in no other.
	marker = sumsFile
)

// file is one file of the evidence.
type file struct {
	name  string
	write func(io.Writer, *bundle) error
}

// bundle is what the files are made of.
type bundle struct {
	result     *check.Result
	provenance check.Provenance
	options    report.Options
}

func files() []file {
	return []file{
		{"report.html", format(report.HTML)},
		{"report.json", format(report.JSON)},
		{"report.sarif", format(report.SARIF)},
		{"inventory.json", format(report.InventoryJSON)},
		{"data-map.csv", format(report.CSV)},
		{"exceptions.json", func(w io.Writer, b *bundle) error { return writeJSON(w, exceptions(b)) }},
		{"provenance.json", func(w io.Writer, b *bundle) error { return writeJSON(w, b.provenance) }},
		{"oscal-assessment-results.json", func(w io.Writer, b *bundle) error { return writeJSON(w, oscal(b)) }},
	}
}

func format(write report.Write) func(io.Writer, *bundle) error {
	return func(w io.Writer, b *bundle) error { return write(w, b.result, b.options) }
}

func exceptions(b *bundle) []model.ExceptionUse {
	return slices.Concat([]model.ExceptionUse{}, b.result.Exceptions)
}

// Write writes the evidence of a result into a directory, which is made, is
// empty, or holds evidence already, which is replaced. It returns the names of
// the files. program is the file of the running program; it may be empty.
func Write(dir string, r *check.Result, program string) ([]string, error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	b := &bundle{result: r, provenance: r.Provenance(program), options: report.Options{Program: program}}
	var written []digest.File
	for _, f := range files() {
		var text bytes.Buffer
		if err := f.write(&text, b); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if err := save(dir, f.name, text.Bytes()); err != nil {
			return nil, err
		}
		written = append(written, digest.File{Name: f.name, SHA256: digest.Bytes(text.Bytes())})
	}
	var statement bytes.Buffer
	if err := writeJSON(&statement, newStatement(b, written)); err != nil {
		return nil, err
	}
	if err := save(dir, statementFile, statement.Bytes()); err != nil {
		return nil, err
	}
	written = append(written, digest.File{Name: statementFile, SHA256: digest.Bytes(statement.Bytes())})
	if err := save(dir, sumsFile, []byte(digest.Lines(written))); err != nil {
		return nil, err
	}
	return names(), nil
}

func names() []string {
	all := []string{statementFile, sumsFile}
	for _, f := range files() {
		all = append(all, f.name)
	}
	slices.Sort(all)
	return all
}

func save(dir, name string, data []byte) error {
	return os.WriteFile(filepath.Join(dir, name), data, 0o644)
}

// prepare makes the directory. One that holds something else is refused: what
// lies among evidence is taken for evidence.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	ours := names()
	var others []string
	hasMarker := false
	for _, e := range entries {
		hasMarker = hasMarker || e.Name() == marker
		if !slices.Contains(ours, e.Name()) {
			others = append(others, e.Name())
		}
	}
	if len(others) > 0 {
		return fmt.Errorf("%s holds other files (%s); evidence wants a directory of its own", dir, strings.Join(others, ", "))
	}
	if len(entries) > 0 && !hasMarker {
		return fmt.Errorf("%s holds files that are not evidence of an earlier run; evidence wants a directory of its own", dir)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
