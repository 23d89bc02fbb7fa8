package document

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads all documents of a YAML file.
func parseYAML(pos *positions) (docs []*Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(pos.data))
	c := &yamlConverter{pos: pos}
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return docs, yamlError(err)
		}
		if len(doc.Content) == 0 {
			continue
		}
		n, err := c.node(doc.Content[0], 0)
		if err != nil {
			return docs, err
		}
		docs = append(docs, n)
	}
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

func yamlError(err error) error {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		return &SyntaxError{Message: m[2], Line: line}
	}
	return &SyntaxError{Message: strings.TrimPrefix(err.Error(), "yaml: ")}
}

// yamlConverter makes nodes of the library's. Aliases are expanded, so that a
// small file may stand for a huge one: the nodes made are counted.
type yamlConverter struct {
	pos     *positions
	nodes   int
	aliases int // that are being expanded, inside one another
	copies  int // nodes that aliases brought
}

// count notes one more node, and says whether it is one too many.
func (c *yamlConverter) count(depth int) error {
	c.nodes++
	if c.aliases > 0 {
		c.copies++
	}
	if c.nodes > maxNodes || c.copies > maxCopies || depth > maxDepth {
		return ErrTooLarge
	}
	return nil
}

// expand follows an alias.
func (c *yamlConverter) expand(f func() error) error {
	c.aliases++
	defer func() { c.aliases-- }()
	return f()
}

func (c *yamlConverter) node(y *yaml.Node, depth int) (*Node, error) {
	if err := c.count(depth); err != nil {
		return nil, err
	}
	if y.Kind == yaml.AliasNode {
		var n *Node
		err := c.expand(func() (err error) {
			n, err = c.node(y.Alias, depth+1)
			return err
		})
		return n, err
	}
	from := c.pos.offset(y.Line, y.Column)
	n := &Node{Range: c.pos.span(from, from), Comments: comments(y)}
	if !strings.HasPrefix(y.Tag, "!!") && y.Tag != "!" {
		n.Tag = y.Tag
	}
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			child, err := c.node(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, child)
		}
	case yaml.MappingNode:
		n.Kind = Map
		return n, c.pairs(n, y, depth)
	default:
		c.scalar(n, y, from)
	}
	return n, nil
}

// pairs takes in a mapping. What a merge key brings stands before the
// mapping's own pairs, and so gives way to them.
func (c *yamlConverter) pairs(n *Node, y *yaml.Node, depth int) error {
	var own []Pair
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		if key.ShortTag() == "!!merge" {
			if err := c.merge(n, y.Content[i+1], depth+1); err != nil {
				return err
			}
			continue
		}
		from := c.pos.offset(key.Line, key.Column)
		rng := c.pos.span(from, c.scalarEnd(key, from))
		value, err := c.node(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		value.Comments = append(comments(key), value.Comments...)
		own = append(own, Pair{Key: key.Value, Range: rng, Value: value})
	}
	n.Pairs = append(n.Pairs, own...)
	return nil
}

func (c *yamlConverter) merge(n *Node, y *yaml.Node, depth int) error {
	if err := c.count(depth); err != nil {
		return err
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.expand(func() error { return c.merge(n, y.Alias, depth+1) })
	case yaml.MappingNode:
		return c.pairs(n, y, depth+1)
	case yaml.SequenceNode:
		// Of several the first one wins, so it comes last.
		for i := len(y.Content) - 1; i >= 0; i-- {
			if err := c.merge(n, y.Content[i], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *yamlConverter) scalar(n *Node, y *yaml.Node, from int) {
	n.Kind, n.Text = String, y.Value
	switch y.ShortTag() {
	case "!!null":
		n.Kind, n.Text = Null, ""
	case "!!bool":
		n.Kind = Bool
	case "!!int", "!!float":
		n.Kind = Number
	}
	n.Range = c.pos.span(from, c.scalarEnd(y, from))
}

// scalarEnd is where a scalar that begins at an offset ends, as far as it
// stands on one line.
func (c *yamlConverter) scalarEnd(y *yaml.Node, from int) int {
	data := c.pos.data
	lineEnd := bytes.IndexByte(data[min(from, len(data)):], '\n')
	if lineEnd < 0 {
		lineEnd = len(data) - from
	}
	line := data[from : from+lineEnd]
	switch {
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return from + len(bytes.TrimRight(line, " \r"))
	case y.Style&yaml.DoubleQuotedStyle != 0:
		if end := quoted(line, '"'); end > 0 {
			return from + end
		}
	case y.Style&yaml.SingleQuotedStyle != 0:
		if end := quoted(line, '\''); end > 0 {
			return from + end
		}
	}
	at := bytes.Index(line, []byte(y.Value))
	if y.Value == "" {
		return from
	}
	if at < 0 {
		return from + len(bytes.TrimRight(line, " \r"))
	}
	return from + at + len(y.Value)
}

// quoted is the length of a quoted string at the beginning of a line; 0 when
// it goes on in the next one.
func quoted(line []byte, quote byte) int {
	start := bytes.IndexByte(line, quote)
	if start < 0 {
		return 0
	}
	for i := start + 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quote == '"':
			i++
		case line[i] == quote:
			if quote == '\'' && i+1 < len(line) && line[i+1] == quote {
				i++
				continue
			}
			return i + 1
		}
	}
	return 0
}

// comments are those of a node without their marks.
func comments(y *yaml.Node) []string {
	var all []string
	for _, text := range []string{y.HeadComment, y.LineComment} {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#")); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}
