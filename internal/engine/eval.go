package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/stateside-dev/stateside/internal/model"
)

// capabilities are those of OPA without the builtins whose result depends on
// anything but their arguments: network, environment, clock, chance.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return b.Nondeterministic })
	c.AllowNet = []string{}
	return c
})

// schemas describe the input for the type checker.
func schemas() *ast.SchemaSet {
	var schema any
	if err := json.Unmarshal(model.InputSchema(), &schema); err != nil {
		panic(err) // the schema is part of the program, and its tests read it
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, schema)
	return set
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// reads are the parts of the input that some policy can read: fields by name,
// and of the store its fields in turn.
type reads struct {
	all       bool
	fields    map[string]bool
	store     map[string]bool
	inventory bool

	// names of the fields, and of those of the store, in order.
	names, storeNames []string
}

// readsOf looks for references to the input in the rules that make a set, and
// in all that these rest on.
func readsOf(compiler *ast.Compiler, set ast.Ref) reads {
	r := reads{fields: map[string]bool{}, store: map[string]bool{}}
	seen := map[*ast.Rule]bool{}
	pending := compiler.GetRulesExact(set)
	for len(pending) > 0 {
		rule := pending[0]
		pending = pending[1:]
		if seen[rule] {
			continue
		}
		seen[rule] = true
		ast.WalkRefs(rule, func(ref ast.Ref) bool {
			r.add(ref)
			return false
		})
		for dependency := range compiler.Graph.Dependencies(rule) {
			if other, ok := dependency.(*ast.Rule); ok {
				pending = append(pending, other)
			}
		}
	}
	r.list()
	return r
}

func (r reads) equal(other reads) bool {
	return r.all == other.all && r.inventory == other.inventory &&
		maps.Equal(r.fields, other.fields) && maps.Equal(r.store, other.store)
}

func (r *reads) add(ref ast.Ref) {
	if ref.HasPrefix(ast.DefaultRootRef) {
		if len(ref) == 1 || !isText(ref[1]) || text(ref[1]) == "inventory" {
			r.inventory = true
		}
		return
	}
	if !ref.HasPrefix(ast.InputRootRef) {
		return
	}
	if len(ref) == 1 || !isText(ref[1]) {
		r.all = true
		return
	}
	field := text(ref[1])
	if field == "store" && len(ref) > 2 && isText(ref[2]) {
		r.store[text(ref[2])] = true
		return
	}
	r.fields[field] = true
}

func isText(t *ast.Term) bool { _, ok := t.Value.(ast.String); return ok }

func text(t *ast.Term) string { return string(t.Value.(ast.String)) }

// group is inputs that are alike to every policy, and what these say of them.
type group struct {
	inputs  []int
	value   ast.Value
	results []Result
}

// evaluate asks the rules of the class about the inputs at some indexes.
func (c *class) evaluate(ctx context.Context, limits limits, compiler *ast.Compiler, store storage.Store, inputs *asJSON, indexes []int) ([]Result, error) {
	q, err := c.prepare(ctx, compiler, store)
	if err != nil {
		return nil, err
	}
	q.limits = limits
	groups, err := c.group(inputs, indexes)
	if err != nil {
		return nil, err
	}
	if err := q.run(ctx, groups); err != nil {
		return nil, err
	}
	var results []Result
	for _, g := range groups {
		for _, i := range g.inputs {
			for _, r := range g.results {
				r.Input = i
				results = append(results, r)
			}
		}
	}
	return results, nil
}

// group puts inputs together that do not differ in what the rules read.
func (c *class) group(inputs *asJSON, indexes []int) ([]*group, error) {
	var groups []*group
	byKey := map[string]*group{}
	for _, i := range indexes {
		visible, err := inputs.visible(&c.reads, i)
		if err != nil {
			return nil, err
		}
		g := byKey[string(visible)]
		if g == nil {
			value, err := ast.ValueFromReader(bytes.NewReader(visible))
			if err != nil {
				return nil, err
			}
			g = &group{value: value}
			byKey[string(visible)] = g
			groups = append(groups, g)
		}
		g.inputs = append(g.inputs, i)
	}
	return groups, nil
}

// query is the prepared question to all rules.
type query struct {
	prepared rego.PreparedEvalQuery
	sets     []ruleSet
	limits   limits
}

// storeOf holds what the policies of some parts find besides the input.
func storeOf(data Data, parts []*part) (storage.Store, error) {
	content := map[string]any{"stateside": map[string]any{
		"config": data.Config,
		"geo":    map[string]any{"groups": data.Groups},
		"now":    data.Now,
	}}
	readsInventory := func(c *class) bool { return c.reads.inventory }
	if slices.ContainsFunc(parts, func(p *part) bool { return slices.ContainsFunc(p.classes(), readsInventory) }) {
		content["inventory"] = data.Inventory
	}
	object, err := plain(content)
	if err != nil {
		return nil, err
	}
	return inmem.NewFromObjectWithOpts(object, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true)), nil
}

func (c *class) prepare(ctx context.Context, compiler *ast.Compiler, store storage.Store) (*query, error) {
	var body ast.Body
	for i, s := range c.sets {
		body = append(body, ast.Equality.Expr(ast.VarTerm("s"+strconv.Itoa(i)), ast.NewTerm(s.ref)))
	}
	prepared, err := rego.New(
		rego.ParsedQuery(body), rego.Compiler(compiler), rego.Store(store),
		// A builtin that fails would else make its rule silently pass.
		rego.StrictBuiltinErrors(true),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("prepare policies: %w", err)
	}
	return &query{prepared: prepared, sets: c.sets}, nil
}

// plain makes maps and lists of Go values, as the store wants them.
func plain(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return object, d.Decode(&object)
}

// run evaluates the groups on all processors.
func (q *query) run(ctx context.Context, groups []*group) error {
	// What takes too long for one input may do so for each: the first one ends all.
	giveUp := func(error) {}
	if q.limits != (limits{}) {
		ctx, giveUp = context.WithCancelCause(ctx)
		defer giveUp(nil)
	}
	errs := make([]error, len(groups))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(groups)) {
		wg.Go(func() {
			for i := range next {
				groups[i].results, errs[i] = q.evaluate(ctx, groups[i].value)
				if errors.Is(errs[i], errTime) {
					giveUp(errs[i])
				}
			}
		})
	}
	for i := range groups {
		next <- i
	}
	close(next)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return errors.Join(errs...)
}

func (q *query) evaluate(ctx context.Context, input ast.Value) ([]Result, error) {
	ctx, cancel := q.limits.each(ctx)
	defer cancel()
	answer, err := q.prepared.Eval(ctx, rego.EvalParsedInput(input))
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, evalError(err)
	}
	if len(answer) != 1 {
		return nil, errors.New("policies gave no answer")
	}
	var results []Result
	for i, s := range q.sets {
		said, _ := answer[0].Bindings["s"+strconv.Itoa(i)].([]any)
		for _, one := range said {
			r, err := s.result(one)
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
	}
	return results, nil
}

// evalError says where in the policies evaluation failed.
func evalError(err error) error {
	var e *topdown.Error
	if errors.As(err, &e) && e.Location != nil && e.Location.File != "" {
		return fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Row, e.Message)
	}
	return fmt.Errorf("evaluate policies: %w", err)
}

// result reads one element of a rule's set: a message, or an object with msg
// and, if it likes, placement or access, setting and fix.
func (s ruleSet) result(said any) (Result, error) {
	r := Result{Rule: s.rule.describe(), Severity: s.severity, Placement: -1, Access: -1}
	switch said := said.(type) {
	case string:
		r.Message = said
	case map[string]any:
		r.Message, _ = said["msg"].(string)
		r.Setting, _ = said["setting"].(string)
		r.Fix, _ = said["fix"].(string)
		for name, index := range map[string]*int{"placement": &r.Placement, "access": &r.Access} {
			n, ok := said[name].(json.Number)
			if !ok {
				continue
			}
			i, err := n.Int64()
			if err != nil || i < 0 {
				return r, fmt.Errorf("%s: rule %s names %s %s", s.rule.File, s.rule.ID, name, n)
			}
			*index = int(i)
		}
	}
	if strings.TrimSpace(r.Message) == "" {
		return r, fmt.Errorf("%s: rule %s gives a result without a message: a text, or an object with `msg`, is needed", s.rule.File, s.rule.ID)
	}
	return r, nil
}
