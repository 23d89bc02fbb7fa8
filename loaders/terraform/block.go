package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/source"
)

// block is a top-level block of a configuration file. Its content is let go
// once the file is parsed, but for what tells which directories are roots: a
// syntax tree takes many times the memory of its text, and of most blocks
// nothing is ever asked. What is asked for is parsed again; see reader.
type block struct {
	kind   string
	labels []string
	rng    hcl.Range // of its first line
	text   hcl.Range // of all of it

	parts     map[string]part // attributes of a locals or module block that can be parsed one by one
	isSet     bool            // a variable block with a default
	source    string          // of a module block
	sourceRng hcl.Range       // of a module block
	alias     string          // of a provider block
	empty     bool            // a provider block that configures nothing

	whole *hclsyntax.Block // where it can't be parsed again
}

// part is where an attribute begins, and the byte behind it.
type part struct {
	start hcl.Pos
	end   int
}

// newBlock makes a block of a syntax tree, which it keeps if told to.
func newBlock(b *hclsyntax.Block, keep bool) *block {
	attrs := b.Body.Attributes
	made := &block{
		kind: b.Type, labels: b.Labels, rng: b.DefRange(),
		text: hcl.RangeBetween(b.DefRange(), b.CloseBraceRange),
	}
	switch b.Type {
	case "locals":
		made.parts = partsOf(attrs)
	case "module":
		if len(b.Body.Blocks) == 0 {
			made.parts = partsOf(attrs)
		}
		made.source, _ = literal(attrs["source"])
		if a := attrs["source"]; a != nil {
			made.sourceRng = a.Expr.Range()
		}
	case "variable":
		made.isSet = attrs["default"] != nil
	case "provider":
		made.alias, _ = literal(attrs["alias"])
		made.empty = configuresNothing(b.Body)
	case "terraform":
		keep = true
	}
	if keep {
		made.whole = b
	}
	return made
}

func partsOf(attrs hclsyntax.Attributes) map[string]part {
	parts := make(map[string]part, len(attrs))
	for name, a := range attrs {
		parts[name] = part{a.SrcRange.Start, a.SrcRange.End.Byte}
	}
	return parts
}

// configuresNothing says of a provider block that it only announces a provider
// which the caller passes in.
func configuresNothing(body *hclsyntax.Body) bool {
	for name := range body.Attributes {
		if name != "alias" && name != "version" {
			return false
		}
	}
	return len(body.Blocks) == 0
}

// label returns a label, "" when there are fewer.
func (b *block) label(i int) string {
	if i < len(b.labels) {
		return b.labels[i]
	}
	return ""
}

// reader gives the content of blocks. What it parses it keeps as long as it is
// there itself: while one root is evaluated. It is not safe for use by several
// goroutines.
type reader struct {
	tree   *source.Tree
	parsed map[*block]*hclsyntax.Block
	parts  map[partKey]*hclsyntax.Attribute
}

type partKey struct {
	block *block
	name  string
}

func newReader(tree *source.Tree) *reader {
	return &reader{tree: tree, parsed: map[*block]*hclsyntax.Block{}, parts: map[partKey]*hclsyntax.Attribute{}}
}

// read returns a block with its content.
func (r *reader) read(b *block) *hclsyntax.Block {
	if b.whole != nil {
		return b.whole
	}
	if r.parsed[b] == nil {
		r.parsed[b] = r.parse(b)
	}
	return r.parsed[b]
}

func (r *reader) body(b *block) *hclsyntax.Body { return r.read(b).Body }

// attribute returns an attribute of a block, nil when it has none of that name.
// Blocks of many attributes, of which few are asked for, are not parsed whole.
func (r *reader) attribute(b *block, name string) *hclsyntax.Attribute {
	p, ok := b.parts[name]
	switch {
	case b.whole != nil || b.parts == nil:
		return r.body(b).Attributes[name]
	case !ok:
		return nil
	}
	key := partKey{b, name}
	if r.parts[key] == nil {
		r.parts[key] = r.parsePart(b, name, p)
	}
	return r.parts[key]
}

func (r *reader) parsePart(b *block, name string, p part) *hclsyntax.Attribute {
	data, err := r.tree.Read(b.text.Filename)
	if err != nil {
		panic(err)
	}
	end := p.end
	if end < len(data) && data[end] == '\n' {
		end++ // without which a heredoc has no end
	}
	file, diags := hclsyntax.ParseConfig(data[p.start.Byte:end], b.text.Filename, p.start)
	if a := file.Body.(*hclsyntax.Body).Attributes[name]; a != nil && !diags.HasErrors() {
		return a
	}
	return r.body(b).Attributes[name]
}

// settings returns the body of a block, of which these attributes are asked for.
func (r *reader) settings(b *block, names ...string) *hclsyntax.Body {
	if b.whole != nil || b.parts == nil {
		return r.body(b)
	}
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}}
	for _, name := range names {
		if a := r.attribute(b, name); a != nil {
			body.Attributes[name] = a
		}
	}
	return body
}

// parse parses a block again. It was parsed without error before and its text
// has been kept since, so that a failure is a bug.
func (r *reader) parse(b *block) *hclsyntax.Block {
	data, err := r.tree.Read(b.text.Filename)
	if err != nil {
		panic(err)
	}
	file, diags := hclsyntax.ParseConfig(data[b.text.Start.Byte:b.text.End.Byte], b.text.Filename, b.text.Start)
	if diags.HasErrors() {
		panic(fmt.Sprintf("%s can't be parsed again: %v", b.text, diags))
	}
	return file.Body.(*hclsyntax.Body).Blocks[0]
}
