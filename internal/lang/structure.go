package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"
)

// Marks around the number of a part that is not known, while the text around it
// is read as JSON. They are private characters, which configurations don't use.
const (
	partStart = "\uE000"
	partEnd   = "\uE001"
)

// maxJSON bounds how deep JSON may be nested.
const maxJSON = 100

// Structure returns what a text of JSON holds: the argument of the jsonencode, or
// yamlencode, that made it, or the text read, in which strings may have unknown parts. It
// is nil when v is no such text.
func (ev *Evaluator) Structure(v *Value) *Value {
	if v.encoded != nil {
		return v.encoded
	}
	if v.IsKnown() {
		return ev.known(v)
	}
	text, ok := v.Marked()
	if !ok {
		return nil
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var decoded any
	if d.Decode(&decoded) != nil || d.More() {
		return nil
	}
	return ev.structure(v, decoded, 0)
}

// Document returns what a text of YAML holds, or of JSON; nil when v is no such
// text, or not known as a whole.
func (ev *Evaluator) Document(v *Value) *Value {
	if structure := ev.Structure(v); structure != nil {
		return structure
	}
	text, ok := v.Text()
	if !ok {
		return nil
	}
	d := decoder{text: text, file: v.def, why: v.why}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	decoded, err := d.yamlValue(doc.Content[0])
	if err != nil {
		ev.Exceeded = ev.Exceeded || errors.Is(err, errTooManyNodes)
		return nil
	}
	if v.secret {
		return decoded.AsSecret()
	}
	return decoded
}

// known decodes a text of JSON that is known as a whole.
func (ev *Evaluator) known(v *Value) *Value {
	text, ok := v.Text()
	if !ok || !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil
	}
	d := decoder{text: text, why: v.why, json: json.NewDecoder(strings.NewReader(text))}
	d.json.UseNumber()
	decoded, err := d.jsonValue()
	if err != nil || d.json.More() {
		ev.Exceeded = ev.Exceeded || errors.Is(err, errTooManyNodes)
		return nil
	}
	if v.secret {
		return decoded.AsSecret()
	}
	return decoded
}

// Marked returns a text with a mark for each part that is not known; false when
// nothing of it is known. Unmark puts the parts back into a piece of it.
func (v *Value) Marked() (string, bool) {
	if text, ok := v.Text(); ok {
		return text, true
	}
	var b strings.Builder
	for i, part := range v.parts {
		text, known := part.Text()
		if strings.Contains(text, partStart) {
			return "", false
		}
		if !known {
			text = partStart + strconv.Itoa(i) + partEnd
		}
		b.WriteString(text)
	}
	return b.String(), len(v.parts) > 0
}

// Parts returns the parts that a text which is not wholly known is joined of.
func (v *Value) Parts() []*Value { return v.parts }

// structure makes values of decoded JSON that was part of a text.
func (ev *Evaluator) structure(text *Value, decoded any, depth int) *Value {
	if depth > maxJSON {
		ev.Exceeded = true
		return limitVal("JSON is nested too deeply")
	}
	switch decoded := decoded.(type) {
	case nil:
		return NullVal()
	case bool:
		return BoolVal(decoded).Because(text.why)
	case json.Number:
		n, err := cty.ParseNumberVal(decoded.String())
		if err != nil {
			return FailedVal("a number is too large")
		}
		return ScalarVal(n).Because(text.why)
	case string:
		return ev.Unmark(text, decoded)
	case []any:
		elems := make([]*Value, len(decoded))
		for i, elem := range decoded {
			elems[i] = ev.structure(text, elem, depth+1)
		}
		return ListOf(elems)
	case map[string]any:
		elems := make(map[string]*Cell, len(decoded))
		for key, elem := range decoded {
			elems[key] = Done(ev.structure(text, elem, depth+1))
		}
		return ObjectVal(elems)
	}
	return nil
}

// Unmark makes a value of a piece of a marked text, with its unknown parts.
func (ev *Evaluator) Unmark(text *Value, s string) *Value {
	if len(text.parts) == 0 || !strings.Contains(s, partStart) {
		v := StringVal(s).Because(text.why)
		v.secret = text.secret
		return v
	}
	var parts []*Value
	for s != "" {
		before, rest, marked := strings.Cut(s, partStart)
		if before != "" {
			parts = append(parts, StringVal(before))
		}
		if !marked {
			break
		}
		number, after, _ := strings.Cut(rest, partEnd)
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(text.parts) {
			return FailedVal("it can't be parsed")
		}
		parts = append(parts, text.parts[i])
		s = after
	}
	if len(parts) == 1 {
		return parts[0]
	}
	v := ev.concat(parts)
	v.secret = text.secret
	return v
}
