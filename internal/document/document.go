// Package document reads YAML, JSON, TOML, XML and files of lines (INI,
// properties, variables) into trees whose every node knows where it stands. It says nothing about what the documents mean; loaders do.
//
// What is read may be hostile: the number of nodes, the depth, and what aliases
// expand to are bounded, and a document beyond the bounds is an error.
package document

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Bounds on one file.
const (
	maxNodes  = 2_000_000 // after aliases are expanded
	maxCopies = 100_000   // of nodes, that aliases make
	maxDepth  = 500
)

// ErrTooLarge reports a document with more nodes or more depth than files
// written by people have.
var ErrTooLarge = errors.New("it nests or repeats itself more than a configuration would")

// SyntaxError is a mistake in a document.
type SyntaxError struct {
	// Message without the position.
	Message string
	// Line of the mistake, counted from 1; 0 when it is not known.
	Line int
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// LineOf is the line that an error of this package is about, 1 when it says none.
func LineOf(err error) int {
	var syntax *SyntaxError
	if errors.As(err, &syntax) && syntax.Line > 0 {
		return syntax.Line
	}
	return 1
}

// FirstLine is the range at the beginning of a file, for what is said of the
// whole of it.
func FirstLine(file string) hcl.Range {
	return hcl.Range{Filename: file, Start: hcl.InitialPos, End: hcl.InitialPos}
}

// Kind of a node.
type Kind uint8

// The kinds of node.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// Node is one value of a document. A nil Node stands for what is absent: its
// methods find nothing in it.
type Node struct {
	// Kind of the value.
	Kind Kind
	// Text of a scalar, as it is written without its quotes.
	Text string
	// Tag that the document gives the node, such as !Ref; "" for YAML's own.
	Tag string
	// Items of a list.
	Items []*Node
	// Pairs of a map, in the order of the document; of several with one key the
	// last one counts.
	Pairs []Pair
	// Range of the value: of a collection, its beginning only.
	Range hcl.Range
	// Comments that stand before the node or behind it, without their marks.
	Comments []string
}

// Pair is one key of a map with its value.
type Pair struct {
	// Key as text.
	Key string
	// Range of the key.
	Range hcl.Range
	// Value of the key.
	Value *Node
}

// Parse reads the documents of a file: JSON when it begins as an object or
// array does and is valid as such, else YAML, of which there may be several.
// name is the file's path, for positions. The error is a *SyntaxError or
// ErrTooLarge.
func Parse(name string, data []byte) ([]*Node, error) {
	pos := newPositions(name, data)
	if looksLikeJSON(pos.data) {
		if n, err := parseJSON(pos); err == nil {
			return []*Node{n}, nil
		} else if errors.Is(err, ErrTooLarge) || strings.HasSuffix(name, ".json") {
			return nil, err
		}
	}
	return parseYAML(pos)
}

// ParseJSON reads a file of which it is known that it is JSON.
func ParseJSON(name string, data []byte) (*Node, error) { return parseJSON(newPositions(name, data)) }

func looksLikeJSON(data []byte) bool {
	for _, b := range data {
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return b == '{' || b == '['
	}
	return false
}

// Get returns the value of a key, nil when the node is no map or lacks it.
func (n *Node) Get(key string) *Node {
	if p := n.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Pair returns the pair of a key, nil when the node is no map or lacks it.
func (n *Node) Pair(key string) *Pair {
	if n == nil {
		return nil
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if n.Pairs[i].Key == key {
			return &n.Pairs[i]
		}
	}
	return nil
}

// At returns the value at a path of keys, nil when there is none.
func (n *Node) At(path ...string) *Node {
	for _, key := range path {
		n = n.Get(key)
	}
	return n
}

// String returns the text of a scalar; "" for anything else.
func (n *Node) String() string {
	if n == nil || n.Kind == Null || n.Kind == List || n.Kind == Map {
		return ""
	}
	return n.Text
}

// IsScalar says whether the node is a string, number or bool.
func (n *Node) IsScalar() bool {
	return n != nil && (n.Kind == String || n.Kind == Number || n.Kind == Bool)
}

// Elements returns the items of a list, a single other value as a list of its
// own, and nothing for what is absent or null.
func (n *Node) Elements() []*Node {
	switch {
	case n == nil || n.Kind == Null:
		return nil
	case n.Kind == List:
		return n.Items
	}
	return []*Node{n}
}

// Entries returns the pairs of a map, nothing for anything else.
func (n *Node) Entries() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Keys returns the keys of a map in order, each once.
func (n *Node) Keys() []string {
	if n == nil {
		return nil
	}
	var keys []string
	for _, p := range n.Pairs {
		if !slices.Contains(keys, p.Key) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// Fingerprint is a text that is the same for nodes that say the same.
func (n *Node) Fingerprint() string {
	h := sha256.New()
	n.fingerprint(h)
	return string(h.Sum(nil))
}

func (n *Node) fingerprint(w io.Writer) {
	if n == nil {
		return
	}
	fmt.Fprintf(w, "%d %q %q %d(", n.Kind, n.Tag, n.Text, len(n.Items)+len(n.Pairs))
	for _, item := range n.Items {
		item.fingerprint(w)
	}
	for _, p := range n.Pairs {
		fmt.Fprintf(w, "%q", p.Key)
		p.Value.fingerprint(w)
	}
}

// Walk calls f for the node and all nodes below it, with the path of keys that
// leads there; of list items the path has none. It goes on below a node when f
// says so.
func (n *Node) Walk(f func(path []string, n *Node) bool) { n.walk(nil, f) }

func (n *Node) walk(path []string, f func([]string, *Node) bool) {
	if n == nil || !f(path, n) {
		return
	}
	for _, item := range n.Items {
		item.walk(path, f)
	}
	for _, p := range n.Pairs {
		p.Value.walk(append(path[:len(path):len(path)], p.Key), f)
	}
}

// Positions returns a function that makes the range between two offsets of a
// text, for formats that are read elsewhere.
func Positions(name string, data []byte) func(from, to int) hcl.Range {
	p := newPositions(name, data)
	return func(from, to int) hcl.Range { return p.span(from-p.mark, to-p.mark) }
}

// positions turns lines and columns, or offsets, into positions.
type positions struct {
	file  string
	data  []byte // without a byte order mark
	mark  int    // length of the mark
	lines []int  // offsets at which lines begin
	// last offset that was asked for, where its line begins, and its column: a
	// file may be one long line, whose characters are not counted anew each time.
	last, lastStart, lastColumn int
	// the offset that was asked for last, likewise
	found, foundLine, foundColumn int
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

func newPositions(file string, data []byte) *positions {
	p := &positions{file: file, data: bytes.TrimPrefix(data, byteOrderMark), lines: []int{0}}
	p.mark = len(data) - len(p.data)
	for i, b := range p.data {
		if b == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	return p
}

// at is the position of an offset.
func (p *positions) at(offset int) hcl.Pos {
	offset = min(max(offset, 0), len(p.data))
	line, found := slices.BinarySearch(p.lines, offset)
	if !found {
		line--
	}
	return hcl.Pos{Line: line + 1, Column: p.column(p.lines[line], offset), Byte: offset + p.mark}
}

// column is that of an offset in the line that begins at start.
func (p *positions) column(start, offset int) int {
	switch {
	case p.lastColumn == 0 || p.lastStart != start || offset-start < p.last-offset:
		p.lastColumn = runes(p.data[start:offset]) + 1
	case offset >= p.last:
		p.lastColumn += runes(p.data[p.last:offset])
	default:
		p.lastColumn -= runes(p.data[offset:p.last])
	}
	p.last, p.lastStart = offset, start
	return p.lastColumn
}

// offset is that of a line and column, both counted from 1.
func (p *positions) offset(line, column int) int {
	if line < 1 || line > len(p.lines) {
		return len(p.data)
	}
	at, goal := p.lines[line-1], column
	if p.foundLine == line && p.foundColumn <= column {
		at, column = p.found, column-p.foundColumn+1
	}
	defer func() { p.foundLine, p.foundColumn = line, goal }()
	for ; column > 1 && at < len(p.data) && p.data[at] != '\n'; column-- {
		at++
		for at < len(p.data) && p.data[at]&0xC0 == 0x80 {
			at++
		}
	}
	p.found = at
	return at
}

// span is the range between two offsets.
func (p *positions) span(from, to int) hcl.Range {
	return hcl.Range{Filename: p.file, Start: p.at(from), End: p.at(to)}
}

func runes(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xC0 != 0x80 {
			n++
		}
	}
	return n
}
