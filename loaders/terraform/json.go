package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/model"
)

// The JSON syntax is turned into the tree that the native syntax parses to, so
// that everything after the parser knows one form. A nested block of JSON
// becomes an attribute with objects, which readers of blocks accept as well.

// parseJSON parses a .tf.json or .tfvars.json file.
func (f *parsed) parseJSON(data []byte) *hclsyntax.Body {
	file, diags := json.Parse(data, f.name)
	f.diagnose(diags)
	if file == nil {
		return nil
	}
	attrs, diags := file.Body.JustAttributes()
	f.diagnose(diags)
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}}
	for name, attr := range attrs {
		if name == "//" {
			continue
		}
		if depth, isBlock := jsonBlocks[name]; isBlock && !isVariablesFile(f.name) {
			body.Blocks = append(body.Blocks, f.jsonBlocksOf(name, depth, attr.NameRange, attr.Expr, nil)...)
			continue
		}
		body.Attributes[name] = f.jsonAttribute(name, attr.Expr, attr.NameRange, isVariablesFile(f.name))
	}
	return body
}

func isVariablesFile(name string) bool { return configExtension(name) == "" }

// jsonBlocks are the top-level blocks and how many labels each has.
var jsonBlocks = map[string]int{
	"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "provider": 1, "variable": 1, "output": 1,
	"locals": 0, "terraform": 0, "moved": 0, "import": 0, "removed": 0, "check": 1,
}

// jsonInner are the blocks inside others that are read as blocks, and how many
// labels each has.
var jsonInner = map[string]map[string]int{
	"terraform": {"required_providers": 0, "backend": 1, "cloud": 0},
	"variable":  {"validation": 0},
	"resource":  {"dynamic": 1, "lifecycle": 0},
	"data":      {"dynamic": 1, "lifecycle": 0},
	"module":    {"lifecycle": 0},
	"dynamic":   {"content": 0},
	"content":   {"dynamic": 1},
}

// jsonBlocksOf reads blocks: objects keyed by labels, or lists of these.
func (f *parsed) jsonBlocksOf(kind string, labels int, name hcl.Range, e hcl.Expression, have []string) []*hclsyntax.Block {
	if list, diags := hcl.ExprList(e); !diags.HasErrors() {
		var blocks []*hclsyntax.Block
		for _, elem := range list {
			blocks = append(blocks, f.jsonBlocksOf(kind, labels, name, elem, have)...)
		}
		return blocks
	}
	pairs, diags := hcl.ExprMap(e)
	if diags.HasErrors() {
		f.unread(model.Unread, "the file is not read to the end: "+kind+" is not an object", e.Range())
		return nil
	}
	if labels > 0 {
		var blocks []*hclsyntax.Block
		for _, pair := range pairs {
			label := append(have[:len(have):len(have)], jsonKey(pair.Key))
			blocks = append(blocks, f.jsonBlocksOf(kind, labels-1, pair.Key.Range(), pair.Value, label)...)
		}
		return blocks
	}
	return []*hclsyntax.Block{f.jsonBody(kind, name, e, pairs, have)}
}

func (f *parsed) jsonBody(kind string, name hcl.Range, e hcl.Expression, pairs []hcl.KeyValuePair, labels []string) *hclsyntax.Block {
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: e.Range(), EndRange: e.Range()}
	for _, pair := range pairs {
		key := jsonKey(pair.Key)
		if key == "//" {
			continue
		}
		if depth, ok := jsonInner[kind][key]; ok {
			body.Blocks = append(body.Blocks, f.jsonBlocksOf(key, depth, pair.Key.Range(), pair.Value, nil)...)
			continue
		}
		body.Attributes[key] = f.jsonAttribute(key, pair.Value, pair.Key.Range(), kind == "variable")
	}
	end := e.Range()
	end.Start = end.End
	return &hclsyntax.Block{Type: kind, Labels: labels, Body: body, TypeRange: name, OpenBraceRange: name, CloseBraceRange: end}
}

// jsonAttribute makes an attribute. In a literal one, which is a value of a
// variable, strings are no templates.
func (f *parsed) jsonAttribute(name string, e hcl.Expression, rng hcl.Range, literal bool) *hclsyntax.Attribute {
	return &hclsyntax.Attribute{Name: name, Expr: f.jsonExpr(e, literal), SrcRange: hcl.RangeBetween(rng, e.Range()), NameRange: rng}
}

func jsonKey(e hcl.Expression) string {
	if v, diags := e.Value(nil); !diags.HasErrors() && v.Type() == cty.String {
		return v.AsString()
	}
	return ""
}

// jsonExpr turns a JSON value into an expression; strings are templates, unless
// it is literal.
func (f *parsed) jsonExpr(e hcl.Expression, literal bool) hclsyntax.Expression {
	if list, diags := hcl.ExprList(e); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: e.Range()}
		for _, elem := range list {
			tuple.Exprs = append(tuple.Exprs, f.jsonExpr(elem, literal))
		}
		return tuple
	}
	if pairs, diags := hcl.ExprMap(e); !diags.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: e.Range()}
		for _, pair := range pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{
				KeyExpr:   f.jsonExpr(pair.Key, literal),
				ValueExpr: f.jsonExpr(pair.Value, literal),
			})
		}
		return object
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		f.diagnose(diags)
		return &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: e.Range()}
	}
	if literal || v.IsNull() || v.Type() != cty.String {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: e.Range()}
	}
	start := e.Range().Start
	start.Column++
	start.Byte++
	t, diags := hclsyntax.ParseTemplate([]byte(v.AsString()), f.name, start)
	f.diagnose(diags)
	if t == nil {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: e.Range()}
	}
	return ranged{t, e.Range()}.expr()
}

// ranged gives a template the range of the JSON string it stands in.
type ranged struct {
	hclsyntax.Expression
	rng hcl.Range
}

func (r ranged) expr() hclsyntax.Expression {
	switch t := r.Expression.(type) {
	case *hclsyntax.TemplateExpr:
		t.SrcRange = r.rng
	case *hclsyntax.TemplateWrapExpr:
		t.SrcRange = r.rng
	}
	return r.Expression
}
