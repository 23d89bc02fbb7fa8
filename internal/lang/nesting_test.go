package lang

import (
	"strings"
	"testing"
)

func TestTooNested(t *testing.T) {
	t.Parallel()
	many := func(s string) string { return strings.Repeat(s, 90_000) }
	tests := []struct {
		name string
		text string
		want bool
	}{
		{"a usual file", "resource \"a\" \"b\" {\n  x = [for k, v in var.m : \"${k}-${v[0]}\" if v != \"}}}\"]\n}\n", false},
		{"many blocks one after another", many("a {}\n"), false},
		{"many strings with brackets", many("a = \"((((\"\n"), false},
		{"many comments with brackets", many("# ((((\n// [[[\n/* {{{ */\n"), false},
		{"many negative numbers", many("a = -1\n"), false},
		{"a ruler in a comment", "#" + many("-") + "\n", false},
		{"parentheses", "a = " + many("("), true},
		{"lists", "a = " + many("["), true},
		{"templates", "a = " + many("\"${"), true},
		{"blocks", many("a {\n"), true},
		{"closed in comments only", "a = " + many("( /*)*/ "), true},
		{"closed in strings only", "a = " + many("[ \")]\", "), true},
		{"closed before it is opened", many(")") + "\na = " + many("("), true},
		{"signs", "a = " + many("!"), true},
		{"signs with spaces", "a = " + many("- "), true},
		{"conditions", "a = " + many("true ? 1 : "), true},
		{"in a heredoc", "a = <<E\n" + many("${(") + "\nE\n", true},
		{"text of a heredoc", "a = <<E\n" + many("({[") + "\nE\n", false},
		{"after a heredoc", "a = <<E\n\"\nE\nb = " + many("("), true},
		{"escaped templates", "a = \"" + strings.Repeat("$${(", 1000) + "\"\n", false},
		{"many escaped templates", "a = \"" + many("$${(") + "\"\n", true},
		{"marks that begin nothing", "a = <<E\n" + many("$(x)\n") + "E\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := TooNested([]byte(tt.text)); got != tt.want {
				t.Errorf("TooNested = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTemplateTooNested(t *testing.T) {
	t.Parallel()
	if TemplateTooNested([]byte(strings.Repeat("(", 10_000) + "${a}")) {
		t.Error("plain text of a template counts as nesting")
	}
	if !TemplateTooNested([]byte(strings.Repeat("%{ if a }", 10_000))) {
		t.Error("nested directives do not count as nesting")
	}
}
