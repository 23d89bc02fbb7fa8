package lsp

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/report"
)

// The parts of the protocol that are written, by its names.
type (
	position struct {
		Line      int `json:"line"`
		Character int `json:"character"`
	}
	textRange struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	location struct {
		URI   string    `json:"uri"`
		Range textRange `json:"range"`
	}
	related struct {
		Location location `json:"location"`
		Message  string   `json:"message"`
	}
	codeDescription struct {
		Href string `json:"href"`
	}
	diagnostic struct {
		Range       textRange        `json:"range"`
		Severity    int              `json:"severity"`
		Code        string           `json:"code"`
		Description *codeDescription `json:"codeDescription,omitempty"`
		Source      string           `json:"source"`
		Message     string           `json:"message"`
		Related     []related        `json:"relatedInformation,omitempty"`
	}
	positionParams struct {
		TextDocument struct {
			URI string `json:"uri"`
		} `json:"textDocument"`
		Position position `json:"position"`
	}
)

// diagnostics are the findings by the address of their file. What an exception
// covers is left out; what stands in no file can't be shown by an editor.
func (s *server) diagnostics() map[string][]diagnostic {
	pages := map[string]string{}
	for _, rule := range s.result.Rules() {
		pages[rule.ID] = report.RuleURL(rule, s.version)
	}
	byFile := map[string][]diagnostic{}
	for i := range s.result.Report.Findings {
		f := &s.result.Report.Findings[i]
		if f.SuppressedBy != nil || f.Source == nil {
			continue
		}
		d := diagnostic{
			Range: s.rangeOf(*f.Source), Severity: 2, Code: f.Rule, Source: "stateside", Message: messageOf(f), Related: s.related(f),
		}
		if f.Severity == model.Error {
			d.Severity = 1
		}
		if page := pages[f.Rule]; page != "" {
			d.Description = &codeDescription{page}
		}
		uri := s.uriOf(f.Source.File)
		byFile[uri] = append(byFile[uri], d)
	}
	return byFile
}

func messageOf(f *model.Finding) string {
	text := f.Message
	if f.Address != "" {
		text += " (" + f.Address + ")"
	}
	if f.Fix != "" {
		text += "\n" + f.Fix
	}
	return text
}

// related is the because chain, and the setting that is not met.
func (s *server) related(f *model.Finding) []related {
	var all []related
	add := func(src *model.Source, text string) {
		if src != nil {
			all = append(all, related{location{s.uriOf(src.File), s.rangeOf(*src)}, text})
		}
	}
	for _, step := range f.Chain() {
		add(step.Source, "because "+strings.TrimSuffix(step.What+": "+step.Value, ": "))
	}
	if f.Setting != nil {
		add(f.Setting.Source, f.Setting.What+": "+f.Setting.Value)
	}
	return all
}

// rangeOf is a range as the protocol counts it: lines from 0, and characters in
// units of UTF-16.
func (s *server) rangeOf(src model.Source) textRange {
	return textRange{s.positionOf(src.File, src.Line, src.Column), s.positionOf(src.File, src.EndLine, src.EndColumn)}
}

func (s *server) positionOf(file string, line, column int) position {
	runes := []rune(s.result.Tree.Line(file, line))
	before := runes[:min(max(column-1, 0), len(runes))]
	return position{max(line-1, 0), len(utf16.Encode(before))}
}

// columnOf is the column, in characters counted from 1, of a position.
func (s *server) columnOf(file string, p position) int {
	units := utf16.Encode([]rune(s.result.Tree.Line(file, p.Line+1)))
	return len(utf16.Decode(units[:min(max(p.Character, 0), len(units))])) + 1
}

// maxHover is how many stores and copies one hover tells of.
const maxHover = 5

// hover tells of what is under the cursor where it is and why; nil for nothing.
func (s *server) hover(p positionParams) any {
	file, ok := s.fileOf(p.TextDocument.URI)
	if !ok {
		return nil
	}
	column := s.columnOf(file, p.Position)
	at := model.Source{File: file, Line: p.Position.Line + 1, Column: column, EndLine: p.Position.Line + 1, EndColumn: column}
	var texts []string
	doc := &s.result.Document
	// What stands nearest around the cursor is meant: a copy within its store, a
	// value within either.
	for i := range doc.Copies {
		if c := &doc.Copies[i]; c.Source.Contains(at) {
			texts = append(texts, s.copyText(c))
		}
	}
	if texts == nil {
		texts = s.valueTexts(at)
	}
	if texts == nil {
		for i := range doc.Stores {
			if store := &doc.Stores[i]; store.Source.Contains(at) {
				texts = append(texts, storeText(store))
			}
		}
	}
	if texts == nil {
		return nil
	}
	if more := len(texts) - maxHover; more > 0 {
		texts = append(texts[:maxHover], fmt.Sprintf("and %d more", more))
	}
	return map[string]any{"contents": map[string]string{"kind": "markdown", "value": strings.Join(texts, "\n\n---\n\n")}}
}

func storeText(store *model.Store) string {
	text := fmt.Sprintf("%s is in %s", code(store.Address), placeText(store.Place)) + because(store.Place)
	for _, d := range store.Datasets {
		text += fmt.Sprintf("\n- holds %s as %s", code(d.Name), d.Role)
	}
	return text
}

func (s *server) copyText(c *model.Copy) string {
	name := func(id, given string) string {
		for i := range s.result.Document.Stores {
			if store := &s.result.Document.Stores[i]; store.ID == id {
				given = store.Address
			}
		}
		if given == "" {
			return "what is not declared here"
		}
		return code(given)
	}
	means := strings.ReplaceAll(string(c.Means), "_", " ")
	if c.Automatic {
		means = "automatic " + means
	}
	return fmt.Sprintf("%s of %s to %s, in %s", means, name(c.From, c.FromName), name(c.To, c.ToName), placeText(c.Place)) + because(c.Place)
}

// valueTexts says of a value which places it decides.
func (s *server) valueTexts(at model.Source) []string {
	var texts []string
	decides := func(what string, p model.Place) {
		for _, step := range p.Because {
			if step.Source != nil && step.Source.Contains(at) {
				texts = append(texts, fmt.Sprintf("%s decides where %s is: in %s", code(step.What), what, placeText(p)))
				return
			}
		}
	}
	for i := range s.result.Document.Stores {
		store := &s.result.Document.Stores[i]
		// Within its own block the store tells the whole.
		if !store.Source.Contains(at) {
			decides(code(store.Address), store.Place)
		}
	}
	for i := range s.result.Document.Copies {
		c := &s.result.Document.Copies[i]
		decides("the "+strings.ReplaceAll(string(c.Means), "_", " ")+" by "+code(c.Address), c.Place)
	}
	return texts
}

func placeText(p model.Place) string {
	if p.Status == model.Unknown {
		return "a place that is not known: " + p.Reason
	}
	return "**" + plain(report.PlaceText(p)) + "**"
}

func because(p model.Place) string {
	var b strings.Builder
	for _, step := range p.Because {
		b.WriteString("\n- because " + code(strings.TrimSuffix(step.What+": "+step.Value, ": ")))
		if step.Source != nil {
			fmt.Fprintf(&b, " %s:%d", plain(step.Source.File), step.Source.Line)
		}
	}
	return b.String()
}

// code writes text of the checked files as code, whose end it can't write.
func code(text string) string { return "`" + strings.ReplaceAll(oneLine(text), "`", "'") + "`" }

// plain writes text of the checked files so that it is no markup.
func plain(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_{}[]<>#|~!&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
