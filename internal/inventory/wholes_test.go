package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func thing(id, typ, name, region string, labels map[string]string) model.Store {
	root, address, _ := strings.Cut(id, ":")
	return model.Store{
		ID: id, Root: root, Address: address, Type: typ, Name: name, Cloud: "aws", Kind: model.Database, Labels: labels,
		Place: model.Place{Status: model.Known, Locations: []model.Location{{Cloud: "aws", Region: region}}},
	}
}

func TestPartsOfWhatOtherRootsDeclare(t *testing.T) {
	t.Parallel()
	part := func(id, region string, w model.Whole, labels map[string]string) model.Store {
		s := thing(id, "part", "", region, labels)
		s.Whole = &w
		return s
	}
	cluster := model.Whole{Type: "cluster", Name: "users", Merges: true}
	bucket := model.Whole{Type: "bucket", Name: "users", Unique: true, Merges: true}
	us := map[string]string{"data-subject": "us-user"}
	for name, test := range map[string]struct {
		stores []model.Store
		want   string
	}{
		"it is the whole": {
			[]model.Store{thing("a:c", "cluster", "users", "us-east-1", us), part("b:p", "us-east-1", cluster, nil)},
			"a:c us-east-1 us-user",
		},
		"a name of another region is another thing": {
			[]model.Store{thing("a:c", "cluster", "users", "us-east-1", us), part("b:p", "eu-west-1", cluster, nil)},
			"a:c us-east-1 us-user, b:p eu-west-1",
		},
		"a name that is unique is one thing in all regions": {
			[]model.Store{thing("a:c", "bucket", "users", "us-east-1", us), part("b:p", "eu-west-1", bucket, map[string]string{"x": "y"})},
			"a:c us-east-1 us-user, b:p us-east-1 us-user",
		},
		"two things of the name can't be told apart": {
			[]model.Store{
				thing("a:c", "cluster", "users", "us-east-1", us), thing("b:c", "cluster", "users", "us-east-1", nil),
				part("c:p", "us-east-1", cluster, nil),
			},
			"a:c us-east-1 us-user, b:c us-east-1, c:p us-east-1",
		},
		"two that are alike need not be told apart": {
			[]model.Store{
				thing("a:c", "cluster", "users", "us-east-1", us), thing("b:c", "cluster", "users", "us-east-1", us),
				part("c:p", "us-east-1", cluster, nil),
			},
			"a:c us-east-1 us-user, b:c us-east-1 us-user",
		},
		"another type of the name is another thing": {
			[]model.Store{thing("a:c", "bucket", "users", "us-east-1", us), part("b:p", "us-east-1", cluster, nil)},
			"a:c us-east-1 us-user, b:p us-east-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := Join(model.Document{Stores: test.stores}, parse(t, usUsers), nil)
			var got []string
			for _, s := range doc.Stores {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", s.ID, s.Place.Locations[0].Region, s.Labels["data-subject"])))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What belongs to a part belongs to its whole.
func TestCopiesAndGrantsOfParts(t *testing.T) {
	t.Parallel()
	p := thing("b:p", "part", "", "us-east-1", nil)
	p.Whole = &model.Whole{Type: "cluster", Name: "users", Merges: true}
	doc := Join(model.Document{
		Stores: []model.Store{thing("a:c", "cluster", "users", "us-east-1", nil), p, thing("b:d", "cluster", "other", "us-east-1", nil)},
		Copies: []model.Copy{
			{ID: "1", From: "b:p", To: "b:d", Means: model.ByReplica}, {ID: "2", From: "a:c", To: "b:p", Means: model.ByReplica},
		},
		Grants: []model.Grant{{ID: "g", Store: "b:p"}},
	}, parse(t, usUsers), nil)
	if len(doc.Copies) != 1 || doc.Copies[0].From != "a:c" || doc.Copies[0].To != "b:d" {
		t.Errorf("copies %+v", doc.Copies)
	}
	if doc.Grants[0].Store != "a:c" {
		t.Errorf("grant %+v", doc.Grants[0])
	}
}

func TestGroupsOfSeveralRoots(t *testing.T) {
	t.Parallel()
	member := func(id string, declared bool) model.Store {
		s := thing(id, "cluster", id, "us-east-1", nil)
		s.Group = &model.Group{Name: "everywhere", Declared: declared}
		return s
	}
	for name, test := range map[string]struct {
		stores []model.Store
		want   string
	}{
		"from the root that makes the group":    {[]model.Store{member("a:c", false), member("b:c", true)}, "b:c>a:c"},
		"from the first when nobody makes it":   {[]model.Store{member("b:c", false), member("a:c", false)}, "a:c>b:c"},
		"members of one root are joined before": {[]model.Store{member("a:c", true), member("a:d", true)}, ""},
		"two groups of one name are two":        {[]model.Store{member("a:c", true), member("b:c", true)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, c := range Join(model.Document{Stores: test.stores}, parse(t, usUsers), nil).Copies {
				got = append(got, c.From+">"+c.To)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRetentionsOfWhatOtherRootsDeclare(t *testing.T) {
	t.Parallel()
	lock := model.Retention{Kind: model.LockRetention, Days: 30, Source: model.Source{File: "b/main.tf"}}
	own := model.Retention{Kind: model.ExpiryRetention, Days: 90, Source: model.Source{File: "a/main.tf"}}
	bucket := model.Whole{Type: "bucket", Name: "users", Unique: true}
	vault := model.Whole{Type: "vault", Name: "users"}
	kept := func(w model.Whole, region string) model.Kept {
		return model.Kept{Whole: w, Place: thing("b:l", "lock", "", region, nil).Place, Retention: []model.Retention{lock}}
	}
	for name, test := range map[string]struct {
		stores []model.Store
		kept   []model.Kept
		want   string
	}{
		"the thing is kept as its setting says": {
			[]model.Store{thing("a:v", "vault", "users", "us-east-1", nil)}, []model.Kept{kept(vault, "us-east-1")}, "a:v expiry 90 lock 30",
		},
		"once, though two variants of a root say so": {
			[]model.Store{thing("a:v", "vault", "users", "us-east-1", nil)},
			[]model.Kept{kept(vault, "us-east-1"), kept(vault, "us-east-1")}, "a:v expiry 90 lock 30",
		},
		"a name of another region is another thing": {
			[]model.Store{thing("a:v", "vault", "users", "us-east-1", nil)}, []model.Kept{kept(vault, "eu-west-1")}, "a:v expiry 90",
		},
		"a name that is unique is one thing in all regions": {
			[]model.Store{thing("a:b", "bucket", "users", "us-east-1", nil)}, []model.Kept{kept(bucket, "eu-west-1")}, "a:b expiry 90 lock 30",
		},
		"one of another type is another thing": {
			[]model.Store{thing("a:b", "bucket", "users", "us-east-1", nil)}, []model.Kept{kept(vault, "us-east-1")}, "a:b expiry 90",
		},
		"each of several that can't be told apart may be it": {
			[]model.Store{thing("a:v", "vault", "users", "us-east-1", nil), thing("c:v", "vault", "users", "us-east-1", map[string]string{"x": "y"})},
			[]model.Kept{kept(vault, "us-east-1")}, "a:v expiry 90 lock 30, c:v expiry 90 lock 30",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := model.Document{Stores: test.stores, Kept: test.kept}
			for i := range doc.Stores {
				doc.Stores[i].Retention = []model.Retention{own}
			}
			joinKept(&doc)
			var got []string
			for _, s := range doc.Stores {
				text := s.ID
				for _, r := range s.Retention {
					text += fmt.Sprintf(" %s %d", r.Kind, r.Days)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
