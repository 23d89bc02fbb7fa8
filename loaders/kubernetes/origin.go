package kubernetes

import (
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/stateside-dev/stateside/internal/document"
)

// origins finds where what a chart renders is written: in a file of values, or
// in the template. It decides no value, only which line a reader is sent to.
type origins struct {
	set    *set
	values []*document.Node // of the chart, and of the environment
	lines  map[string][]templateLine
}

// templateLine is one line of a template that sets a key.
type templateLine struct {
	key  string
	text string
	rng  hcl.Range
}

func (s *set) origins(job *rendering) *origins {
	o := &origins{set: s, lines: map[string][]templateLine{}}
	for _, name := range []string{job.values, job.files["values.yaml"]} {
		if name == "" {
			continue
		}
		if data, err := s.tree.Read(name); err == nil {
			if docs, err := document.Parse(name, data); err == nil && len(docs) > 0 {
				o.values = append(o.values, docs[0])
			}
		}
	}
	return o
}

// place gives every node of a rendered document the range of what it comes from.
func (o *origins) place(doc *document.Node, file string) {
	lines := o.templateLines(file)
	o.placeNode(doc, "", file, lines, document.FirstLine(file))
}

func (o *origins) placeNode(n *document.Node, key, file string, lines []templateLine, around hcl.Range) {
	switch n.Kind {
	case document.Map:
		n.Range = around
		for i := range n.Pairs {
			p := &n.Pairs[i]
			rng := around
			if l := lineOfKey(lines, p.Key, p.Value.String()); l != nil {
				rng = l.rng
			}
			p.Range = rng
			o.placeNode(p.Value, p.Key, file, lines, rng)
		}
	case document.List:
		n.Range = around
		for _, item := range n.Items {
			o.placeNode(item, key, file, lines, around)
		}
	default:
		n.Range = o.scalar(n, key, lines, around)
	}
}

// scalar is where a value is written: in the template itself, in the values that
// the template's line names, or in those under the same key.
func (o *origins) scalar(n *document.Node, key string, lines []templateLine, around hcl.Range) hcl.Range {
	if n.Text == "" {
		return around
	}
	l := lineOfKey(lines, key, n.Text)
	if l != nil && l.gives(n.Text) {
		return l.rng
	}
	if l != nil {
		for _, m := range valueNames.FindAllStringSubmatch(l.text, -1) {
			if v := o.value(strings.Split(m[1], ".")); v.IsScalar() && v.Text == n.Text {
				return v.Range
			}
		}
	}
	for _, values := range o.values {
		if v := named(values, key, n.Text); v != nil {
			return v.Range
		}
	}
	return around
}

var valueNames = regexp.MustCompile(`\.Values\.([A-Za-z0-9_.]+)`)

func (o *origins) value(path []string) *document.Node {
	for _, values := range o.values {
		if v := values.At(path...); v != nil {
			return v
		}
	}
	return nil
}

// named finds the one value of a text under a key.
func named(n *document.Node, key, text string) *document.Node {
	var found *document.Node
	count := 0
	n.Walk(func(path []string, n *document.Node) bool {
		if len(path) > 0 && n.IsScalar() && n.Text == text && strings.EqualFold(path[len(path)-1], key) {
			found = n
			count++
		}
		return true
	})
	if count != 1 {
		return nil
	}
	return found
}

// lineOfKey is the line of a template that sets a key: the one with the value,
// else the first.
func lineOfKey(lines []templateLine, key, text string) *templateLine {
	var first *templateLine
	for i := range lines {
		l := &lines[i]
		if l.key != key || key == "" {
			continue
		}
		if text != "" && l.gives(text) {
			return l
		}
		if first == nil {
			first = l
		}
	}
	return first
}

// gives says whether the line itself has a value.
func (l *templateLine) gives(text string) bool {
	_, value, _ := strings.Cut(l.text, ":")
	return strings.Trim(strings.TrimSpace(value), `"'`) == text
}

// templateLines lists the lines of a template that set a key.
func (o *origins) templateLines(file string) []templateLine {
	if lines, ok := o.lines[file]; ok {
		return lines
	}
	var lines []templateLine
	data, err := o.set.tree.Read(file)
	if err == nil && path.Base(file) != chartFile {
		offset, number := 0, 1
		for text := range strings.Lines(string(data)) {
			trimmed := strings.TrimRight(text, "\r\n")
			at := strings.TrimLeft(trimmed, " \t-")
			if key, _, ok := strings.Cut(at, ":"); ok && !strings.ContainsAny(key, " {") {
				indent := len(trimmed) - len(at)
				rng := hcl.Range{
					Filename: file,
					Start:    hcl.Pos{Line: number, Column: indent + 1, Byte: offset + indent},
					End:      hcl.Pos{Line: number, Column: len([]rune(trimmed)) + 1, Byte: offset + len(trimmed)},
				}
				lines = append(lines, templateLine{strings.Trim(key, `"'`), at, rng})
			}
			offset += len(text)
			number++
		}
	}
	o.lines[file] = lines
	return lines
}
