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
// given; in any other string all of them stand where the string does.
func (n *Node) Embedded(file []byte) ([]*Node, error) { return n.EmbeddedIn(file, Parse) }

// EmbeddedIn is Embedded for a text that another parser reads.
func (n *Node) EmbeddedIn(file []byte, parse func(name string, data []byte) ([]*Node, error)) ([]*Node, error) {
	if n == nil || n.Kind != String {
		return nil, &SyntaxError{Message: "it is no text"}
	}
	docs, err := parse(n.Range.Filename, []byte(n.Text))
	below := n.block(file)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		line := below(hcl.Pos{Line: max(syntax.Line, 1), Column: 1}).Line
		err = &SyntaxError{Message: syntax.Message, Line: line}
	}
	for _, doc := range docs {
		doc.move(below)
	}
	return docs, err
}

// move gives a node and all below it other positions.
func (n *Node) move(to func(hcl.Pos) hcl.Pos) {
	move := func(r *hcl.Range) { r.Start, r.End = to(r.Start), to(r.End) }
	move(&n.Range)
	for i := range n.Pairs {
		move(&n.Pairs[i].Range)
		n.Pairs[i].Value.move(to)
	}
	for _, item := range n.Items {
		item.move(to)
	}
}

// MovedTo says of a node and all below it that it stands in a range, and returns it.
func (n *Node) MovedTo(at hcl.Range) *Node {
	n.Walk(func(_ []string, inner *Node) bool {
		inner.Range = at
		for i := range inner.Pairs {
			inner.Pairs[i].Range = at
		}
		return true
	})
	return n
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
	inText := linesOf([]byte(n.Text), strings.Count(n.Text, "\n")+1)
	inFile := linesOf(body, len(inText))
	from := start.Byte + len(header) + 1
	return func(p hcl.Pos) hcl.Pos {
		at := hcl.Pos{Line: start.Line + p.Line, Column: p.Column + indent, Byte: start.Byte}
		if k := p.Line - 1; k >= 0 && k < min(len(inText), len(inFile)) && p.Byte >= inText[k] {
			at.Byte = min(from+inFile[k]+indent+p.Byte-inText[k], len(file))
		}
		return at
	}
}

// linesOf are the offsets at which the first lines of a text begin, as many as
// are asked for.
func linesOf(text []byte, most int) []int {
	starts := []int{0}
	for at := 0; len(starts) < most; {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
		starts = append(starts, at)
	}
	return starts
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
