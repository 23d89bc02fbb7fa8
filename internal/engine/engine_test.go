package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// data is what policies find besides the input, for one dataset that may be in
// the United States alone.
var data = Data{
	Config: map[string]any{
		"datasets": map[string]any{"us": map[string]any{
			"title": "US user data",
			"allow": map[string]any{"storage": map[string]any{"countries": []string{"US"}}},
			"deny":  map[string]any{},
		}},
		"unlabelled": "us", "unknown": "warn",
	},
	Groups: geo.Groups(),
	Now:    "2026-11-24T00:00:00Z",
}

func store(address, country string) model.Input {
	location := model.Location{Cloud: "aws", Region: "r-" + country, Countries: []string{country}}
	return model.Input{
		Kind:   model.StoreInput,
		Store:  &model.Store{ID: ".:" + address, Address: address, Kind: model.Database, Role: model.Primary},
		Copies: &model.Copies{Out: []model.Copy{}, In: []model.Copy{}},
		Placements: []model.Placement{{
			Dataset: "us", Role: model.Primary, Kind: model.Database, Status: model.Known, Locations: []model.Location{location},
		}},
	}
}

func mustCompile(t testing.TB, user ...Policy) *Engine {
	t.Helper()
	e, err := Compile(user)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// said lists what the rules said of inputs, as rule and address.
func said(t *testing.T, e *Engine, inputs ...model.Input) []string {
	t.Helper()
	results, err := e.Evaluate(context.Background(), data, inputs)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range results {
		address := "-"
		if s := inputs[r.Input].Store; s != nil {
			address = s.Address
		}
		lines = append(lines, r.Rule.ID+" "+address)
	}
	return lines
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	got := said(t, mustCompile(t), store("a", "US"), store("b", "SG"), store("c", "SG"), store("d", "DE"))
	want := "storage-place b, storage-place c, storage-place d"
	if strings.Join(got, ", ") != want {
		t.Errorf("said %v, want %s", got, want)
	}
}

// Alike inputs are asked about once, and still each has its result: but not
// when a policy reads what tells them apart.
func TestAlikeInputs(t *testing.T) {
	t.Parallel()
	inputs := []model.Input{store("a", "SG"), store("b", "SG"), store("c", "US")}
	var classes []*class
	e := mustCompile(t)
	e.Rules()
	for _, p := range e.parts {
		classes = append(classes, p.classes()...)
	}
	for _, c := range classes {
		groups, err := c.group(newJSON(inputs), []int{0, 1, 2})
		if err != nil {
			t.Fatal(err)
		}
		if want := 2; c.reads.fields["placements"] && len(groups) != want {
			t.Errorf("%d groups, want %d", len(groups), want)
		}
	}
	for _, body := range []string{`input.store.address == "b"`, `input.store["address"] == "b"`, `s := input.store; s.address == "b"`, `x := input; x.store.address == "b"`, `some k; input[k].address == "b"`} {
		e := mustCompile(t, Policy{"user.rego", []byte("package stateside.rules.only_b\n\ndeny contains \"b\" if {\n\t" + body + "\n}\n")})
		got := strings.Join(said(t, e, inputs...), ", ")
		if want := "storage-place a, only-b b, storage-place b"; got != want && got != "storage-place a, storage-place b, only-b b" {
			t.Errorf("%s: said %s, want %s", body, got, want)
		}
	}
}

func TestUserPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"message", "package stateside.rules.mine\n\ndeny contains \"no\" if input.store.kind == \"database\"\n", "mine a"},
		{"object", "package stateside.rules.mine\n\nwarn contains {\"msg\": \"no\", \"placement\": p.index} if some p in input.placements\n", "mine a"},
		{"its own id", "# METADATA\n# title: T\n# custom:\n#   id: acme-1\npackage stateside.rules.mine\n\ndeny contains \"no\" if input.store\n", "acme-1 a"},
		{"the library", "package stateside.rules.mine\n\nimport data.stateside.lib\n\ndeny contains lib.where(p.locations) if some p in input.placements\n", "mine a"},
		{"the configuration", "package stateside.rules.mine\n\ndeny contains d if some d, _ in data.stateside.config.datasets\n", "mine a"},
		{"the inventory", "package stateside.rules.mine\n\ndeny contains \"no\" if data.inventory.version == 0\n", "mine a"},
		{"its helpers", "package acme.helpers\n\nname := \"x\"\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustCompile(t, Policy{"user.rego", []byte(tt.text)})
			if got := strings.Join(said(t, e, store("a", "US")), ", "); got != tt.want {
				t.Errorf("said %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBadPolicies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"syntax", "package stateside.rules.mine\n\ndeny contains \"x\" if {\n", "user.rego:4: unexpected eof token"},
		{"network", "package stateside.rules.mine\n\ndeny contains \"x\" if http.send({\"method\": \"get\", \"url\": \"x\"})\n", "user.rego:3: undefined function http.send: policies can't reach the network, the environment or the clock"},
		{"environment", "package stateside.rules.mine\n\ndeny contains \"x\" if opa.runtime().env.HOME\n", "user.rego:3: undefined function opa.runtime: policies can't reach the network, the environment or the clock"},
		{"clock", "package stateside.rules.mine\n\ndeny contains \"x\" if time.now_ns() > 0\n", "user.rego:3: undefined function time.now_ns: policies can't reach the network, the environment or the clock"},
		{"names", "package stateside.rules.mine\n\ndeny contains \"x\" if net.lookup_ip_addr(\"x\")\n", "user.rego:3: undefined function net.lookup_ip_addr: policies can't reach the network, the environment or the clock"},
		{"a field that the model has not", "package stateside.rules.mine\n\ndeny contains \"x\" if input.store.adress == \"a\"\n", "user.rego:3: undefined ref: input.store.adress"},
		{"a name that is not there", "package stateside.rules.mine\n\ndeny contains \"x\" if nothing\n", "user.rego:3: var nothing is unsafe"},
		{"not a set", "package stateside.rules.mine\n\ndeny := true if input.store\n", "user.rego:3: deny must be a set: write `deny contains msg if { … }`"},
		{"another package", "package main\n\ndeny contains \"x\" if input.store\n", "user.rego:3: deny in package main is not evaluated; rules are in packages named stateside.rules.<name>"},
		{"a built-in package", "package stateside.rules.storage_place\n\ndeny contains \"x\" if input.store\n", "user.rego:1: package stateside.rules.storage_place is built in; a package of one's own is named stateside.rules.<name>"},
		{"a built-in id", "# METADATA\n# custom:\n#   id: storage-place\npackage stateside.rules.mine\n\ndeny contains \"x\" if input.store\n", "user.rego: rule storage-place is there already, in policies/placement/storage_place.rego"},
		{"old syntax", "package stateside.rules.mine\n\ndeny[msg] { msg := \"x\" }\n", "user.rego:3: `if` keyword is required before rule body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Compile([]Policy{{"user.rego", []byte(tt.text)}})
			if err == nil {
				t.Fatal("it compiles")
			}
			if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.HasPrefix(first, tt.want) {
				t.Errorf("error %q, want %q", first, tt.want)
			}
		})
	}
}

// A policy that fails while it is evaluated must not pass in silence.
func TestFailingPolicies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a builtin that fails", "package stateside.rules.mine\n\ndeny contains \"x\" if to_number(input.store.address) > 1\n", "user.rego:3:"},
		{"two values", "package stateside.rules.mine\n\ndeny contains v\n\nv := 1 if input.store\n\nv := 2 if input.store\n", "user.rego:7:"},
		{"no message", "package stateside.rules.mine\n\ndeny contains {\"a\": 1} if input.store\n", "user.rego: rule mine gives a result without a message"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustCompile(t, Policy{"user.rego", []byte(tt.text)})
			_, err := e.Evaluate(context.Background(), data, []model.Input{store("a", "US")})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// A policy that does not end, or takes all memory, ends the check.
func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, want string
		limits           limits
	}{
		{"time", "some i in numbers.range(0, 100000)\n\tsome j in numbers.range(0, 100000)\n\ti * j == -1", "policies take too long for one input", limits{time: 200 * time.Millisecond}},
		{"memory", "all := [concat(\"\", [\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", sprintf(\"%d\", [i])]) | some i in numbers.range(0, 100000000)]\n\tcount(all) == 0", "policies take too much memory", limits{memory: 32 << 20}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustCompile(t, Policy{"user.rego", []byte("package stateside.rules.mine\n\ndeny contains \"x\" if {\n\tinput.store\n\t" + tt.body + "\n}\n")})
			if e.limits != defaultLimits {
				t.Errorf("limits %v", e.limits)
			}
			e.limits = tt.limits
			_, err := e.Evaluate(context.Background(), data, []model.Input{store("a", "US"), store("b", "US"), store("c", "SG")})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		mustCompile(b)
	}
}

// BenchmarkEvaluate asks about 1,000 stores: alike ones, as most are, and ones
// that all differ.
func BenchmarkEvaluate(b *testing.B) {
	for _, bb := range []struct {
		name   string
		region func(i int) string
	}{
		{"alike", func(int) string { return "r" }},
		{"different", func(i int) string { return strings.Repeat("r", i+1) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			e := mustCompile(b)
			inputs := make([]model.Input, 1000)
			for i := range inputs {
				inputs[i] = store("a", "SG")
				inputs[i].Placements[0].Locations[0].Region = bb.region(i)
			}
			for b.Loop() {
				if _, err := e.Evaluate(context.Background(), data, inputs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStores asks all rules about 10,000 stores with names of their own, in
// 200 shapes, each twentieth with a grant, at a site or with a day. One by one is
// what OPA takes for the same questions without putting alike stores together.
func BenchmarkStores(b *testing.B) {
	const stores, shapes = 10_000, 200
	inputs := make([]model.Input, stores)
	for i := range inputs {
		in := store(fmt.Sprintf("aws_s3_bucket.b%d", i), []string{"US", "SG", "DE"}[i%3])
		p := &in.Placements[0]
		p.Locations[0].Region = fmt.Sprintf("r%d", i%shapes)
		switch i % 20 {
		case 0:
			in.Access = []model.Access{{Dataset: "us", Principal: model.Principal{Kind: model.RolePrincipal, ID: fmt.Sprintf("role-%d", i%shapes)}, Actions: []string{"s3:GetObject"}}}
		case 1:
			p.Locations[0].Site = "va1"
		case 2:
			p.DeleteBy = "2026-06-30"
		}
		inputs[i] = in
	}
	b.Run("alike together", func(b *testing.B) {
		e := mustCompile(b)
		start := processorTime(b)
		for b.Loop() {
			if _, err := e.Evaluate(context.Background(), data, inputs); err != nil {
				b.Fatal(err)
			}
		}
		reportProcessor(b, start, stores, "cpu-ns/store")
	})
	b.Run("one by one", func(b *testing.B) {
		e := mustCompile(b)
		e.Rules()
		facts, err := storeOf(data, e.parts)
		if err != nil {
			b.Fatal(err)
		}
		start := processorTime(b)
		for b.Loop() {
			for _, p := range e.parts {
				for _, c := range p.classes() {
					q, err := c.prepare(context.Background(), p.unit.compiler, facts)
					if err != nil {
						b.Fatal(err)
					}
					askEach(b, p, q, inputs[:stores/10])
				}
			}
		}
		reportProcessor(b, start, stores/10, "cpu-ns/store")
	})
}

// askEach asks about each input by itself, with all that it holds.
func askEach(b *testing.B, p *part, q *query, inputs []model.Input) {
	b.Helper()
	for i := range inputs {
		if !p.concerns(&inputs[i]) {
			continue
		}
		value, err := ast.InterfaceToValue(inputs[i])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := q.evaluate(context.Background(), value); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirst is what a check of one file takes for its policies: to compile
// what is needed, and to ask about one store.
func BenchmarkFirst(b *testing.B) {
	for _, bb := range []struct{ name, country string }{{"right", "US"}, {"wrong", "SG"}} {
		b.Run(bb.name, func(b *testing.B) {
			in := []model.Input{store("aws_s3_bucket.b", bb.country)}
			start := processorTime(b)
			for b.Loop() {
				if _, err := mustCompile(b).Evaluate(context.Background(), data, in); err != nil {
					b.Fatal(err)
				}
			}
			reportProcessor(b, start, 1, "cpu-ns/op")
		})
	}
}

// reportProcessor reports the processor time since start, by what was done n times
// in each iteration.
func reportProcessor(b *testing.B, start time.Duration, n int, unit string) {
	b.Helper()
	b.ReportMetric(float64(processorTime(b)-start)/float64(b.N*n), unit)
}
