package terraform

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/parallel"
	"github.com/stateside-dev/stateside/internal/source"
)

// parsed is a configuration or variables file after parsing.
type parsed struct {
	name     string
	blocks   []*block        // of configuration
	values   *hclsyntax.Body // of variables; nil when nothing could be read
	problems []model.Problem
	partial  bool // it may say more than what was read
	errorAt  hcl.Pos
}

// parseAll parses files on all processors, each file once. The results are in
// the order of names.
func parseAll(ctx context.Context, tree *source.Tree, names []string) []parsed {
	files := make([]parsed, len(names))
	parallel.Each(len(names), func(i int) { files[i] = parse(ctx, tree, names[i]) })
	return files
}

// parse reads one file.
func parse(ctx context.Context, tree *source.Tree, name string) parsed {
	f := parsed{name: name}
	if ctx.Err() != nil {
		f.unread(model.LimitReached, "the file is not read: the time allowed is over", hcl.Range{})
		return f
	}
	data, err := tree.Read(name)
	if err != nil {
		f.unread(model.Unread, fmt.Sprintf("the file can't be read: %v", err), hcl.Range{})
		return f
	}
	if lang.TooNested(data) {
		f.unread(model.Unread, "the file is not read: it nests deeper than a configuration would", hcl.Range{})
		return f
	}
	body, again := f.parseBody(data)
	switch {
	case body == nil:
	case isConfig(name):
		for _, b := range body.Blocks {
			f.blocks = append(f.blocks, newBlock(b, !again))
		}
	default:
		f.values = body
	}
	return f
}

// parseBody parses the text of a file. The parser recovers from an error as well
// as it can: what it makes of the text from there on may be there, but has no
// content that one could rely on. again says that any of its blocks can be
// parsed by itself.
func (f *parsed) parseBody(data []byte) (body *hclsyntax.Body, again bool) {
	if strings.HasSuffix(f.name, ".json") {
		body = f.parseJSON(data)
	} else {
		file, diags := hclsyntax.ParseConfig(data, f.name, hcl.InitialPos)
		f.diagnose(diags)
		if file != nil {
			body, _ = file.Body.(*hclsyntax.Body)
		}
		again = !diags.HasErrors()
	}
	if f.partial && body != nil {
		distrust(body, f.errorAt)
	}
	return body, again
}

// distrust makes what attributes say from a position on unknown.
func distrust(body *hclsyntax.Body, from hcl.Pos) {
	for _, a := range body.Attributes {
		if a.SrcRange.End.Byte >= from.Byte {
			a.Expr = &hclsyntax.LiteralValueExpr{Val: lang.Unreadable(), SrcRange: a.Expr.Range()}
		}
	}
	for _, b := range body.Blocks {
		distrust(b.Body, from)
	}
}

// diagnose takes the first error of a file as a problem; those after it mostly
// follow from it.
func (f *parsed) diagnose(diags hcl.Diagnostics) {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		rng := hcl.Range{}
		if d.Subject != nil {
			rng = *d.Subject
		}
		if !f.partial {
			f.errorAt = rng.Start
		}
		f.unread(model.Unread, "the file is not read to the end: "+strings.TrimSuffix(d.Summary, "."), rng)
		return
	}
}

func (f *parsed) unread(kind model.ProblemKind, message string, rng hcl.Range) {
	f.partial = true
	src := lang.SourceOf(rng)
	if rng.Filename == "" {
		src = &model.Source{File: f.name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	}
	f.problems = append(f.problems, model.Problem{Kind: kind, Message: message, Source: src})
}

// configExtensions are the names under which configuration is found. OpenTofu
// reads .tofu in place of a .tf of the same name.
var configExtensions = []string{".tf", ".tf.json", ".tofu", ".tofu.json"}

// isConfig says whether Terraform would read a file as configuration.
func isConfig(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "#") {
		return false
	}
	return configExtension(base) != ""
}

func configExtension(name string) string {
	for _, ext := range configExtensions {
		if strings.HasSuffix(name, ext) {
			return ext
		}
	}
	return ""
}

// isVariables says whether Terraform would read a file of a root directory for
// the values of variables, without being told to.
func isVariables(name string) bool {
	base := path.Base(name)
	return base == "terraform.tfvars" || base == "terraform.tfvars.json" ||
		strings.HasSuffix(base, ".auto.tfvars") || strings.HasSuffix(base, ".auto.tfvars.json")
}

// isAnyVariables says whether a file gives values to variables, also when
// Terraform must be told to read it.
func isAnyVariables(name string) bool {
	return strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json")
}

// isOverride says whether a configuration file goes over the others.
func isOverride(name string) bool {
	base := strings.TrimSuffix(path.Base(name), configExtension(name))
	return base == "override" || strings.HasSuffix(base, "_override")
}

var errNotAName = errors.New("not a name")

// traversalOf reads an expression that must be a name, such as aws.west; JSON
// and old configurations write it as a string.
func traversalOf(e hclsyntax.Expression) (hcl.Traversal, error) {
	if text, ok := quoted(e); ok {
		t, diags := hclsyntax.ParseTraversalAbs([]byte(text), e.Range().Filename, e.Range().Start)
		if diags.HasErrors() {
			return nil, errNotAName
		}
		return t, nil
	}
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return nil, errNotAName
	}
	return t, nil
}

// quoted reads an expression that is written as a string without templates.
func quoted(e hclsyntax.Expression) (string, bool) {
	switch e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.LiteralValueExpr:
		v, diags := e.Value(nil)
		if !diags.HasErrors() && !v.IsMarked() && v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
			return v.AsString(), true
		}
	}
	return "", false
}

// literal reads an expression that must be a string without templates.
func literal(a *hclsyntax.Attribute) (string, bool) {
	if a == nil {
		return "", false
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return lang.FromCty(v, nil).Text()
}
