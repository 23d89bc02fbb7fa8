package report

import (
	"strings"
	"unicode/utf8"

	"github.com/stateside-dev/stateside/internal/model"
)

// painted is text that may hold colour codes, and nothing else that moves the
// cursor.
type painted string

// pen paints text when the terminal shows colours.
type pen struct{ color bool }

// The codes of ECMA-48 that every terminal knows.
const (
	bold   = "1"
	faint  = "2"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "36"
)

func (p pen) paint(code, text string) painted {
	text = clean(text)
	if !p.color || strings.TrimSpace(text) == "" {
		return painted(text)
	}
	return painted("\x1b[" + code + "m" + text + "\x1b[0m")
}

func (p pen) strong(text string) painted { return p.paint(bold, text) }
func (p pen) dim(text string) painted    { return p.paint(faint, text) }
func (p pen) rule(text string) painted   { return p.paint(cyan, text) }

func (p pen) severity(s model.Severity) painted { return p.caret(string(s), s) }

// caret paints what points at something of a severity.
func (p pen) caret(text string, s model.Severity) painted {
	if s == model.Error {
		return p.paint(red, text)
	}
	return p.paint(yellow, text)
}

// clean makes text from the checked files safe to show: control characters
// could move the cursor or hide what follows, and marks of direction could show
// a line in another order than it is read.
func clean(text string) string {
	if strings.IndexFunc(text, isUnsafe) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isUnsafe(r) {
			return '�'
		}
		return r
	}, text)
}

func isUnsafe(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f:
		return true
	}
	return r == utf8.RuneError
}

// minText is the least width that wrapped text is given.
const minText = 24

// wrap breaks text between words so that it ends within width when it begins at
// indent. Without a width it is one line; a word that is too long stays whole.
func wrap(text string, width, indent int) []string {
	room := max(width-indent, minText)
	if width == 0 || utf8.RuneCountInString(text) <= room {
		return []string{text}
	}
	var lines []string
	for utf8.RuneCountInString(text) > room {
		runes := []rune(text)
		at := lastSpace(runes, room)
		if at < 0 {
			break
		}
		lines = append(lines, strings.TrimRight(string(runes[:at]), " "))
		text = strings.TrimLeft(string(runes[at:]), " ")
	}
	if text != "" {
		lines = append(lines, text)
	}
	return lines
}

// lastSpace is the last space up to room after some text, else the first one
// after it; -1 for none.
func lastSpace(runes []rune, room int) int {
	begun := false
	first := -1
	for i, r := range runes {
		if r != ' ' {
			begun = true
			continue
		}
		if !begun {
			continue
		}
		if i > room {
			if first < 0 {
				return i
			}
			return first
		}
		first = i
	}
	return first
}

// crop cuts a line to the room of a terminal so that the marked part stays in
// sight. A room that is not positive cuts nothing.
func crop(text string, before, marked, room int) (shown string, newBefore, newMarked int) {
	runes := []rune(text)
	if room <= 0 || len(runes) <= room {
		return text, before, marked
	}
	from := 0
	if before+marked >= room {
		from = max(min(before-room/4, len(runes)-room), 0)
	}
	to := min(from+room, len(runes))
	shown = string(runes[from:to])
	if from > 0 {
		shown = "…" + string([]rune(shown)[1:])
	}
	if to < len(runes) {
		cut := []rune(shown)
		shown = string(cut[:len(cut)-1]) + "…"
	}
	before -= from
	return shown, before, max(min(marked, room-before), 1)
}
