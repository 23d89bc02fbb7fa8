package azurearm

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// term is a parsed expression of a template: a literal, or a call of a
// function, and how it is read from there.
type term struct {
	text  *string  // of a string literal
	num   *float64 // of a number literal
	fn    string   // called, in lower case
	args  []*term
	steps []step
}

// step reads a property or an element of what stands before it.
type step struct {
	name string
	key  *term // of [key]; nil for .name
}

// Bounds on one expression. The language itself allows 24,576 characters.
const (
	maxExpression = 32_768
	maxNesting    = 100
)

var errExpression = errors.New("it is no expression")

// isExpression says whether a text is evaluated: it stands in brackets. A text
// that begins with two is plain.
func isExpression(text string) bool {
	return strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") && !strings.HasPrefix(text, "[[")
}

// parseExpression reads the text between the brackets.
func parseExpression(text string) (*term, error) {
	if len(text) > maxExpression {
		return nil, errExpression
	}
	p := &parser{text: text}
	t, err := p.term(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, errExpression
	}
	return t, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take reads a byte if it comes next.
func (p *parser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) term(depth int) (*term, error) {
	p.space()
	if depth > maxNesting || p.at >= len(p.text) {
		return nil, errExpression
	}
	var t *term
	var err error
	switch c := p.text[p.at]; {
	case c == '\'':
		t, err = p.literal()
	case c == '-' || c >= '0' && c <= '9':
		t, err = p.number()
	default:
		t, err = p.call(depth)
	}
	if err != nil {
		return nil, err
	}
	return t, p.steps(t, depth)
}

// literal reads 'text', in which a quote is written twice.
func (p *parser) literal() (*term, error) {
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		if c != '\'' {
			b.WriteByte(c)
			continue
		}
		if p.at+1 >= len(p.text) || p.text[p.at+1] != '\'' {
			p.at++
			text := b.String()
			return &term{text: &text}, nil
		}
		b.WriteByte('\'')
		p.at++
	}
	return nil, errExpression
}

func (p *parser) number() (*term, error) {
	start := p.at
	for p.at++; p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.text[p.at] == '.'); {
		p.at++
	}
	num, err := strconv.ParseFloat(p.text[start:p.at], 64)
	if err != nil {
		return nil, errExpression
	}
	return &term{num: &num}, nil
}

// word reads a name, with dots where functions of a namespace have them.
func (p *parser) word(dots bool) string {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (!dots || c != '.') {
			break
		}
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) call(depth int) (*term, error) {
	t := &term{fn: strings.ToLower(p.word(true))}
	if t.fn == "" || !p.take('(') {
		return nil, errExpression
	}
	if p.take(')') {
		return t, nil
	}
	for {
		arg, err := p.term(depth + 1)
		if err != nil {
			return nil, err
		}
		t.args = append(t.args, arg)
		if p.take(')') {
			return t, nil
		}
		if !p.take(',') {
			return nil, errExpression
		}
	}
}

// steps reads .name, [key] and their safe forms .?name, [?key].
func (p *parser) steps(t *term, depth int) error {
	for {
		switch {
		case p.take('.'):
			p.take('?')
			p.space()
			if p.take('[') {
				p.at--
				continue
			}
			name := p.word(false)
			if name == "" {
				return errExpression
			}
			t.steps = append(t.steps, step{name: name})
		case p.take('['):
			p.take('?')
			key, err := p.term(depth + 1)
			if err != nil || !p.take(']') {
				return errExpression
			}
			if key.text != nil && len(key.steps) == 0 {
				t.steps = append(t.steps, step{name: *key.text})
			} else {
				t.steps = append(t.steps, step{key: key})
			}
		default:
			return nil
		}
	}
}

// String writes the expression in one way, whatever its spaces and cases.
func (t *term) String() string {
	var b strings.Builder
	switch {
	case t.text != nil:
		fmt.Fprintf(&b, "'%s'", strings.ReplaceAll(*t.text, "'", "''"))
	case t.num != nil:
		b.WriteString(strconv.FormatFloat(*t.num, 'f', -1, 64))
	default:
		b.WriteString(t.fn + "(" + t.argsText() + ")")
	}
	for _, s := range t.steps {
		if s.key != nil {
			fmt.Fprintf(&b, "[%s]", s.key)
		} else {
			b.WriteString("." + s.name)
		}
	}
	return b.String()
}

func (t *term) argsText() string {
	all := make([]string, len(t.args))
	for i, arg := range t.args {
		all[i] = arg.String()
	}
	return strings.Join(all, ", ")
}

// asText is the text of a string literal.
func (t *term) asText() (string, bool) {
	if t == nil || t.text == nil || len(t.steps) > 0 {
		return "", false
	}
	return *t.text, true
}
