// Package engine evaluates the policies with OPA. What enters are the inputs
// that the inventory made, one store or problem each; what leaves is what the
// rules said of them. It is the only package that knows OPA.
//
// Policies can't reach the network, the environment or the clock: builtins
// that do are not there, and a rule that calls one does not compile.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/policies"
)

// rulesPackage is the package below which the rules are.
const rulesPackage = "data.stateside.rules"

// Policy is one file of Rego.
type Policy struct {
	// Name of the file, for messages.
	Name string
	// Data is its text.
	Data []byte
}

// Rule is one package of rules, with what its METADATA says.
type Rule struct {
	// ID is a readable slug, such as backup-place.
	ID string
	// Title in one line.
	Title string
	// Description in some more.
	Description string
	// Basis of the rule: policy, contract or regulation.
	Basis string
	// Remedy says what to do about a finding.
	Remedy string
	// References to what the rule rests on.
	References []Reference
	// Never says that there are no exceptions of the rule.
	Never bool
	// Severities that the rule can give.
	Severities []model.Severity
	// File that declares it.
	File string

	pkg      string
	severity string // as the METADATA says it, for people
}

// Reference is a page that a rule rests on.
type Reference struct{ Title, URL string }

// ruleSet is a set of results that a package defines.
type ruleSet struct {
	rule     *Rule
	ref      ast.Ref
	severity model.Severity
}

// Engine is a set of compiled policies.
type Engine struct {
	compiler *ast.Compiler
	rules    []*Rule
	classes  []*class
}

// class is the rule sets that read the same parts of the input. A rule of a
// user's own that looks at every address must not make the others look at each
// store by itself.
type class struct {
	sets  []ruleSet
	reads reads
}

// severities of the sets that a rule may define.
var severities = map[string]model.Severity{"deny": model.Error, "warn": model.Warning}

// Compile compiles the built-in policies together with a user's own. An error
// in these names their file and line.
func Compile(user []Policy) (*Engine, error) {
	modules, err := builtin()
	if err != nil {
		return nil, err
	}
	reserved := map[string]bool{}
	for _, m := range modules {
		reserved[m.Package.Path.String()] = true
	}
	var errs ast.Errors
	for _, p := range user {
		m, err := parse(p)
		if err != nil {
			errs = append(errs, asErrors(err)...)
			continue
		}
		errs = append(errs, checkUser(m, reserved)...)
		modules[p.Name] = m
	}
	if len(errs) > 0 {
		return nil, policyError(errs)
	}
	e := &Engine{compiler: ast.NewCompiler().WithCapabilities(capabilities())}
	if len(user) > 0 {
		// The types of the input are checked for policies that come from outside;
		// those of the built-in ones are checked by their tests.
		e.compiler = e.compiler.WithSchemas(schemas()).WithUseTypeCheckAnnotations(true)
	}
	e.compiler.Compile(modules)
	if e.compiler.Failed() {
		return nil, policyError(e.compiler.Errors)
	}
	return e, e.findRules()
}

func parse(p Policy) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(p.Name, string(p.Data), ast.ParserOptions{
		ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: capabilities(),
	})
}

// builtin parses the embedded policies.
func builtin() (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(policies.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			return err
		}
		m, err := parse(Policy{Name: "policies/" + name, Data: data})
		if err != nil {
			return err
		}
		modules[m.Package.Location.File] = m
		return nil
	})
	return modules, err
}

// checkUser refuses what would silently not be evaluated, and what would change
// a built-in rule.
func checkUser(m *ast.Module, reserved map[string]bool) ast.Errors {
	path := m.Package.Path.String()
	if reserved[path] {
		return ast.Errors{newError(m.Package.Location, "package %s is built in; a package of one's own is named stateside.rules.<name>", strings.TrimPrefix(path, "data."))}
	}
	if strings.HasPrefix(path, rulesPackage+".") {
		return nil
	}
	for _, r := range m.Rules {
		if name := r.Head.Name.String(); severities[name] != "" || name == "violation" {
			return ast.Errors{newError(r.Location, "%s in package %s is not evaluated; rules are in packages named stateside.rules.<name>", name, strings.TrimPrefix(path, "data."))}
		}
	}
	return nil
}

func newError(at *ast.Location, format string, args ...any) *ast.Error {
	return &ast.Error{Code: "policy_error", Location: at, Message: fmt.Sprintf(format, args...)}
}

// findRules lists the packages below stateside.rules and their sets.
func (e *Engine) findRules() error {
	byPackage := map[string]*Rule{}
	var errs ast.Errors
	for _, name := range sortedKeys(e.compiler.Modules) {
		m := e.compiler.Modules[name]
		pkg := m.Package.Path.String()
		if !strings.HasPrefix(pkg, rulesPackage+".") {
			continue
		}
		rule := byPackage[pkg]
		if rule == nil {
			rule = &Rule{pkg: pkg, File: name, ID: idOf(pkg)}
			byPackage[pkg] = rule
			e.rules = append(e.rules, rule)
		}
		rule.annotate(m)
		errs = append(errs, e.addSets(rule, m)...)
	}
	if len(errs) > 0 {
		return policyError(errs)
	}
	slices.SortFunc(e.rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	for i := 1; i < len(e.rules); i++ {
		if e.rules[i].ID == e.rules[i-1].ID {
			return fmt.Errorf("%s: rule %s is there already, in %s", e.rules[i].File, e.rules[i].ID, e.rules[i-1].File)
		}
	}
	return nil
}

func (e *Engine) addSets(rule *Rule, m *ast.Module) ast.Errors {
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
		if slices.Contains(rule.Severities, severity) {
			continue
		}
		rule.Severities = append(rule.Severities, severity)
		ref := append(m.Package.Path.Copy(), ast.StringTerm(name))
		e.classify(ruleSet{rule: rule, ref: ref, severity: severity})
	}
	return errs
}

// classify puts a set with those that read the same.
func (e *Engine) classify(s ruleSet) {
	r := e.readsOf(s.ref)
	at := slices.IndexFunc(e.classes, func(c *class) bool { return c.reads.equal(r) })
	if at < 0 {
		at = len(e.classes)
		e.classes = append(e.classes, &class{reads: r})
	}
	e.classes[at].sets = append(e.classes[at].sets, s)
}

// idOf makes the id of a rule that does not say its own.
func idOf(pkg string) string {
	name := strings.TrimPrefix(pkg, rulesPackage+".")
	return strings.NewReplacer("_", "-", ".", "-").Replace(name)
}

// annotate takes in the METADATA of the package.
func (r *Rule) annotate(m *ast.Module) {
	for _, a := range m.Annotations {
		if a.Scope != "package" {
			continue
		}
		r.Title, r.Description = a.Title, strings.TrimSpace(a.Description)
		text := func(key string) string { s, _ := a.Custom[key].(string); return s }
		if id := text("id"); id != "" {
			r.ID = id
		}
		r.Basis, r.Remedy = text("basis"), text("remedy")
		r.Never = a.Custom["exceptable"] == false
		r.severity = text("severity")
		for _, ref := range a.RelatedResources {
			r.References = append(r.References, Reference{ref.Description, ref.Ref.String()})
		}
	}
	if r.Title == "" {
		r.Title = r.ID
	}
}

// Rules lists the rules by id.
func (e *Engine) Rules() []*Rule { return e.rules }

// PolicyError is a mistake in one or more policies.
type PolicyError struct{ errs ast.Errors }

func policyError(errs ast.Errors) error { return &PolicyError{errs} }

func (e *PolicyError) Error() string {
	var lines []string
	for _, err := range e.errs {
		message := strings.TrimSuffix(err.Message, "\n")
		if strings.HasPrefix(message, "undefined function") && refused(message) {
			message += ": policies can't reach the network, the environment or the clock"
		}
		if err.Location != nil && err.Location.File != "" {
			message = fmt.Sprintf("%s:%d: %s", err.Location.File, err.Location.Row, message)
		}
		lines = append(lines, message)
	}
	return strings.Join(lines, "\n")
}

// refused says whether a message is about a builtin that was taken away.
func refused(message string) bool {
	name := strings.TrimPrefix(message, "undefined function ")
	return slices.ContainsFunc(ast.Builtins, func(b *ast.Builtin) bool { return b.Name == name })
}

func asErrors(err error) ast.Errors {
	var errs ast.Errors
	if errors.As(err, &errs) {
		return errs
	}
	return ast.Errors{{Message: err.Error()}}
}

// Result is what a rule said of one input.
type Result struct {
	// Input is the index of the input.
	Input int
	// Rule that said it.
	Rule *Rule
	// Severity of the set it is in.
	Severity model.Severity
	// Message for people.
	Message string
	// Placement is the index of the placement concerned, -1 for none.
	Placement int
	// Access is the index of the access concerned, -1 for none.
	Access int
	// Setting is the entry of the configuration that is not met, if any.
	Setting string
	// Fix of the rule's own for this case, if any.
	Fix string
}

// Data is what policies find besides the input.
type Data struct {
	// Config is data.stateside.config.
	Config map[string]any
	// Groups of countries, data.stateside.geo.groups.
	Groups map[string][]string
	// Now is data.stateside.now, RFC 3339.
	Now string
	// Inventory is data.inventory; read only if a policy mentions it.
	Inventory model.Document
}

// Evaluate asks every rule about every input. Inputs that do not differ in
// anything a rule reads are asked about once. The results are in the order of
// the inputs.
func (e *Engine) Evaluate(ctx context.Context, data Data, inputs []model.Input) ([]Result, error) {
	if len(inputs) == 0 {
		return nil, nil
	}
	store, err := e.store(data)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, c := range e.classes {
		said, err := c.evaluate(ctx, e.compiler, store, inputs)
		if err != nil {
			return nil, err
		}
		results = append(results, said...)
	}
	slices.SortStableFunc(results, func(a, b Result) int { return cmp.Compare(a.Input, b.Input) })
	return results, nil
}
