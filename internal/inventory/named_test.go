package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

// called is a store that is only named.
func called(id, name string, role model.Role, place model.Place) model.Store {
	return model.Store{
		ID: id, Address: id, Name: name, Type: "tool/repo", Cloud: "aws", Kind: model.BackupVault, Role: role, ByName: true, Place: place,
		Source: model.Source{File: "deploy/" + id, Line: 1},
	}
}

func TestNamedStores(t *testing.T) {
	t.Parallel()
	cfg := parse(t, `
datasets:
  us: {match: [{paths: ["deploy/**"]}], allow: {storage: {countries: [US]}}}
unlabelled: ignore
`)
	vault := bucket("vault", nil)
	vault.Place = in("ap-southeast-1")
	database := model.Store{ID: "db", Address: "db", Name: "users", Type: "aws_db_instance", Cloud: "aws", Service: "rds", Kind: model.Database, Role: model.Primary, Place: in("us-east-1")}
	site := func(endpoint string) model.Place {
		return model.Place{Status: model.Unknown, Cause: model.UndeclaredSite, Locations: []model.Location{{Cloud: "on-premises", Endpoint: endpoint}}}
	}
	given := model.Place{Status: model.Unknown, Cause: model.Environment, Reason: "BUCKET is given only when it is deployed"}
	inside := model.Place{Status: model.Caller, Cause: model.LeftToCaller, Locations: []model.Location{{Cloud: "on-premises", Endpoint: "db"}}}
	for name, test := range map[string]struct {
		stores []model.Store
		want   string
	}{
		"a bucket that is made": {[]model.Store{vault, called("pg", "vault", model.Backup, unresolved)},
			"vault backup ap-southeast-1 [us backup match] named by pg\n"},
		"what it is named as agrees": {[]model.Store{vault, called("pg", "vault", model.Backup, in("ap-southeast-1"))},
			"vault backup ap-southeast-1 [us backup match] named by pg\n"},
		"what it is named as does not agree": {[]model.Store{vault, called("pg", "vault", model.Backup, in("us-east-1"))},
			"pg backup us-east-1 [us backup match]\nvault primary ap-southeast-1\n"},
		"a bucket of that name on a server of one's own": {[]model.Store{vault, called("pg", "vault", model.Backup, site("minio.corp.example"))},
			"pg backup minio.corp.example [us backup match]\nvault primary ap-southeast-1\n"},
		"two roles": {[]model.Store{vault, called("a", "vault", model.Backup, unresolved), called("b", "vault", model.Primary, unresolved)},
			"vault primary ap-southeast-1 [us backup match] named by a named by b\n"},
		"an address": {[]model.Store{database, called("app", "users.abc123.us-east-1.rds.amazonaws.com", model.Primary, in("us-east-1"))},
			"db primary us-east-1 [us primary match] named by app\n"},
		"an address in another region": {[]model.Store{database, called("app", "users.abc123.eu-west-1.rds.amazonaws.com", model.Primary, in("eu-west-1"))},
			"app primary eu-west-1 [us primary match]\ndb primary us-east-1\n"},
		"nobody makes it": {[]model.Store{called("a", "x", model.Backup, unresolved), called("b", "x", model.Backup, unresolved)},
			"a backup  [us backup match] named by b\n"},
		"what one variable gives": {[]model.Store{called("a", "", model.Backup, given), called("b", "", model.Backup, given)},
			"a backup  [us backup match] named by b\n"},
		"what nothing tells": {[]model.Store{called("a", "", model.Backup, unresolved), called("b", "", model.Backup, unresolved)},
			"a backup  [us backup match]\nb backup  [us backup match]\n"},
		"inside two deployments": {[]model.Store{called("a", "db", model.Primary, inside), called("b", "db", model.Primary, inside)},
			"a primary db [us primary match]\nb primary db [us primary match]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for _, s := range Join(model.Document{Stores: test.stores}, cfg, nil).Stores {
				fmt.Fprintf(&b, "%s %s %s", s.ID, s.Role, place(s.Place))
				for _, d := range s.Datasets {
					fmt.Fprintf(&b, " [%s %s %s]", d.Name, d.Role, d.Basis)
				}
				for _, step := range s.Place.Because {
					b.WriteString(" " + step.What)
				}
				b.WriteString("\n")
			}
			if diff := cmp.Diff(test.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func place(p model.Place) string {
	var all []string
	for _, l := range p.Locations {
		all = append(all, l.Region+l.Endpoint)
	}
	return strings.Join(all, " ")
}

// A copy to a store that is only named goes to the one that is made.
func TestCopiesToNamedStores(t *testing.T) {
	t.Parallel()
	cfg := parse(t, usUsers)
	source, target := bucket("users", map[string]string{"data": "us"}), bucket("vault", nil)
	source.Place, target.Place = in("us-east-1"), in("eu-west-1")
	doc := Join(model.Document{
		Stores: []model.Store{source, target, called("pg", "vault", model.Backup, unresolved)},
		Copies: []model.Copy{{ID: "backup:users>pg", From: "users", To: "pg", Means: model.ByBackup, Place: unresolved}},
	}, cfg, nil)
	if c := doc.Copies[0]; c.To != "vault" || len(doc.Stores) != 2 || doc.Stores[1].Datasets[0].Name != "us" {
		t.Errorf("got %+v in %+v", c, doc.Stores)
	}
}
