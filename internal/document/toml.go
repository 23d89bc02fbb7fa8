package document

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/pelletier/go-toml/v2/unstable"
)

// ParseTOML reads a TOML file. Of a table that is written in several places,
// the pairs stand in the order of the file.
func ParseTOML(name string, data []byte) (*Node, error) {
	pos := newPositions(name, data)
	p := unstable.Parser{}
	p.Reset(pos.data)
	c := &tomlConverter{pos: pos, parser: &p}
	root := &Node{Kind: Map, Range: pos.span(0, 0)}
	table := root
	for p.NextExpression() {
		e := p.Expression()
		var err error
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, err = c.table(root, e)
		case unstable.KeyValue:
			err = c.pair(table, e, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := p.Error(); err != nil {
		return nil, c.syntaxError(err)
	}
	return root, nil
}

type tomlConverter struct {
	pos    *positions
	parser *unstable.Parser
	nodes  int
}

func (c *tomlConverter) syntaxError(err error) error {
	e := &SyntaxError{Message: strings.TrimPrefix(err.Error(), "toml: ")}
	var p *unstable.ParserError
	if errors.As(err, &p) && len(p.Highlight) > 0 {
		e.Message = p.Message
		e.Line = c.pos.at(int(c.parser.Range(p.Highlight).Offset)).Line
	}
	return e
}

// table finds, or makes, the table of a header. A header in double brackets
// adds an element to a list.
func (c *tomlConverter) table(root *Node, e *unstable.Node) (*Node, error) {
	var keys []*unstable.Node
	for it := e.Key(); it.Next(); {
		keys = append(keys, it.Node())
	}
	at := root
	for i, key := range keys {
		if c.nodes++; c.nodes > maxNodes || i > maxDepth {
			return nil, ErrTooLarge
		}
		isElement := i == len(keys)-1 && e.Kind == unstable.ArrayTable
		next := c.descend(at, key, isElement)
		if next == nil {
			return nil, &SyntaxError{Message: "the key " + string(key.Data) + " is no table", Line: c.span(key).Start.Line}
		}
		at = next
	}
	return at, nil
}

func (c *tomlConverter) descend(at *Node, key *unstable.Node, isElement bool) *Node {
	name := string(key.Data)
	have := at.Get(name)
	if have == nil {
		made := &Node{Kind: Map, Range: c.span(key)}
		value := made
		if isElement {
			value = &Node{Kind: List, Items: []*Node{made}, Range: c.span(key)}
		}
		at.Pairs = append(at.Pairs, Pair{Key: name, Range: c.span(key), Value: value})
		return made
	}
	switch {
	case isElement && have.Kind == List:
		made := &Node{Kind: Map, Range: c.span(key)}
		have.Items = append(have.Items, made)
		return made
	case have.Kind == List && len(have.Items) > 0 && have.Items[len(have.Items)-1].Kind == Map:
		return have.Items[len(have.Items)-1]
	case have.Kind == Map && !isElement:
		return have
	}
	return nil
}

func (c *tomlConverter) span(n *unstable.Node) hcl.Range {
	return c.pos.span(int(n.Raw.Offset), int(n.Raw.Offset+n.Raw.Length))
}

// pair takes in a key, which may be dotted, with its value.
func (c *tomlConverter) pair(at *Node, e *unstable.Node, depth int) error {
	value, err := c.value(e.Value(), depth+1)
	if err != nil {
		return err
	}
	var keys []*unstable.Node
	for it := e.Key(); it.Next(); {
		keys = append(keys, it.Node())
	}
	for i, key := range keys {
		if i == len(keys)-1 {
			at.Pairs = append(at.Pairs, Pair{Key: string(key.Data), Range: c.span(key), Value: value})
			break
		}
		if at = c.descend(at, key, false); at == nil {
			return &SyntaxError{Message: "the key " + string(key.Data) + " is no table", Line: c.span(key).Start.Line}
		}
	}
	return nil
}

func (c *tomlConverter) value(e *unstable.Node, depth int) (*Node, error) {
	if c.nodes++; c.nodes > maxNodes || depth > maxDepth {
		return nil, ErrTooLarge
	}
	n := &Node{Kind: String, Text: string(e.Data), Range: c.span(e)}
	switch e.Kind {
	case unstable.Bool:
		n.Kind = Bool
	case unstable.Integer, unstable.Float:
		n.Kind = Number
	case unstable.Array:
		n.Kind, n.Text = List, ""
		for it := e.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			item, err := c.value(it.Node(), depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
	case unstable.InlineTable:
		n.Kind, n.Text = Map, ""
		for it := e.Children(); it.Next(); {
			if it.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := c.pair(n, it.Node(), depth+1); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}
