package terraform

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/source"
)

// Options are what a user may tell Terraform on the command line and in the
// environment.
type Options struct {
	// Assignments of variables in the order of the command line; a later one
	// wins.
	Assignments []Assignment
	// Environment holds the variables TF_VAR_name, by name. They give way to
	// every other value.
	Environment map[string]string
	// Workspace that is selected; unknown when empty.
	Workspace string
	// Assume gives settings of providers that come from the environment when
	// applied, by provider and name, such as aws and region.
	Assume map[string]map[string]Assumed
	// Roots say how root modules are applied, by directory from the checked root.
	Roots map[string]RootOptions
	// Variants in which each root module is applied that Roots do not tell of.
	Variants []Variant
}

// Assumed is a value that the configuration of the check says to assume.
type Assumed struct {
	Value  string
	Source *model.Source // where it says so
}

// Assignment is one --var or --var-file.
type Assignment struct {
	// Name and Value of a --var.
	Name, Value string
	// File is the name of a --var-file, and Data its content.
	File string
	Data []byte
}

// modules are the modules at hand, by directory.
type modules map[string]*module

// moduleOf returns the module that a call means, nil when it is not at hand:
// neither among the checked files nor where an init put it.
func (r *root) moduleOf(m *moduleInst, c *call) *module {
	if dir, ok := c.localDir(m.def); ok {
		return r.modules[dir]
	}
	if i, ok := r.manifest[m.callPath(c)]; ok && i.fits(c, r.arguments(c).version) {
		return r.modules[i.Dir]
	}
	return nil
}

// localDir is the directory of a call whose source is a path.
func (c *call) localDir(from *module) (string, bool) {
	if !strings.HasPrefix(c.source, "./") && !strings.HasPrefix(c.source, "../") && c.source != "." && c.source != ".." {
		return "", false
	}
	return path.Join(from.dir, c.source), true
}

// root is the evaluation of one root module.
type root struct {
	dir        string
	modules    modules
	manifest   manifest // what an init left, nil when there was none
	tree       *source.Tree
	tables     *geo.Tables
	catalogue  *catalog.Catalogue
	options    Options
	flagBodies []*hclsyntax.Body // of --var-file and --var, in order
	library    bool              // nobody calls the module, and it is made to be called
	ev         *lang.Evaluator
	top        *moduleInst
	others     *neighbours
	unit       *unit // of Terragrunt that the root is; nil for none
	ws         *lang.Symbol
	instances  int
	concerning map[*module]bool // modules whose instances matter, as far as asked

	reader       *reader
	declarations map[*block]*variable
	calls        map[*call]*arguments
	limited      bool
	problems     []model.Problem
}

// isLibrary says whether a module that nobody calls is made to be called: it
// takes variables or gives outputs, and has nothing that a module needs to be
// applied by itself.
func isLibrary(m *module, options Options) bool {
	if m.hasState || len(m.values) > 0 || len(options.Assignments) > 0 || len(options.Environment) > 0 {
		return false
	}
	for _, p := range m.providers {
		if !p.block.empty {
			return false
		}
	}
	return len(m.variables) > 0 || len(m.outputs) > 0 || len(m.expects) > 0
}

// apply gives the root the variables files of a variant. Those of the command
// line, which hold for all variants, are stronger.
func (r *root) apply(v variant) {
	r.options.Assignments = slices.Concat(v.files, r.options.Assignments)
	r.flagBodies = slices.Concat(v.bodies, r.flagBodies)
	r.library = false
}

func (r *root) problem(kind model.ProblemKind, message string, rng hcl.Range) {
	r.problems = append(r.problems, model.Problem{Kind: kind, Message: message, Source: lang.SourceOf(rng)})
}

// limit reports that something was left out because a bound was reached, once.
func (r *root) limit(message string) {
	if !r.limited {
		r.limited = true
		r.problems = append(r.problems, model.Problem{Kind: model.LimitReached, Message: message + "; the rest was not checked"})
	}
}

// declaration is what a variable block says.
func (r *root) declaration(b *block) *variable {
	if r.declarations[b] == nil {
		r.declarations[b] = newVariable(b.label(0), r.reader.read(b))
	}
	return r.declarations[b]
}

// arguments are those of a module block that are not variables of the module.
func (r *root) arguments(c *call) *arguments {
	if r.calls[c] == nil {
		r.calls[c] = newArguments(r.reader.settings(c.block, "version", "providers", "count", "for_each"))
	}
	return r.calls[c]
}

// workspace is the name of the selected workspace.
func (r *root) workspace(ev *lang.Evaluator) *lang.Value {
	if r.options.Workspace != "" {
		v := lang.StringVal(r.options.Workspace)
		return v.Because(&lang.Origin{What: "environment TF_WORKSPACE", Text: r.options.Workspace})
	}
	if r.ws == nil {
		r.ws = lang.NewSymbol("terraform.workspace")
	}
	return ev.SymbolValue(r.ws, model.NoValue, "terraform.workspace is not known here; TF_WORKSPACE sets it")
}

// given returns the value that files, flags or the environment give a variable
// of the root module: the command line before the variables files, these
// before the environment. nil when none does.
func (r *root) given(ev *lang.Evaluator, decl *variable) *lang.Value {
	for i := len(r.options.Assignments) - 1; i >= 0; i-- {
		if v := r.assigned(ev, decl, i); v != nil {
			return v
		}
	}
	for i := len(r.top.def.values) - 1; i >= 0; i-- {
		if v := fromBody(ev, r.top.def.values[i], decl.name); v != nil {
			return v
		}
	}
	if text, ok := r.options.Environment[decl.name]; ok {
		return fromText(ev, decl, text, "environment TF_VAR_"+decl.name)
	}
	if r.unit != nil {
		return r.unit.input(ev, decl.name)
	}
	return nil
}

func (r *root) assigned(ev *lang.Evaluator, decl *variable, i int) *lang.Value {
	a := r.options.Assignments[i]
	switch {
	case a.File != "":
		return fromBody(ev, r.flagBodies[i], decl.name)
	case a.Name == decl.name:
		return fromText(ev, decl, a.Value, "--var "+decl.name)
	}
	return nil
}

func fromBody(ev *lang.Evaluator, body *hclsyntax.Body, name string) *lang.Value {
	if body == nil || body.Attributes[name] == nil {
		return nil
	}
	e := body.Attributes[name].Expr
	return ev.Eval(e, lang.Empty{}).At(e.Range())
}

// fromText reads a value given as text: as it stands for a variable of a
// primitive type or of none, as an expression for any other.
func fromText(ev *lang.Evaluator, decl *variable, text, what string) *lang.Value {
	origin := &lang.Origin{What: what, Text: fmt.Sprintf("%q", text), Secret: decl.secret}
	if decl.typ.IsPrimitiveType() || decl.typ == cty.DynamicPseudoType {
		return lang.StringVal(text).Because(origin)
	}
	if lang.TooNested([]byte(text)) {
		return lang.FailedVal(what + " can't be parsed")
	}
	e, diags := hclsyntax.ParseExpression([]byte(text), what, hcl.InitialPos)
	if diags.HasErrors() {
		return lang.FailedVal(what + " can't be parsed").Because(origin)
	}
	return ev.Eval(e, lang.Empty{}).And(origin)
}
