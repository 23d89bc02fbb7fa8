package document

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ParseXML reads an XML file: a map with the root element. An element without
// elements in it is its text; any other is a map of its elements, and of its
// attributes under @name. Elements of one name are a list. Entities that a
// document declares are not expanded.
func ParseXML(name string, data []byte) (*Node, error) {
	pos := newPositions(name, data)
	d := xml.NewDecoder(bytes.NewReader(pos.data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	x := &xmlReader{pos: pos, decoder: d}
	root := &Node{Kind: Map, Range: pos.span(0, 0)}
	x.open = []*xmlElement{{node: root, at: map[string]int{}}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(x.open) == 1 {
			return root, nil
		}
		if err != nil {
			return nil, x.syntaxError(err)
		}
		if err := x.token(token); err != nil {
			return nil, err
		}
	}
}

type xmlReader struct {
	pos     *positions
	decoder *xml.Decoder
	open    []*xmlElement
	nodes   int
}

// xmlElement is an element whose end is not reached yet.
type xmlElement struct {
	name  string
	node  *Node
	from  int // offset of its text
	text  strings.Builder
	isMap bool           // elements or attributes are in it
	at    map[string]int // index of each element's pair, by name
	// several are the names of which there is more than one.
	several map[string]bool
}

func (x *xmlReader) syntaxError(err error) error {
	e := &SyntaxError{Message: strings.TrimPrefix(err.Error(), "XML syntax error "), Line: x.pos.at(int(x.decoder.InputOffset())).Line}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		e.Message, e.Line = syntax.Msg, syntax.Line
	}
	return e
}

func (x *xmlReader) token(token xml.Token) error {
	at := x.open[len(x.open)-1]
	switch t := token.(type) {
	case xml.StartElement:
		if x.nodes += 1 + len(t.Attr); x.nodes > maxNodes || len(x.open) > maxDepth {
			return ErrTooLarge
		}
		at.isMap = true
		x.open = append(x.open, x.element(t))
	case xml.CharData:
		at.text.Write(t)
	case xml.EndElement:
		x.open = x.open[:len(x.open)-1]
		x.close(x.open[len(x.open)-1], at)
	}
	return nil
}

func (x *xmlReader) element(t xml.StartElement) *xmlElement {
	from := int(x.decoder.InputOffset())
	e := &xmlElement{name: t.Name.Local, node: &Node{Kind: Map, Range: x.pos.span(from, from)}, from: from, at: map[string]int{}}
	for _, a := range t.Attr {
		e.isMap = true
		value := &Node{Kind: String, Text: a.Value, Range: e.node.Range}
		e.node.Pairs = append(e.node.Pairs, Pair{Key: "@" + a.Name.Local, Range: e.node.Range, Value: value})
	}
	return e
}

// close ends an element and puts it into the one around it.
func (x *xmlReader) close(into, e *xmlElement) {
	n, text := e.node, strings.TrimSpace(e.text.String())
	if !e.isMap {
		n.Kind, n.Text = String, text
		n.Range = x.textRange(e.from, text)
	}
	i, have := into.at[e.name]
	if !have {
		into.at[e.name] = len(into.node.Pairs)
		into.node.Pairs = append(into.node.Pairs, Pair{Key: e.name, Range: n.Range, Value: n})
		return
	}
	// The first of several is made a list when the second comes.
	pair := &into.node.Pairs[i]
	if !into.several[e.name] {
		pair.Value = &Node{Kind: List, Items: []*Node{pair.Value}, Range: pair.Value.Range}
		if into.several == nil {
			into.several = map[string]bool{}
		}
		into.several[e.name] = true
	}
	pair.Value.Items = append(pair.Value.Items, n)
}

// textRange is where the text of an element stands; the place where it may
// begin, when it is written with entities.
func (x *xmlReader) textRange(from int, text string) hcl.Range {
	end := min(int(x.decoder.InputOffset()), len(x.pos.data))
	if at := bytes.Index(x.pos.data[min(from, end):end], []byte(text)); at >= 0 && text != "" {
		return x.pos.span(from+at, from+at+len(text))
	}
	return x.pos.span(from, from)
}
