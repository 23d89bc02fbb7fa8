package lang

import "bytes"

// Bounds on the text of one file or template. HCL's parsers recurse, and in Go
// a stack that overflows ends the process, so text that would make them recurse
// without end is refused before it is parsed.
const (
	maxNesting    = 500    // brackets inside one another
	maxConditions = 10_000 // question marks, each of which may nest in the one before
	maxDirectives = 5_000  // template directives, likewise
	maxSigns      = 500    // unary operators that apply to one another
	maxMarks      = 5_000  // $ and % in one text that begin nothing; see marks
)

// TooNested says whether the text of a file nests deeper than configurations
// written by people do.
func TooNested(text []byte) bool {
	n := nesting{text: text}
	n.code(false)
	return n.tooDeep
}

// TemplateTooNested is TooNested for the text of a template.
func TemplateTooNested(text []byte) bool {
	n := nesting{text: text}
	n.literal(nil)
	return n.tooDeep
}

// nesting reads text as far as is needed to tell brackets from the same
// characters in comments and strings.
type nesting struct {
	text       []byte
	at         int
	depth      int
	signs      int
	conditions int
	directives int
	marks      int // squared, of all texts: the parser's time grows with that
	tooDeep    bool
}

func (n *nesting) more() bool { return n.at < len(n.text) && !n.tooDeep }

func (n *nesting) open() {
	n.depth++
	n.tooDeep = n.tooDeep || n.depth > maxNesting
}

// code reads configuration, to its end or, inside a template, up to the
// template's closing brace.
func (n *nesting) code(inTemplate bool) {
	base := n.depth
	for n.more() {
		b := n.text[n.at]
		n.at++
		n.count(b)
		switch b {
		case '(', '[', '{':
			n.open()
		case ')', ']':
			n.depth = max(n.depth-1, base)
		case '}':
			if inTemplate && n.depth == base {
				return
			}
			n.depth = max(n.depth-1, base)
		case '#':
			n.skipTo("\n")
		case '/':
			n.comment()
		case '"':
			n.quoted()
		case '<':
			n.heredoc()
		}
	}
}

// count watches the operators whose operands nest.
func (n *nesting) count(b byte) {
	switch b {
	case '!', '-':
		n.signs++
		n.tooDeep = n.tooDeep || n.signs > maxSigns
	case '?':
		n.conditions++
		n.tooDeep = n.tooDeep || n.conditions > maxConditions
	case ' ', '\t', '\n', '\r':
	default:
		n.signs = 0
	}
}

func (n *nesting) skipTo(end string) {
	if i := bytes.Index(n.text[n.at:], []byte(end)); i >= 0 {
		n.at += i + len(end)
		return
	}
	n.at = len(n.text)
}

func (n *nesting) comment() {
	if n.at >= len(n.text) {
		return
	}
	switch n.text[n.at] {
	case '/':
		n.skipTo("\n")
	case '*':
		n.at++
		n.skipTo("*/")
	}
}

// quoted reads a string up to its closing quote.
func (n *nesting) quoted() {
	n.literal(func() bool {
		switch n.text[n.at] {
		case '\\':
			n.at++
			return false
		case '"', '\n':
			n.at++
			return true
		}
		return false
	})
}

// heredoc reads <<END or <<-END up to the line with the marker, when that is
// what stands here.
func (n *nesting) heredoc() {
	rest := n.text[n.at:]
	if len(rest) == 0 || rest[0] != '<' {
		return
	}
	line, _, ok := bytes.Cut(rest[1:], []byte("\n"))
	marker := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("-")))
	if !ok || len(marker) == 0 || bytes.ContainsAny(marker, " \t\"(){}[]") {
		return
	}
	n.at += 1 + len(line)
	n.literal(func() bool {
		if n.text[n.at] != '\n' {
			return false
		}
		line, _, _ := bytes.Cut(n.text[n.at+1:], []byte("\n"))
		if !bytes.Equal(bytes.TrimSpace(line), marker) {
			return false
		}
		n.at += 1 + len(line)
		return true
	})
}

// literal reads text in which only templates count, until ended says that it
// is over.
func (n *nesting) literal(ended func() bool) {
	marks := 0
	defer func() {
		n.marks += marks * marks
		n.tooDeep = n.tooDeep || n.marks > maxMarks*maxMarks
	}()
	for n.more() {
		if ended != nil && ended() {
			return
		}
		if n.at >= len(n.text) {
			return
		}
		b := n.text[n.at]
		n.at++
		if b != '$' && b != '%' || n.at >= len(n.text) {
			continue
		}
		switch n.text[n.at] {
		case b: // $${ is no template
			n.at++
			marks++
		case '{':
			n.at++
			n.template(b)
		default:
			marks++
		}
	}
}

// template reads what stands between ${ or %{ and its brace.
func (n *nesting) template(sign byte) {
	if sign == '%' {
		n.directives++
		n.tooDeep = n.tooDeep || n.directives > maxDirectives
	}
	n.open()
	n.code(true)
	n.depth--
}
