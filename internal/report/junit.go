package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// JUnit writes the XML that test reports of CI servers read. Each store is a
// suite: a store without a finding is one test that passes, and each finding is
// a test. An error fails; a warning, and what an exception covers, is skipped,
// which is what these reports have for a test that says neither yes nor no.
func JUnit(w io.Writer, r *check.Result, _ Options) error {
	j := &junitReport{view: newView(r), suites: map[string]*junitSuite{}}
	for _, s := range r.Document.Stores {
		j.suite(s.ID, s.Address)
	}
	for i := range r.Report.Findings {
		j.finding(&r.Report.Findings[i])
	}
	doc := junitSuites{Name: "stateside"}
	for _, s := range j.order {
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Class: s.Name, Name: "no finding"}}
			s.Tests = 1
		}
		doc.Tests, doc.Failures, doc.Skipped = doc.Tests+s.Tests, doc.Failures+s.Failures, doc.Skipped+s.Skipped
		doc.Suites = append(doc.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitReport struct {
	view
	suites map[string]*junitSuite
	order  []*junitSuite
}

// suite finds or makes the suite of a key.
func (j *junitReport) suite(key, name string) *junitSuite {
	s := j.suites[key]
	if s == nil {
		s = &junitSuite{Name: clean(name)}
		j.suites[key] = s
		j.order = append(j.order, s)
	}
	return s
}

func (j *junitReport) finding(f *model.Finding) {
	file := "-"
	if f.Source != nil {
		file = f.Source.File
	}
	s := j.suite(cmp.Or(f.Store, file), cmp.Or(f.Address, file))
	c := junitCase{Class: s.Name, Name: clean(f.Rule + ": " + f.Message)}
	if f.Source != nil {
		c.File, c.Line = f.Source.File, f.Source.Line
	}
	s.Tests++
	switch verdictOf(f) {
	case failed:
		s.Failures++
		c.Failure = &junitFailure{Message: clean(f.Message), Type: f.Rule, Text: j.detailsText(f)}
	case excepted:
		s.Skipped++
		c.Skipped = &junitSkipped{clean("excepted " + exceptionText(f.SuppressedBy))}
	default:
		s.Skipped++
		c.Skipped = &junitSkipped{clean("warning: " + f.Message)}
		c.Out = j.detailsText(f)
	}
	s.Cases = append(s.Cases, c)
}

func (j *junitReport) detailsText(f *model.Finding) string {
	lines := j.plainDetails(f)
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines, "\n")
}

// plainDetails is a finding's place in the files, chain, setting and fix, a
// line each.
func (v *view) plainDetails(f *model.Finding) []string {
	var lines []string
	if f.Source != nil {
		lines = append(lines, fmt.Sprintf("%s:%d:%d", f.Source.File, f.Source.Line, f.Source.Column))
	}
	for _, step := range f.Chain() {
		line := "because " + stepText(step)
		if step.Source != nil {
			line += fmt.Sprintf(" (%s:%d)", step.Source.File, step.Source.Line)
		}
		lines = append(lines, line)
	}
	if f.Setting != nil {
		lines = append(lines, settingLabel(*f.Setting)+" "+settingText(*f.Setting))
	}
	if f.Fix != "" {
		lines = append(lines, "fix: "+f.Fix)
	}
	return lines
}

type (
	junitSuites struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Name     string        `xml:"name,attr"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Errors   int           `xml:"errors,attr"` // none: what could not be checked is a finding
		Skipped  int           `xml:"skipped,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Skipped *junitSkipped `xml:"skipped"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)
