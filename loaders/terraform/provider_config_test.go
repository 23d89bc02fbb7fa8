package terraform

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// providerGenerator writes random configurations about one question: which
// provider configuration, and so which region, each resource gets.
type providerGenerator struct {
	*draws
	files map[string]string
	made  int // modules
	names int
}

// placeable are the types of the provider that says where things are; the
// catalogue knows each of them.
var placeable = []string{"aws_sqs_queue", "aws_s3_bucket", "aws_db_instance"}

var someRegions = []string{"us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1", "us-west-2", "eu-central-1"}

func randomProviders(d *draws) randomConfig {
	g := &providerGenerator{draws: d, files: map[string]string{}}
	g.module(".", 0, nil, false, false)
	return randomConfig{files: g.files, env: map[string]string{}, hidden: map[string]string{}}
}

func (g *providerGenerator) fresh(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *providerGenerator) region() string { return pick(g.draws, someRegions...) }

// calledModule is a module that others may call.
type calledModule struct {
	dir     string
	local   string   // name that it has for the provider
	expects []string // aliases
	passed  bool     // its callers pass it the default provider
	output  bool
}

// providerModule is a module while it is written.
type providerModule struct {
	*providerGenerator
	strings.Builder
	local   string
	aliases []string
	regions []string // expressions
	single  string   // a resource that is there once
	own     bool
	passed  bool     // its callers pass it the default provider
	named   []string // aliases that it configures
}

func (m *providerModule) add(format string, args ...any) {
	fmt.Fprintf(m, format+"\n", args...)
}

// module writes a module and those that it calls.
func (g *providerGenerator) module(dir string, depth int, expects []string, repeated, passed bool) calledModule {
	g.made++
	m := &providerModule{providerGenerator: g, local: "aws", aliases: slices.Clone(expects), passed: passed}
	if g.oneIn(6) {
		m.local = "main"
	}
	m.requirements(expects, repeated)
	m.values(depth)
	m.providers(depth, repeated)
	for range 1 + g.upTo(3) {
		m.resource()
	}
	if depth < 3 && g.made < 6 {
		for range g.upTo(3) {
			m.calls(dir, depth, repeated)
		}
	}
	if m.single != "" {
		m.add("output \"out\" { value = %s.region }", m.single)
	}
	g.files[path.Join(dir, "main.tf")] = m.String()
	if g.oneIn(5) {
		g.override(dir, m)
	}
	return calledModule{dir: dir, local: m.local, expects: expects, passed: passed, output: m.single != ""}
}

func (m *providerModule) requirements(expects []string, repeated bool) {
	var aliases []string
	for _, alias := range expects {
		aliases = append(aliases, m.local+"."+alias)
	}
	switch {
	case len(aliases) > 0 && m.local == "aws" && !repeated && m.oneIn(6):
		// As modules announced them before there were configuration_aliases.
		for _, alias := range expects {
			m.add("provider %q { alias = %q }", m.local, alias)
		}
	case len(aliases) > 0 || m.local != "aws" || m.oneIn(3):
		m.add("terraform {\n  required_providers {\n    %s = {\n      source = \"hashicorp/aws\"\n      configuration_aliases = [%s]\n    }\n  }\n}", m.local, strings.Join(aliases, ", "))
	}
}

func (m *providerModule) values(depth int) {
	m.add("variable \"region\" { default = %q }", m.region())
	m.add("locals {\n  region = var.region\n  regions = { a = %q, b = %q }\n  stage = %q\n}", m.region(), m.region(), pick(m.draws, "a", "b"))
	m.regions = []string{fmt.Sprintf("%q", m.region()), "var.region", "local.region", "local.regions[local.stage]", `var.region == "us-east-1" ? "eu-west-1" : var.region`}
	if depth == 0 && m.oneIn(3) {
		m.add("module \"settings\" {\n  source = \"./settings\"\n  stage = local.stage\n}")
		m.files["settings/main.tf"] = fmt.Sprintf("variable \"stage\" {}\noutput \"region\" { value = { a = %q, b = %q }[var.stage] }\n", m.region(), m.region())
		m.regions = append(m.regions, "module.settings.region")
	}
}

func (m *providerModule) providers(depth int, repeated bool) {
	switch {
	case depth == 0 && !m.oneIn(6), depth > 0 && !repeated && !m.passed && m.oneIn(5):
		m.own = true
		if m.oneIn(6) {
			m.add("provider %q {}", m.local)
		} else {
			m.add("provider %q { region = %s }", m.local, pick(m.draws, m.regions...))
		}
	}
	most := 3
	if depth > 0 {
		most = 0
		if !repeated && m.oneIn(4) {
			most = 1
		}
	}
	for range m.upTo(most + 1) {
		alias := m.fresh("p")
		m.add("provider %q {\n  alias = %q\n  region = %s\n}", m.local, alias, pick(m.draws, m.regions...))
		m.aliases, m.named = append(m.aliases, alias), append(m.named, alias)
	}
}

// provider names one of the configurations in the module.
func (m *providerModule) provider() string {
	if n := m.upTo(len(m.aliases) + 1); n > 0 {
		return m.local + "." + m.aliases[n-1]
	}
	return m.local
}

// explicit names one that may be passed on: what is only inherited may not.
func (m *providerModule) explicit() string {
	if len(m.aliases) > 0 && !m.own && !m.passed {
		return m.local + "." + pick(m.draws, m.aliases...)
	}
	return m.provider()
}

func (m *providerModule) resource() {
	kind, name := pick(m.draws, placeable...), m.fresh("r")
	regions := append([]string{"", "", "", "null"}, m.regions...)
	if m.oneIn(3) {
		data := m.fresh("d")
		m.add("data \"aws_region\" %q {", data)
		if m.oneIn(2) {
			m.add("  provider = %s", m.provider())
		}
		if m.oneIn(3) {
			m.add("  region = %s", pick(m.draws, append([]string{"null"}, m.regions...)...))
		}
		m.add("}")
		regions = append(regions, "data.aws_region."+data+".region", "data.aws_region."+data+".name")
	}
	m.add("resource %q %q {", kind, name)
	if m.oneIn(2) {
		m.add("  provider = %s", m.provider())
	}
	switch m.upTo(5) {
	default:
		m.single = kind + "." + name
	case 3:
		m.add("  count = %d", m.upTo(3))
	case 4:
		m.add("  for_each = toset([%q, %q])", m.region(), m.region())
		regions = append(regions, "each.value", "each.key")
	}
	if region := pick(m.draws, regions...); region != "" {
		m.add("  region = %s", region)
	}
	m.add("}")
}

// calls writes a module and one or two calls of it.
func (m *providerModule) calls(dir string, depth int, within bool) {
	name := m.fresh("m")
	var expects []string
	for range m.upTo(3) {
		expects = append(expects, m.fresh("x"))
	}
	repeated := m.oneIn(3)
	child := m.module(path.Join(dir, name), depth+1, expects, repeated || within, m.oneIn(2))
	for i := range 1 + m.upTo(2) {
		m.call(fmt.Sprintf("%s_%d", name, i), name, child, repeated)
	}
}

func (m *providerModule) call(call, dir string, child calledModule, repeated bool) {
	m.add("module %q {\n  source = \"./%s\"", call, dir)
	regions := append([]string{"", ""}, m.regions...)
	switch {
	case repeated && m.oneIn(2):
		m.add("  count = %d", m.upTo(3))
	case repeated:
		m.add("  for_each = toset([%q, %q])", m.region(), m.region())
		regions = append(regions, "each.value")
	case child.output:
		defer func() { m.regions = append(m.regions, "module."+call+".out") }()
	}
	if region := pick(m.draws, regions...); region != "" {
		m.add("  region = %s", region)
	}
	var passed []string
	if child.passed {
		passed = append(passed, fmt.Sprintf("    %s = %s", child.local, m.explicit()))
	}
	for _, alias := range child.expects {
		if !m.oneIn(40) {
			passed = append(passed, fmt.Sprintf("    %s.%s = %s", child.local, alias, m.explicit()))
		}
	}
	if len(passed) > 0 {
		m.add("  providers = {\n%s\n  }", strings.Join(passed, "\n"))
	}
	m.add("}")
}

// override puts another region over one of the module's provider blocks, or over
// a resource.
func (g *providerGenerator) override(dir string, m *providerModule) {
	kind, name, hasSingle := strings.Cut(m.single, ".")
	var text string
	switch {
	case hasSingle && g.oneIn(3):
		text = fmt.Sprintf("resource %q %q { provider = %s }\n", kind, name, m.provider())
	case m.own && g.oneIn(2):
		text = fmt.Sprintf("provider %q { region = %q }\n", m.local, g.region())
	case len(m.named) > 0:
		text = fmt.Sprintf("provider %q {\n  alias = %q\n  region = %q\n}\n", m.local, pick(g.draws, m.named...), g.region())
	default:
		return
	}
	g.files[path.Join(dir, pick(g.draws, "override.tf", "z_override.tf"))] = text
}
