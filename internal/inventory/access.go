package inventory

import (
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

// resolveGrants finds the stores that grants name, and says of their principals
// what the configuration knows.
func resolveGrants(doc model.Document, cfg *config.Config) []model.Grant {
	byName := storesByName(doc)
	names := slices.Sorted(maps.Keys(cfg.Principals))
	for i := range doc.Grants {
		g := &doc.Grants[i]
		if g.Store == "" && g.StoreName != "" {
			if s := find(g.StoreName, byName, nil); s != nil {
				g.Store = s.ID
			}
		}
		declare(&g.Principal, names, cfg)
	}
	return doc.Grants
}

// declare gives a principal the name, organisation and country of the first entry
// of the configuration that fits.
func declare(who *model.Principal, names []string, cfg *config.Config) {
	for _, name := range names {
		if p := cfg.Principals[name]; p.Fits(*who) {
			who.Name, who.Organisation, who.Country = name, p.Organisation, p.Country
			return
		}
	}
}

// accesses lists each dataset of a store with each principal that may read the
// store.
func accesses(s *model.Store, grants []model.Grant) []model.Access {
	var all []model.Access
	for _, d := range s.Datasets {
		if s.Transit && d.Name == "" {
			continue
		}
		for _, g := range grants {
			all = append(all, accessOf(len(all), d.Name, s.Kind, g))
		}
	}
	return all
}

// elsewhere lists a grant on something that is not declared once for each
// dataset: it may hold any.
func elsewhere(g model.Grant, cfg *config.Config) []model.Access {
	var all []model.Access
	for _, name := range slices.Sorted(maps.Keys(cfg.Datasets)) {
		a := accessOf(len(all), name, "", g)
		a.Elsewhere = true
		all = append(all, a)
	}
	return all
}

func accessOf(index int, dataset string, kind model.Kind, g model.Grant) model.Access {
	return model.Access{
		Index: index, Dataset: dataset, Grant: g.ID, Kind: kind,
		Principal: g.Principal, Actions: g.Actions, Conditional: g.Conditional,
	}
}

// owner is whose the account is that a text names; nil when it names none, or one
// that the configuration does not declare.
func owner(text string, cfg *config.Config) *model.Principal {
	id := accountID(text)
	if id == "" {
		return nil
	}
	who := model.Principal{Kind: model.AccountPrincipal, ID: id}
	declare(&who, slices.Sorted(maps.Keys(cfg.Principals)), cfg)
	if who.Name == "" {
		return nil
	}
	return &who
}

// accountID is what an identifier says of the account, subscription or project
// that the thing it names is in: an account of AWS as policies write it.
func accountID(text string) string {
	parts := strings.Split(text, "/")
	switch {
	case strings.HasPrefix(text, "arn:"):
		if fields := strings.SplitN(text, ":", 6); len(fields) == 6 && fields[4] != "" {
			return "arn:" + fields[1] + ":iam::" + fields[4] + ":root"
		}
	case strings.HasPrefix(text, "/subscriptions/") && len(parts) > 2:
		return "/subscriptions/" + parts[2]
	case strings.HasPrefix(text, "projects/") && len(parts) > 1:
		return "projects/" + parts[1]
	}
	return ""
}
