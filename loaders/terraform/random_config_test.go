package terraform

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// draws is the source of all choices of a random configuration. It records
// what it chose, and can repeat a record: a shorter record, or one of smaller
// numbers, makes a simpler configuration. Zero is always the simplest choice.
type draws struct {
	record []int
	at     int
	random *rand.Rand // nil when repeating
}

func newDraws(seed uint64) *draws { return &draws{random: rand.New(rand.NewPCG(seed, 0))} }

// upTo chooses a number below n.
func (d *draws) upTo(n int) int {
	if d.random != nil {
		d.record = append(d.record, d.random.IntN(n))
	}
	if d.at >= len(d.record) {
		return 0
	}
	d.at++
	return d.record[d.at-1] % n
}

// oneIn is true once in n times.
func (d *draws) oneIn(n int) bool { return d.upTo(n) == n-1 }

func pick[T any](d *draws, from ...T) T { return from[d.upTo(len(from))] }

// kind of a type of the generator.
type randomType struct {
	kind  byte // s n b, or l S m of elem, or o with attrs
	elem  *randomType
	attrs []randomAttr
}

type randomAttr struct {
	name     string
	typ      randomType
	optional bool
	def      *constant
}

var (
	str  = randomType{kind: 's'}
	num  = randomType{kind: 'n'}
	boo  = randomType{kind: 'b'}
	strs = randomType{kind: 'l', elem: &str}
	nums = randomType{kind: 'l', elem: &num}
	boos = randomType{kind: 'l', elem: &boo}
	smap = randomType{kind: 'm', elem: &str}
	sset = randomType{kind: 'S', elem: &str}
)

func (t randomType) isPrimitive() bool { return strings.IndexByte("snb", t.kind) >= 0 }

// String writes the type as a constraint.
func (t randomType) String() string {
	switch t.kind {
	case 's':
		return "string"
	case 'n':
		return "number"
	case 'b':
		return "bool"
	case 'l':
		return "list(" + t.elem.String() + ")"
	case 'S':
		return "set(" + t.elem.String() + ")"
	case 'm':
		return "map(" + t.elem.String() + ")"
	}
	var attrs []string
	for _, a := range t.attrs {
		text := a.typ.String()
		switch {
		case a.optional && a.def != nil:
			text = "optional(" + text + ", " + a.def.hcl + ")"
		case a.optional:
			text = "optional(" + text + ")"
		}
		attrs = append(attrs, a.name+" = "+text)
	}
	return "object({" + strings.Join(attrs, ", ") + "})"
}

// constant is a value written in both syntaxes.
type constant struct{ hcl, json string }

// name is something that an expression may refer to.
type randomName struct {
	text string
	typ  randomType
}

// randomConfig is a configuration and how Terraform is called on it.
type randomConfig struct {
	files  map[string]string
	args   []string          // -var and -var-file
	env    map[string]string // TF_VAR_
	hidden map[string]string // TF_VAR_ that only the real Terraform is told
	only   string            // terraform or tofu, for what the other can't do

	settings string // of Terraform's command line, in a file
}

// generator writes one random configuration.
type generator struct {
	*draws
	config  randomConfig
	names   []randomName
	path    string // of the files of the module being written
	counter int
	modules int
	tofu    bool
}

func randomConfiguration(d *draws, tofu bool) randomConfig {
	g := &generator{draws: d, tofu: tofu, config: randomConfig{
		files: map[string]string{}, env: map[string]string{}, hidden: map[string]string{},
	}}
	g.dataFiles()
	g.module("", 0)
	return g.config
}

func (g *generator) fresh(prefix string) string {
	g.counter++
	return prefix + strconv.Itoa(g.counter)
}

// dataFiles are there for file functions to read.
func (g *generator) dataFiles() {
	g.config.files["data/region.txt"] = "us-east-1"
	g.config.files["data/a.json"] = `{"region": "us-west-2", "zones": ["a", "b"], "n": 3, "t": true, "none": null}`
	g.config.files["data/b.yaml"] = "region: eu-west-1\nzones: [a, b]\nn: 3\nt: yes\nnone: ~\ndefaults: &d {x: 1, y: 2}\nmore:\n  <<: *d\n  y: three\n"
	g.config.files["data/c.csv"] = "name,region\none,us-east-1\ntwo,eu-west-1\n"
	g.config.files["data/t.tftpl"] = "${name}:%{ for x in list }[${x}]%{ endfor }%{ if name == \"a\" }!%{ endif }"
}

// attr and block are the common form of both syntaxes.
type randomArg struct {
	name  string
	expr  string
	json  string // when the JSON is not a template of expr
	block *randomBlock
}

type randomBlock struct {
	kind   string
	labels []string
	args   []randomArg
}

func (b randomBlock) hcl(indent string) string {
	var s strings.Builder
	s.WriteString(indent + b.kind)
	for _, l := range b.labels {
		s.WriteString(" " + strconv.Quote(l))
	}
	s.WriteString(" {\n")
	for _, a := range b.args {
		if a.block != nil {
			s.WriteString(a.block.hcl(indent + "  "))
			continue
		}
		s.WriteString(indent + "  " + a.name + " = " + a.expr + "\n")
	}
	s.WriteString(indent + "}\n")
	return s.String()
}

// jsonBody writes the inside of a block.
func (b randomBlock) jsonBody() string {
	var args []string
	for _, a := range b.args {
		switch {
		case a.block != nil:
			args = append(args, strconv.Quote(a.block.kind)+": ["+a.block.jsonBody()+"]")
		case a.json != "":
			args = append(args, strconv.Quote(a.name)+": "+a.json)
		default:
			args = append(args, strconv.Quote(a.name)+": "+jsonText("${"+a.expr+"}"))
		}
	}
	return "{" + strings.Join(args, ", ") + "}"
}

func (b randomBlock) json() string {
	body := b.jsonBody()
	for _, l := range slices.Backward(b.labels) {
		body = "{" + strconv.Quote(l) + ": " + body + "}"
	}
	return "{" + strconv.Quote(b.kind) + ": " + body + "}"
}

func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return strings.TrimSpace(b.String())
}

// write adds a block to one of the module's files, in either syntax.
func (g *generator) write(b randomBlock) {
	if g.oneIn(8) {
		g.config.files[g.path+g.fresh("j")+".tf.json"] = b.json() + "\n"
		return
	}
	g.config.files[g.path+"main.tf"] += b.hcl("")
}

// module writes a module and returns its variables and outputs.
func (g *generator) module(path string, depth int) (variables []randomAttr, outputs []randomName) {
	outerNames, outerPath := g.names, g.path
	g.names, g.path = nil, path
	defer func() { g.names, g.path = outerNames, outerPath }()

	g.config.files[path+"main.tf"] = ""
	g.names = append(g.names, randomName{"path.module", str})
	for range g.upTo(4) {
		variables = append(variables, g.variable(depth == 0))
	}
	for range 1 + g.upTo(6) {
		g.statement(depth)
	}
	for range 1 + g.upTo(8) {
		outputs = append(outputs, g.output())
	}
	if g.oneIn(4) {
		g.override(outputs)
	}
	return variables, outputs
}

func (g *generator) statement(depth int) {
	switch g.upTo(8) {
	case 6:
		g.resource()
	case 7:
		if depth < 2 && g.modules < 4 {
			g.call(depth)
			return
		}
		fallthrough
	default:
		g.locals()
	}
}

func (g *generator) locals() {
	b := randomBlock{kind: "locals"}
	var names []randomName
	for range 1 + g.upTo(2) {
		t := g.someType(2)
		name := g.fresh("l")
		e := g.safe(t, 3)
		if g.oneIn(12) {
			e = "<<-EOT\n      ${" + g.safe(str, 1) + "}-x\n    %{ for v in " + g.safe(strs, 1) + " ~}\n    ${v}\n    %{ endfor }\n  EOT"
			b.args = append(b.args, randomArg{name: name, expr: e, json: jsonText("x-${" + g.safe(str, 1) + "}")})
			names = append(names, randomName{"local." + name, str})
			continue
		}
		b.args = append(b.args, randomArg{name: name, expr: e})
		names = append(names, randomName{"local." + name, t})
	}
	g.write(b)
	g.names = append(g.names, names...)
}

func (g *generator) output() randomName {
	t := g.someType(2)
	name := g.fresh("o")
	e := g.expr(t, 4)
	if g.oneIn(4) {
		e = g.sloppy(g.expr(t, 3))
	}
	e = "try(" + e + ", \"failed\")"
	g.write(randomBlock{kind: "output", labels: []string{name}, args: []randomArg{
		{name: "value", expr: e}, {name: "sensitive", expr: "true", json: "true"},
	}})
	return randomName{name, t}
}

// safe is an expression that mostly does not fail, whatever is in it.
func (g *generator) safe(t randomType, depth int) string {
	e := g.expr(t, depth)
	if g.oneIn(20) {
		return e
	}
	return "try(" + e + ", " + g.constant(t).hcl + ")"
}

// sloppy puts an expression where it may not fit.
func (g *generator) sloppy(e string) string {
	return strings.ReplaceAll(pick(g.draws,
		"\"a${@}\"", "@ == \"s\"", "upper(@)", "length(@)", "@[0]", "@.a", "@[\"a\"]", "@[*]", "@.*.a", "[for x in @ : x]",
		"{for k, v in @ : k => v}", "tostring(@)", "tonumber(@)", "tobool(@)", "tolist(@)", "toset(@)", "tomap(@)", "keys(@)",
		"values(@)", "merge(@, {z = 1})", "concat(@, [1])", "coalesce(@, 1)", "@ + 1", "!@", "@ && true", "@ ? 1 : 2",
		"true ? @ : \"s\"", "true ? @ : []", "true ? @ : {}", "false ? 1 : @", "true ? @ : null", "jsonencode(@)", "jsondecode(@)", "flatten(@)", "flatten([@, [1]])",
		"lookup(@, \"a\", 1)", "element(@, 5)", "contains(@, 1)", "distinct([@, @])", "setunion([@], [@])",
		"format(\"%v\", [@])", "join(\",\", @)", "sort(@)", "reverse(@)", "slice(@, 0, 1)", "one(@)", "sum(@)", "max(@...)",
		"compact(@)", "alltrue(@)", "zipmap(@, @)", "[@, @] == [@, @]", "@ == null", "@ != @", "{(@) = 1}", "can(@.a)", "try(@.a.b, \"none\")", "split(\",\", @)",
		"yamldecode(yamlencode(@))", "yamlencode(@)", "setproduct(@, @)", "chunklist(@, 1)", "index(@, 1)", "range(@)", "transpose(@)", "toset([@, @])", "tolist([@, 1])", "tomap({a = @, b = \"x\"})",
	), "@", e)
}

// someType chooses a type of limited depth.
func (g *generator) someType(depth int) randomType {
	if depth == 0 {
		return pick(g.draws, str, num, boo)
	}
	switch g.upTo(9) {
	case 0, 1, 2:
		return str
	case 3:
		return num
	case 4:
		return boo
	case 5:
		elem := g.someType(depth - 1)
		return randomType{kind: 'l', elem: &elem}
	case 6:
		elem := g.someType(depth - 1)
		return randomType{kind: 'm', elem: &elem}
	case 7:
		elem := g.someType(0)
		return randomType{kind: 'S', elem: &elem}
	}
	t := randomType{kind: 'o'}
	for i := range 1 + g.upTo(3) {
		t.attrs = append(t.attrs, randomAttr{name: string(rune('a' + i)), typ: g.someType(depth - 1)})
	}
	return t
}

// withOptionals makes some attributes of an object type optional.
func (g *generator) withOptionals(t randomType) randomType {
	if t.kind != 'o' {
		return t
	}
	t.attrs = slices.Clone(t.attrs)
	for i, a := range t.attrs {
		t.attrs[i].typ = g.withOptionals(a.typ)
		switch g.upTo(4) {
		case 2:
			t.attrs[i].optional = true
		case 3:
			def := g.constant(a.typ)
			t.attrs[i].optional, t.attrs[i].def = true, &def
		}
	}
	return t
}

var words = []string{"a", "b", "us-east-1", "eu-west-1", "", "prod", "x-y", "1", "true", "Ünï", "a,b", "k"}

func (g *generator) word() string { return words[g.upTo(len(words))] }

// constant writes a value of a type, or now and then one that converts to it.
func (g *generator) constant(t randomType) constant {
	switch t.kind {
	case 's':
		if g.oneIn(12) {
			n := strconv.Itoa(g.upTo(20))
			return constant{n, n}
		}
		w := g.word()
		return constant{strconv.Quote(w), jsonText(w)}
	case 'n':
		n := pick(g.draws, "0", "1", "2", "3", "-1", "2.5", "10", "1e3")
		if g.oneIn(12) {
			return constant{strconv.Quote(n), strconv.Quote(n)}
		}
		return constant{n, n}
	case 'b':
		b := pick(g.draws, "false", "true")
		if g.oneIn(12) {
			return constant{strconv.Quote(b), strconv.Quote(b)}
		}
		return constant{b, b}
	case 'l', 'S':
		var h, j []string
		for range g.upTo(4) {
			c := g.constant(*t.elem)
			h, j = append(h, c.hcl), append(j, c.json)
		}
		return constant{"[" + strings.Join(h, ", ") + "]", "[" + strings.Join(j, ", ") + "]"}
	case 'm':
		var h, j []string
		for i := range g.upTo(3) {
			c := g.constant(*t.elem)
			k := string(rune('a' + i))
			h, j = append(h, k+" = "+c.hcl), append(j, strconv.Quote(k)+": "+c.json)
		}
		return constant{"{" + strings.Join(h, ", ") + "}", "{" + strings.Join(j, ", ") + "}"}
	}
	var h, j []string
	for _, a := range t.attrs {
		if a.optional && g.oneIn(2) {
			continue
		}
		c := g.constant(a.typ)
		if g.oneIn(10) {
			c = constant{"null", "null"}
		}
		h, j = append(h, a.name+" = "+c.hcl), append(j, strconv.Quote(a.name)+": "+c.json)
	}
	return constant{"{" + strings.Join(h, ", ") + "}", "{" + strings.Join(j, ", ") + "}"}
}

// variable declares a variable; one of the root module gets values in any of
// the ways there are.
func (g *generator) variable(root bool) randomAttr {
	v := randomAttr{name: g.fresh("v"), typ: g.withOptionals(g.someType(2))}
	b := randomBlock{kind: "variable", labels: []string{v.name}}
	isTyped := !g.oneIn(6)
	if isTyped {
		b.args = append(b.args, randomArg{name: "type", expr: v.typ.String(), json: jsonText(v.typ.String())})
	}
	hide := root && isTyped && (v.typ.kind == 's' || v.typ.kind == 'b') && g.oneIn(3)
	if !hide && g.oneIn(2) {
		c := g.constant(v.typ)
		b.args = append(b.args, randomArg{name: "default", expr: c.hcl, json: c.json})
		v.optional = true
	}
	if v.optional && g.oneIn(4) {
		b.args = append(b.args, randomArg{name: "nullable", expr: "false", json: "false"})
	}
	if hide && v.typ.kind == 's' && g.oneIn(2) {
		b.args = append(b.args, randomArg{name: "validation", block: &randomBlock{kind: "validation", args: []randomArg{
			{name: "condition", expr: pick(g.draws,
				`contains(["a", "b", "us-east-1"], var.`+v.name+`)`, `var.`+v.name+` == "a" || var.`+v.name+` == "b"`,
				`can(regex("^(a|b)$", var.`+v.name+`))`, `length(var.`+v.name+`) < 3`, `startswith(var.`+v.name+`, "us-")`)},
			{name: "error_message", expr: `"No."`, json: `"No."`},
		}}})
	}
	g.write(b)
	g.names = append(g.names, randomName{"var." + v.name, v.typ})
	switch {
	case hide:
		g.config.hidden[v.name] = pick(g.draws, "a", "b", "us-east-1", "true", "false")
		if v.typ.kind == 'b' {
			g.config.hidden[v.name] = pick(g.draws, "true", "false")
		}
	case root:
		g.assign(v, isTyped)
	}
	return v
}

// assign gives a variable of the root module values.
func (g *generator) assign(v randomAttr, isTyped bool) {
	n := g.upTo(3)
	if !v.optional && n == 0 {
		n = 1
	}
	for range n {
		c := g.constant(v.typ)
		if v.optional && g.oneIn(10) {
			c = constant{"null", "null"}
		}
		switch g.upTo(7) {
		case 0:
			g.config.files["terraform.tfvars"] += v.name + " = " + c.hcl + "\n"
		case 1:
			g.addJSON("terraform.tfvars.json", v.name, c.json)
		case 2:
			g.config.files["a.auto.tfvars"] += v.name + " = " + c.hcl + "\n"
		case 3:
			g.addJSON("b.auto.tfvars.json", v.name, c.json)
		case 4:
			file := g.fresh("f") + ".tfvars"
			g.config.files[file] = v.name + " = " + c.hcl + "\n"
			g.config.args = append(g.config.args, "-var-file="+file)
		case 5:
			g.config.args = append(g.config.args, "-var="+v.name+"="+g.asText(v.typ, isTyped, c))
		case 6:
			g.config.env[v.name] = g.asText(v.typ, isTyped, c)
		}
	}
}

// asText writes a constant as a flag or environment variable has it.
func (g *generator) asText(t randomType, isTyped bool, c constant) string {
	if isTyped && t.isPrimitive() {
		if text, err := strconv.Unquote(c.hcl); err == nil {
			return text
		}
	}
	return c.hcl
}

func (g *generator) addJSON(file, name, value string) {
	var have map[string]json.RawMessage
	if text, ok := g.config.files[file]; ok {
		_ = json.Unmarshal([]byte(text), &have)
	} else {
		have = map[string]json.RawMessage{}
	}
	have[name] = json.RawMessage(value)
	text, _ := json.Marshal(have)
	g.config.files[file] = string(text)
}

// resource declares resources whose input others refer to.
func (g *generator) resource() {
	name := g.fresh("r")
	t := g.someType(1)
	b := randomBlock{kind: "resource", labels: []string{"terraform_data", name}}
	ref := "terraform_data." + name
	names := g.names
	switch g.upTo(3) {
	case 1:
		b.args = append(b.args, randomArg{name: "count", expr: g.countExpr()})
		g.names = append(slices.Clone(names), randomName{"count.index", num})
		names = append(names, randomName{"length(" + ref + ")", num})
		names = append(names, randomName{ref + "[*].input", randomType{kind: 'l', elem: &t}})
		ref = "" // the index may be out of range
	case 2:
		b.args = append(b.args, randomArg{name: "for_each", expr: g.forEachExpr()})
		g.names = append(slices.Clone(names), randomName{"each.key", str}, randomName{"each.value", str})
		names = append(names, randomName{"keys(" + ref + ")", strs})
		names = append(names, randomName{"{for k, r in " + ref + " : k => r.input}", randomType{kind: 'm', elem: &t}})
		ref = ""
	}
	b.args = append(b.args, randomArg{name: "input", expr: g.safe(t, 2)})
	g.names = names
	if ref != "" {
		g.names = append(g.names, randomName{ref + ".input", t})
	}
	g.write(b)
}

func (g *generator) countExpr() string {
	return pick(g.draws, "1", "2", "0", "length("+g.safe(strs, 1)+")", "("+g.safe(boo, 2)+") == true ? 1 : 0", "try("+g.expr(num, 1)+" > 1 ? 2 : 1, 1)")
}

// forEachExpr makes a map or set of strings without nulls.
func (g *generator) forEachExpr() string {
	return pick(g.draws,
		"toset([for x in try("+g.expr(strs, 2)+", []) : x if x != null])",
		"{for k, v in try({for k, v in "+g.expr(smap, 2)+" : k => v}, {}) : k => \"${v == null ? 0 : v}\"}",
		`{ a = "us-east-1", b = "eu-west-1" }`, `toset(["x", "y"])`,
		"{for i, v in "+g.safe(strs, 1)+" : \"k${i}\" => \"x\"}",
		"("+g.safe(boo, 1)+") == true ? { p = \"q\" } : {}",
		"tomap({ for k in [\"m\", \"n\"] : k => upper(k) })",
	)
}

// call writes a module and a call of it.
func (g *generator) call(depth int) {
	g.modules++
	name := g.fresh("m")
	dir := name
	outer := g.names
	variables, outputs := g.module(g.path+dir+"/", depth+1)
	g.names = outer
	b := randomBlock{kind: "module", labels: []string{name}, args: []randomArg{
		{name: "source", expr: strconv.Quote("./" + dir), json: strconv.Quote("./" + dir)},
	}}
	ref := "module." + name
	names := slices.Clone(outer)
	switch g.upTo(4) {
	case 2:
		b.args = append(b.args, randomArg{name: "count", expr: g.countExpr()})
		g.names = append(slices.Clone(outer), randomName{"count.index", num})
		ref += "[0]"
		names = append(names, randomName{"length(module." + name + ")", num})
	case 3:
		b.args = append(b.args, randomArg{name: "for_each", expr: g.forEachExpr()})
		g.names = append(slices.Clone(outer), randomName{"each.key", str}, randomName{"each.value", str})
		ref = "values(" + ref + ")[0]"
		names = append(names, randomName{"keys(module." + name + ")", strs})
	}
	for _, v := range variables {
		if v.optional && g.oneIn(2) {
			continue
		}
		e := g.safe(v.typ, 2)
		if v.optional && g.oneIn(8) {
			e = "null"
		}
		b.args = append(b.args, randomArg{name: v.name, expr: e})
	}
	g.names = names
	for _, o := range outputs {
		text := ref + "." + o.text
		if strings.ContainsAny(ref, "[(") {
			continue // the instance may not be there
		}
		g.names = append(g.names, randomName{text, o.typ})
	}
	g.write(b)
	whole := g.fresh("o")
	g.write(randomBlock{kind: "output", labels: []string{whole}, args: []randomArg{
		{name: "value", expr: "module." + name}, {name: "sensitive", expr: "true", json: "true"},
	}})
}

// override writes files that go over what the module has.
func (g *generator) override(outputs []randomName) {
	o := outputs[g.upTo(len(outputs))]
	b := randomBlock{kind: "output", labels: []string{o.text}, args: []randomArg{
		{name: "value", expr: "try(" + g.expr(o.typ, 2) + ", \"failed\")"},
	}}
	locals := randomBlock{kind: "locals"}
	for _, n := range g.names {
		if name, ok := strings.CutPrefix(n.text, "local."); ok && g.oneIn(2) {
			c := g.constant(n.typ)
			locals.args = append(locals.args, randomArg{name: name, expr: c.hcl, json: c.json})
		}
	}
	blocks := []randomBlock{b}
	if len(locals.args) > 0 {
		blocks = append(blocks, locals)
	}
	for _, b := range blocks {
		switch g.upTo(3) {
		case 0:
			g.config.files[g.path+"override.tf"] += b.hcl("")
		case 1:
			g.config.files[g.path+"z_override.tf"] += b.hcl("")
		case 2:
			g.config.files[g.path+g.fresh("j")+"_override.tf.json"] = b.json() + "\n"
		}
	}
}

// Forms of expressions, in which @ and a letter stand for an expression of a
// type: s string, n number, b bool, i a small whole number, k a key, L list of
// strings, N list of numbers, B list of bools, M map of strings, S set of
// strings, x anything. @T is an expression of the wanted type, @E of its
// elements.
var anyForms = []string{
	`(@b ? @T : @T)`, `try(@T, @T)`, `try({}.nope, @T)`, `try(@L[9], @T)`, `[@T, @T][1]`, `[@T, @T][@i2]`, `{a = @T, b = @T}.a`,
	`{a = @T, b = @T}["b"]`, `element([@T, @T], @i)`, `lookup({a = @T}, "a", @T)`, `lookup({a = @T}, @k, @T)`,
	`one([@T])`, `merge({a = @T}, {b = @T}).a`, `merge({a = @T}, {a = @T}).a`, `merge({a = @T}, null, {c = @T})["c"]`, `[for x in [@T] : x][0]`,
	`{for k, v in {a = @T} : k => v}.a`, `values({a = @T, b = @T})[0]`, `nonsensitive(sensitive(@T))`, `concat([@T], [@T])[1]`,
	`reverse([@T, @T])[0]`, `slice([@T, @T, @T], 1, 2)[0]`, `coalescelist([], [@T])[0]`, `zipmap(["a"], [@T])["a"]`, `[{a = @T}][*].a[0]`,
	`[{a = @T}, {a = @T}].*.a[1]`, `(@b ? {a = @T} : {a = @T}).a`, `(@T)`, `jsondecode(jsonencode({a = @T})).a`, `yamldecode(yamlencode({a = @T})).a`,
	`[for k, v in {a = @T, b = @T} : v if k == "b"][0]`, `{for i, v in [@T, @T] : i => v}["1"]`, `{for x in ["p", "q"] : x => @T...}["p"][0]`, `chunklist([@T, @T], 1)[1][0]`,
	`matchkeys([@T, @T], ["a", "b"], ["b"])[0]`, `{"${@k}" = @T}[@k]`, `@T[*][0]`, `core::element([@T], 0)`, `distinct([@T, @T])[0]`, `setproduct([@T], ["x"])[0][0]`,
	`tolist([@T, @T])[0]`, `tomap({a = @T, b = @T})["a"]`, `try(tolist([@T]), [])[0]`, `ephemeralasnull(@T)`, `flatten([[{a = @T}], []])[0].a`, `{a = {b = @T}}.a.b`, `one(toset([@T]))`,
	`{a = @T, (@s) = @T}.a`, `{(@s) = @T, a = @T}.a`, `merge({a = @T}, {(@s) = @T}).a`, `merge({(@s) = @T}, {a = @T}).a`, `merge({a = @T}, {for k in [@s] : k => @T}).a`, `merge({a = @T}, {for k in ["a"] : k => @T if @b}).a`,
	`{for k in ["p", @s] : k => @T...}["p"][0]`, `{for k in ["p", @s] : k => k}["p"] == "p" ? @T : @T`, `lookup({(@s) = @T, b = @T}, "b", @T)`, `lookup({(@s) = @T}, "b", @T)`, `try({(@s) = @T}["a"], @T)`, `values({(@s) = @T})[0]`, `one([for x in [@T] : x if @b]) == null ? @T : @T`,
}

var forms = map[byte][]string{
	's': {
		`"@s"`, `"x-${@s}"`, `"${@s}-${@n}-${@b}"`, `"%{ if @b }${@s}%{ else }no%{ endif }"`, `"%{ for x in @L }${x}.%{ endfor }"`, `"$${a} %%{ \"q\" \\ \n\t\u00e9"`,
		`upper(@s)`, `lower(@s)`, `title(@s)`, `trimspace(" ${@s} ")`, `trim(@s, "a")`, `trimprefix(@s, "us-")`, `trimsuffix(@s, "-1")`, `replace(@s, "-", "_")`, `replace(@s, "/[0-9]+/", "n")`, `replace(@s, "/(\\w+)-(\\w+)/", "$2-$1")`,
		`substr(@s, 0, 3)`, `substr(@s, @i, -1)`, `strrev(@s)`, `join("-", @L)`, `join(@s, @L, @L)`, `join("-", @S)`, `format("%s-%d", "-${@s}", @i)`, `format("%v|%v|%v", "-${@s}", @i, "-${@b}")`, `format("%5s|%-5s|%05d|%q|%x", "-${@s}", "-${@s}", @i, "-${@s}", @i)`, `format("%#v", [@x])`, `format("%s", "-${@T}")`, `format("%%%s%.1f", "-${@s}", @i)`, `format("%[2]s %[1]s", "-${@s}", "-${@s}")`,
		`tostring(@n)`, `tostring(@b)`, `split("-", "${@s}-z")[0]`, `element(split(",", @s), 0)`, `md5(@s)`, `sha1(@s)`, `sha256(@s)`, `sha512(@s)`, `base64encode(@s)`, `base64decode(base64encode(@s))`, `base64sha256(@s)`, `base64sha512(@s)`, `urlencode(@s)`, `jsonencode(@x)`, `yamlencode(@x)`, `coalesce(@s, "d")`, `coalesce("", null, @s, "z")`, `basename("a/${@s}")`, `dirname("a/${@s}/c")`, `chomp("${@s}\n")`, `indent(2, "${@s}\nb")`, `keys({(@s) = 1})[0]`, `file("data/region.txt")`, `file("${path.root}/data/region.txt")`, `jsondecode(file("data/a.json")).region`, `yamldecode(file("data/b.yaml")).region`, `csvdecode(file("data/c.csv"))[@i2].region`, `templatefile("data/t.tftpl", {name = @s, list = @L})`, `regex("[a-z]+", "q${@s}")`, `regex("(?P<x>.)", "q${@s}").x`, `cidrsubnet("10.0.0.0/8", 8, @i)`, `cidrhost("10.1.0.0/16", @i)`, `cidrnetmask("10.0.0.0/12")`, `formatdate("YYYY-MM-DD'T'hh:mm:ssZ", "2026-01-02T03:04:05Z")`, `timeadd("2026-01-02T03:04:05Z", "${@i}h")`, `uuidv5("dns", @s)`, `textdecodebase64(textencodebase64(@s, "UTF-16LE"), "UTF-16LE")`, `filemd5("data/region.txt")`, `filebase64("data/region.txt")`, `filesha256("data/region.txt")`, `filebase64sha256("data/region.txt")`, `sort(concat(["q"], @L))[0]`, `[for x in ["a", "b"] : "${x}-${@s}"][1]`, `"${@i + 1}"`, `"a${"b${@s}"}"`, `terraform.workspace`, `path.root`, `@n`, `pathexpand(@s)`,
	},
	'n': {
		`@n + @n`, `@n - @n`, `(@n + 0.25) * (@n + 0.75)`, `@n / 2`, `@i % 3`, `-(@n + 0.25)`, `length(@L)`, `length(@M)`, `length(@s)`, `length(@S)`, `length(@x)`, `min(@n, @n)`, `max(@n, @n)`, `max(concat([1], @N)...)`, `abs(@n)`, `ceil(@n)`, `floor(@n)`, `signum(@n)`, `pow(@i, 2)`, `log(8, 2)`, `parseint("1f", 16)`, `tonumber("${@n}")`, `sum(concat([0], @N))`, `index(["a", "b"], "b")`, `index(concat(@L, ["z"]), "z")`, `coalesce(null, @n)`, `(@n + @n) * (@n + 0.25)`, `jsondecode("[1, 2.50]")[1]`, `length(range(@i))`, `length(fileset("data", "*.{json,yaml}"))`, `"${@n}"`, `length(regexall("[a-z]", @s))`, `tonumber(@s)`, `timecmp("2026-01-02T03:04:05Z", "2026-01-02T03:04:0${@i}Z")`,
	},
	'b': {
		`@b && @b`, `@b || @b`, `!@b`, `@s == @s`, `@s != @s`, `@n < @n`, `@n >= @n`, `@n == @n`, `@x == @x`, `@x != null`, `@L == @L`, `@M == @M`, `contains(@L, "${@s}")`, `contains(@S, "${@s}")`, `contains(keys(@M), @k)`, `can(@x.a)`, `can(@L[@i])`, `can(regex("^us-", @s))`, `can(tonumber(@s))`, `startswith(@s, "us-")`, `endswith(@s, "1")`, `strcontains(@s, "-")`, `alltrue(@B)`, `anytrue(@B)`, `tobool("true")`, `length(@L) > 1`, `fileexists("data/a.json")`, `fileexists("data/${@k}")`, `"${@b}"`, `[@s] == [@s]`, `{a = @n} == {a = @n}`, `toset(@L) == @S`, `tolist([]) == []`,
	},
	'l': {
		`[@E, @E]`, `[@E]`, `[]`, `tolist([@E, @E])`, `concat(@T, @T)`, `concat(@T, [@E])`, `reverse(@T)`, `distinct(@T)`, `[for x in @T : x]`, `[for i, x in @T : x if i > 0]`, `flatten([@T])`, `flatten([@T, [@T]])`, `slice(@T, 0, 1)`, `slice(concat([@E, @E], @T), 1, 2)`, `tolist(toset(@T))`, `coalescelist(@T, [@E])`, `@T[*]`, `[for x in @T : @E]`, `values({a = @E, b = @E})`, `[for v in {a = @E} : v]`, `chunklist(@T, 2)[0]`, `(@b ? @T : [])`, `(@b ? [@E] : [@E, @E])`, `[for p in setproduct(@T, ["x", "y"]) : p[0]]`, `tolist(@T)`, `matchkeys(@T, @T, @T)`,
	},
	'S': {
		`toset([@E, @E])`, `toset([@E])`, `toset([])`, `setunion(@T, @T)`, `setintersection(@T, @T)`, `setsubtract(@T, @T)`, `toset(concat(tolist(@T), [@E]))`, `toset([for x in @T : x])`, `toset(@T)`, `setunion([@E], @T)`,
	},
	'm': {
		`{a = @E, b = @E}`, `{(@k) = @E}`, `{(@s) = @E, (@k) = @E}`, `merge(@T, {(@s) = @E})`, `{"x-y" = @E, z : @E}`, `{}`, `tomap({a = @E})`, `merge(@T, @T)`, `merge(@T, {a = @E})`, `{for k, v in @T : k => v}`, `{for k, v in @T : upper(k) => v if k != "a"}`, `zipmap(["p", "q"], [@E, @E])`, `{for k in @L : "${k}" => @E...}["p"]`, `{for k in ["p", "q"] : k => @E}`, `{for i, k in ["p", "q"] : "${k}${i}" => @E}`, `(@b ? @T : {})`, `merge([@T, @T]...)`, `tomap(@T)`, `{for x in @L : "k-${x}" => @E if x != null}`,
	},
	'o': {`merge(@T, {})`, `{for k, v in @T : k => v}`, `[@T][0]`},
}

// More forms of certain lists and maps.
var stringListForms = []string{
	`split(",", @s)`, `keys(@M)`, `sort(@T)`, `compact(@T)`, `formatlist("%s-x", @T)`, `formatlist("%s/%s", @T, @T)`, `formatlist("%s.%s", "-${@s}", @T)`, `[for k, v in @M : "${k}=${v == null ? "-" : v}"]`, `[for x in @T : upper(x)]`, `jsondecode(file("data/a.json")).zones`, `tolist(fileset("data", "*.json"))`, `regexall("[a-z]+", @s)`, `regex("(.)(.?)", "q${@s}")`, `cidrsubnets("10.0.0.0/8", 8, 8)`, `[for x in csvdecode(file("data/c.csv")) : x.region]`, `csvdecode(file("data/c.csv"))[*].name`, `keys(transpose({a = @T}))`, `values(@M)`, `[for x in range(@i) : "n${x}"]`, `tolist(setintersection(@T, @T))`,
}

var hole = regexp.MustCompile(`@(i2|[snbikLNBMSxTE])`)

// expr writes an expression of a type.
func (g *generator) expr(t randomType, depth int) string {
	if g.oneIn(40) {
		return "null"
	}
	if ref := g.reference(t); ref != "" && (depth <= 0 || g.oneIn(3)) {
		return ref
	}
	if depth <= 0 {
		return g.leaf(t)
	}
	switch g.upTo(8) {
	case 0:
		return g.constant(t).hcl
	case 1, 2, 3:
		return g.fill(pick(g.draws, anyForms...), t, depth)
	case 4:
		if e := g.forExpr(t, depth); e != "" {
			return e
		}
	case 5:
		if t.kind == 'o' {
			return g.object(t, depth)
		}
	}
	own := forms[t.kind]
	if t.kind == 'l' && t.elem.kind == 's' {
		own = slices.Concat(own, stringListForms)
	}
	return g.fill(pick(g.draws, own...), t, depth)
}

// leaf is a short expression.
func (g *generator) leaf(t randomType) string {
	switch t.kind {
	case 's':
		return strconv.Quote(g.word())
	case 'n':
		return pick(g.draws, "0", "1", "2", "3", "-1", "2.5")
	case 'b':
		return pick(g.draws, "false", "true")
	}
	return g.constant(t).hcl
}

// reference is a name of the type, or a part of one.
func (g *generator) reference(t randomType) string {
	var fitting []string
	for _, n := range g.names {
		fitting = append(fitting, n.paths(t)...)
	}
	if len(fitting) == 0 {
		return ""
	}
	return pick(g.draws, fitting...)
}

func (n randomName) paths(t randomType) []string {
	if n.typ.String() == t.String() {
		return []string{n.text}
	}
	var paths []string
	if n.typ.kind == 'o' {
		for _, a := range n.typ.attrs {
			paths = append(paths, randomName{n.text + "." + a.name, a.typ}.paths(t)...)
		}
	}
	return paths
}

func (g *generator) object(t randomType, depth int) string {
	var attrs []string
	for _, a := range t.attrs {
		attrs = append(attrs, a.name+" = "+g.expr(a.typ, depth-1))
	}
	return "{" + strings.Join(attrs, ", ") + "}"
}

// forExpr writes a for expression whose value uses its names.
func (g *generator) forExpr(t randomType, depth int) string {
	if t.kind != 'l' && t.kind != 'm' {
		return ""
	}
	from := pick(g.draws, strs, smap, sset)
	names := g.names
	defer func() { g.names = names }()
	key, val := g.fresh("k"), g.fresh("x")
	coll := g.expr(from, depth-1)
	g.names = append(slices.Clone(names), randomName{val, str})
	if from.kind != 'l' {
		g.names = append(g.names, randomName{key, str})
	}
	body := g.expr(*t.elem, depth-1)
	condition := ""
	if g.oneIn(3) {
		condition = " if " + g.expr(boo, depth-1)
	}
	if t.kind == 'l' {
		return "[for " + key + ", " + val + " in " + coll + " : " + body + condition + "]"
	}
	return "{for " + key + ", " + val + " in " + coll + " : \"${" + key + "}-${" + val + " == null ? \"\" : " + val + "}\" => " + body + condition + "}"
}

// fill puts expressions into a form.
func (g *generator) fill(form string, t randomType, depth int) string {
	return hole.ReplaceAllStringFunc(form, func(h string) string {
		var e string
		switch h[1:] {
		case "i":
			return pick(g.draws, "0", "1", "2", "3")
		case "i2":
			return pick(g.draws, "0", "1")
		case "k":
			return pick(g.draws, `"a"`, `"b"`, `"x-y"`, g.expr(str, 0))
		case "T":
			e = g.expr(t, depth-1)
		case "E":
			e = g.expr(*t.elem, depth-1)
		case "x":
			e = g.expr(g.someType(1), depth-1)
		default:
			e = g.expr(map[string]randomType{"s": str, "n": num, "b": boo, "L": strs, "N": nums, "B": boos, "M": smap, "S": sset}[h[1:]], depth-1)
		}
		if strings.ContainsAny(e, " ?!-") && !isBracketed(e) {
			e = "(" + e + ")"
		}
		return e
	})
}

// isBracketed says whether an expression needs no parentheses.
func isBracketed(e string) bool {
	if e[0] == '"' {
		return e[len(e)-1] == '"' && !strings.Contains(e, "\" ")
	}
	return strings.HasSuffix(e, "]") && e[0] == '[' && strings.Count(e, "[") == 1 || strings.HasSuffix(e, "}") && e[0] == '{' && strings.Count(e, "{") == 1
}

// String writes the configuration as an archive.
func (c randomConfig) String() string {
	var b strings.Builder
	for _, a := range c.args {
		fmt.Fprintf(&b, "arg %s\n", a)
	}
	for _, name := range slices.Sorted(maps.Keys(c.env)) {
		fmt.Fprintf(&b, "env %s=%s\n", name, c.env[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.hidden)) {
		fmt.Fprintf(&b, "hidden %s=%s\n", name, c.hidden[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if strings.HasPrefix(name, "data/") && !c.uses(name) {
			continue
		}
		fmt.Fprintf(&b, "-- %s --\n%s", name, c.files[name])
		if !strings.HasSuffix(c.files[name], "\n") {
			b.WriteString("\n")
		}
	}
	return b.String()
}

func (c randomConfig) uses(file string) bool {
	for name, text := range c.files {
		if name != file && (strings.Contains(text, file) || strings.Contains(text, "fileset")) {
			return true
		}
	}
	return false
}
