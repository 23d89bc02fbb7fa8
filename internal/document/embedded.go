package document

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Embedded parses the text of a string as documents of their own. In a literal
// block of YAML their nodes stand where they do in the file, whose bytes are
// given; in any other string all of them stand where the string does. Of what
// stands in a block the line and column are known, and no bytes.
func (n *Node) Embedded(file []byte) ([]*Node, error) {
	if n == nil || n.Kind != String {
		return nil, &SyntaxError{Message: "it is no text"}
	}
	docs, err := Parse(n.Range.Filename, []byte(n.Text))
	below := n.block(file)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		line := below(hcl.Pos{Line: max(syntax.Line, 1), Column: 1}).Line
		return nil, &SyntaxError{Message: syntax.Message, Line: line}
	}
	move := func(r *hcl.Range) { r.Start, r.End = below(r.Start), below(r.End) }
	for _, doc := range docs {
		doc.Walk(func(_ []string, at *Node) bool {
			move(&at.Range)
			for i := range at.Pairs {
				move(&at.Pairs[i].Range)
			}
			return true
		})
	}
	return docs, err
}

var literalBlock = regexp.MustCompile(`^(!\S+\s+)?\|[-+0-9]*\s*(#.*)?$`)

// block tells where a position in the text of a string is in the file.
func (n *Node) block(file []byte) func(hcl.Pos) hcl.Pos {
	start := n.Range.Start
	inside := func(hcl.Pos) hcl.Pos { return start }
	if start.Byte < 0 || start.Byte >= len(file) {
		return inside
	}
	header, body, ok := bytes.Cut(file[start.Byte:], []byte("\n"))
	if !ok || !literalBlock.Match(bytes.TrimRight(header, "\r ")) {
		return inside
	}
	first, _, _ := strings.Cut(n.Text, "\n")
	line, _, _ := bytes.Cut(body, []byte("\n"))
	indent := bytes.Index(line, []byte(first))
	if indent < 0 || first == "" {
		return inside
	}
	return func(p hcl.Pos) hcl.Pos {
		return hcl.Pos{Line: start.Line + p.Line, Column: p.Column + indent, Byte: start.Byte}
	}
}

// Place says of a document, which was read from the text of a string, that it
// stands where the string does: line by line where that begins on the line
// before, as a heredoc does. No bytes and no columns are known then.
func (n *Node) Place(doc *Node) {
	at := n.Range
	move := func(r *hcl.Range) {
		if at.Start.Line == at.End.Line {
			*r = at
			return
		}
		pos := hcl.Pos{Line: at.Start.Line + r.Start.Line, Column: 1, Byte: at.Start.Byte}
		*r = hcl.Range{Filename: at.Filename, Start: pos, End: pos}
	}
	doc.Walk(func(_ []string, inner *Node) bool {
		move(&inner.Range)
		for i := range inner.Pairs {
			move(&inner.Pairs[i].Range)
		}
		return true
	})
}
