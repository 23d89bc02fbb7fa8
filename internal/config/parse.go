package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
)

// Parse decodes a configuration. The error lists every mistake, each an
// *Error with its line.
func Parse(file string, data []byte) (*Config, error) {
	var doc yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Error{file, 1, "the file is empty; `version: 1` and `datasets:` are needed"}
		}
		return nil, yamlError(file, err)
	}
	p := &parser{file: file, config: &Config{
		File: file, Text: data, Datasets: map[string]Dataset{}, Sites: map[string]Site{}, Principals: map[string]Principal{},
		Assume: map[string]map[string]Assumed{}, Roots: map[string]Root{},
		sources: map[string]model.Source{}, texts: map[string]string{},
	}}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.fail(&doc, "more than one document; only one is read")
	}
	p.top(doc.Content[0])
	if len(p.errs) > 0 {
		return nil, errorList(p.errs)
	}
	return p.config, nil
}

// yamlError gives a syntax error the form of the others.
func yamlError(file string, err error) error {
	line := 1
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, scanErr := fmt.Sscanf(message, "line %d:", &line); scanErr == nil {
		_, message, _ = strings.Cut(message, ": ")
	}
	return &Error{file, line, message}
}

type parser struct {
	file   string
	config *Config
	errs   []*Error
}

func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, &Error{p.file, n.Line, fmt.Sprintf(format, args...)})
}

func (p *parser) source(n *yaml.Node) model.Source {
	return model.Source{File: p.file, Line: n.Line, Column: n.Column, EndLine: n.Line, EndColumn: n.Column + len(n.Value)}
}

// fields calls the function of each key of a mapping. A key without a function
// is an error, and so is one that is there twice.
func (p *parser) fields(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s must be a mapping with %s", what, list(slices.Sorted(maps.Keys(known))))
		return
	}
	seen := map[string]bool{}
	for key, value := range pairs(n) {
		f, ok := known[key.Value]
		switch {
		case !ok:
			p.fail(key, "%s has no key %q%s", what, key.Value, spelling.Hint(key.Value, slices.Collect(maps.Keys(known))))
		case seen[key.Value]:
			p.fail(key, "%s has the key %q twice", what, key.Value)
		default:
			f(resolve(value))
		}
		seen[key.Value] = true
	}
}

// named calls f for each entry of a mapping whose keys are names.
func (p *parser) named(n *yaml.Node, what string, f func(name string, key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s must be a mapping by name", what)
		return
	}
	seen := map[string]bool{}
	for key, value := range pairs(n) {
		if seen[key.Value] {
			p.fail(key, "%s has %q twice", what, key.Value)
			continue
		}
		seen[key.Value] = true
		f(key.Value, key, resolve(value))
	}
}

func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func list(names []string) string { return strings.Join(names, ", ") }

func (p *parser) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || n.Value == "" {
		p.fail(n, "%s must be a text", what)
		return ""
	}
	return n.Value
}

func (p *parser) texts(n *yaml.Node, what string) []string {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "%s must be a list", what)
		return nil
	}
	var all []string
	for _, elem := range n.Content {
		all = append(all, p.text(resolve(elem), "an entry of "+what))
	}
	if len(all) == 0 {
		p.fail(n, "%s is empty", what)
	}
	return all
}

func (p *parser) oneOf(n *yaml.Node, what string, known ...string) string {
	text := p.text(n, what)
	if text != "" && !slices.Contains(known, text) {
		p.fail(n, "%s can't be %q%s", what, text, spelling.Hint(text, known))
	}
	return text
}

func (p *parser) top(n *yaml.Node) {
	hasVersion := false
	var unlabelled *yaml.Node
	p.fields(n, "the configuration", map[string]func(*yaml.Node){
		"version":         func(n *yaml.Node) { hasVersion = true; p.oneOf(n, "version", "1") },
		"profile":         func(n *yaml.Node) { p.config.Profile = p.profileName(n, "profile") },
		"sites":           p.sites,
		"principals":      p.principals,
		"datasets":        func(*yaml.Node) {}, // read below, when the sites are known
		"unlabelled":      func(n *yaml.Node) { unlabelled = n },
		"unknown":         func(n *yaml.Node) { p.config.Unknown = p.oneOf(n, "unknown", Warn, Deny) },
		"exceptions":      p.exceptions,
		"exception_terms": p.terms,
		"formats":         p.formats,
		"exclude":         func(n *yaml.Node) { p.config.Exclude = p.patterns(n, "exclude") },
		"no_stores":       func(n *yaml.Node) { p.config.NoStores = p.texts(n, "no_stores") },
		"assume":          p.assume,
		"terraform":       p.terraform,
	})
	if n.Kind != yaml.MappingNode {
		return
	}
	if !hasVersion {
		p.fail(n, "`version: 1` is missing")
	}
	for key, value := range pairs(n) {
		if key.Value == "datasets" {
			p.datasets(resolve(value))
		}
	}
	if len(p.config.Datasets) == 0 {
		p.fail(n, "`datasets` is missing: name the data and where it may rest")
	}
	p.applyProfiles()
	p.config.Unlabelled = Warn
	if unlabelled != nil {
		known := append(slices.Collect(maps.Keys(p.config.Datasets)), Warn, Ignore)
		p.config.Unlabelled = p.oneOf(unlabelled, "unlabelled", known...)
	}
}

func (p *parser) datasets(n *yaml.Node) {
	p.named(n, "datasets", func(name string, key, value *yaml.Node) {
		if slices.Contains([]string{Warn, Ignore}, name) {
			p.fail(key, "a dataset can't be named %q", name)
		}
		p.config.Datasets[name] = p.dataset(name, key, value)
	})
}

func (p *parser) dataset(name string, key, n *yaml.Node) Dataset {
	d := Dataset{Title: name, Allow: map[string]Places{}}
	path := "datasets." + name
	p.note(path, key, name)
	p.fields(n, "dataset "+name, map[string]func(*yaml.Node){
		"title":    func(n *yaml.Node) { d.Title = p.text(n, "title") },
		"match":    func(n *yaml.Node) { d.Match = p.matches(n) },
		"allow":    func(n *yaml.Node) { d.Anywhere = p.allow(n, path+".allow", d.Allow) },
		"deny":     func(n *yaml.Node) { d.Deny = p.places(n, "deny", path+".deny") },
		"access":   func(n *yaml.Node) { d.Access = p.access(n, path+".access") },
		"profile":  func(n *yaml.Node) { d.Profile = p.profileName(n, "profile") },
		"classes":  func(n *yaml.Node) { d.Classes = p.each(n, "classes", Classes()) },
		"subjects": func(n *yaml.Node) { d.Subjects = p.number(n, "subjects") },
	})
	if _, ok := d.Allow["storage"]; !ok && len(d.Allow) > 0 {
		p.fail(n, "dataset %s allows no `storage`, which also stands for the uses that are not written", name)
	}
	return d
}

// note keeps where an entry stands and what it says, for messages.
func (p *parser) note(path string, n *yaml.Node, text string) {
	p.config.sources[path] = p.source(n)
	p.config.texts[path] = text
}

// allow reads the allowed places by use; anywhere says that all are.
func (p *parser) allow(n *yaml.Node, path string, allow map[string]Places) (anywhere bool) {
	if n.Kind == yaml.ScalarNode && n.Value == Anywhere {
		p.note(path, n, Anywhere)
		return true
	}
	known := map[string]func(*yaml.Node){}
	for _, use := range Uses() {
		known[use] = func(n *yaml.Node) { allow[use] = p.places(n, "allow."+use, path+"."+use) }
	}
	p.fields(n, "allow", known)
	return false
}

func (p *parser) places(n *yaml.Node, what, path string) Places {
	var places Places
	p.fields(n, what, map[string]func(*yaml.Node){
		"countries":    func(n *yaml.Node) { places.Countries = p.countries(n, what+".countries") },
		"subdivisions": func(n *yaml.Node) { places.Subdivisions = p.subdivisions(n, what+".subdivisions") },
		"clouds":       func(n *yaml.Node) { places.Clouds = p.clouds(n, what+".clouds") },
		"regions":      func(n *yaml.Node) { places.Regions = p.regions(n, what+".regions") },
		"sites": func(n *yaml.Node) {
			places.Sites = p.each(n, what+".sites", slices.Collect(maps.Keys(p.config.Sites)))
		},
	})
	p.note(path, n, places.String())
	return places
}

// String writes the places as messages show them.
func (places Places) String() string {
	var parts []string
	for _, field := range []struct {
		name   string
		values []string
	}{
		{"", places.Countries}, {"", places.Subdivisions}, {"clouds ", places.Clouds},
		{"regions ", places.Regions}, {"sites ", places.Sites},
	} {
		if len(field.values) > 0 {
			parts = append(parts, field.name+list(field.values))
		}
	}
	return cmp.Or(strings.Join(parts, "; "), "anywhere")
}

// each reads a list whose entries are known names.
func (p *parser) each(n *yaml.Node, what string, known []string) []string {
	all := p.texts(n, what)
	for i, text := range all {
		if text != "" && !slices.Contains(known, text) {
			p.fail(n.Content[i], "%s can't have %q%s", what, text, spelling.Hint(text, known))
		}
	}
	return all
}

// otherCloudNames are names that people give to clouds.
var otherCloudNames = map[string]string{
	"alibaba": "alicloud", "aliyun": "alicloud", "atlas": "mongodbatlas", "azure": "azurerm", "backblaze": "b2",
	"elastic": "ec", "gcp": "google", "hetzner": "hcloud", "huawei": "huaweicloud", "oracle": "oci", "tencent": "tencentcloud",
}

// clouds reads a list of clouds.
func (p *parser) clouds(n *yaml.Node, what string) []string {
	all := p.texts(n, what)
	known := geo.Clouds()
	for i, text := range all {
		switch other := otherCloudNames[strings.ToLower(text)]; {
		case text == "" || slices.Contains(known, text):
		case other != "":
			p.fail(n.Content[i], "%s can't have %q; did you mean %q?", what, text, other)
		default:
			p.fail(n.Content[i], "%s can't have %q%s", what, text, spelling.Hint(text, known))
		}
	}
	return all
}

// confused are codes that people write for others.
var confused = map[string]string{"USA": "US", "UK": "GB", "EU": "@eu", "EEA": "@eea"}

func (p *parser) countries(n *yaml.Node, what string) []string {
	all := p.texts(n, what)
	groups, countries := geo.Groups(), geo.Countries()
	for i, text := range all {
		group, isGroup := strings.CutPrefix(text, "@")
		switch {
		case text == "":
		case isGroup && groups[group] == nil:
			p.fail(n.Content[i], "there is no group of countries %q%s", text, spelling.Hint(group, slices.Collect(maps.Keys(groups))))
		case isGroup || countries[text] != "":
		case confused[text] != "":
			p.fail(n.Content[i], "%q is no ISO 3166-1 country code; did you mean %q?", text, confused[text])
		default:
			p.fail(n.Content[i], "%q is no ISO 3166-1 country code%s", text, p.nearestCountry(text, countries))
		}
	}
	return all
}

// nearestCountry suggests a code for a name, or for a code in lower case.
func (p *parser) nearestCountry(text string, countries map[string]string) string {
	if _, ok := countries[strings.ToUpper(text)]; ok {
		return fmt.Sprintf("; did you mean %q?", strings.ToUpper(text))
	}
	for code, name := range countries {
		if strings.EqualFold(name, text) {
			return fmt.Sprintf("; did you mean %q?", code)
		}
	}
	return ", such as US or DE"
}

func (p *parser) subdivisions(n *yaml.Node, what string) []string {
	all := p.texts(n, what)
	countries := geo.Countries()
	for i, text := range all {
		country, rest, ok := strings.Cut(text, "-")
		if text != "" && (!ok || countries[country] == "" || rest == "") {
			p.fail(n.Content[i], "%q is no ISO 3166-2 code, such as US-VA", text)
		}
	}
	return all
}

func (p *parser) regions(n *yaml.Node, what string) []string {
	all := p.texts(n, what)
	var tables geo.Tables
	for i, text := range all {
		if text == "" {
			continue
		}
		cloud, region, ok := strings.Cut(text, ":")
		if !ok || !slices.Contains(geo.Clouds(), cloud) {
			p.fail(n.Content[i], "%q is not written cloud:region, such as oci:us-ashburn-1", text)
			continue
		}
		if known := tables.Regions(cloud); !slices.Contains(known, region) {
			p.fail(n.Content[i], "%s has no region %q%s", cloud, region, spelling.Hint(region, known))
		}
	}
	return all
}

func (p *parser) matches(n *yaml.Node) []Match {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "match must be a list of conditions")
		return nil
	}
	var all []Match
	for _, elem := range n.Content {
		all = append(all, p.match(resolve(elem)))
	}
	return all
}

func (p *parser) match(n *yaml.Node) Match {
	m := Match{}
	p.fields(n, "an entry of match", map[string]func(*yaml.Node){
		"labels": func(n *yaml.Node) {
			m.Labels = map[string]string{}
			p.named(n, "labels", func(key string, _, value *yaml.Node) { m.Labels[key] = p.text(value, "a label") })
		},
		"paths":     func(n *yaml.Node) { m.Paths = p.patterns(n, "paths") },
		"addresses": func(n *yaml.Node) { m.Addresses = p.texts(n, "addresses") },
		"names":     func(n *yaml.Node) { m.Names = p.texts(n, "names") },
		"types":     func(n *yaml.Node) { m.Types = p.texts(n, "types") },
		"role":      func(n *yaml.Node) { m.Role = model.Role(p.oneOf(n, "role", roles()...)) },
		"delete_by": func(n *yaml.Node) { m.DeleteBy = p.day(n, "delete_by") },
	})
	if n.Kind == yaml.MappingNode && m.Labels == nil && m.Paths == nil && m.Addresses == nil && m.Names == nil && m.Types == nil {
		p.fail(n, "an entry of match has no condition: it would match every store")
	}
	return m
}

func roles() []string {
	var names []string
	for _, r := range model.Roles() {
		names = append(names, string(r))
	}
	return names
}

func (p *parser) patterns(n *yaml.Node, what string) []string {
	all := p.texts(n, what)
	for i, text := range all {
		if text != "" && !doublestar.ValidatePattern(text) {
			p.fail(n.Content[i], "%q is no pattern of paths", text)
		}
	}
	return all
}

func (p *parser) sites(n *yaml.Node) {
	p.named(n, "sites", func(name string, key, value *yaml.Node) {
		var s Site
		p.fields(value, "site "+name, map[string]func(*yaml.Node){
			"country": func(n *yaml.Node) {
				s.Country = p.text(n, "country")
				countries := geo.Countries()
				if s.Country != "" && countries[s.Country] == "" {
					p.fail(n, "%q is no ISO 3166-1 country code%s", s.Country, p.nearestCountry(s.Country, countries))
				}
			},
			"subdivision": func(n *yaml.Node) { s.Subdivision = p.text(n, "subdivision") },
			"operator":    func(n *yaml.Node) { s.Operator = p.text(n, "operator") },
			"match":       func(n *yaml.Node) { s.Match = p.texts(n, "match") },
			"status":      func(n *yaml.Node) { s.Status = p.oneOf(n, "status", Active, Draining, Closed) },
			"cutover":     func(n *yaml.Node) { s.Cutover = p.day(n, "cutover") },
			"drain_by":    func(n *yaml.Node) { s.DrainBy = p.day(n, "drain_by") },
		})
		if s.Status == "" {
			s.Status = Active
			if s.DrainBy != "" || s.Cutover != "" {
				s.Status = Draining
			}
		}
		if s.Country == "" || len(s.Match) == 0 {
			p.fail(key, "site %s needs a `country` and a `match`", name)
		}
		if s.Subdivision != "" && !strings.HasPrefix(s.Subdivision, s.Country+"-") {
			p.fail(key, "subdivision %q of site %s is not in %s", s.Subdivision, name, s.Country)
		}
		p.note("sites."+name, key, name)
		p.config.Sites[name] = s
	})
}

// day reads a date.
func (p *parser) day(n *yaml.Node, what string) string {
	text := p.text(n, what)
	if _, err := time.Parse(time.DateOnly, text); err != nil && text != "" {
		p.fail(n, "%s must be a day such as 2026-12-31, not %q", what, text)
	}
	return text
}

// number reads a whole number from 1 on.
func (p *parser) number(n *yaml.Node, what string) int {
	number, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || number < 1 {
		p.fail(n, "%s must be a whole number from 1 on", what)
	}
	return number
}

// formats reads what files of one's own form say.
func (p *parser) formats(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "formats must be a list")
		return
	}
	for _, elem := range n.Content {
		p.config.Formats = append(p.config.Formats, p.format(resolve(elem)))
	}
}

func (p *parser) format(n *yaml.Node) Format {
	f := Format{Source: p.source(n)}
	text := func(into *string, what string) func(*yaml.Node) {
		return func(n *yaml.Node) { *into = p.text(n, what) }
	}
	p.fields(n, "a format", map[string]func(*yaml.Node){
		"files":      func(n *yaml.Node) { f.Files = p.patterns(n, "files") },
		"store":      func(n *yaml.Node) { f.Store = model.Kind(p.oneOf(n, "store", kinds()...)) },
		"role":       func(n *yaml.Node) { f.Role = model.Role(p.oneOf(n, "role", roles()...)) },
		"cloud":      func(n *yaml.Node) { f.Cloud = p.oneOf(n, "cloud", geo.Clouds()...) },
		"each":       text(&f.Each, "each"),
		"name":       text(&f.Name, "name"),
		"region":     text(&f.Region, "region"),
		"host":       text(&f.Host, "host"),
		"datacenter": text(&f.Datacenter, "datacenter"),
	})
	if n.Kind != yaml.MappingNode {
		return f
	}
	if f.Files == nil {
		p.fail(n, "a format needs `files`")
	}
	if f.Store == "" {
		p.fail(n, "a format needs `store`, the kind of store that the files name")
	}
	if f.Name == "" && f.Region == "" && f.Host == "" && f.Datacenter == "" {
		p.fail(n, "a format needs one of `region`, `host`, `datacenter` and `name`: else the files say nothing")
	}
	return f
}

func kinds() []string {
	var names []string
	for _, k := range model.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (p *parser) exceptions(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "exceptions must be a list")
		return
	}
	for _, elem := range n.Content {
		p.config.Exceptions = append(p.config.Exceptions, p.exception(resolve(elem)))
	}
}

func (p *parser) exception(n *yaml.Node) Exception {
	e := Exception{Source: p.source(n)}
	text := func(into *string, what string) func(*yaml.Node) {
		return func(n *yaml.Node) { *into = p.text(n, what) }
	}
	p.fields(n, "an exception", map[string]func(*yaml.Node){
		"rule":     text(&e.Rule, "rule"),
		"address":  text(&e.Address, "address"),
		"approver": text(&e.Approver, "approver"),
		"reason":   text(&e.Reason, "reason"),
		"ticket":   text(&e.Ticket, "ticket"),
		"granted":  func(n *yaml.Node) { e.Granted = p.day(n, "granted") },
		"until":    func(n *yaml.Node) { e.Until = p.day(n, "until") },
	})
	for _, field := range []struct{ name, value string }{
		{"rule", e.Rule}, {"address", e.Address}, {"until", e.Until}, {"approver", e.Approver}, {"reason", e.Reason},
	} {
		if field.value == "" && n.Kind == yaml.MappingNode {
			p.fail(n, "an exception needs `%s`", field.name)
		}
	}
	return e
}
