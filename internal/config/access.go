package config

import (
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// Principal is somebody of whom the configuration says where they are, or to
// whom they belong. Nationality is no part of it: 28 CFR 202.211 goes by
// organisation and place.
type Principal struct {
	// Match lists patterns of the ids by which policies name them; of networks,
	// ranges of addresses.
	Match []string
	// Organisation they belong to; may be empty.
	Organisation string
	// Country they work in, ISO 3166-1 alpha-2; may be empty.
	Country string
}

// Fits says whether the principal of a grant is this one.
func (p Principal) Fits(who model.Principal) bool {
	if who.ID == "" {
		return false
	}
	return slices.ContainsFunc(p.Match, func(pattern string) bool {
		return Matches(pattern, who.ID) || who.Kind == model.NetworkPrincipal && overlap(pattern, who.ID)
	})
}

// overlap says whether two ranges of addresses have some in common.
func overlap(a, b string) bool {
	x, okX := parseNetwork(a)
	y, okY := parseNetwork(b)
	return okX && okY && x.Overlaps(y)
}

func parseNetwork(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, true
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	prefix, err := address.Prefix(address.BitLen())
	return prefix, err == nil
}

// Access says who may read a dataset. Of the fields that are set, each holds for
// the principals of which it is known.
type Access struct {
	// Countries in which readers may be, ISO 3166-1 alpha-2, or @group.
	Countries []string
	// Organisations to which readers may belong.
	Organisations []string
	// Principals that may read, by name: nobody else may, when set.
	Principals []string
	// Deny wins over what is allowed.
	Deny Readers
	// Undeclared says what a reader is that no principal matches: Ignore, Warn or
	// Deny.
	Undeclared string
	// Public says what a store that everybody may read is: Ignore, Warn or Deny.
	Public string
}

// Readers are principals, told by one thing or another.
type Readers struct {
	Countries     []string
	Organisations []string
	Principals    []string
}

func (a *Access) forPolicies() map[string]any {
	fields := map[string]any{
		"deny":       listsOf(a.Deny.Countries, a.Deny.Organisations, a.Deny.Principals),
		"undeclared": a.Undeclared, "public": a.Public,
	}
	for name, list := range listsOf(a.Countries, a.Organisations, a.Principals) {
		fields[name] = list
	}
	return fields
}

// listsOf leaves out the lists that are not set: they restrict nothing.
func listsOf(countries, organisations, principals []string) map[string]any {
	fields := map[string]any{}
	for name, list := range map[string][]string{"countries": countries, "organisations": organisations, "principals": principals} {
		if list != nil {
			fields[name] = list
		}
	}
	return fields
}

// String writes the access as messages show it.
func (a *Access) String() string {
	var parts []string
	for _, field := range []struct {
		name   string
		values []string
	}{
		{"", a.Countries}, {"organisations ", a.Organisations}, {"principals ", a.Principals},
		{"not ", a.Deny.Countries}, {"not organisations ", a.Deny.Organisations}, {"not principals ", a.Deny.Principals},
	} {
		if len(field.values) > 0 {
			parts = append(parts, field.name+list(field.values))
		}
	}
	if len(parts) == 0 {
		return "nobody from outside"
	}
	return strings.Join(parts, "; ")
}

func (p *parser) principals(n *yaml.Node) {
	p.named(n, "principals", func(name string, key, value *yaml.Node) {
		var who Principal
		p.fields(value, "principal "+name, map[string]func(*yaml.Node){
			"match":        func(n *yaml.Node) { who.Match = p.texts(n, "match") },
			"organisation": func(n *yaml.Node) { who.Organisation = p.text(n, "organisation") },
			"country": func(n *yaml.Node) {
				who.Country = p.text(n, "country")
				countries := geo.Countries()
				if who.Country != "" && countries[who.Country] == "" {
					p.fail(n, "%q is no ISO 3166-1 country code%s", who.Country, p.nearestCountry(who.Country, countries))
				}
			},
		})
		if len(who.Match) == 0 {
			p.fail(key, "principal %s needs a `match`", name)
		}
		p.note("principals."+name, key, name)
		p.config.Principals[name] = who
	})
}

func (p *parser) access(n *yaml.Node, path string) *Access {
	a := &Access{Undeclared: Ignore, Public: Deny}
	p.fields(n, "access", map[string]func(*yaml.Node){
		"countries":     func(n *yaml.Node) { a.Countries = p.countries(n, "access.countries") },
		"organisations": func(n *yaml.Node) { a.Organisations = p.texts(n, "access.organisations") },
		"principals":    func(n *yaml.Node) { a.Principals = p.principalNames(n, "access.principals") },
		"undeclared":    func(n *yaml.Node) { a.Undeclared = p.oneOf(n, "undeclared", Ignore, Warn, Deny) },
		"public":        func(n *yaml.Node) { a.Public = p.oneOf(n, "public", Ignore, Warn, Deny) },
		"deny": func(n *yaml.Node) {
			p.fields(n, "access.deny", map[string]func(*yaml.Node){
				"countries":     func(n *yaml.Node) { a.Deny.Countries = p.countries(n, "access.deny.countries") },
				"organisations": func(n *yaml.Node) { a.Deny.Organisations = p.texts(n, "access.deny.organisations") },
				"principals":    func(n *yaml.Node) { a.Deny.Principals = p.principalNames(n, "access.deny.principals") },
			})
		},
	})
	p.note(path, n, a.String())
	return a
}

func (p *parser) principalNames(n *yaml.Node, what string) []string {
	var known []string
	for name := range p.config.Principals {
		known = append(known, name)
	}
	return p.each(n, what, known)
}
