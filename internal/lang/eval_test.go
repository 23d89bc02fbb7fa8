package lang

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/stateside-dev/stateside/internal/model"
)

// names is a scope whose names are HCL expressions; those that have none are
// unknown.
type names struct {
	exprs   map[string]string
	cells   map[string]*Cell
	symbols map[string]*Symbol
}

func newNames(exprs map[string]string) *names {
	return &names{exprs: exprs, cells: map[string]*Cell{}, symbols: map[string]*Symbol{}}
}

func (n *names) Resolve(ev *Evaluator, t hcl.Traversal) (*Value, int) {
	name := t.RootName()
	if n.cells[name] == nil {
		n.cells[name] = n.cell(name)
	}
	return ev.Force(n.cells[name]), 1
}

func (n *names) cell(name string) *Cell {
	text, ok := n.exprs[name]
	if !ok {
		return Lazy(func(ev *Evaluator) *Value {
			if n.symbols[name] == nil {
				n.symbols[name] = NewSymbol(name)
			}
			return ev.SymbolValue(n.symbols[name], model.NoValue, name+" has no value")
		})
	}
	return Expr(parse(text, name), n)
}

func parse(text, file string) hclsyntax.Expression {
	e, diags := hclsyntax.ParseExpression([]byte(text), file, hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags)
	}
	return e
}

func TestEval(t *testing.T) {
	t.Parallel()
	sc := map[string]string{
		"one":    `"us-east-1"`,
		"obj":    `{a = "x", b = nope, c = {d = [1, 2]}}`,
		"list":   `["a", "b", "c"]`,
		"self":   `self`,
		"ring":   `{a = ring.b, b = "b"}`,
		"bad":    `{}.x`,
		"nobody": `null`,
	}
	tests := []struct{ expr, want string }{
		// An unknown beside what is known does no harm.
		{`obj.a`, `"x"`},
		{`obj.b`, `unknown`},
		{`obj.c.d[1]`, `2`},
		{`merge(nope, {a = "x"}).a`, `"x"`},
		{`merge({a = "x"}, nope).a`, `unknown`},
		{`[nope, "y"][1]`, `"y"`},
		{`concat(["a"], [nope])[0]`, `"a"`},
		{`false && nope`, `false`},
		{`nope || true`, `true`},
		{`nope && true`, `unknown`},
		{`true ? "a" : nope`, `"a"`},
		// A string that is put together is not null, whatever its parts.
		{`"${nope}" == null`, `unknown`},
		{`"${nope}-x" == null`, `false`},
		{`"x-${nope}" != null ? "a" : "b"`, `"a"`},
		{`"x-${nope}" == "y"`, `false`},
		{`"x-${nope}" == "x-y"`, `unknown`},
		{`coalesce("x-${nope}", "y")`, `unknown "x-"...`},
		{`coalesce("${nope}-x", "y")`, `unknown`},
		{`contains(["a", nope], "a")`, `true`},
		{`contains(["b", nope], "a")`, `unknown`},

		// What begins an unknown string is known.
		{`"arn:aws:s3:::${nope}"`, `unknown "arn:aws:s3:::"...`},
		{`format("arn:aws:backup:%s:%s", one, nope)`, `unknown "arn:aws:backup:us-east-1:"...`},
		{`join("-", ["a", nope, "b"])`, `unknown "a-"...`},

		// Errors are errors, and try catches them.
		{`obj.z`, `failed`},
		{`list[3]`, `failed`},
		{`nobody.x`, `failed`},
		{`self`, `failed`},
		{`ring.a`, `"b"`},
		{`bad`, `failed`},
		{`try(obj.z, list[3], "d")`, `"d"`},
		{`can(obj.z)`, `false`},
		{`can(obj.a)`, `true`},

		// Types.
		{`true ? 1 : "a"`, `"1"`},
		{`"${one}"`, `"us-east-1"`},
		{`"${1 + 2}"`, `3`},
		{`"n${1 + 2}"`, `"n3"`},
		{`1 == "1"`, `false`},
		{`null == nobody`, `true`},
		{`obj == null`, `false`},
		{`nope == null`, `unknown`},
		{`toset(["b", "a", "b"])`, `["a", "b"]`},
		{`-list[0]`, `failed`},
		{`!true`, `false`},
		{`7 % 4 > 2`, `true`},

		// Collections.
		{`[for k, v in {b = 1, a = 2} : "${k}${v}"]`, `["a2", "b1"]`},
		{`{for v in list : v => upper(v) if v != "b"}`, `{a = "A", c = "C"}`},
		{`{for v in ["ax", "ay", "b"] : substr(v, 0, 1) => v...}`, `{a = ["ax", "ay"], b = ["b"]}`},
		{`[for v in list : v if nope == v]`, `["a", "b", "c", ...]`},
		{`list[*]`, `["a", "b", "c"]`},
		{`[obj, obj][*].a`, `["x", "x"]`},
		{`nobody[*]`, `[]`},
		{`obj[*].a`, `["x"]`},
		{`flatten([["a"], [["b"]], []])`, `["a", "b"]`},
		{`one([])`, `null`},
		{`one(["a"])`, `"a"`},
		{`element(list, 4)`, `"b"`},
		{`lookup({a = "x"}, "b", "d")`, `"d"`},
		{`coalesce("", null, "x")`, `"x"`},
		{`keys({b = 1, a = 2})`, `["a", "b"]`},
		{`values({b = 1, a = 2})`, `[2, 1]`},
		{`zipmap(["a"], [nope])`, `{a = unknown}`},
		{`length("añ")`, `2`},
		{`compact(["", "a", null])`, `["a"]`},
		{`distinct(["a", "b", "a"])`, `["a", "b"]`},
		{`transpose({a = ["x", "y"], b = ["x"]})`, `{x = ["a", "b"], y = ["a"]}`},
		{`setproduct(["a"], ["b", "c"])`, `[["a", "b"], ["a", "c"]]`},
		{`slice(list, 1, 3)`, `["b", "c"]`},
		{`max([3, 9]...)`, `9`},
		{`split(":", "a:b")[1]`, `"b"`},
		{`replace("us-east-1", "/-[0-9]$/", "")`, `"us-east"`},
		{`regex("^([a-z]+)-", one)[0]`, `"us"`},
		{`jsondecode("{\"a\": [1, true, null]}").a`, `[1, true, null]`},
		{`yamldecode("a: {b: yes, c: 1}\n").a`, `{b = true, c = 1}`},
		{`yamldecode("d: &d {a: 1, b: 1}\ne: {<<: *d, b: 2}").e`, `{a = 1, b = 2}`},
		{`jsonencode({a = [1]})`, `"{\"a\":[1]}"`},
		{`"%{for v in list}${v}.%{endfor}"`, `"a.b.c."`},
		{`"%{if one == "x"}a%{else}b%{endif}"`, `"b"`},
		{`timestamp()`, `unknown`},
		{`provider::aws::arn_parse(one)`, `unknown`},
		{`nosuch(one)`, `unknown`},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			ev := &Evaluator{}
			v := ev.Eval(parse(tt.expr, "test"), newNames(sc))
			if got := ev.describe(v); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	sc := map[string]string{
		"region":  `"ap-southeast-1"`,
		"env":     `"prod"`,
		"other":   `"us-east-1"`,
		"map":     `{prod = region, dev = other}`,
		"arn":     `"arn:aws:backup:${region}:1:vault"`,
		"wrapped": `{inner = {r = region}}`,
		"again":   `wrapped`,
	}
	tests := []struct{ expr, want string }{
		{`"literal"`, ``},
		{`region`, `region`},
		{`arn`, `arn region`},
		{`env == "prod" ? region : other`, `region env`},
		{`env == "dev" ? region : other`, `other env`},
		{`map[env]`, `map["prod"] region env`},
		{`lookup(map, env, other)`, `map["prod"] region env`},
		{`lookup(map, "qa", other)`, `other`},
		{`merge(map, {x = other})["prod"]`, `region map`},
		{`[for k, v in map : v if k == "prod"][0]`, `v region map`},
		{`again.inner.r`, `again.inner.r region wrapped`},
		{`try(map.nope, region)`, `region`},
		{`coalesce("", region, other)`, `region`},
		{`element([other, region], 1)`, `region`},
		{`values(map)[1]`, `region map`},
		{`upper(region)`, `region`},
		{`format("%s-x", region)`, `region`},
		{`yamldecode("a: ${region}").a`, `region`},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			ev := &Evaluator{}
			v := ev.Eval(parse(tt.expr, "test"), newNames(sc))
			var steps []string
			for _, o := range v.Origin().Steps(20) {
				steps = append(steps, o.What)
			}
			if got := strings.Join(steps, " "); got != tt.want {
				t.Errorf("steps %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	sc := map[string]string{
		"map":  `{prod = "us-east-1", dev = "eu-west-1"}`,
		"prod": `env == "prod"`,
	}
	tests := []struct{ expr, want string }{
		{`"us-east-1"`, `"us-east-1"`},
		{`env`, `unknown`},
		{`env == "prod" ? "us-east-1" : "us-east-1"`, `"us-east-1" "us-east-1"`},
		{`env == "prod" ? "us-east-1" : "eu-west-1"`, `"us-east-1" "eu-west-1"`},
		{`map[env]`, `"eu-west-1" "us-east-1"`},
		{`lookup(map, env, "x")`, `"eu-west-1" "us-east-1" "x"`},
		{`try(map[env], "x")`, `"eu-west-1" "us-east-1" "x"`},
		{`flag ? "a" : "b"`, `"a" "b"`},
		{`startswith(env, "p") ? "a" : "b"`, `"a" "b"`},
		{`["x", "y"][n]`, `"x" "y"`},
		{`cfg.region`, `unknown`},
		{`map[cfg.env]`, `"eu-west-1" "us-east-1"`},
		{`map["${env}"]`, `"eu-west-1" "us-east-1"`},
		{`map[lower(env)]`, `"eu-west-1" "us-east-1"`},
		// What is assumed is assumed everywhere, so there is no third outcome.
		{`"${prod ? "us" : "eu"}-${env == "prod" ? "east" : "west"}"`, `"us-east" "eu-west"`},
		{`env == "prod" ? "a" : env == "dev" ? "b" : env`, `"a" "b" unknown`},
		{`contains(["a", "b"], env) ? env : "c"`, `"a" "b" "c"`},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			ev := &Evaluator{}
			n := newNames(sc)
			e := parse(tt.expr, "test")
			outcomes := ev.Outcomes((*Value).IsKnown, func() *Value { return ev.Eval(e, n) })
			var got []string
			for _, o := range outcomes {
				got = append(got, ev.describe(o.Value))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("outcomes %s, want %s", got, tt.want)
			}
		})
	}
}

// Text that grows without end is given up, not built.
func TestBounds(t *testing.T) {
	t.Parallel()
	doubling := map[string]string{"s0": `"aaaaaaaaaaaaaaaa"`}
	for _, i := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		prev := "s" + string(i[0]-1)
		doubling["s"+i] = `"` + strings.Repeat("${"+prev+"}", 16) + `"`
	}
	tests := []struct{ name, expr string }{
		{"doubling strings", `s8`},
		{"a long for expression", `[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a]]]`},
		{"a large product", `setproduct(range(1000), range(1000))`},
		{"deep operators", strings.Repeat("1+", 5000) + "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ev := &Evaluator{}
			v := ev.Eval(parse(tt.expr, "test"), newNames(doubling))
			ev.toCty(v)
			if v.IsKnown() && !ev.Exceeded {
				t.Error("no bound was reached")
			}
		})
	}
}

func TestRef(t *testing.T) {
	t.Parallel()
	bucket := &Ref{Target: "bucket", Attr: "arn"}
	other := UnknownVal(model.AtApply, "computed").WithRef(bucket)
	n := newNames(nil)
	n.cells["b"] = Done(LazyObject(nil, func(*Evaluator, string) *Value { return other }))
	n.cells["many"] = Done(ListVal([]*Cell{n.cells["b"]}).AsOpen())
	n.cells["list"] = Done(ListVal([]*Cell{n.cells["b"]}))
	n.exprs = map[string]string{"local": `{a = b.arn}`}
	tests := []struct {
		expr string
		want bool
	}{
		{`b.arn`, true},
		{`local.a`, true},
		{`b["arn"]`, true},
		{`list[0].arn`, true},
		{`list[*].arn`, true},
		{`one(list[*].arn)`, true},
		{`join("", list[*].arn)`, true},
		{`try(list[0].arn, null)`, true},
		{`coalesce(b.arn, "x")`, true},
		{`many[0].arn`, true},
		{`values({x = b.arn})[0]`, true},
		{`"${b.arn}/*"`, true},
		{`"arn:aws:s3:::${b.arn}"`, true},
		{`"s3://${b.arn}/logs/"`, true},
		{`format("arn:aws:s3:::%s/*", b.arn)`, true},
		{`"${b.arn}-replica"`, false},
		{`"prefix-${b.arn}"`, false},
		{`upper(b.arn)`, false},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			ev := &Evaluator{}
			v := ev.Eval(parse(tt.expr, "test"), n)
			if v.Kind == List {
				v = ev.Index(v, NumberVal(0))
			}
			if got := v.Ref() != nil; got != tt.want {
				t.Errorf("reference kept: %v, want %v", got, tt.want)
			}
		})
	}
}
