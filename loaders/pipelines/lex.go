package pipelines

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
)

// lex takes shell apart into commands, each a list of its words. It understands
// quotes, comments and lines that go on, and no more: a word with quotes in it
// keeps them, and what a script computes stays what is written.
func lex(text string, offset int, rng func(from, to int) hcl.Range) []*document.Node {
	var all []*document.Node
	current := &document.Node{Kind: document.List}
	end := func() {
		if len(current.Items) > 0 {
			all = append(all, current)
			current = &document.Node{Kind: document.List}
		}
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r'):
			i += 2
			if text[i-1] == '\r' && i < len(text) {
				i++
			}
		case c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '`':
			end()
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		default:
			from := i
			i = wordEnd(text, i)
			r := rng(offset+from, offset+i)
			word := text[from:i]
			if plain := strings.Trim(word, `"'`); len(plain) == len(word)-2 && !strings.ContainsAny(plain, `"'`) {
				word, r = plain, rng(offset+from+1, offset+i-1)
			}
			current.Items = append(current.Items, &document.Node{Kind: document.String, Text: word, Range: r})
		}
	}
	end()
	return all
}

// wordEnd is where the word that begins at an offset ends.
func wordEnd(text string, i int) int {
	for i < len(text) {
		switch c := text[i]; {
		case c == '\\':
			i += 2
		case c == '"' || c == '\'':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				return len(text)
			}
			i += end + 2
		case strings.HasPrefix(text[i:], "${{"):
			end := strings.Index(text[i:], "}}")
			if end < 0 {
				return len(text)
			}
			i += end + 2
		case strings.HasPrefix(text[i:], "$("):
			// What a command prints is a part of the word.
			end := strings.IndexByte(text[i:], ')')
			if end < 0 {
				return len(text)
			}
			i += end + 1
		case strings.IndexByte(" \t\r\n;&|()`", c) >= 0:
			return i
		default:
			i++
		}
	}
	return min(i, len(text))
}

// lexWithin takes the text of a scalar apart, with the positions that its lines
// have in the file.
func lexWithin(n *document.Node, file string, rng func(from, to int) hcl.Range) []*document.Node {
	start := n.Range.Start.Byte
	if start < len(file) && (file[start] == '|' || file[start] == '>') {
		from := start + lineLength(file[start:]) + 1
		to := blockEnd(file, from)
		if from < to && to <= len(file) {
			return lex(file[from:to], from, rng)
		}
	}
	return lex(n.Text, 0, func(int, int) hcl.Range { return n.Range })
}

// lineLength is the length of the first line of a text.
func lineLength(text string) int {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return end
	}
	return len(text)
}

// blockEnd is where a block that begins at an offset ends: at the first line
// with less indentation than its first one.
func blockEnd(file string, from int) int {
	indent := -1
	at := from
	for at < len(file) {
		lineEnd := at + lineLength(file[at:])
		l := file[at:lineEnd]
		if trimmed := strings.TrimLeft(l, " "); strings.TrimSpace(l) != "" {
			own := len(l) - len(trimmed)
			if indent < 0 {
				indent = own
			}
			if own < indent {
				return at
			}
		}
		at = min(lineEnd+1, len(file))
		if lineEnd >= len(file) {
			break
		}
	}
	return at
}
