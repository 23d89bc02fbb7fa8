package terraform

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
)

// module is what one directory declares. It is built once, after which it does
// not change; every call of the module shares it.
type module struct {
	dir       string
	variables map[string]*block
	locals    map[string]*block // that has the local value of a name
	outputs   map[string]*block
	calls     map[string]*call
	resources map[string]*resource
	providers map[string]*provider // by local name, or name.alias
	sources   map[string]string    // provider addresses by local name
	values    []*hclsyntax.Body    // of variables files, the weakest first
	expects   map[string]bool      // configuration_aliases: providers that its caller passes in
	hasState  bool                 // it says where its state is kept
	backends  map[string]*hclsyntax.Body
	unread    string   // a file that is not read to the end, and may declare more
	backend   *backend // in which its state rests
}

type variable struct {
	name        string
	rng         hcl.Range
	def         hclsyntax.Expression // nil when there is no default
	typ         cty.Type
	defaults    *typeexpr.Defaults
	notNull     bool
	secret      bool
	validations []hclsyntax.Expression
}

// resource is a resource or data block.
type resource struct {
	mode  string // resource, data or ephemeral
	typ   string
	name  string
	block *block
}

// repetition is what decides how many instances of a block there are. At most
// one of the three is written.
type repetition struct {
	count   hclsyntax.Expression
	forEach hclsyntax.Expression
	enabled hclsyntax.Expression // of OpenTofu: one, or none
}

func newRepetition(body *hclsyntax.Body) repetition {
	r := repetition{count: expr(body.Attributes["count"]), forEach: expr(body.Attributes["for_each"])}
	for _, b := range body.Blocks {
		if b.Type == "lifecycle" {
			r.enabled = expr(b.Body.Attributes["enabled"])
		}
	}
	return r
}

// key names a resource within its module, as expressions do.
func (r *resource) key() string {
	if r.mode == "resource" {
		return r.typ + "." + r.name
	}
	return r.mode + "." + r.typ + "." + r.name
}

// call is a module block.
type call struct {
	name   string
	source string
	block  *block
}

// arguments are what Terraform itself takes from a module block.
type arguments struct {
	version   string
	repeat    repetition
	providers map[string]hclsyntax.Expression // by the name inside the module
}

// provider is a provider block.
type provider struct {
	name  string
	alias string
	block *block
}

// String names a provider configuration as references to it do.
func (p *provider) String() string { return providerKey(p.name, p.alias) }

func providerKey(name, alias string) string {
	if alias == "" {
		return name
	}
	return name + "." + alias
}

// buildModule puts the files of one directory together: the configuration
// files in order of their names, then those that override them, and the files
// with values for variables.
func buildModule(dir string, files []parsed, r *reader) *module {
	m := &module{
		dir:       dir,
		variables: map[string]*block{},
		locals:    map[string]*block{},
		outputs:   map[string]*block{},
		calls:     map[string]*call{},
		resources: map[string]*resource{},
		providers: map[string]*provider{},
		sources:   map[string]string{},
		expects:   map[string]bool{},
		backends:  map[string]*hclsyntax.Body{},
	}
	var blocks, overrides []*block
	for _, f := range slices.SortedFunc(slices.Values(files), byPrecedence) {
		if f.partial && isConfig(f.name) {
			m.unread = f.name
		}
		switch {
		case isAnyVariables(f.name) && !isVariables(f.name):
		case shadowed(f.name, files):
		case isVariables(f.name):
			if f.values != nil {
				m.values = append(m.values, f.values)
			}
		case isOverride(f.name):
			overrides = append(overrides, f.blocks...)
		default:
			blocks = append(blocks, f.blocks...)
		}
	}
	for _, b := range override(blocks, overrides, r) {
		m.add(b)
	}
	return m
}

// undeclared is the value of what a module does not declare: an error, unless
// a part of it was not read.
func (m *module) undeclared(name string) *lang.Value {
	if m.unread != "" {
		return lang.UnknownVal(model.Invalid, name+" may be declared in "+m.unread+", which is not read to the end")
	}
	return lang.FailedVal(name + " is not declared in " + m.dir)
}

// withUndeclared is an object of a module's outputs that may have others.
func (m *module) withUndeclared(outputs *lang.Value) *lang.Value {
	return lang.LazyObject(nil, func(ev *lang.Evaluator, name string) *lang.Value {
		if outputs.Has(name) {
			return ev.Attr(outputs, name)
		}
		return m.undeclared("output." + name)
	})
}

// byPrecedence orders files by name, those with values for variables the
// weakest first: terraform.tfvars, then its JSON form, then the others.
func byPrecedence(a, b parsed) int {
	rank := func(f parsed) int {
		switch path.Base(f.name) {
		case "terraform.tfvars":
			return 0
		case "terraform.tfvars.json":
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.name, b.name))
}

// shadowed says whether a .tofu file stands in for this .tf file.
func shadowed(name string, files []parsed) bool {
	tofu, isTF := strings.CutSuffix(name, ".tf")
	suffix := ".tofu"
	if !isTF {
		if tofu, isTF = strings.CutSuffix(name, ".tf.json"); !isTF {
			return false
		}
		suffix = ".tofu.json"
	}
	return slices.ContainsFunc(files, func(f parsed) bool { return f.name == tofu+suffix })
}

// add takes in one top-level block. Blocks of other kinds (moved, import,
// check …) decide no place.
func (m *module) add(b *block) {
	name := b.label(0)
	switch b.kind {
	case "variable":
		m.variables[name] = b
	case "locals":
		for name := range b.parts {
			m.locals[name] = b
		}
	case "output":
		m.outputs[name] = b
	case "module":
		m.calls[name] = &call{name: name, source: b.source, block: b}
	case "provider":
		p := &provider{name: name, alias: b.alias, block: b}
		m.providers[p.String()] = p
	case "resource", "data", "ephemeral":
		if len(b.labels) != 2 {
			return // the file is in error there, and is reported
		}
		r := &resource{mode: b.kind, typ: name, name: b.label(1), block: b}
		m.resources[r.key()] = r
	case "terraform":
		m.addSettings(b.whole.Body)
	}
}

// addSettings takes in a terraform block.
func (m *module) addSettings(body *hclsyntax.Body) {
	for _, b := range body.Blocks {
		switch b.Type {
		case "backend", "cloud":
			m.hasState, m.backend = true, newBackend(b)
			if len(b.Labels) == 1 {
				m.backends[b.Labels[0]] = b.Body
			}
		case "required_providers":
			for name, a := range b.Body.Attributes {
				m.sources[name] = requiredSource(name, a.Expr)
				for _, alias := range expectedAliases(a.Expr) {
					m.expects[alias] = true
				}
			}
		}
	}
}

// requiredSource returns the address of a required provider.
func requiredSource(name string, e hclsyntax.Expression) string {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return name
	}
	for _, item := range object.Items {
		key, _ := item.KeyExpr.Value(nil)
		if key.Type() != cty.String || !key.IsKnown() || key.IsNull() || key.AsString() != "source" {
			continue
		}
		if v, diags := item.ValueExpr.Value(nil); !diags.HasErrors() && v.Type() == cty.String {
			return v.AsString()
		}
	}
	return name
}

// expectedAliases reads the configuration_aliases of a required provider.
func expectedAliases(e hclsyntax.Expression) []string {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	var names []string
	for _, item := range object.Items {
		if name := hcl.ExprAsKeyword(item.KeyExpr); name != "configuration_aliases" {
			if name, ok := quoted(item.KeyExpr); !ok || name != "configuration_aliases" {
				continue
			}
		}
		list, ok := item.ValueExpr.(*hclsyntax.TupleConsExpr)
		if !ok {
			continue
		}
		for _, elem := range list.Exprs {
			if name := providerName(elem); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// providerType is the last part of a provider's address: what its resource
// types begin with.
func (m *module) providerType(localName string) string {
	if source, ok := m.sources[localName]; ok {
		return path.Base(source)
	}
	return localName
}

// localName is the name under which a module knows a type of provider.
func (m *module) localName(providerType string) string {
	for _, name := range slices.Sorted(maps.Keys(m.sources)) {
		if path.Base(m.sources[name]) == providerType {
			return name
		}
	}
	return providerType
}

func expr(a *hclsyntax.Attribute) hclsyntax.Expression {
	if a == nil {
		return nil
	}
	return a.Expr
}

func newVariable(name string, b *hclsyntax.Block) *variable {
	attrs := b.Body.Attributes
	v := &variable{name: name, rng: b.DefRange(), def: expr(attrs["default"]), typ: cty.DynamicPseudoType}
	if t := attrs["type"]; t != nil {
		if ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(typeExpr(t.Expr)); !diags.HasErrors() {
			v.typ, v.defaults = ty, defaults
		}
	}
	v.notNull = isFalse(attrs["nullable"])
	v.secret = isTrue(attrs["sensitive"]) || isTrue(attrs["ephemeral"])
	for _, inner := range b.Body.Blocks {
		if inner.Type == "validation" && inner.Body.Attributes["condition"] != nil {
			v.validations = append(v.validations, inner.Body.Attributes["condition"].Expr)
		}
	}
	return v
}

// typeExpr reads a type that JSON or an old configuration has as a string.
func typeExpr(e hclsyntax.Expression) hclsyntax.Expression {
	text, ok := quoted(e)
	if !ok {
		return e
	}
	switch text {
	case "list":
		text = "list(any)"
	case "map":
		text = "map(any)"
	}
	if parsed, diags := hclsyntax.ParseExpression([]byte(text), e.Range().Filename, e.Range().Start); !diags.HasErrors() {
		return parsed
	}
	return e
}

func isTrue(a *hclsyntax.Attribute) bool  { text, _ := literal(a); return text == "true" }
func isFalse(a *hclsyntax.Attribute) bool { text, _ := literal(a); return text == "false" }

func newArguments(body *hclsyntax.Body) *arguments {
	attrs := body.Attributes
	args := &arguments{
		repeat:    newRepetition(body),
		providers: map[string]hclsyntax.Expression{},
	}
	args.version, _ = literal(attrs["version"])
	object, ok := expr(attrs["providers"]).(*hclsyntax.ObjectConsExpr)
	if !ok {
		return args
	}
	for _, item := range object.Items {
		if inner := providerName(item.KeyExpr); inner != "" {
			args.providers[inner] = item.ValueExpr
		}
	}
	return args
}

// providerName reads the name of a provider configuration: aws, or aws.west.
func providerName(e hclsyntax.Expression) string {
	if key, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		e = key.Wrapped
	}
	t, err := traversalOf(e)
	if err != nil {
		return ""
	}
	name := t.RootName()
	if len(t) > 1 {
		if attr, ok := t[1].(hcl.TraverseAttr); ok {
			return providerKey(name, attr.Name)
		}
	}
	return name
}

// metaArguments of a module block are not variables of the module.
var metaArguments = map[string]bool{
	"source": true, "version": true, "providers": true, "count": true, "for_each": true, "depends_on": true,
}

// override puts override blocks over primary ones, as Terraform does: an
// attribute replaces the attribute of that name, the nested blocks of a type
// replace all nested blocks of that type.
func override(blocks, overrides []*block, r *reader) []*block {
	if len(overrides) == 0 {
		return blocks
	}
	blocks = slices.Clone(blocks)
	for _, o := range overrides {
		at := slices.IndexFunc(blocks, func(b *block) bool { return sameBlock(b, o) })
		if at < 0 {
			blocks = append(blocks, o)
			continue
		}
		blocks[at] = newBlock(overrideBlock(r.read(blocks[at]), r.read(o)), true)
	}
	return blocks
}

func sameBlock(a, b *block) bool {
	// Locals override one by one when they are taken in.
	return a.kind == b.kind && slices.Equal(a.labels, b.labels) && a.kind != "locals" && a.alias == b.alias
}

func overrideBlock(base, over *hclsyntax.Block) *hclsyntax.Block {
	merged := *base
	body := *base.Body
	body.Attributes = maps.Clone(base.Body.Attributes)
	maps.Copy(body.Attributes, over.Body.Attributes)
	replaced := map[string]bool{}
	for _, b := range over.Body.Blocks {
		replaced[blockType(b)] = true
	}
	body.Blocks = slices.Clone(over.Body.Blocks)
	for _, b := range base.Body.Blocks {
		if !replaced[blockType(b)] || b.Type == "required_providers" || b.Type == "lifecycle" {
			body.Blocks = append(body.Blocks, b)
		}
	}
	merged.Body = &body
	return &merged
}

// blockType is the type of a nested block, also of one that is dynamic.
func blockType(b *hclsyntax.Block) string {
	if b.Type == "dynamic" && len(b.Labels) > 0 {
		return b.Labels[0]
	}
	return b.Type
}
