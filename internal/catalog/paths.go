package catalog

import (
	"maps"
	"slices"
)

// Paths lists the attributes that the row reads, in order and each once: of the
// resource or, with the prefix "provider.", of its provider's configuration.
// The labels that a file reads of all its types are left out: not all have them.
func (t *Type) Paths() []string {
	all := []string{t.Group, t.Of, t.CloudAt}
	if t.IsStore() {
		all = append(all, t.Name, t.DefaultLabels, t.Endpoint())
		if !t.fileLabels {
			all = append(all, t.Labels)
		}
		for _, rule := range t.Place {
			all = append(all, rule.At, rule.Every, rule.Any, rule.Zone, rule.Host, rule.Named, rule.Disk, rule.Of, rule.Nearest, rule.Cloud)
			all = append(all, slices.Collect(maps.Keys(rule.When))...)
		}
	}
	for _, rule := range t.Copies {
		all = append(all, rule.At, rule.Cloud, rule.In, rule.Host, rule.From, rule.FromLabels)
		all = append(all, slices.Collect(maps.Keys(rule.When))...)
	}
	for _, rule := range t.Grants {
		all = append(all, rule.At, rule.ActionsAt)
		all = append(all, slices.Collect(maps.Keys(rule.When))...)
	}
	for _, rule := range t.Guardrails {
		all = append(all, rule.At, rule.On)
		all = append(all, slices.Collect(maps.Keys(rule.When))...)
	}
	for _, rule := range t.Retention {
		all = append(all, rule.At)
		all = append(all, slices.Collect(maps.Keys(rule.When))...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(path string) bool { return path == "" })
}
