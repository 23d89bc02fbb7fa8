package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/policies"
)

// part is policies that are compiled together, when they are first needed: those
// that are about one part of the input, or with a user's own, all.
type part struct {
	// about names the part of the input; empty for any.
	about string
	// files of built-in policies, rules and libraries.
	files []string
	// user's own policies.
	user []Policy
	// shared libraries.
	shared *parsedLibraries

	once     sync.Once
	err      error
	compiler *ast.Compiler
	rules    []*Rule
	classes  []*class
}

// libraries is the folder whose files any rule may import.
const libraries = "lib"

// partsOf sorts the built-in policies by what they are about. Each part has all
// libraries; those that none of its rules imports are not compiled.
func partsOf(files []string) []*part {
	var all []*part
	var libraryFiles []string
	shared := &parsedLibraries{}
	byAbout := map[string]*part{}
	for _, name := range files {
		folder, _, _ := strings.Cut(name, "/")
		if folder == libraries {
			libraryFiles = append(libraryFiles, name)
			continue
		}
		about := policies.About()[folder]
		p := byAbout[about]
		if p == nil {
			p = &part{about: about, shared: shared}
			byAbout[about] = p
			all = append(all, p)
		}
		p.files = append(p.files, name)
	}
	for _, p := range all {
		p.files = append(p.files, libraryFiles...)
	}
	return all
}

// concerns says whether an input has what the part is about.
func (p *part) concerns(in *model.Input) bool {
	switch p.about {
	case "access":
		return len(in.Access) > 0
	case "departures":
		return slices.ContainsFunc(in.Placements, isDeparture)
	case "exception":
		return in.Exception != nil
	case "guardrail":
		return in.Guardrail != nil
	case "owners":
		return slices.ContainsFunc(in.Placements, func(p model.Placement) bool { return p.Owner != nil })
	case "placements":
		return len(in.Placements) > 0
	case "problem":
		return in.Problem != nil
	}
	return true
}

func isDeparture(p model.Placement) bool {
	return p.DeleteBy != "" || slices.ContainsFunc(p.Locations, func(l model.Location) bool { return l.Site != "" })
}

// ids of the rules: of those that are not compiled, the names of their files.
func (p *part) ids() []string {
	var all []string
	if p.compiler != nil {
		for _, r := range p.rules {
			all = append(all, r.ID)
		}
		return all
	}
	for _, name := range p.files {
		if folder, file, _ := strings.Cut(name, "/"); folder != libraries {
			all = append(all, strings.ReplaceAll(strings.TrimSuffix(file, ".rego"), "_", "-"))
		}
	}
	return all
}

// load parses and compiles, once.
func (p *part) load() error {
	p.once.Do(func() { p.err = p.compile() })
	return p.err
}

func (p *part) compile() error {
	modules, err := p.parseBuiltin()
	if err != nil {
		return err
	}
	if err := p.addUser(modules); err != nil {
		return err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities())
	if len(p.user) > 0 {
		// The types of the input are checked for policies that come from outside;
		// those of the built-in ones are checked by their tests.
		compiler = compiler.WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	} else {
		compiler = compiler.WithSkipStages(checks...)
	}
	if compiler.Compile(modules); compiler.Failed() {
		return policyError(compiler.Errors)
	}
	p.compiler = compiler
	return p.findRules()
}

// checks are what the compiler only looks for mistakes in: in built-in policies
// the tests have looked for them.
var checks = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls, ast.StageCheckRuleConflicts,
	ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion, ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins,
	ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

// parseBuiltin parses the rules, and of the libraries what they use. A user's own
// policies may use all of them.
func (p *part) parseBuiltin() (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	for _, name := range p.files {
		folder, _, _ := strings.Cut(name, "/")
		if folder == libraries && len(p.user) == 0 {
			continue
		}
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parseWith(Policy{Name: "policies/" + name, Data: data}, len(p.user) > 0)
		if err != nil {
			return nil, err
		}
		modules[m.Package.Location.File] = m
	}
	if len(p.user) > 0 {
		return modules, nil
	}
	imports := map[string]*ast.Module{}
	if err := p.importInto(imports, modules); err != nil {
		return nil, err
	}
	for _, m := range used(modules, imports) {
		modules[m.Package.Location.File] = m
	}
	return modules, nil
}

// importInto adds the libraries that modules import, and those that these import.
func (p *part) importInto(imports, modules map[string]*ast.Module) error {
	for _, m := range modules {
		for _, i := range m.Imports {
			pkg := i.Path.String()
			file := libraries + "/" + strings.TrimPrefix(pkg, "data.stateside.") + ".rego"
			if imports[pkg] != nil || !slices.Contains(p.files, file) {
				continue
			}
			library, err := p.shared.parse(file)
			if err != nil {
				return err
			}
			imports[pkg] = library
			if err := p.importInto(imports, map[string]*ast.Module{pkg: library}); err != nil {
				return err
			}
		}
	}
	return nil
}

// addUser adds a user's own policies.
func (p *part) addUser(modules map[string]*ast.Module) error {
	reserved := map[string]bool{}
	for _, m := range modules {
		reserved[m.Package.Path.String()] = true
	}
	var errs ast.Errors
	for _, u := range p.user {
		m, err := parse(u)
		if err != nil {
			errs = append(errs, asErrors(err)...)
			continue
		}
		errs = append(errs, checkUser(m, reserved)...)
		modules[u.Name] = m
	}
	if len(errs) > 0 {
		return policyError(errs)
	}
	return nil
}

// findRules lists the packages below stateside.rules and their sets.
func (p *part) findRules() error {
	byPackage := map[string]*Rule{}
	var errs ast.Errors
	for _, name := range sortedKeys(p.compiler.Modules) {
		m := p.compiler.Modules[name]
		pkg := m.Package.Path.String()
		if !strings.HasPrefix(pkg, rulesPackage+".") {
			continue
		}
		rule := byPackage[pkg]
		if rule == nil {
			rule = &Rule{pkg: pkg, File: name, ID: idOf(pkg)}
			if file, ok := strings.CutPrefix(name, "policies/"); ok && len(p.user) == 0 {
				rule.text, _ = policies.Files.ReadFile(file)
			}
			byPackage[pkg] = rule
			p.rules = append(p.rules, rule)
		}
		rule.annotate(m)
		errs = append(errs, p.addSets(rule, m)...)
	}
	if len(errs) > 0 {
		return policyError(errs)
	}
	slices.SortFunc(p.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(p.rules); i++ {
		if p.rules[i].ID == p.rules[i-1].ID {
			return fmt.Errorf("%s: rule %s is there already, in %s", p.rules[i].File, p.rules[i].ID, p.rules[i-1].File)
		}
	}
	return nil
}

func (p *part) addSets(rule *Rule, m *ast.Module) ast.Errors {
	var errs ast.Errors
	for _, r := range m.Rules {
		name := r.Head.Name.String()
		severity := severities[name]
		if severity == "" {
			continue
		}
		if r.Head.RuleKind() != ast.MultiValue {
			errs = append(errs, newError(r.Location, "%s must be a set: write `%s contains msg if { … }`", name, name))
			continue
		}
		ref := append(m.Package.Path.Copy(), ast.StringTerm(name))
		if slices.ContainsFunc(p.classes, func(c *class) bool { return c.has(ref) }) {
			continue
		}
		if !slices.Contains(rule.Severities, severity) {
			rule.Severities = append(rule.Severities, severity)
		}
		p.classify(ruleSet{rule: rule, ref: ref, severity: severity})
	}
	return errs
}

func (c *class) has(ref ast.Ref) bool {
	return slices.ContainsFunc(c.sets, func(s ruleSet) bool { return s.ref.Equal(ref) })
}

// classify puts a set with those that read the same.
func (p *part) classify(s ruleSet) {
	r := readsOf(p.compiler, s.ref)
	at := slices.IndexFunc(p.classes, func(c *class) bool { return c.reads.equal(r) })
	if at < 0 {
		at = len(p.classes)
		p.classes = append(p.classes, &class{reads: r})
	}
	p.classes[at].sets = append(p.classes[at].sets, s)
}
