package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `
datasets:
  us: {match: [{labels: {data: us}}], allow: {storage: {countries: [US]}}}
  eu: {match: [{labels: {data: eu}}], allow: {storage: {countries: [DE]}}}
unlabelled: ignore
principals:
  a-first: {match: ["group:eng-*"], country: CN, organisation: parent}
  b-second: {match: ["group:*"], country: SG}
`)
	grant := func(store, name, id string) model.Grant {
		return model.Grant{
			ID: store + name + ">" + id, Store: store, StoreName: name, Actions: []string{"read"},
			Principal: model.Principal{Kind: model.GroupPrincipal, ID: id},
		}
	}
	doc := Join(model.Document{
		Stores: []model.Store{bucket("a", labelled), bucket("b", nil)},
		Copies: []model.Copy{replica("a", "b")},
		Grants: []model.Grant{
			grant("a", "", "group:eng-bj"), grant("b", "", "group:x"), grant("", "arn:aws:s3:::a", "user:x"), grant("", "elsewhere", "group:y"),
		},
	}, cfg, nil)
	var got []string
	for _, in := range Inputs(doc, cfg) {
		for i, a := range in.Access {
			if a.Index != i {
				t.Errorf("access %d has the index %d", i, a.Index)
			}
			p := a.Principal
			got = append(got, fmt.Sprintf("%s %s %s: %s %s %s %s, elsewhere %t", in.Kind, a.Dataset, a.Kind, p.ID, p.Name, p.Organisation, p.Country, a.Elsewhere))
		}
	}
	want := []string{
		"store us object_storage: group:eng-bj a-first parent CN, elsewhere false",
		"store us object_storage: user:x   , elsewhere false",            // the store is found by its name
		"store us object_storage: group:x b-second  SG, elsewhere false", // the copy brings the data
		"grant eu : group:y b-second  SG, elsewhere true",
		"grant us : group:y b-second  SG, elsewhere true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, g := range doc.Grants {
		if g.Because == nil {
			t.Errorf("%s has no list of steps", g.ID)
		}
	}
}

func TestDeleteBy(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `
datasets:
  us:
    match:
      - {labels: {data: us, purpose: old}, delete_by: 2026-06-30}
      - {labels: {data: us}}
unlabelled: ignore
`)
	doc := Join(model.Document{
		Stores: []model.Store{bucket("old", map[string]string{"data": "us", "purpose": "old"}), bucket("new", labelled)},
	}, cfg, nil)
	var got []string
	for _, in := range Inputs(doc, cfg) {
		for _, p := range in.Placements {
			got = append(got, in.Store.ID+" "+p.DeleteBy)
		}
	}
	if text := strings.Join(got, ", "); text != "new , old 2026-06-30" {
		t.Errorf("got %s", text)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `
datasets: {us: {}}
principals:
  parent: {match: ["arn:aws:iam::111122223333:*", "/subscriptions/aaaa", "projects/parent-*"], organisation: parent}
`)
	for text, want := range map[string]string{
		"arn:aws:backup:us-west-2:111122223333:backup-vault:far": "arn:aws:iam::111122223333:root",
		"arn:aws:backup:us-west-2:444455556666:backup-vault:far": "",
		"arn:aws:s3:::bucket":                               "",
		"/subscriptions/aaaa/resourceGroups/x/providers/y":  "/subscriptions/aaaa",
		"/subscriptions/bbbb/resourceGroups/x":              "",
		"projects/parent-tools/locations/us/repositories/x": "projects/parent-tools",
		"bucket": "",
		"":       "",
	} {
		got := ""
		if who := owner(text, cfg); who != nil {
			got = who.ID
			if who.Organisation != "parent" {
				t.Errorf("%s: organisation %q", text, who.Organisation)
			}
		}
		if got != want {
			t.Errorf("%s: owner %q, want %q", text, got, want)
		}
	}
}
