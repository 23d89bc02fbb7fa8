package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxSummary is how much a step may write to the job summary, in bytes
// (GitHub, "Workflow commands", step isolation and limits: 1 MiB).
const maxSummary = 1 << 20

// GitHub writes workflow commands that become annotations in the pull request,
// and a job summary where there is one. GitHub shows ten annotations of a
// severity for each step; the summary has them all.
func GitHub(w io.Writer, r *check.Result, o Options) error {
	v := newView(r)
	buf := bufio.NewWriter(w)
	for _, group := range alike(r.Report.Findings) {
		fmt.Fprintf(buf, "::%s%s::%s\n", group[0].Severity, annotationPlace(&group[0]), escapeData(v.annotationText(group)))
	}
	// A line of ours must not begin like a command.
	fmt.Fprintf(buf, "stateside: %s\n", v.checkedText())
	fmt.Fprintf(buf, "stateside: %s.\n", countText(r.Report.Summary))
	if err := buf.Flush(); err != nil || o.Summary == nil {
		return err
	}
	return writeSummary(o.Summary, r, o)
}

func writeSummary(w io.Writer, r *check.Result, o Options) error {
	var b bytes.Buffer
	if err := Markdown(&b, r, o); err != nil {
		return err
	}
	text := b.Bytes()
	if len(text) > maxSummary {
		note := "\n\nThe summary was longer than a job summary may be; the rest is left out.\n"
		text = append(text[:bytes.LastIndexByte(text[:maxSummary-len(note)], '\n')], note...)
	}
	_, err := w.Write(text)
	return err
}

// annotationPlace writes where an annotation is to be shown, and its title.
func annotationPlace(f *model.Finding) string {
	properties := []string{"title=" + escapeProperty("stateside "+f.Rule)}
	if s := f.Source; s != nil {
		properties = append(properties, "file="+escapeProperty(s.File), fmt.Sprintf("line=%d", s.Line))
		// Columns are shown for a range within one line only.
		if s.EndLine == s.Line && s.EndColumn > s.Column {
			properties = append(properties, fmt.Sprintf("endLine=%d,col=%d,endColumn=%d", s.EndLine, s.Column, s.EndColumn))
		}
	}
	return " " + strings.Join(properties, ",")
}

func (v *view) annotationText(group []model.Finding) string {
	f := &group[0]
	lines := []string{f.Message}
	for i, g := range group {
		if i == maxAlike {
			lines = append(lines, fmt.Sprintf("and %d more", len(group)-maxAlike))
			break
		}
		if g.Address != "" {
			lines = append(lines, "of "+g.Address)
		}
	}
	lines = append(lines, v.plainDetails(f)...)
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines, "\n")
}

// escapeData writes text as the message of a workflow command, in which a
// percent sign and line breaks are written by their codes.
func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// escapeProperty writes text as a property of a workflow command, which also
// ends at a colon and a comma.
func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(clean(text)))
}
