package evidence

import (
	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/digest"
	"github.com/stateside-dev/stateside/internal/model"
)

// The types of an in-toto statement, version 1, and of what it says.
const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://github.com/stateside-dev/stateside/residency-check/v1"
)

// statement says of which files it is true that they were made from which
// input, rules and tables (in-toto Attestation Framework, Statement v1).
type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

// subject is a file by its digest.
type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// predicate is what is said of the files.
type predicate struct {
	// Now is the time against which dates were held.
	Now string `json:"now"`
	// Summary counts what was checked and found.
	Summary model.Summary `json:"summary"`
	// MadeOf says what the files were made of.
	MadeOf check.Provenance `json:"madeOf"`
}

func newStatement(b *bundle, files []digest.File) statement {
	s := statement{
		Type: statementType, PredicateType: predicateType,
		Predicate: predicate{Now: b.result.Report.Now, Summary: b.result.Report.Summary, MadeOf: b.provenance},
	}
	for _, f := range files {
		s.Subject = append(s.Subject, subject{f.Name, map[string]string{"sha256": f.SHA256}})
	}
	return s
}
