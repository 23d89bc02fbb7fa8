package document

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// parseJSON reads one JSON value.
func parseJSON(pos *positions) (*Node, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(pos.data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p := &jsonParser{decoder: decoder, pos: pos}
	n, err := p.value(0)
	if err == nil {
		if _, end := p.decoder.ReadToken(); !errors.Is(end, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil && !errors.Is(err, ErrTooLarge) {
		offset := p.decoder.InputOffset()
		var syntax *jsontext.SyntacticError
		if errors.As(err, &syntax) {
			offset, err = syntax.ByteOffset, syntax.Err
		}
		written := len(bytes.TrimRight(pos.data, " \t\r\n"))
		err = &SyntaxError{Message: message(err), Line: p.pos.at(min(int(offset), written)).Line}
	}
	return n, err
}

func message(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file ends too soon"
	}
	return err.Error()
}

type jsonParser struct {
	decoder *jsontext.Decoder
	pos     *positions
	nodes   int
}

func (p *jsonParser) value(depth int) (*Node, error) {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return nil, ErrTooLarge
	}
	from := p.begin()
	token, err := p.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &Node{Range: p.pos.span(from, int(p.decoder.InputOffset()))}
	switch token.Kind() {
	case '{':
		n.Kind = Map
		return n, p.pairs(n, depth)
	case '[':
		n.Kind = List
		return n, p.items(n, depth)
	case '"':
		n.Kind, n.Text = String, token.String()
	case 't', 'f':
		n.Kind, n.Text = Bool, token.String()
	case '0':
		n.Kind, n.Text = Number, token.String()
	}
	return n, nil
}

// begin is the offset of the next token.
func (p *jsonParser) begin() int {
	at := int(p.decoder.InputOffset())
	for at < len(p.pos.data) {
		switch p.pos.data[at] {
		case ' ', '\t', '\r', '\n', ',', ':':
			at++
			continue
		}
		break
	}
	return at
}

func (p *jsonParser) pairs(n *Node, depth int) error {
	for p.decoder.PeekKind() != '}' {
		from := p.begin()
		key, err := p.decoder.ReadToken()
		if err != nil {
			return err
		}
		pair := Pair{Key: key.String(), Range: p.pos.span(from, int(p.decoder.InputOffset()))}
		if pair.Value, err = p.value(depth + 1); err != nil {
			return err
		}
		n.Pairs = append(n.Pairs, pair)
	}
	_, err := p.decoder.ReadToken()
	return err
}

func (p *jsonParser) items(n *Node, depth int) error {
	for p.decoder.PeekKind() != ']' {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	_, err := p.decoder.ReadToken()
	return err
}
