package report

import (
	"fmt"
	"io"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// Compact writes one line a finding, as compilers do, for editors and for grep.
func Compact(w io.Writer, r *check.Result, o Options) error {
	t := newTextReport(w, r, o)
	for _, f := range r.Report.Findings {
		if f.SuppressedBy != nil || f.Known {
			continue
		}
		t.line("%s%s: %s  %s%s", t.position(f.Source), t.severity(f.Severity), f.Message, t.rule(f.Rule), about(f))
	}
	t.summary()
	return t.w.Flush()
}

// position begins a line with file, line and column.
func (t *textReport) position(s *model.Source) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d: ", t.path(s.File), s.Line, s.Column)
}

func about(f model.Finding) string {
	if f.Address == "" {
		return ""
	}
	return "  " + f.Address
}
