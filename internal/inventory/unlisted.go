package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// maxNamedTypes is how many types a message names.
const maxNamedTypes = 20

// joinUnlisted puts the problems of resources whose types the catalogue does not
// know together: one for each provider, at the first resource. Types of which
// the configuration says that nothing rests in them are none, and a declaration
// that several roots read counts once.
func joinUnlisted(problems []model.Problem, cfg *config.Config) []model.Problem {
	var others []model.Problem
	byProvider := map[string][]model.Problem{}
	seen := map[string]bool{}
	for _, p := range problems {
		if p.Kind != model.UnlistedType || len(p.Types) != 1 {
			others = append(others, p)
			continue
		}
		key := fmt.Sprintf("%s %+v", p.Types[0].Type, *p.Source)
		if !seen[key] && !holdsNothing(p.Types[0].Type, cfg) {
			byProvider[p.Address] = append(byProvider[p.Address], p)
		}
		seen[key] = true
	}
	for _, provider := range slices.Sorted(maps.Keys(byProvider)) {
		others = append(others, oneOf(provider, byProvider[provider]))
	}
	return others
}

func holdsNothing(typ string, cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.NoStores, func(pattern string) bool { return config.Matches(pattern, typ) })
}

// oneOf is the problem of all the resources of a provider that are not known.
func oneOf(provider string, each []model.Problem) model.Problem {
	first := slices.MinFunc(each, func(a, b model.Problem) int {
		return cmp.Or(cmp.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line))
	})
	counts := map[string]int{}
	for _, p := range each {
		counts[p.Types[0].Type]++
	}
	p := model.Problem{Kind: model.UnlistedType, Address: provider, Source: first.Source}
	for _, typ := range slices.Sorted(maps.Keys(counts)) {
		p.Types = append(p.Types, model.TypeCount{Type: typ, Resources: counts[typ]})
	}
	slices.SortStableFunc(p.Types, func(a, b model.TypeCount) int { return cmp.Compare(b.Resources, a.Resources) })
	p.Message = fmt.Sprintf("%s of %s of %s are unknown to the catalogue: %s; whether they store or copy data was not checked",
		model.Count(len(each), "resource"), model.Count(len(p.Types), "type"), provider, list(p.Types))
	if len(each) == 1 {
		p.Message = fmt.Sprintf("the type %s is unknown to the catalogue; whether its resource stores or copies data was not checked", p.Types[0].Type)
	}
	return p
}

// list names types with how many resources there are of each.
func list(types []model.TypeCount) string {
	var names []string
	for _, t := range types[:min(len(types), maxNamedTypes)] {
		names = append(names, fmt.Sprintf("%s (%d)", t.Type, t.Resources))
	}
	if more := len(types) - maxNamedTypes; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
