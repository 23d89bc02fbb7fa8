package report

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stateside-dev/stateside/internal/model"
)

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colours change nothing but the colours.
func TestColor(t *testing.T) {
	r := project(t)
	for _, write := range []Write{Text, Compact} {
		plain, colored := written(t, write, r, Options{}), written(t, write, r, Options{Color: true})
		if !escapes.MatchString(colored) {
			t.Error("nothing is coloured")
		}
		if got := escapes.ReplaceAllString(colored, ""); got != plain {
			t.Errorf("without its codes the coloured text is another:\n%s", got)
		}
	}
	golden(t, "text-narrow-color.check", written(t, Text, r, Options{Color: true, Width: 60}))
}

// On a narrow terminal no line that could be broken runs over the edge, and
// nothing is lost but what is cut from a line of code.
func TestNarrow(t *testing.T) {
	r := project(t)
	wide := strings.Fields(written(t, Text, r, Options{}))
	for _, width := range []int{40, 60, 80, 200} {
		text := written(t, Text, r, Options{Width: width})
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			if n := utf8.RuneCountInString(line); n > width && longestWord(line)+16 < width-16 {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
		have := map[string]bool{}
		for _, word := range strings.Fields(text) {
			have[word] = true
		}
		for _, word := range wide {
			isCode := strings.ContainsAny(word, `"={}`) || word == "destination_vault_arn"
			if !have[word] && !strings.Contains(word, "^") && !isCode {
				t.Errorf("width %d: %q is gone", width, word)
			}
		}
	}
}

func longestWord(line string) int {
	n := 0
	for _, word := range strings.Fields(line) {
		n = max(n, utf8.RuneCountInString(word))
	}
	return n
}

// What the checked files say can't move the cursor or turn the line around.
func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext → é":    "plain\ttext → é",
		"\x1b[31mred":        "�[31mred",
		"a\rb\nc\x00":        "a�b�c�",
		"\u202egnp.exe":      "�gnp.exe",
		"\u009b31m\x7f\xff!": "�31m��!",
	} {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"as it is", 0, 9, "as it is"},
		{"one two three four five six seven", 34, 10, "one two three four five|six seven"},
		{"averyveryverylongwordthatcannotbebroken and more", 30, 0, "averyveryverylongwordthatcannotbebroken|and more"},
		{"averyveryverylongwordthatcannotbebroken", 30, 0, "averyveryverylongwordthatcannotbebroken"},
		{"short", 10, 8, "short"},
	} {
		if got := strings.Join(wrap(c.text, c.width, c.indent), "|"); got != c.want {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

// The marked part of a long line stays in sight, and the caret under it.
func TestCrop(t *testing.T) {
	line := strings.Repeat("x", 50) + "MARK" + strings.Repeat("y", 50)
	for room := 12; room < 110; room++ {
		shown, before, marked := crop(line, 50, 4, room)
		runes := []rune(shown)
		if len(runes) > room && len(line) > room {
			t.Fatalf("room %d: %d columns", room, len(runes))
		}
		if got := string(runes[before : before+marked]); got != "MARK" {
			t.Fatalf("room %d: the caret is under %q in %q", room, got, shown)
		}
	}
}

// A line of megabytes, as a plan may be, is shown where its mark is.
func TestLongLine(t *testing.T) {
	r := project(t)
	long := strings.Repeat("x", 1<<20)
	r.Tree.Add("plan.json", []byte(long+"MARK"+long))
	f := &r.Report.Findings[0]
	f.Source = &model.Source{File: "plan.json", Line: 1, Column: 1<<20 + 1, EndLine: 1, EndColumn: 1<<20 + 5}
	for _, f := range Formats() {
		text := written(t, f.Check, r, Options{})
		if len(text) > 200_000 {
			t.Errorf("%s writes %d bytes", f.Name, len(text))
		}
		if (f.Name == "text" || f.Name == "html") && !strings.Contains(text, "MARK") {
			t.Errorf("%s does not show what is marked", f.Name)
		}
	}
}

// Calls of one module that is missing are one block, which says what they have in
// common; a single one says all that is known of it.
func TestAlikeRootCause(t *testing.T) {
	missing := func(address, version string) model.Finding {
		return model.Finding{
			Rule: "missing-module", Severity: model.Warning, Address: address, Message: "the module m " + version + " is not there; what it declares in aws was not checked",
			RootCause: "the module m is not there", Source: &model.Source{File: address + ".tf", Line: 1},
		}
	}
	all := []model.Finding{missing("a", "1"), missing("b", "2"), missing("c", "1")}
	groups := alike(all)
	if len(groups) != 1 || len(groups[0]) != 3 || groups[0][0].Message != "the module m is not there" {
		t.Errorf("%+v", groups)
	}
	if all[0].Message != "the module m 1 is not there; what it declares in aws was not checked" {
		t.Error("the finding itself has changed")
	}
	groups = alike(all[:1])
	if groups[0][0].Message != all[0].Message {
		t.Errorf("%+v", groups)
	}
}
