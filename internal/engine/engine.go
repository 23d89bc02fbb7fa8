// Package engine evaluates the policies with OPA. What enters are the inputs
// that the inventory made, one store or problem each; what leaves is what the
// rules said of them. It is the only package that knows OPA.
//
// Policies can't reach the network, the environment or the clock: builtins
// that do are not there, and a rule that calls one does not compile.
package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

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

	part     *part
	pkg      string
	severity string // as the METADATA says it, for people
	once     sync.Once
	text     []byte // whose METADATA is not read yet; nil when it is
}

// describe reads the METADATA of a built-in rule, which stands before the package.
// It takes its time, so it is done for the rules that have something to say.
func (r *Rule) describe() *Rule {
	r.once.Do(func() {
		if r.text == nil {
			return
		}
		head, rest, _ := bytes.Cut(r.text, []byte("\npackage "))
		name, _, _ := bytes.Cut(rest, []byte("\n"))
		m, err := parse(Policy{Name: r.File, Data: slices.Concat(head, []byte("\npackage "), name, []byte("\n"))})
		if err != nil {
			panic(err) // the tests have parsed it
		}
		r.annotate(m)
	})
	return r
}

// Reference is a page that a rule rests on.
type Reference struct{ Title, URL string }

// ruleSet is a set of results that a package defines.
type ruleSet struct {
	rule     *Rule
	ref      ast.Ref
	severity model.Severity
}

// Engine is a set of policies.
type Engine struct {
	parts     []*part
	libraries []string // files
	user      []Policy
	limits    limits
	loading   sync.Mutex
}

// class is the rule sets of a part that read the same of the input. A rule of a
// user's own that looks at every address must not make the others look at each
// store by itself.
type class struct {
	part  *part
	sets  []ruleSet
	reads reads
}

// severities of the sets that a rule may define.
var severities = map[string]model.Severity{"deny": model.Error, "violation": model.Error, "warn": model.Warning}

// Compile compiles the built-in policies together with a user's own. An error
// in these names their file and line. Without any of a user's own, what is about a
// part of the input that most have not is compiled when it is first needed.
func Compile(user []Policy) (*Engine, error) {
	files, err := builtin()
	if err != nil {
		return nil, err
	}
	e := &Engine{user: user}
	for _, file := range files {
		if isLibrary(file) {
			e.libraries = append(e.libraries, file)
		}
	}
	if len(user) > 0 {
		e.limits = defaultLimits
		e.parts = []*part{{files: slices.DeleteFunc(files, isLibrary)}}
		return e, e.load(e.parts)
	}
	e.parts = partsOf(files)
	first := slices.IndexFunc(e.parts, func(p *part) bool { return p.about == "placements" })
	return e, e.load(e.parts[first : first+1])
}

// parse parses a policy with its METADATA.
func parse(p Policy) (*ast.Module, error) { return parseWith(p, true) }

func parseWith(p Policy, metadata bool) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(p.Name, string(p.Data), ast.ParserOptions{
		ProcessAnnotation: metadata, RegoVersion: ast.RegoV1, Capabilities: capabilities(),
	})
}

// builtin lists the embedded policies.
func builtin() ([]string, error) {
	var names []string
	err := fs.WalkDir(policies.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(name, "_test.rego") {
			names = append(names, name)
		}
		return err
	})
	return names, err
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
		if name := r.Head.Name.String(); severities[name] != "" {
			return ast.Errors{newError(r.Location, "%s in package %s is not evaluated; rules are in packages named stateside.rules.<name>", name, strings.TrimPrefix(path, "data."))}
		}
	}
	return nil
}

func newError(at *ast.Location, format string, args ...any) *ast.Error {
	return &ast.Error{Code: "policy_error", Location: at, Message: fmt.Sprintf(format, args...)}
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
func (e *Engine) Rules() []*Rule {
	if err := e.load(e.parts); err != nil {
		panic(err) // those of a user's own are loaded, the others are part of the program
	}
	var all []*Rule
	for _, p := range e.parts {
		for _, r := range p.rules() {
			all = append(all, r.describe())
		}
	}
	slices.SortFunc(all, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// IDs lists the ids of the rules, which needs none of them compiled.
func (e *Engine) IDs() []string {
	e.loading.Lock()
	defer e.loading.Unlock()
	var all []string
	for _, p := range e.parts {
		all = append(all, p.ids()...)
	}
	slices.Sort(all)
	return all
}

// Rule returns a rule by its id, nil when there is none.
func (e *Engine) Rule(id string) *Rule {
	p := e.partWith(id)
	if p == nil {
		return nil
	}
	if err := e.load([]*part{p}); err != nil {
		panic(err) // as in Rules
	}
	rules := p.rules()
	return rules[slices.IndexFunc(rules, func(r *Rule) bool { return r.ID == id })].describe()
}

// partWith is the part that has a rule, nil when none does.
func (e *Engine) partWith(id string) *part {
	e.loading.Lock()
	defer e.loading.Unlock()
	for _, p := range e.parts {
		if slices.Contains(p.ids(), id) {
			return p
		}
	}
	return nil
}

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

// Evaluate asks every rule about every input that it is about. Inputs that do not
// differ in anything a rule reads are asked about once. The results are in the
// order of the inputs.
func (e *Engine) Evaluate(ctx context.Context, data Data, inputs []model.Input) ([]Result, error) {
	concerned := map[*part][]int{}
	var needed []*part
	for _, p := range e.parts {
		for i := range inputs {
			if p.concerns(&inputs[i]) {
				concerned[p] = append(concerned[p], i)
			}
		}
		if len(concerned[p]) > 0 {
			needed = append(needed, p)
		}
	}
	if err := e.load(needed); err != nil {
		return nil, err
	}
	store, err := storeOf(data, needed)
	if err != nil {
		return nil, err
	}
	ctx, unwatch := e.limits.watch(ctx)
	defer unwatch()
	written := newJSON(inputs)
	var results []Result
	for _, p := range needed {
		for _, c := range p.classes() {
			said, err := c.evaluate(ctx, e.limits, p.unit.compiler, store, written, concerned[p])
			if err != nil {
				return nil, err
			}
			results = append(results, said...)
		}
	}
	slices.SortStableFunc(results, func(a, b Result) int { return cmp.Compare(a.Input, b.Input) })
	return results, nil
}
