package triage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/model"
)

// Compare says in terms of data what is different between two documents: which
// part of which store's data rests elsewhere now. Datasets that neither document
// puts in a store are left out with it.
func Compare(before, after model.Document) []model.Change {
	old, now := places(before), places(after)
	var changes []model.Change
	for key := range maps.All(now) {
		if _, ok := old[key]; !ok {
			old[key] = nil
		}
	}
	for key, from := range old {
		to := now[key]
		slices.Sort(from)
		slices.Sort(to)
		from, to = slices.Compact(from), slices.Compact(to)
		if !slices.Equal(from, to) {
			changes = append(changes, model.Change{
				Store: key.store, Address: key.address, Part: key.part, From: nonNil(from), To: nonNil(to),
			})
		}
	}
	slices.SortFunc(changes, func(a, b model.Change) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Part, b.Part))
	})
	return changes
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// subject is what may move: a store's own data, or its copies by one means.
type subject struct{ store, address, part string }

// places lists where each subject is.
func places(doc model.Document) map[subject][]string {
	all := map[subject][]string{}
	addresses := map[string]string{}
	for _, s := range doc.Stores {
		addresses[s.ID] = s.Address
		if !s.Transit {
			key := subject{s.ID, s.Address, string(s.Role)}
			all[key] = append(all[key], placeTexts(s.Place)...)
		}
	}
	for _, c := range doc.Copies {
		id := cmp.Or(c.From, c.FromName)
		key := subject{id, cmp.Or(addresses[c.From], c.FromName), strings.ReplaceAll(string(c.Means), "_", " ") + " copy"}
		all[key] = append(all[key], placeTexts(c.Place)...)
	}
	return all
}

// placeTexts names the locations of a place by country and code.
func placeTexts(p model.Place) []string {
	if p.Status == model.Unknown || p.Status == model.Caller {
		return []string{"a place that can't be told"}
	}
	var texts []string
	for _, l := range p.Locations {
		code := cmp.Or(l.Region, l.Site, l.Endpoint)
		text := strings.TrimSpace(l.Cloud + " " + code)
		if len(l.Countries) > 0 && len(l.Countries) <= 3 {
			text = strings.Join(l.Countries, "+") + " (" + text + ")"
		}
		texts = append(texts, text)
	}
	return texts
}
