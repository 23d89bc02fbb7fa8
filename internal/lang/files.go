package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/model"
)

// maxNodes bounds the elements of one decoded document.
const maxNodes = 200_000

// Rooted is a scope whose files are those of an evaluator of its own: an
// expression of another configuration means the files there, whoever asks.
type Rooted interface {
	Scope
	Home() *Evaluator
}

// home is the evaluator in whose directory the files of a call are.
func (ev *Evaluator) home(a arguments) *Evaluator {
	if a.scope != nil {
		if r, ok := Innermost(a.scope).(Rooted); ok {
			return r.Home()
		}
	}
	return ev
}

// path resolves the first argument, a path, from the directory in which
// Terraform would run. Absolute paths are outside the checked root.
func (ev *Evaluator) path(a arguments) (name string, problem *Value) {
	if len(a.values) == 0 {
		return "", a.wrong("wrong number of arguments")
	}
	text, ok := a.values[0].Text()
	if !ok {
		return "", a.unknown()
	}
	ev = ev.home(a)
	if below, ok := strings.CutPrefix(text, ev.Root+"/"); ok && ev.Root != "" && ev.Files != nil {
		return ev.real(path.Clean(below)), nil
	}
	if ev.Files == nil || path.IsAbs(text) || strings.HasPrefix(text, "~") {
		return "", UnknownVal(model.AtApply, "the file "+text+" is outside the checked root").Because(a.why())
	}
	return ev.real(path.Join(ev.Dir, text)), nil
}

func (ev *Evaluator) real(name string) string {
	if ev.Real == nil {
		return name
	}
	return ev.Real(name)
}

// readFile returns the content of a file.
func readFile(ev *Evaluator, a arguments) *Value {
	name, problem := ev.path(a)
	if problem != nil {
		return problem
	}
	data, err := ev.Files.Read(name)
	if err != nil {
		return a.wrong(fmt.Sprintf("the file %s can't be read: %v", name, err))
	}
	if !utf8.Valid(data) || len(data) > maxString {
		return UnknownVal(model.AtApply, "the file "+name+" is not read").Because(a.why())
	}
	v := StringVal(string(data)).Because(a.why())
	v.def = &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	return v.Named("file(\"" + name + "\")")
}

func fileExists(ev *Evaluator, a arguments) *Value {
	name, problem := ev.path(a)
	if problem != nil {
		return problem
	}
	if ev.Files.IsDir(name) {
		return a.wrong(name + " is a directory, not a file")
	}
	_, err := ev.Files.Read(name)
	return BoolVal(err == nil).Because(a.why())
}

// fileSet lists the files below a directory that match a pattern.
func fileSet(ev *Evaluator, a arguments) *Value {
	dir, problem := ev.path(a)
	if problem != nil {
		return problem
	}
	if len(a.values) != 2 {
		return a.wrong("wrong number of arguments for fileset")
	}
	pattern, ok := a.values[1].Text()
	if !ok {
		return a.unknown()
	}
	files, err := ev.Files.Below(dir)
	if err != nil {
		files = nil
	}
	var found []*Value
	for _, file := range files {
		rel := strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
		if ok, err := doublestar.Match(pattern, rel); err != nil {
			return a.wrong("fileset: " + err.Error())
		} else if ok {
			found = append(found, StringVal(rel))
		}
	}
	v := ListOf(found).Because(a.why())
	v.Shape, v.elem = Set, cty.String
	return v
}

// templateFile renders a file with variables.
func templateFile(ev *Evaluator, a arguments) *Value {
	file := readFile(ev, arguments{a.values[:min(1, len(a.values))], a.call, a.scope})
	text, ok := file.Text()
	if !ok {
		return file
	}
	return ev.render(text, file.def.Filename, a)
}

func templateString(ev *Evaluator, a arguments) *Value {
	if len(a.values) == 0 {
		return a.wrong("wrong number of arguments for templatestring")
	}
	text, ok := a.values[0].Text()
	if !ok {
		return a.unknown()
	}
	return ev.render(text, "", a)
}

func (ev *Evaluator) render(text, file string, a arguments) *Value {
	if len(a.values) != 2 || a.values[1].Kind != Object {
		return a.unknown()
	}
	if len(text) > maxString || TemplateTooNested([]byte(text)) {
		ev.Exceeded = true
		return limitVal("a template is too long, or nested too deeply")
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(text), file, hcl.InitialPos)
	if diags.HasErrors() {
		return a.wrong("the template " + file + " can't be parsed")
	}
	var sc Scope = Empty{}
	for _, item := range a.values[1].items() {
		if name, ok := ev.Force(item.key).Text(); ok {
			sc = bind(sc, name, item.value)
		}
	}
	return ev.Eval(expr, sc).also(a.values...)
}

// jsonDecode decodes JSON, keeping the line of each value when the text is
// that of a file.
func jsonDecode(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	text, ok := v.Text()
	if !ok {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("jsondecode needs a string")
	}
	d := decoder{text: text, file: v.def, why: v.why}
	d.json = json.NewDecoder(strings.NewReader(text))
	d.json.UseNumber()
	result, err := d.jsonValue()
	if err == nil {
		if _, end := d.json.Token(); end != io.EOF {
			err = errors.New("more than one value")
		}
	}
	return d.result(ev, result, err, a)
}

// yamlDecode decodes YAML, keeping the line of each value when the text is
// that of a file.
func yamlDecode(ev *Evaluator, a arguments) *Value {
	v := passThrough(nil, a)
	text, ok := v.Text()
	if !ok {
		if v.Kind == Unknown {
			return a.unknown()
		}
		return a.wrong("yamldecode needs a string")
	}
	d := decoder{text: text, file: v.def, why: v.why}
	doc, err := ev.yamlDocument(text)
	if err != nil {
		return d.result(ev, nil, err, a)
	}
	if len(doc.Content) == 0 {
		return NullVal().Because(v.why)
	}
	result, err := d.yamlValue(doc.Content[0])
	return d.result(ev, result, err, a)
}

// yamlDocument parses YAML, each text once: instances of a module mostly decode
// the same files.
func (ev *Evaluator) yamlDocument(text string) (*yaml.Node, error) {
	if doc := ev.documents[text]; doc != nil {
		return doc, nil
	}
	doc := &yaml.Node{}
	if err := yaml.Unmarshal([]byte(text), doc); err != nil {
		return nil, err
	}
	if ev.documents == nil {
		ev.documents = map[string]*yaml.Node{}
	}
	ev.documents[text] = doc
	return doc, nil
}

// decoder makes values of an encoded document.
type decoder struct {
	text  string
	file  *hcl.Range // of the text, when it is a file's
	why   *Origin
	json  *json.Decoder
	nodes int
	depth int

	lines []int // offsets at which lines begin
}

var errTooManyNodes = errors.New("it has too many elements")

func (d *decoder) result(ev *Evaluator, v *Value, err error, a arguments) *Value {
	switch {
	case errors.Is(err, errTooManyNodes):
		ev.Exceeded = true
		return limitVal("a decoded document has too many elements")
	case err != nil:
		return a.wrong("it can't be decoded: " + err.Error())
	}
	return v
}

// count bounds the work of decoding.
func (d *decoder) count() error {
	if d.nodes++; d.nodes > maxNodes {
		return errTooManyNodes
	}
	return nil
}

// at gives a decoded value its origin and its place in the file.
func (d *decoder) at(v *Value, line, column int) *Value {
	v.why = d.why
	if d.file != nil {
		pos := hcl.Pos{Line: line, Column: column}
		v.def = &hcl.Range{Filename: d.file.Filename, Start: pos, End: pos}
	}
	return v
}

func (d *decoder) yamlValue(n *yaml.Node) (*Value, error) {
	if err := d.count(); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.yamlValue(n.Alias)
	case yaml.SequenceNode:
		cells := make([]*Cell, len(n.Content))
		for i, elem := range n.Content {
			v, err := d.yamlValue(elem)
			if err != nil {
				return nil, err
			}
			cells[i] = Done(v)
		}
		return d.at(ListVal(cells), n.Line, n.Column), nil
	case yaml.MappingNode:
		elems := map[string]*Cell{}
		if err := d.yamlMapping(n, elems); err != nil {
			return nil, err
		}
		return d.at(ObjectVal(elems), n.Line, n.Column), nil
	}
	return d.at(yamlScalar(n), n.Line, n.Column), nil
}

// yamlMapping puts the pairs of a mapping into elems; those of a merge key
// give way to the mapping's own.
func (d *decoder) yamlMapping(n *yaml.Node, elems map[string]*Cell) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() != "!!merge" {
			continue
		}
		if err := d.yamlMerge(n.Content[i+1], elems); err != nil {
			return err
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() == "!!merge" {
			continue
		}
		v, err := d.yamlValue(n.Content[i+1])
		if err != nil {
			return err
		}
		key, ok := yamlScalar(n.Content[i]).Text()
		if !ok {
			key = n.Content[i].Value
		}
		elems[key] = Done(v)
	}
	return nil
}

func (d *decoder) yamlMerge(n *yaml.Node, elems map[string]*Cell) error {
	if err := d.count(); err != nil {
		return err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.yamlMerge(n.Alias, elems)
	case yaml.MappingNode:
		return d.yamlMapping(n, elems)
	case yaml.SequenceNode:
		for _, from := range slices.Backward(n.Content) {
			if err := d.yamlMerge(from, elems); err != nil {
				return err
			}
		}
	}
	return nil
}

// yamlWords are the words that Terraform takes for bools and null.
var yamlWords = map[string]*Value{
	"": NullVal(), "~": NullVal(), "null": NullVal(),
	"y": BoolVal(true), "yes": BoolVal(true), "true": BoolVal(true), "on": BoolVal(true),
	"n": BoolVal(false), "no": BoolVal(false), "false": BoolVal(false), "off": BoolVal(false),
}

// yamlNumber is what Terraform takes for a number.
var yamlNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+)$`)
})

// yamlScalar gives a scalar the type that Terraform gives it: bools by more
// words than YAML 1.2 has, and dates as strings of RFC 3339.
func yamlScalar(n *yaml.Node) *Value {
	plain := n.Style == 0 || n.Style == yaml.TaggedStyle
	if !plain || n.ShortTag() == "!!binary" || n.Style == yaml.TaggedStyle && n.ShortTag() == "!!str" {
		return StringVal(n.Value)
	}
	lower := strings.ToLower(n.Value)
	isCased := n.Value == lower || n.Value == strings.ToUpper(n.Value) || n.Value == strings.ToUpper(lower[:1])+lower[1:]
	if word, ok := yamlWords[lower]; ok && isCased {
		w := *word
		return &w
	}
	if !strings.ContainsRune("+-.0123456789", rune(n.Value[0])) {
		return StringVal(n.Value) // what comes below begins with none other
	}
	for _, layout := range []string{"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2"} {
		if t, err := time.Parse(layout, n.Value); err == nil {
			return StringVal(t.Format(time.RFC3339))
		}
	}
	if yamlNumber().MatchString(n.Value) {
		if num, err := cty.ParseNumberVal(n.Value); err == nil {
			return ScalarVal(num)
		}
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return ScalarVal(cty.NumberIntVal(i))
		}
	}
	return StringVal(n.Value)
}

func (d *decoder) jsonValue() (*Value, error) {
	if err := d.count(); err != nil {
		return nil, err
	}
	token, err := d.json.Token()
	if err != nil {
		return nil, err
	}
	line, column := d.position(int(d.json.InputOffset()))
	switch token := token.(type) {
	case json.Delim:
		v, err := d.jsonCollection(token)
		if err != nil {
			return nil, err
		}
		return d.at(v, line, column), nil
	case string:
		return d.at(StringVal(token), line, column), nil
	case bool:
		return d.at(BoolVal(token), line, column), nil
	case json.Number:
		num, err := cty.ParseNumberVal(token.String())
		return d.at(ScalarVal(num), line, column), err
	}
	return d.at(NullVal(), line, column), nil
}

func (d *decoder) jsonCollection(open json.Delim) (*Value, error) {
	if d.depth++; d.depth > maxNesting {
		return nil, errTooManyNodes
	}
	defer func() { d.depth-- }()
	if open == '[' {
		var cells []*Cell
		for d.json.More() {
			v, err := d.jsonValue()
			if err != nil {
				return nil, err
			}
			cells = append(cells, Done(v))
		}
		_, err := d.json.Token()
		return ListVal(cells), err
	}
	elems := map[string]*Cell{}
	for d.json.More() {
		key, err := d.json.Token()
		if err != nil {
			return nil, err
		}
		v, err := d.jsonValue()
		if err != nil {
			return nil, err
		}
		elems[key.(string)] = Done(v)
	}
	_, err := d.json.Token()
	return ObjectVal(elems), err
}

// position returns the line and column of an offset.
func (d *decoder) position(offset int) (line, column int) {
	if d.lines == nil {
		d.lines = []int{0}
		for i := range len(d.text) {
			if d.text[i] == '\n' {
				d.lines = append(d.lines, i+1)
			}
		}
	}
	at, found := slices.BinarySearch(d.lines, offset)
	if !found {
		at--
	}
	column = utf8.RuneCount(bytes.TrimSpace([]byte(d.text[d.lines[at]:offset])))
	return at + 1, max(column, 1)
}
