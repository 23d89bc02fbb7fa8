package terraform

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// parsed is a configuration or variables file after parsing.
type parsed struct {
	name     string
	blocks   []*block        // of configuration
	values   *hclsyntax.Body // of variables; nil when nothing could be read
	problems []model.Problem
}

// parseAll parses files on all processors, each file once. The results are in
// the order of names.
func parseAll(ctx context.Context, tree *source.Tree, names []string) []parsed {
	files := make([]parsed, len(names))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := range next {
				files[i] = parse(ctx, tree, names[i])
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	wg.Wait()
	return files
}

// parse reads one file. Of a file in error it keeps what comes before the error.
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

// parseBody parses the text of a file. Of one in error it returns what comes
// before the error. again says that any of its blocks can be parsed by itself.
func (f *parsed) parseBody(data []byte) (body *hclsyntax.Body, again bool) {
	if strings.HasSuffix(f.name, ".json") {
		return f.parseJSON(data), false
	}
	file, diags := hclsyntax.ParseConfig(data, f.name, hcl.InitialPos)
	f.diagnose(diags)
	if file != nil {
		body, _ = file.Body.(*hclsyntax.Body)
	}
	return body, !diags.HasErrors()
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
		f.unread(model.Unread, "the file is not read to the end: "+strings.TrimSuffix(d.Summary, "."), rng)
		return
	}
}

func (f *parsed) unread(kind model.ProblemKind, message string, rng hcl.Range) {
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

// isOverride says whether a configuration file goes over the others.
func isOverride(name string) bool {
	base := strings.TrimSuffix(path.Base(name), configExtension(name))
	return base == "override" || strings.HasSuffix(base, "_override")
}

var errNotAName = errors.New("not a name")

// traversalOf reads an expression that must be a name, such as aws.west; JSON
// and old configurations write it as a string.
func traversalOf(e hclsyntax.Expression) (hcl.Traversal, error) {
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		text, _ := t.Value(nil)
		t, diags := hclsyntax.ParseTraversalAbs([]byte(text.AsString()), e.Range().Filename, e.Range().Start)
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
