package engine

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/policies"
)

// part is the built-in policies that are about one part of the input, or with a
// user's own, all policies.
type part struct {
	// about names the part of the input; empty for any.
	about string
	// files of rules.
	files []string
	// unit in which they are compiled; nil when they are not yet.
	unit *unit
}

// unit is policies that are compiled together. To compile two parts in one go
// takes less time than one after the other, for they share the libraries.
type unit struct {
	compiler *ast.Compiler
	rules    []*Rule
	classes  []*class
}

// libraries is the folder whose files any rule may import.
const libraries = "lib"

func isLibrary(file string) bool { return path.Dir(file) == libraries }

// partsOf sorts the built-in policies by what they are about.
func partsOf(files []string) []*part {
	var all []*part
	byAbout := map[string]*part{}
	for _, name := range files {
		if isLibrary(name) {
			continue
		}
		about := policies.About()[path.Dir(name)]
		p := byAbout[about]
		if p == nil {
			p = &part{about: about}
			byAbout[about] = p
			all = append(all, p)
		}
		p.files = append(p.files, name)
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
	case "derived":
		return slices.ContainsFunc(in.Placements, isDerived)
	case "exception":
		return in.Exception != nil
	case "guardrail":
		return in.Guardrail != nil
	case "labels":
		return slices.ContainsFunc(in.Placements, func(p model.Placement) bool { return p.Dataset == "" || p.Dataset != in.Placements[0].Dataset })
	case "owners":
		return slices.ContainsFunc(in.Placements, func(p model.Placement) bool { return p.Owner != nil })
	case "placements":
		return len(in.Placements) > 0
	case "problem":
		return in.Problem != nil
	}
	return true
}

// stored are the roles of the data itself. What has another one, also one yet to
// come, is not known to be that.
var stored = []model.Role{model.Primary, model.Archive, model.Cache, model.Staging}

func isDerived(p model.Placement) bool {
	return p.Content != model.WholeData || p.Kind == model.Key || !slices.Contains(stored, p.Role)
}

func isDeparture(p model.Placement) bool {
	return p.DeleteBy != "" || slices.ContainsFunc(p.Locations, func(l model.Location) bool { return l.Site != "" })
}

// ids of the rules: of those that are not compiled, the names of their files.
func (p *part) ids() []string {
	var all []string
	if p.unit != nil {
		for _, r := range p.rules() {
			all = append(all, r.ID)
		}
		return all
	}
	for _, name := range p.files {
		all = append(all, strings.ReplaceAll(strings.TrimSuffix(path.Base(name), ".rego"), "_", "-"))
	}
	return all
}

// rules of the part, which is compiled.
func (p *part) rules() []*Rule {
	var own []*Rule
	for _, r := range p.unit.rules {
		if r.part == p {
			own = append(own, r)
		}
	}
	return own
}

// classes of the part, which is compiled.
func (p *part) classes() []*class {
	var own []*class
	for _, c := range p.unit.classes {
		if c.part == p {
			own = append(own, c)
		}
	}
	return own
}

// load compiles those of some parts that are not yet.
func (e *Engine) load(parts []*part) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	var missing []*part
	var files []string
	for _, p := range parts {
		if p.unit == nil {
			missing = append(missing, p)
			files = append(files, p.files...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	modules, err := e.parseBuiltin(files)
	if err != nil {
		return err
	}
	if err := addUser(modules, e.user); err != nil {
		return err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities())
	if len(e.user) > 0 {
		compiler = compiler.WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	} else {
		compiler = compiler.WithSkipStages(checks...)
	}
	if compiler.Compile(modules); compiler.Failed() {
		return policyError(compiler.Errors)
	}
	u := &unit{compiler: compiler}
	if err := u.findRules(missing); err != nil {
		return err
	}
	for _, p := range missing {
		p.unit = u
	}
	return nil
}

// checks are the stages of the compiler that find mistakes and do nothing else.
// Policies that come from outside go through them; the built-in ones did so in
// their tests, and need not each time that the program starts. That a function is
// there is checked all the same, for which of the libraries' are is decided here.
var checks = []ast.StageID{
	ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageRewriteRegoMetadataCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckSafetyRuleHeads, ast.StageRewriteTestRulesForTracing,
	ast.StageCheckRecursion, ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins,
	ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

// parseBuiltin parses built-in rules, and of the libraries what they use. A user's
// own policies may use all of them.
func (e *Engine) parseBuiltin(files []string) (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	add := func(m *ast.Module) { modules[m.Package.Location.File] = m }
	var texts [][]byte
	ofUser := len(e.user) > 0
	if ofUser {
		files = slices.Concat(files, e.libraries)
	}
	for _, name := range files {
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parseWith(Policy{Name: "policies/" + name, Data: data}, ofUser)
		if err != nil {
			return nil, err
		}
		add(m)
		texts = append(texts, data)
	}
	if ofUser {
		return modules, nil
	}
	used, err := usedLibraries(e.libraries, texts)
	if err != nil {
		return nil, err
	}
	for _, m := range used {
		add(m)
	}
	return modules, nil
}

// addUser adds a user's own policies.
func addUser(modules map[string]*ast.Module, user []Policy) error {
	reserved := map[string]bool{}
	for _, m := range modules {
		reserved[m.Package.Path.String()] = true
	}
	var errs ast.Errors
	for _, u := range user {
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
func (u *unit) findRules(parts []*part) error {
	byPackage := map[string]*Rule{}
	var errs ast.Errors
	for _, name := range sortedKeys(u.compiler.Modules) {
		m := u.compiler.Modules[name]
		pkg := m.Package.Path.String()
		if !strings.HasPrefix(pkg, rulesPackage+".") {
			continue
		}
		rule := byPackage[pkg]
		if rule == nil {
			file := strings.TrimPrefix(name, "policies/")
			rule = &Rule{pkg: pkg, File: name, ID: idOf(pkg), part: partOf(file, parts)}
			if len(m.Annotations) == 0 {
				rule.text, _ = policies.Files.ReadFile(file)
			}
			byPackage[pkg] = rule
			u.rules = append(u.rules, rule)
		}
		rule.annotate(m)
		errs = append(errs, u.addSets(rule, m)...)
	}
	if len(errs) > 0 {
		return policyError(errs)
	}
	slices.SortFunc(u.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(u.rules); i++ {
		if u.rules[i].ID == u.rules[i-1].ID {
			return fmt.Errorf("%s: rule %s is there already, in %s", u.rules[i].File, u.rules[i].ID, u.rules[i-1].File)
		}
	}
	return nil
}

// partOf is the part that has a file; the only one, for a user's own.
func partOf(file string, parts []*part) *part {
	for _, p := range parts {
		if slices.Contains(p.files, file) {
			return p
		}
	}
	return parts[0]
}

func (u *unit) addSets(rule *Rule, m *ast.Module) ast.Errors {
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
		if slices.ContainsFunc(u.classes, func(c *class) bool { return c.has(ref) }) {
			continue
		}
		if !slices.Contains(rule.Severities, severity) {
			rule.Severities = append(rule.Severities, severity)
		}
		u.classify(ruleSet{rule: rule, ref: ref, severity: severity})
	}
	return errs
}

func (c *class) has(ref ast.Ref) bool {
	return slices.ContainsFunc(c.sets, func(s ruleSet) bool { return s.ref.Equal(ref) })
}

// classify puts a set with those that are asked about the same and read the same.
func (u *unit) classify(s ruleSet) {
	r := readsOf(u.compiler, s.ref)
	at := slices.IndexFunc(u.classes, func(c *class) bool { return c.part == s.rule.part && c.reads.equal(r) })
	if at < 0 {
		at = len(u.classes)
		u.classes = append(u.classes, &class{part: s.rule.part, reads: r})
	}
	u.classes[at].sets = append(u.classes[at].sets, s)
}
