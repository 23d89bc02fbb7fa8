package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/stateside-dev/stateside/internal/check"
	"github.com/stateside-dev/stateside/internal/model"
)

// Markdown writes a report for a comment on a change or a job summary: a table
// of what was found, and for each finding what decided it.
func Markdown(w io.Writer, r *check.Result, _ Options) error {
	m := &markdownReport{view: newView(r), w: bufio.NewWriter(w)}
	m.line("## stateside: %s", countText(r.Report.Summary))
	m.line("")
	m.line("%s", escapeMarkdown(m.checkedText()))
	if r.Config.File == "" {
		m.line("")
		m.line("No stateside.yaml found: every store is taken to hold US users' data, only the United States is allowed, and unknown places warn.")
	}
	groups := alike(r.Report.Findings)
	if len(groups) > 0 {
		m.table(groups)
		m.details(groups)
	}
	m.exceptions()
	return m.w.Flush()
}

type markdownReport struct {
	view
	w *bufio.Writer
}

func (m *markdownReport) line(format string, args ...any) {
	fmt.Fprintf(m.w, format+"\n", args...)
}

func (m *markdownReport) table(groups [][]model.Finding) {
	m.line("")
	m.line("| Severity | Rule | Finding | Where |")
	m.line("|---|---|---|---|")
	for _, group := range groups {
		f := &group[0]
		text := escapeMarkdown(f.Message)
		if n := len(group); n > 1 {
			text += fmt.Sprintf(" (%d times)", n)
		}
		m.line("| %s | %s | %s | %s |", f.Severity, m.ruleLink(f.Rule), text, codeCell(position(f.Source)))
	}
}

// position is where a finding is, from the root: what is written here is read
// elsewhere.
func position(s *model.Source) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

func (m *markdownReport) ruleLink(id string) string {
	for _, rule := range m.r.Rules() {
		if rule.ID == id && m.docsOf(rule) != "" {
			return fmt.Sprintf("[%s](%s)", id, m.docsOf(rule))
		}
	}
	return escapeMarkdown(id)
}

// maxDetails bounds what a comment holds; services cut longer ones off.
const maxDetails = 50

func (m *markdownReport) details(groups [][]model.Finding) {
	m.line("")
	for i, group := range groups {
		if i == maxDetails {
			m.line("%d more findings are in the table only.", len(groups)-maxDetails)
			m.line("")
			return
		}
		f := &group[0]
		m.line("<details><summary>%s</summary>", escapeHTML(f.Rule+": "+f.Message))
		m.line("")
		for j, g := range group {
			if j == maxAlike {
				m.line("- and %d more", len(group)-maxAlike)
				break
			}
			if g.Address != "" {
				m.line("- %s %s", subjectLabel(&g), code(g.Address))
			}
		}
		m.flow(f)
		m.chain(f)
		if f.Setting != nil {
			m.line("- %s: %s %s", settingLabel(*f.Setting), escapeMarkdown(settingText(*f.Setting)), code(position(f.Setting.Source)))
		}
		if f.Fix != "" {
			m.line("- fix: %s", escapeMarkdown(f.Fix))
		}
		m.line("")
		m.line("</details>")
		m.line("")
	}
}

// subjectLabel is what the address of a finding is that of.
func subjectLabel(f *model.Finding) string {
	if f.Store == "" {
		return "of"
	}
	return "store"
}

// flow lists the copies over which the data came.
func (m *markdownReport) flow(f *model.Finding) {
	for _, id := range f.Path {
		if c := m.copies[id]; c != nil {
			m.line("- %s of %s in %s %s", meansText(c), code(m.nameOf(c.From, c.FromName)), escapeMarkdown(PlaceText(c.Place)), code(position(&c.Source)))
		}
	}
}

func (m *markdownReport) chain(f *model.Finding) {
	for _, step := range f.Chain() {
		m.line("- because %s %s", code(stepText(step)), code(position(step.Source)))
	}
}

func (m *markdownReport) exceptions() {
	if len(m.r.Exceptions) == 0 {
		return
	}
	m.line("")
	m.line("### Exceptions")
	m.line("")
	m.line("| Rule | Store | Until | Approver | Reason | Covers |")
	m.line("|---|---|---|---|---|---|")
	for _, e := range m.r.Exceptions {
		until := e.Until
		if e.Expired {
			until += " (ended)"
		}
		reason := e.Reason
		if e.Ticket != "" {
			reason += " (" + e.Ticket + ")"
		}
		m.line("| %s | %s | %s | %s | %s | %d |", escapeMarkdown(e.Rule), codeCell(e.Address), until, escapeMarkdown(e.Approver), escapeMarkdown(reason), e.Matches)
	}
}

// escapeMarkdown keeps text of the checked files from being markup, in a table
// too.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range escapeHTML(strings.Join(strings.Fields(text), " ")) {
		if strings.ContainsRune("\\`*_{}[]()#+!|~@", r) && r != '(' && r != ')' && r != '+' && r != '#' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func escapeHTML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(clean(text))
}

// code writes text as a code span, whose fence is longer than any in the text.
func code(text string) string {
	if text == "" {
		return ""
	}
	text = strings.Join(strings.Fields(clean(text)), " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// codeCell is a code span in a table, where a bar would end the cell.
func codeCell(text string) string { return strings.ReplaceAll(code(text), "|", "\\|") }
