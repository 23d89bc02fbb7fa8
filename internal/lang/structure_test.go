package lang

import (
	"testing"

	"github.com/stateside-dev/stateside/internal/model"
)

func TestStructure(t *testing.T) {
	t.Parallel()
	bucket := UnknownVal(model.AtApply, "it is not known").WithRef(&Ref{Target: "bucket", Attr: "arn"})
	tests := []struct {
		name  string
		value func(ev *Evaluator) *Value
		path  []string
		text  string // of the value at the path
		begin string // of one that is not known
	}{
		{name: "text", value: func(*Evaluator) *Value { return StringVal(`{"a": {"b": "x"}}`) }, path: []string{"a", "b"}, text: "x"},
		{name: "number", value: func(*Evaluator) *Value { return StringVal(`{"a": 12}`) }, path: []string{"a"}, text: "12"},
		{
			name: "template", path: []string{"a"}, text: "x",
			value: func(ev *Evaluator) *Value {
				return ev.concat([]*Value{StringVal(`{"a": "x", "b": "`), bucket, StringVal(`/*"}`)})
			},
		},
		{
			name: "part of a template", path: []string{"b"}, begin: "arn:",
			value: func(ev *Evaluator) *Value {
				return ev.concat([]*Value{StringVal(`{"b": "arn:`), bucket, StringVal(`/*"}`)})
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ev := &Evaluator{}
			v := ev.Structure(tt.value(ev))
			for _, name := range tt.path {
				if v == nil {
					t.Fatal("it has no structure")
				}
				v = ev.Attr(v, name)
			}
			if text, _ := v.Text(); text != tt.text {
				t.Errorf("text %q, want %q", text, tt.text)
			}
			if tt.begin != "" && v.Prefix() != tt.begin {
				t.Errorf("begins %q, want %q", v.Prefix(), tt.begin)
			}
		})
	}
}

// A part that makes up a whole string keeps what it refers to.
func TestStructureKeepsReferences(t *testing.T) {
	t.Parallel()
	ev := &Evaluator{}
	role := UnknownVal(model.AtApply, "it is not known").WithRef(&Ref{Target: "role", Attr: "arn"})
	v := ev.Structure(ev.concat([]*Value{StringVal(`{"AWS": "`), role, StringVal(`"}`)}))
	if ref := ev.Attr(v, "AWS").Ref(); ref == nil || ref.Target != "role" {
		t.Errorf("reference %v", ref)
	}
}

func TestNoStructure(t *testing.T) {
	t.Parallel()
	ev := &Evaluator{}
	unknown := UnknownVal(model.AtApply, "it is not known")
	for name, v := range map[string]*Value{
		"unknown":         unknown,
		"plain text":      StringVal("a"),
		"broken JSON":     StringVal(`{"a": `),
		"more than one":   StringVal(`{} {}`),
		"unknown element": ev.concat([]*Value{StringVal(`{"a": `), unknown, StringVal(`}`)}),
		"private marks":   ev.concat([]*Value{StringVal(`{"a": "` + partStart + `"`), unknown, StringVal(`}`)}),
	} {
		if got := ev.Structure(v); got != nil {
			t.Errorf("%s has the structure %v", name, got)
		}
	}
}
