package document

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// lines goes over the lines of a file.
type lines struct {
	pos   *positions
	at    int // offset of the next line
	nodes int
}

// next returns the offsets at which the next line begins and ends, without its
// break.
func (l *lines) next() (from, to int, ok bool) {
	data := l.pos.data
	if l.at >= len(data) {
		return 0, 0, false
	}
	from, to = l.at, l.at
	for to < len(data) && data[to] != '\n' {
		to++
	}
	l.at = to + 1
	if to > from && data[to-1] == '\r' {
		to--
	}
	return from, to, true
}

// trim moves two offsets to the text between them without the space around it.
func (l *lines) trim(from, to int) (int, int) {
	data := l.pos.data
	for from < to && isBlank(data[from]) {
		from++
	}
	for to > from && isBlank(data[to-1]) {
		to--
	}
	return from, to
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\f' }

func (l *lines) text(from, to int) string { return string(l.pos.data[from:to]) }

// clean replaces what is no character.
func clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// set gives a map a pair. It fails beyond the bound on nodes.
func (l *lines) set(in *Node, key string, keyRange hcl.Range, value *Node) error {
	if l.nodes++; l.nodes > maxNodes {
		return ErrTooLarge
	}
	value.Text = clean(value.Text)
	in.Pairs = append(in.Pairs, Pair{Key: clean(key), Range: keyRange, Value: value})
	return nil
}

// scalar makes a string of the text between two offsets, without quotes that
// enclose all of it.
func (l *lines) scalar(from, to int) *Node {
	n := &Node{Kind: String, Text: l.text(from, to), Range: l.pos.span(from, to)}
	if q := n.Text; len(q) > 1 && (q[0] == '"' || q[0] == '\'') && q[len(q)-1] == q[0] {
		n.Text = q[1 : len(q)-1]
	}
	return n
}

// ParseINI reads a file of sections with keys, as pgBackRest, Barman, rclone and
// Airflow have: a map of the sections, each a map of its keys. Keys before the
// first section stand in the outer map. An indented line without a sign between
// key and value goes on with the value above. A section that is written in
// several places is one.
func ParseINI(name string, data []byte) (*Node, error) {
	l := &lines{pos: newPositions(name, data)}
	root := &Node{Kind: Map, Range: l.pos.span(0, 0)}
	section := root
	sections := map[string]*Node{}
	var last *Node
	for {
		from, to, ok := l.next()
		if !ok {
			return root, nil
		}
		isIndented := to > from && isBlank(l.pos.data[from])
		from, to = l.trim(from, to)
		text := l.text(from, to)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
			continue
		case text[0] == '[':
			next, err := l.section(root, sections, text, from, to)
			if err != nil {
				return nil, err
			}
			section, last = next, nil
			continue
		}
		at := strings.IndexByte(text, '=')
		if at < 0 && !isIndented {
			at = strings.IndexByte(text, ':')
		}
		if at <= 0 {
			if isIndented && last != nil {
				if last.Text += "\n" + clean(text); len(last.Text) > maxText {
					return nil, ErrTooLarge
				}
				continue
			}
			last = &Node{Kind: Null, Range: l.pos.span(from, to)}
			if err := l.set(section, text, l.pos.span(from, to), last); err != nil {
				return nil, err
			}
			continue
		}
		keyFrom, keyTo := l.trim(from, from+at)
		last = l.scalar(l.trim(from+at+1, to))
		if err := l.set(section, l.text(keyFrom, keyTo), l.pos.span(keyFrom, keyTo), last); err != nil {
			return nil, err
		}
	}
}

// maxText bounds a value that several lines add to, in bytes.
const maxText = 64 << 10

// section finds, or makes, the section of a header.
func (l *lines) section(root *Node, made map[string]*Node, text string, from, to int) (*Node, error) {
	end := strings.IndexByte(text, ']')
	if end < 0 {
		return nil, &SyntaxError{Message: "the header of a section does not end", Line: l.pos.at(from).Line}
	}
	name := strings.TrimSpace(text[1:end])
	if have := made[name]; have != nil {
		return have, nil
	}
	made[name] = &Node{Kind: Map, Range: l.pos.span(from, to)}
	return made[name], l.set(root, name, l.pos.span(from+1, from+end), made[name])
}

// ParseProperties reads a file as java.util.Properties does: a map of its keys,
// whose dots say nothing yet; Nest follows them.
func ParseProperties(name string, data []byte) (*Node, error) {
	l := &lines{pos: newPositions(name, data)}
	root := &Node{Kind: Map, Range: l.pos.span(0, 0)}
	for {
		from, to, ok := l.next()
		if !ok {
			return root, nil
		}
		from, to = l.trim(from, to)
		if from == to || l.pos.data[from] == '#' || l.pos.data[from] == '!' {
			continue
		}
		keyTo, valueFrom := l.keyEnd(from, to)
		raw := l.text(valueFrom, to)
		n := &Node{Kind: String, Range: l.pos.span(valueFrom, to)}
		for goesOn(raw) {
			raw = raw[:len(raw)-1]
			more, end, ok := l.next()
			if !ok {
				break
			}
			more, end = l.trim(more, end)
			if raw += l.text(more, end); len(raw) > maxText {
				return nil, ErrTooLarge
			}
		}
		n.Text = unescape(raw)
		if err := l.set(root, unescape(l.text(from, keyTo)), l.pos.span(from, keyTo), n); err != nil {
			return nil, err
		}
	}
}

// keyEnd finds where the key of a line ends and its value begins: at the first
// =, : or space that no backslash stands before.
func (l *lines) keyEnd(from, to int) (keyTo, valueFrom int) {
	data := l.pos.data
	keyTo = from
	for keyTo < to && data[keyTo] != '=' && data[keyTo] != ':' && !isBlank(data[keyTo]) {
		if data[keyTo] == '\\' {
			keyTo++
		}
		keyTo++
	}
	keyTo = min(keyTo, to)
	valueFrom, _ = l.trim(keyTo, to)
	if valueFrom < to && (data[valueFrom] == '=' || data[valueFrom] == ':') {
		valueFrom, _ = l.trim(valueFrom+1, to)
	}
	return keyTo, valueFrom
}

// goesOn says whether a line ends in an odd number of backslashes.
func goesOn(text string) bool {
	return (len(text)-len(strings.TrimRight(text, `\`)))%2 == 1
}

// unescape replaces what backslashes stand for.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'u':
			code, err := strconv.ParseUint(text[min(i+1, len(text)):min(i+5, len(text))], 16, 16)
			if err != nil {
				b.WriteByte(c)
				continue
			}
			b.WriteString(string(utf8.AppendRune(nil, rune(code))))
			i += 4
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// ParseEnv reads a file of variables, as dotenv and shells do: NAME=value, with
// or without export before it and quotes around the value. A value in double
// quotes may have several lines. A name is a word; what is no assignment is
// passed over, since a shell may run it.
func ParseEnv(name string, data []byte) (*Node, error) {
	l := &lines{pos: newPositions(name, data)}
	root := &Node{Kind: Map, Range: l.pos.span(0, 0)}
	for {
		from, to, ok := l.next()
		if !ok {
			return root, nil
		}
		from, to = l.trim(from, to)
		if rest, ok := strings.CutPrefix(l.text(from, to), "export "); ok {
			from, to = l.trim(to-len(rest), to)
		}
		keyTo := from
		for keyTo < to && isWord(l.pos.data[keyTo]) {
			keyTo++
		}
		equals, _ := l.trim(keyTo, to)
		if keyTo == from || equals == to || l.pos.data[equals] != '=' {
			continue
		}
		valueFrom, valueTo := l.trim(equals+1, to)
		value := l.envValue(valueFrom, valueTo)
		if err := l.set(root, l.text(from, keyTo), l.pos.span(from, keyTo), value); err != nil {
			return nil, err
		}
	}
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// maxValueLines bounds a quoted value: one whose end is missing must not take
// in the rest of the file.
const maxValueLines = 200

// envValue reads the value of a variable. What follows a closing quote, or a
// space and a #, is a comment.
func (l *lines) envValue(from, to int) *Node {
	data := l.pos.data
	if from < to && (data[from] == '"' || data[from] == '\'') {
		quote := data[from]
		limit, breaks := from+1, 0
		for ; limit < len(data) && breaks < maxValueLines; limit++ {
			switch {
			case data[limit] == '\\' && quote == '"':
				limit++
				continue
			case data[limit] == '\n':
				breaks++
			case data[limit] != quote:
			default:
				l.at = max(l.at, l.lineAfter(limit))
				return &Node{Kind: String, Text: l.text(from+1, limit), Range: l.pos.span(from, limit+1)}
			}
		}
	}
	for i := from; i < to; i++ {
		if data[i] == '#' && (i == from || isBlank(data[i-1])) {
			_, to = l.trim(from, i)
			break
		}
	}
	return &Node{Kind: String, Text: l.text(from, to), Range: l.pos.span(from, to)}
}

// lineAfter is the offset of the line after that of an offset.
func (l *lines) lineAfter(offset int) int {
	for offset < len(l.pos.data) && l.pos.data[offset] != '\n' {
		offset++
	}
	return offset + 1
}

// maxNesting bounds the parts of a dotted key.
const maxNesting = 32

// Nest makes maps of the dots in the keys of a map: a.b=1 and a.c=2 become
// {a: {b: 1, c: 2}}. The value of a key that has others below it stands under
// the empty key.
func Nest(flat *Node) *Node {
	root := &Node{Kind: Map, Range: flat.Range}
	made := map[string]*Node{"": root}
	for _, p := range flat.Entries() {
		// Every beginning of a key that ends at a dot is that of a map.
		for i, n := 0, 0; i < len(p.Key) && n < maxNesting; i++ {
			if p.Key[i] == '.' {
				nest(made, p.Key[:i], p.Range)
				n++
			}
		}
	}
	for _, p := range flat.Entries() {
		if at := made[p.Key]; at != nil {
			at.Pairs = append(at.Pairs, Pair{Key: "", Range: p.Range, Value: p.Value})
			continue
		}
		parent, key := cutNested(made, p.Key)
		parent.Pairs = append(parent.Pairs, Pair{Key: key, Range: p.Range, Value: p.Value})
	}
	return root
}

// nest makes the map of a dotted name in those that it begins with.
func nest(made map[string]*Node, name string, rng hcl.Range) {
	if made[name] != nil {
		return
	}
	parent, key := cutNested(made, name)
	made[name] = &Node{Kind: Map, Range: rng}
	parent.Pairs = append(parent.Pairs, Pair{Key: key, Range: rng, Value: made[name]})
}

// cutNested finds the map in which the last part of a dotted name stands.
func cutNested(made map[string]*Node, name string) (parent *Node, key string) {
	for at := len(name); at > 0; {
		at = strings.LastIndexByte(name[:at], '.')
		if at < 0 {
			break
		}
		if parent := made[name[:at]]; parent != nil {
			return parent, name[at+1:]
		}
	}
	return made[""], name
}
