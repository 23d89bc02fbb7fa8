package config

import "go.yaml.in/yaml/v3"

// Terms on which exceptions are accepted.
type Terms struct {
	// MaxDays is the longest that one may last, from the day it was granted, or
	// from today; 0 for no bound.
	MaxDays int
	// Require lists fields that each must have besides the ones that all have.
	Require []string
	// Never lists rules of which there are no exceptions.
	Never []string
}

func (t Terms) forPolicies() map[string]any {
	fields := map[string]any{"require": nonNil(t.Require), "never": nonNil(t.Never)}
	if t.MaxDays > 0 {
		fields["max_days"] = t.MaxDays
	}
	return fields
}

func (p *parser) terms(n *yaml.Node) {
	t := &p.config.Terms
	p.note("exception_terms", n, "")
	p.fields(n, "exception_terms", map[string]func(*yaml.Node){
		"max_days": func(n *yaml.Node) { t.MaxDays = p.number(n, "max_days") },
		"require":  func(n *yaml.Node) { t.Require = p.each(n, "require", []string{"approver", "granted", "ticket"}) },
		"never":    func(n *yaml.Node) { t.Never = p.texts(n, "never") },
	})
}
