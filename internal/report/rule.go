package report

import (
	"fmt"
	"strings"

	"github.com/stateside-dev/stateside/internal/engine"
	"github.com/stateside-dev/stateside/internal/model"
)

// RuleMarkdown is the page of a rule: what its METADATA says of it.
func RuleMarkdown(rule *engine.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n", rule.ID, strings.TrimSuffix(rule.Title, "."))
	if rule.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", rule.Description)
	}
	fmt.Fprintf(&b, "\n- **Severity**: %s\n", SeveritiesText(rule.Severities))
	if rule.Basis != "" {
		fmt.Fprintf(&b, "- **Basis**: %s\n", rule.Basis)
	}
	if rule.Remedy != "" {
		fmt.Fprintf(&b, "- **What to do**: %s\n", rule.Remedy)
	}
	if rule.Never {
		b.WriteString("- **Exceptions**: none\n")
	}
	for _, ref := range rule.References {
		fmt.Fprintf(&b, "- **See**: %s, %s\n", ref.Title, ref.URL)
	}
	return b.String()
}

// ruleText is the same without markup.
func ruleText(rule *engine.Rule) string {
	return strings.ReplaceAll(strings.TrimPrefix(RuleMarkdown(rule), "# "), "**", "")
}

// SeveritiesText names the severities that a rule can give.
func SeveritiesText(all []model.Severity) string {
	var names []string
	for _, s := range all {
		names = append(names, string(s))
	}
	return strings.Join(names, " or ")
}

// flow joins the lines of a paragraph; an empty line still parts paragraphs.
func flow(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}
