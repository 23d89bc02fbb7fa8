package document

import (
	"slices"
	"strings"
)

// ParsePython reads what a file of settings in Python assigns: the names of each
// suite, which are those that stand under one if, else, try or class, as the
// pairs of a map, and the suites within it as its items. Texts, lists, maps and
// calls that read the environment are kept; of anything else a name in braces
// stands where the value would. What functions do is passed over. Nothing is
// executed.
//
//	A = "b"                        A: b
//	D = {"x": {"HOST": "h"}}       D: {x: {HOST: h}}
//	D["x"]["HOST"] = "h"           D.x.HOST: h
//	A = env("B", default="c")      A: ${$B:-c}
//	A = f"{B}.c"                   A: ${B}.c
func ParsePython(name string, data []byte) (*Node, error) {
	p := &python{pos: newPositions(name, data)}
	root := &Node{Kind: Map, Range: p.pos.span(0, 0)}
	suites := []suite{{indent: 0, node: root}}
	function := -1 // indentation of the function whose body is passed over
	for p.at < len(p.pos.data) {
		indent, ok := p.indent()
		if !ok {
			continue
		}
		if function >= 0 && indent > function {
			p.skipLine()
			continue
		}
		function = -1
		for len(suites) > 1 && indent < suites[len(suites)-1].indent {
			suites = suites[:len(suites)-1]
		}
		if last := suites[len(suites)-1]; indent > last.indent {
			if len(suites) > maxDepth {
				return nil, ErrTooLarge
			}
			inner := &Node{Kind: Map, Range: p.pos.span(p.at, p.at)}
			last.node.Items = append(last.node.Items, inner)
			suites = append(suites, suite{indent, inner})
		}
		if p.begins("def ") || p.begins("async def ") {
			function = indent
		} else if err := p.assignment(suites[len(suites)-1].node); err != nil {
			return nil, err
		}
		p.skipLine()
	}
	return root, nil
}

// suite is what stands at one indentation.
type suite struct {
	indent int
	node   *Node
}

type python struct {
	pos   *positions
	at    int
	nodes int
	depth int
}

func (p *python) peek() byte {
	if p.at < len(p.pos.data) {
		return p.pos.data[p.at]
	}
	return 0
}

func (p *python) begins(text string) bool {
	return strings.HasPrefix(string(p.pos.data[p.at:min(p.at+len(text), len(p.pos.data))]), text)
}

// indent goes to the first character of a line; ok is false for a line that says
// nothing, which is passed over.
func (p *python) indent() (indent int, ok bool) {
	for {
		switch p.peek() {
		case ' ':
			indent++
		case '\t':
			indent += 8 - indent%8
		case '\r', '\f':
		case '\n', '#', 0:
			p.skipLine()
			return 0, false
		default:
			return indent, true
		}
		p.at++
	}
}

// skipLine goes behind the end of a line, which may go on within brackets and
// texts.
func (p *python) skipLine() {
	depth := 0
	for p.at < len(p.pos.data) {
		switch c := p.peek(); {
		case c == '#':
			for p.at < len(p.pos.data) && p.peek() != '\n' {
				p.at++
			}
			continue
		case c == '"' || c == '\'':
			p.text()
			continue
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth = max(depth-1, 0)
		case c == '\\':
			p.at++
		case c == '\n' && depth == 0:
			p.at++
			return
		}
		p.at++
	}
}

// space passes over blanks and comments, and within brackets over the ends of
// lines.
func (p *python) space() {
	for {
		switch c := p.peek(); {
		case isBlank(c) && c != 0, c == '\r', c == '\n' && p.depth > 0:
			p.at++
		case c == '\\' && p.at+1 < len(p.pos.data) && (p.pos.data[p.at+1] == '\n' || p.pos.data[p.at+1] == '\r'):
			p.at += 2
		case c == '#' && p.depth > 0:
			for p.at < len(p.pos.data) && p.peek() != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

// assignment reads NAME = value, with parts of a map or a type behind the name.
func (p *python) assignment(into *Node) error {
	from := p.at
	name := p.name()
	if name == "" {
		return nil
	}
	to := p.at
	for p.space(); p.peek() == '['; p.space() {
		p.at++
		p.space()
		if c := p.peek(); c != '"' && c != '\'' {
			return nil
		}
		name += "." + p.text().Text
		p.space()
		if p.peek() != ']' {
			return nil
		}
		p.at++
		to = p.at
	}
	if p.peek() == ':' { // of a type, or of a compound statement
		for p.at < len(p.pos.data) && !strings.ContainsRune("=\n#\"'({", rune(p.peek())) {
			p.at++
		}
	}
	if p.peek() != '=' || p.at+1 < len(p.pos.data) && p.pos.data[p.at+1] == '=' {
		return nil
	}
	p.at++
	value, err := p.expression()
	if err != nil {
		return err
	}
	into.Pairs = append(into.Pairs, Pair{Key: name, Range: p.pos.span(from, to), Value: value})
	return nil
}

func (p *python) name() string {
	from := p.at
	for p.at < len(p.pos.data) && (p.peek() == '_' || isWord(p.peek()) && p.peek() != '.') {
		p.at++
	}
	return string(p.pos.data[from:p.at])
}

// expression reads a value up to a comma, a closing bracket or the end of a line.
func (p *python) expression() (*Node, error) {
	if p.nodes++; p.nodes > maxNodes || p.depth > maxDepth {
		return nil, ErrTooLarge
	}
	p.space()
	from := p.at
	value, err := p.operand()
	if err != nil {
		return nil, err
	}
	name := value.name()
	for parts := 1; ; parts++ {
		p.space()
		switch c := p.peek(); {
		case c == 0 || c == '\n' || c == ',' || c == ')' || c == ']' || c == '}' || c == ':' || c == '#' || c == ';' || c == '=':
			if parts > 1 {
				value.Range = p.pos.span(from, p.at)
			}
			return value, nil
		case c == '+':
			p.at++
			next, err := p.operand()
			if err != nil {
				return nil, err
			}
			value = joined(value, next)
		case p.begins("or ") || p.begins("or\n"):
			p.at += 2
			next, err := p.operand()
			if err != nil {
				return nil, err
			}
			value = either(value, next)
		default:
			return p.computed(from, name)
		}
	}
}

// name is the name that stands for a value; "" when it is a value.
func (n *Node) name() string {
	name, isName := strings.CutPrefix(n.Text, "${")
	if n.Kind != String || !isName || !strings.HasSuffix(name, "}") || strings.ContainsAny(name[:len(name)-1], ":{}") {
		return ""
	}
	return name[:len(name)-1]
}

// computed is an expression of which the value is not known, with the first name
// in it. It goes to the end of it.
func (p *python) computed(from int, name string) (*Node, error) {
	for {
		p.space()
		switch c := p.peek(); {
		case c == 0 || c == '\n' || c == ',' || c == ')' || c == ']' || c == '}' || c == ':' || c == ';':
			return p.unknown(name, from), nil
		case c == '"' || c == '\'':
			p.text()
		case c == '(' || c == '[' || c == '{':
			if _, _, err := p.brackets(); err != nil {
				return nil, err
			}
		case isWordStart(c) && c != ':' && c != '@' && c != '$':
			if word := p.name(); name == "" && !slices.Contains(pythonWords, word) {
				name = word
			}
		default:
			p.at++
		}
	}
}

var pythonWords = []string{"if", "else", "not", "and", "or", "in", "is", "lambda", "for", "None", "True", "False"}

// unknown is a value that a name stands for, or an expression.
func (p *python) unknown(name string, from int) *Node {
	if name == "" {
		name = "an expression"
	}
	return &Node{Kind: String, Text: "${" + clean(name) + "}", Range: p.pos.span(from, p.at)}
}

// operand reads a value without operators.
func (p *python) operand() (*Node, error) {
	p.space()
	from := p.at
	switch c := p.peek(); {
	case c == '"' || c == '\'' || p.isPrefixed():
		return p.texts()
	case c == '{' || c == '[' || c == '(':
		n, trailing, err := p.brackets()
		if err == nil && c == '(' && len(n.Items) == 1 && !trailing {
			return n.Items[0], nil
		}
		return n, err
	case c >= '0' && c <= '9':
		for isWord(p.peek()) {
			p.at++
		}
		return &Node{Kind: Number, Text: string(p.pos.data[from:p.at]), Range: p.pos.span(from, p.at)}, nil
	case isWordStart(c) && c != ':' && c != '@' && c != '$':
		return p.reference()
	}
	return p.computed(from, "")
}

// isPrefixed says whether a text with letters before its quotes begins here.
func (p *python) isPrefixed() bool {
	for at := p.at; at < min(p.at+3, len(p.pos.data)); at++ {
		switch c := p.pos.data[at]; {
		case c == '"' || c == '\'':
			return at > p.at
		case !strings.ContainsRune("rRbBuUfF", rune(c)):
			return false
		}
	}
	return false
}

// texts reads one that may be written in several parts.
func (p *python) texts() (*Node, error) {
	from := p.at
	n := p.text()
	parts := []string{n.Text}
	for p.space(); p.peek() == '"' || p.peek() == '\'' || p.isPrefixed(); p.space() {
		parts = append(parts, p.text().Text)
	}
	if len(parts) > 1 {
		n.Text, n.Range = strings.Join(parts, ""), p.pos.span(from, p.at)
	}
	if p.peek() == '.' || p.peek() == '[' || p.peek() == '%' { // what is made of it
		return p.computed(from, "")
	}
	return n, nil
}

// text reads what stands in quotes, with the names of an f-string as they would
// stand in a shell's.
func (p *python) text() *Node {
	from := p.at
	isFormat, isRaw := false, false
	for c := p.peek(); c != '"' && c != '\'' && c != 0; c = p.peek() {
		isFormat = isFormat || c == 'f' || c == 'F'
		isRaw = isRaw || c == 'r' || c == 'R'
		p.at++
	}
	quote := string(p.peek())
	if p.begins(strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	p.at = min(p.at+len(quote), len(p.pos.data))
	var b strings.Builder
	for p.at < len(p.pos.data) && !p.begins(quote) && (len(quote) == 3 || p.peek() != '\n') {
		c := p.peek()
		switch {
		case c == '\\' && !isRaw && p.at+1 < len(p.pos.data):
			p.at++
			b.WriteByte(p.peek())
		case c == '{' && isFormat:
			b.WriteByte('$')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
		p.at++
	}
	if p.begins(quote) {
		p.at += len(quote)
	}
	p.at = min(p.at, len(p.pos.data))
	return &Node{Kind: String, Text: clean(b.String()), Range: p.pos.span(from, p.at)}
}

// brackets reads a map, a list or what is called with: values by name are its
// pairs. trailing says that a comma stands at the end.
func (p *python) brackets() (n *Node, trailing bool, err error) {
	from, open := p.at, p.peek()
	closing := map[byte]byte{'{': '}', '[': ']', '(': ')'}[open]
	n = &Node{Kind: List, Range: p.pos.span(from, from+1)}
	p.at++
	p.depth++
	defer func() { p.depth-- }()
	for p.space(); p.at < len(p.pos.data) && p.peek() != closing; p.space() {
		at := p.at
		value, err := p.expression()
		if err != nil {
			return nil, false, err
		}
		switch c := p.peek(); {
		case (c == ':' || c == '=') && (p.at+1 >= len(p.pos.data) || p.pos.data[p.at+1] != '='):
			end := p.at
			p.at++
			named, err := p.expression()
			if err != nil {
				return nil, false, err
			}
			n.Pairs = append(n.Pairs, Pair{Key: nameOf(value), Range: p.pos.span(at, end), Value: named})
		default:
			n.Items = append(n.Items, value)
		}
		if trailing = p.peek() == ','; trailing || p.at == at {
			p.at++ // a character that has no place here is passed over
		}
	}
	p.at = min(p.at+1, len(p.pos.data))
	if open == '{' {
		n.Kind = Map
	}
	return n, trailing, nil
}

// nameOf is the text of a key, or the name by which an argument is given.
func nameOf(n *Node) string {
	text := strings.TrimSuffix(n.Text, "}")
	if len(text) < len(n.Text) {
		text = strings.TrimPrefix(text, "${")
	}
	return text
}

// maxPath bounds a name with dots.
const maxPath = 200

// reference reads a name, what is called by it, and what is taken from it.
func (p *python) reference() (*Node, error) {
	from := p.at
	name := p.name()
	switch name {
	case "None":
		return &Node{Kind: Null, Range: p.pos.span(from, p.at)}, nil
	case "True", "False":
		return &Node{Kind: Bool, Text: strings.ToLower(name), Range: p.pos.span(from, p.at)}, nil
	case "not", "lambda", "await":
		return p.computed(from, "")
	}
	path := name
	for {
		p.space()
		switch p.peek() {
		case '.':
			p.at++
			if part := p.name(); len(path) < maxPath {
				path += "." + part
			}
			continue
		case '(', '[':
			arguments, _, err := p.brackets()
			if err != nil {
				return nil, err
			}
			n := called(path, arguments)
			p.space()
			if n == nil || p.peek() == '.' || p.peek() == '[' || p.peek() == '(' {
				return p.computed(from, path)
			}
			n.Range = p.pos.span(from, p.at)
			return n, nil
		}
		break
	}
	return p.unknown(path, from), nil
}

// readers are the last words of functions that read a variable of the
// environment, as Python itself, django-environ, environs and python-decouple
// have them.
var readers = []string{"env", "getenv", "get", "environ", "str", "url", "db", "db_url", "cache", "cache_url", "dj_db_url", "config", "get_env", "get_env_variable", "get_string", "read"}

// called is the value of a call, or of what is taken from a map; nil where it is
// not known.
func called(path string, arguments *Node) *Node {
	last := path[strings.LastIndexByte(path, '.')+1:]
	lower := strings.ToLower(path)
	isEnvironment := strings.Contains(lower, "env") || lower == "config" || strings.HasSuffix(lower, "decouple.config")
	switch {
	case path == "dict":
		return &Node{Kind: Map, Pairs: arguments.Pairs}
	case (path == "str" || path == "dj_database_url.parse") && len(arguments.Items) > 0:
		first := *arguments.Items[0]
		return &first
	case path == "dj_database_url.config":
		return variable("DATABASE_URL", arguments.Get("default"))
	case !isEnvironment || !slices.Contains(readers, last):
		return nil
	case len(arguments.Items) == 0 && (last == "db" || last == "db_url"):
		return variable("DATABASE_URL", arguments.Get("default"))
	case len(arguments.Items) == 0 || arguments.Items[0].Kind != String || strings.Contains(arguments.Items[0].Text, "$"):
		return nil
	}
	byDefault := arguments.Get("default")
	if byDefault == nil && len(arguments.Items) > 1 {
		byDefault = arguments.Items[1]
	}
	return variable(arguments.Items[0].Text, byDefault)
}

// variable is one of the environment, as a shell would write it, but with a mark
// before its name: a name of the program may be the same.
func variable(name string, byDefault *Node) *Node {
	if byDefault == nil || byDefault.Kind != String {
		return &Node{Kind: String, Text: "${$" + name + "}"}
	}
	return &Node{Kind: String, Text: "${$" + name + ":-" + byDefault.Text + "}"}
}

// joined is a text behind another one, or two maps in one.
func joined(a, b *Node) *Node {
	switch {
	case a.Kind == String && b.Kind == String && len(a.Text)+len(b.Text) < maxText:
		return &Node{Kind: String, Text: a.Text + b.Text}
	case a.Kind == List && b.Kind == List:
		return &Node{Kind: List, Items: append(a.Items, b.Items...)}
	}
	return a
}

// either is a value or, where that is a variable without one, another.
func either(a, b *Node) *Node {
	if name := a.name(); strings.HasPrefix(name, "$") {
		return variable(name[1:], b)
	}
	return a
}
