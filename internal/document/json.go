package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// parseJSON reads one JSON value.
func parseJSON(pos *positions) (*Node, error) {
	p := &jsonParser{decoder: json.NewDecoder(bytes.NewReader(pos.data)), pos: pos}
	p.decoder.UseNumber()
	n, err := p.value(0)
	if err == nil {
		if _, end := p.decoder.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil && !errors.Is(err, ErrTooLarge) {
		offset := p.decoder.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		err = &SyntaxError{Message: message(err), Line: p.pos.at(int(offset)).Line}
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
	decoder *json.Decoder
	pos     *positions
	nodes   int
}

func (p *jsonParser) value(depth int) (*Node, error) {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return nil, ErrTooLarge
	}
	from := p.begin()
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &Node{Range: p.pos.span(from, int(p.decoder.InputOffset()))}
	switch token := token.(type) {
	case json.Delim:
		return n, p.collection(n, token, depth)
	case string:
		n.Kind, n.Text = String, token
	case bool:
		n.Kind, n.Text = Bool, "false"
		if token {
			n.Text = "true"
		}
	case json.Number:
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

func (p *jsonParser) collection(n *Node, open json.Delim, depth int) error {
	n.Kind = List
	if open == '{' {
		n.Kind = Map
	}
	for p.decoder.More() {
		pair := Pair{}
		if n.Kind == Map {
			from := p.begin()
			key, err := p.decoder.Token()
			if err != nil {
				return err
			}
			pair.Key, _ = key.(string)
			pair.Range = p.pos.span(from, int(p.decoder.InputOffset()))
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		if n.Kind == List {
			n.Items = append(n.Items, value)
			continue
		}
		pair.Value = value
		n.Pairs = append(n.Pairs, pair)
	}
	_, err := p.decoder.Token()
	return err
}
