package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores"
)

// providerRef is how a configuration names one of a provider: aws, aws.west, or
// in OpenTofu aws.by_region["us-east-1"].
type providerRef struct {
	name, alias string
	key         hclsyntax.Expression // of one among several, nil for a single one
}

func (p providerRef) String() string { return providerKey(p.name, p.alias) }

// readProviderRef reads a reference to a provider configuration.
func readProviderRef(e hclsyntax.Expression) (ref providerRef, ok bool) {
	if index, isIndex := e.(*hclsyntax.IndexExpr); isIndex {
		ref, ok = readProviderRef(index.Collection)
		ref.key = index.Key
		return ref, ok
	}
	t, err := traversalOf(e)
	if err != nil {
		return ref, false
	}
	ref.name = t.RootName()
	for i, step := range t[1:] {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			if i > 0 {
				return ref, false
			}
			ref.alias = step.Name
		case hcl.TraverseIndex:
			if ref.key != nil {
				return ref, false
			}
			ref.key = &hclsyntax.LiteralValueExpr{Val: step.Key, SrcRange: step.SrcRange}
		default:
			return ref, false
		}
	}
	return ref, true
}

// Setting returns an attribute of the provider configuration that the instance
// uses.
func (inst *resourceInst) Setting(ev *lang.Evaluator, path []string) *lang.Value {
	ref, problem := inst.providerRef()
	if problem != nil {
		return problem
	}
	return inst.mod.setting(ev, ref, inst.scope, path)
}

// providerRef says which provider configuration the instance names, or the one
// that its type implies.
func (inst *resourceInst) providerRef() (providerRef, *lang.Value) {
	provider := expr(inst.body().Attributes["provider"])
	if provider == nil {
		prefix, _, _ := strings.Cut(inst.def.typ, "_")
		return providerRef{name: inst.mod.def.localName(prefix)}, nil
	}
	ref, ok := readProviderRef(provider)
	if !ok {
		return ref, lang.FailedVal(inst.address + " names its provider by an expression")
	}
	return ref, nil
}

// setting returns an attribute of the provider configuration that a reference
// in a module means; sc is where the reference stands.
func (m *moduleInst) setting(ev *lang.Evaluator, ref providerRef, sc *scope, path []string) *lang.Value {
	found := m.lookupProvider(ref, sc)
	switch {
	case found.problem != nil:
		return found.problem
	case found.def == nil:
		return m.environment(ref.name, path)
	case found.forEach() != nil:
		return found.amongSeveral(ev, path)
	}
	return found.setting(ev, found.mod.scope, path)
}

// setting returns an attribute of a provider block, in the scope of one of its
// instances.
func (f foundProvider) setting(ev *lang.Evaluator, sc *scope, path []string) *lang.Value {
	values := stores.BodyNode(f.body(), sc).At(ev, strings.Join(path, "."))
	if len(values) == 0 || ev.Force(values[0].Cell).Kind == lang.Null {
		return f.mod.environment(f.def.String(), path).Because(f.passed)
	}
	return ev.Force(values[0].Cell).At(values[0].Range).Named("provider " + f.def.String() + sc.each.suffix).And(f.passed)
}

// amongSeveral returns an attribute of that instance of a provider block which
// a key chooses. A key that is not known may be any of the block's.
func (f foundProvider) amongSeveral(ev *lang.Evaluator, path []string) *lang.Value {
	if f.key == nil {
		return lang.FailedVal("provider " + f.def.String() + " has several instances, of which none is named")
	}
	if len(stores.BodyNode(f.body(), f.mod.scope).At(ev, strings.Join(path, "."))) == 0 {
		return f.mod.environment(f.def.String(), path).Because(f.passed)
	}
	settings := map[string]*lang.Cell{}
	open := false
	for _, e := range f.mod.root.expandForEach(f.mod.scope, f.forEach()) {
		key, known := e.key.Text()
		if !known {
			key, open = lang.AnyKey, true
		}
		settings[key] = lang.Lazy(func(ev *lang.Evaluator) *lang.Value {
			return f.setting(ev, &scope{mod: f.mod, each: e}, path)
		})
	}
	all := lang.ObjectVal(settings)
	if open {
		all = all.AsOpen()
	}
	key := ev.Eval(f.key, f.keyScope)
	return ev.Index(all, key).And(key.Origin())
}

// foundProvider is a provider configuration and the module whose names its
// expressions use.
type foundProvider struct {
	def      *provider // nil when no block configures it
	mod      *moduleInst
	key      hclsyntax.Expression // of one among the block's instances
	keyScope lang.Scope
	passed   *lang.Origin // where calls pass it on
	problem  *lang.Value
}

func (f foundProvider) body() *hclsyntax.Body { return f.mod.root.reader.body(f.def.block) }

// forEach, in OpenTofu, makes an instance of the block for each element.
func (f foundProvider) forEach() hclsyntax.Expression { return expr(f.body().Attributes["for_each"]) }

// lookupProvider finds a provider configuration as Terraform does: what the
// call passes in, else the module's own block, else, for one without an alias,
// that of the calling module. Configurations with an alias are never inherited,
// and neither is one for which the module has a block, be it an empty one.
func (m *moduleInst) lookupProvider(ref providerRef, sc *scope) foundProvider {
	key := ref.String()
	if m.call != nil && m.arguments.providers[key] != nil {
		return m.passedProvider(key)
	}
	if own := m.def.providers[key]; own != nil {
		return foundProvider{def: own, mod: m, key: ref.key, keyScope: sc}
	}
	switch {
	case ref.alias != "" && m.parent == nil && (m.def.expects[key] || m.root.library && len(m.def.expects) == 0):
		return foundProvider{problem: lang.UnknownVal(model.LeftToCaller, "provider "+key+" is left to the caller of "+m.def.dir)}
	case ref.alias != "":
		return foundProvider{problem: lang.FailedVal("provider " + key + " is neither configured in " + m.def.dir + " nor passed to it")}
	case m.parent != nil:
		return m.parent.lookupProvider(providerRef{name: m.parent.def.localName(m.def.providerType(ref.name))}, m.outer)
	}
	return foundProvider{mod: m}
}

// passedProvider follows an entry of the call's providers map.
func (m *moduleInst) passedProvider(key string) foundProvider {
	ref, ok := readProviderRef(m.arguments.providers[key])
	if !ok {
		return foundProvider{problem: lang.FailedVal(m.path + " is passed a provider by an expression")}
	}
	found := m.parent.lookupProvider(ref, m.outer)
	step := &lang.Origin{What: m.path + " providers." + key, Range: m.arguments.providers[key].Range()}
	if found.passed != nil {
		step.From = []*lang.Origin{found.passed}
	}
	found.passed = step
	return found
}

// environment is the value of a provider's setting that no file gives.
func (m *moduleInst) environment(name string, path []string) *lang.Value {
	setting := strings.Join(path, ".")
	provider, _, _ := strings.Cut(name, ".")
	provider = m.def.providerType(provider)
	if assumed, ok := m.root.options.Assume[provider][setting]; ok {
		origin := &lang.Origin{What: "assume." + provider + "." + setting, Text: assumed.Value}
		if s := assumed.Source; s != nil {
			origin.Range = hcl.Range{Filename: s.File, Start: hcl.Pos{Line: s.Line, Column: s.Column}, End: hcl.Pos{Line: s.EndLine, Column: s.EndColumn}}
		}
		return lang.StringVal(assumed.Value).Because(origin)
	}
	if m.root.library {
		return lang.UnknownVal(model.LeftToCaller, "the "+setting+" of provider "+name+" is left to the caller of "+m.root.dir)
	}
	return lang.UnknownVal(model.Environment,
		"provider "+name+" sets no "+setting+" in "+m.root.dir+": it comes from the environment when applied; assume."+provider+"."+setting+" in stateside.yaml says what it is there")
}
