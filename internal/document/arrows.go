package document

import (
	"bytes"
	"strings"
)

// ParseArrows reads the maps that Ruby, PHP and Logstash write with =>, and what
// is assigned to names, out of a file that may be a program: what is no map, list,
// text, number or name is passed over. What stands in a bracket that is not closed
// is returned with the error.
//
//	s3 { bucket => "a" }             s3: {bucket: a}
//	'disks' => ['s3' => [...]]       disks: {s3: ...}
//	a['b']['c'] = { 'd' => 'e' }     a.b.c: {d: e}
//	env('A', 'b')                    ${A:-b}
func ParseArrows(name string, data []byte) (*Node, error) {
	p := &arrows{pos: newPositions(name, data), open: -1}
	root := &Node{Kind: Map, Range: p.pos.span(0, 0)}
	for p.at < len(p.pos.data) {
		if err := p.items(root, 0, 0); err != nil {
			return nil, err
		}
		p.at++ // a bracket that was not opened
	}
	if p.open >= 0 {
		return root, &SyntaxError{Message: "a bracket is not closed", Line: p.pos.at(p.open).Line}
	}
	return root, nil
}

type arrows struct {
	pos   *positions
	at    int
	nodes int
	open  int // offset of the last bracket that is not closed, -1 for none
}

// items reads up to a closing bracket, 0 for the end, into a map, and the values
// without keys into its list.
func (p *arrows) items(into *Node, closing byte, depth int) error {
	var key, last *Node // what stands before a => or =, and before a {
	put := func(value *Node) {
		if key == nil {
			into.Items = append(into.Items, value)
			last = value
			return
		}
		into.Pairs = append(into.Pairs, Pair{Key: key.Text, Range: key.Range, Value: value})
		key, last = nil, nil
	}
	for p.skip(); p.at < len(p.pos.data); p.skip() {
		if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
			return ErrTooLarge
		}
		switch c := p.pos.data[p.at]; {
		case c == closing:
			return nil
		case c == '}' || c == ']' || c == ')':
			return nil // of a bracket around this one, which the caller finds
		case strings.HasPrefix(string(p.pos.data[p.at:min(p.at+2, len(p.pos.data))]), "=>"):
			key, p.at = p.taken(into, &last), p.at+2
		case c == '=' && p.isAssignment():
			key, p.at = p.taken(into, &last), p.at+1
		case c == ',' || c == ';':
			key, last = nil, nil
			p.at++
		case c == '{' || c == '[' || c == '(':
			value, err := p.brackets(c, depth)
			if err != nil {
				return err
			}
			switch {
			case key == nil && c == '{' && last != nil:
				key = p.taken(into, &last) // a block by its name
				put(value)
			case key == nil && c == '[' && last != nil && len(value.Items) == 1 && len(value.Pairs) == 0 && value.Items[0].Kind == String:
				last.Text += "." + value.Items[0].Text // a part of a name
			case c == '(' && p.call(into, value):
			case key == nil && c == '(':
			default:
				put(value)
			}
		case c == '"' || c == '\'':
			put(p.quoted(c))
		case isWordStart(c):
			put(p.word())
		default:
			last = nil
			p.at++
		}
	}
	return nil
}

// taken is the last value, which turns out to be a key.
func (p *arrows) taken(into *Node, last **Node) *Node {
	n := *last
	*last = nil
	if n == nil || len(into.Items) == 0 || n.Kind == Map || n.Kind == List {
		return nil
	}
	into.Items = into.Items[:len(into.Items)-1]
	return n
}

// call makes env('A', 'b') of the name before the arguments; false when it is
// another function.
func (p *arrows) call(into, arguments *Node) bool {
	var name *Node
	if len(into.Items) > 0 {
		name = into.Items[len(into.Items)-1]
	}
	if n := len(into.Pairs); name == nil && n > 0 {
		name = into.Pairs[n-1].Value
	}
	if name == nil || name.Text != "env" || len(arguments.Items) == 0 {
		return false
	}
	name.Text = "${" + arguments.Items[0].Text + "}"
	if len(arguments.Items) > 1 && arguments.Items[1].Kind == String {
		name.Text = "${" + arguments.Items[0].Text + ":-" + arguments.Items[1].Text + "}"
	}
	return true
}

// brackets reads what stands in brackets: a map when it has keys, else a list.
func (p *arrows) brackets(open byte, depth int) (*Node, error) {
	from := p.at
	p.at++
	closing := map[byte]byte{'{': '}', '[': ']', '(': ')'}[open]
	n := &Node{Kind: Map}
	if err := p.items(n, closing, depth+1); err != nil {
		return nil, err
	}
	switch {
	case p.at >= len(p.pos.data):
		p.open = max(p.open, from)
	case p.pos.data[p.at] == closing:
		p.at++
	}
	if len(n.Pairs) == 0 && open != '{' {
		n.Kind = List
	}
	n.Range = p.pos.span(from, from+1)
	return n, nil
}

func (p *arrows) quoted(quote byte) *Node {
	from := p.at
	var b strings.Builder
	for p.at++; p.at < len(p.pos.data) && p.pos.data[p.at] != quote; p.at++ {
		if p.pos.data[p.at] == '\\' && p.at+1 < len(p.pos.data) {
			p.at++
		}
		b.WriteByte(p.pos.data[p.at])
	}
	p.at = min(p.at+1, len(p.pos.data))
	return &Node{Kind: String, Text: clean(b.String()), Range: p.pos.span(from, p.at)}
}

func (p *arrows) word() *Node {
	from := p.at
	for p.at < len(p.pos.data) && (isWordStart(p.pos.data[p.at]) || p.pos.data[p.at] == '-' || p.pos.data[p.at] == '.') {
		p.at++
	}
	return &Node{Kind: String, Text: strings.TrimPrefix(string(p.pos.data[from:p.at]), ":"), Range: p.pos.span(from, p.at)}
}

func isWordStart(c byte) bool {
	return c == '_' || c == '@' || c == ':' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// isAssignment says whether a = stands alone.
func (p *arrows) isAssignment() bool {
	data := p.pos.data
	return (p.at == 0 || !strings.ContainsRune("=!<>~", rune(data[p.at-1]))) && (p.at+1 >= len(data) || data[p.at+1] != '=' && data[p.at+1] != '~')
}

// skip passes over blanks and comments.
func (p *arrows) skip() {
	data := p.pos.data
	for p.at < len(data) {
		rest := data[p.at:min(p.at+2, len(data))]
		switch {
		case isBlank(data[p.at]) || data[p.at] == '\n' || data[p.at] == '\r':
			p.at++
		case data[p.at] == '#' || string(rest) == "//":
			for p.at < len(data) && data[p.at] != '\n' {
				p.at++
			}
		case string(rest) == "/*":
			end := bytes.Index(data[p.at:], []byte("*/"))
			if end < 0 {
				end = len(data)
			}
			p.at += end + 2
		default:
			return
		}
	}
	p.at = min(p.at, len(data))
}
