package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/config"
	"github.com/stateside-dev/stateside/internal/model"
)

func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("stateside.yaml", []byte("version: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

const usUsers = `
datasets:
  us: {match: [{labels: {data: us}}], allow: {storage: {countries: [US]}}}
unlabelled: ignore
`

// in is a known place in an AWS region.
func in(region string) model.Place {
	return model.Place{Status: model.Known, Locations: []model.Location{{Cloud: "aws", Region: region}}}
}

var unresolved = model.Place{Status: model.Unknown, Cause: model.UnresolvedTarget}

// bucket is a store whose id, address and name are alike.
func bucket(id string, labels map[string]string) model.Store {
	return model.Store{
		ID: id, Address: id, Name: id, Type: "aws_s3_bucket", Cloud: "aws", Service: "s3",
		Kind: model.ObjectStorage, Role: model.Primary, Labels: labels, Place: in("us-east-1"),
	}
}

var labelled = map[string]string{"data": "us"}

func replica(from, to string) model.Copy {
	return model.Copy{ID: from + "→" + to, From: from, To: to, Means: model.ByReplica, Place: unresolved}
}

// held writes each store with the datasets in it: a: us primary match.
func held(doc model.Document) []string {
	var lines []string
	for _, s := range doc.Stores {
		for _, d := range s.Datasets {
			line := fmt.Sprintf("%s: %s %s %s", s.ID, d.Name, d.Role, d.Basis)
			if len(d.Path) > 0 {
				line += " over " + strings.Join(d.Path, ", ")
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestDatasetsFlowAlongCopies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		stores []model.Store
		copies []model.Copy
		want   []string
	}{
		"two copies on": {
			usUsers,
			[]model.Store{bucket("a", labelled), bucket("b", nil), bucket("c", nil), bucket("d", nil)},
			[]model.Copy{replica("a", "b"), {ID: "b→c", From: "b", To: "c", Means: model.ByBackup}},
			[]string{"a: us primary match", "b: us replica copy over a→b", "c: us backup copy over a→b, b→c"},
		},
		"the shorter way": {
			usUsers,
			[]model.Store{bucket("a", labelled), bucket("b", nil), bucket("c", nil)},
			[]model.Copy{replica("a", "b"), replica("b", "c"), replica("a", "c")},
			[]string{"a: us primary match", "b: us replica copy over a→b", "c: us replica copy over a→c"},
		},
		"a circle": {
			usUsers,
			[]model.Store{bucket("a", labelled), bucket("b", nil)},
			[]model.Copy{replica("a", "b"), replica("b", "a"), replica("b", "b")},
			[]string{"a: us primary match", "b: us replica copy over a→b"},
		},
		"a label of another kind does not stop it": {
			`
datasets:
  us: {match: [{labels: {data: us}}], allow: {storage: {countries: [US]}}}
  eu: {match: [{labels: {data: eu}}], allow: {storage: {countries: ["@eu"]}}}
unlabelled: ignore
`,
			[]model.Store{bucket("a", labelled), bucket("b", map[string]string{"data": "eu"})},
			[]model.Copy{replica("a", "b")},
			[]string{"a: us primary match", "b: eu primary match", "b: us replica copy over a→b"},
		},
		"unlabelled stores are the dataset, and their copies": {
			`
datasets:
  us: {allow: {storage: {countries: [US]}}}
unlabelled: us
`,
			[]model.Store{bucket("a", nil), bucket("b", nil)},
			[]model.Copy{replica("b", "a")},
			[]string{"a: us replica copy over b→a", "b: us primary unlabelled"},
		},
		"unlabelled stores in a circle": {
			`
datasets:
  us: {allow: {storage: {countries: [US]}}}
unlabelled: us
`,
			[]model.Store{bucket("a", nil), bucket("b", nil)},
			[]model.Copy{replica("a", "b"), replica("b", "a")},
			[]string{"a: us primary unlabelled", "b: us replica copy over a→b"},
		},
		"a match gives a role": {
			`
datasets:
  us: {match: [{names: ["dump*"], role: backup}], allow: {storage: {countries: [US]}}}
unlabelled: ignore
`,
			[]model.Store{bucket("dumps", nil)},
			nil,
			[]string{"dumps: us backup match"},
		},
		"what is restored keeps its role": {
			usUsers,
			[]model.Store{bucket("a", labelled), bucket("b", nil)},
			[]model.Copy{{ID: "a→b", From: "a", To: "b", Means: model.ByMigration}},
			[]string{"a: us primary match", "b: us primary copy over a→b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := Join(model.Document{Stores: test.stores, Copies: test.copies}, parse(t, test.config), nil)
			if diff := cmp.Diff(test.want, held(doc)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// However the stores and copies are ordered, the result is the same.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	cfg := parse(t, "datasets:\n  us: {allow: {storage: {countries: [US]}}}\nunlabelled: us\n")
	stores := []model.Store{bucket("a", nil), bucket("b", nil), bucket("c", nil)}
	copies := []model.Copy{replica("a", "b"), replica("b", "c"), replica("c", "a")}
	want := held(Join(model.Document{Stores: stores, Copies: copies}, cfg, nil))
	slices.Sort(want)
	backwards := slices.Clone(stores)
	slices.Reverse(backwards)
	slices.Reverse(copies)
	got := held(Join(model.Document{Stores: backwards, Copies: copies}, cfg, nil))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-forwards +backwards)\n%s", diff)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	s := model.Store{
		Root: "infra/prod", Address: "module.users.aws_s3_bucket.media", Type: "aws_s3_bucket", Name: "media-prod",
		Labels: map[string]string{"data": "us-user"}, Source: model.Source{File: "modules/bucket/main.tf"},
	}
	for text, want := range map[string]bool{
		`labels: {data: us-user}`:                         true,
		`labels: {data: "us-*"}`:                          true,
		`labels: {data: us}`:                              false,
		`labels: {data: us-user, tier: "1"}`:              false,
		`paths: ["modules/**"]`:                           true,
		`paths: ["infra/**"]`:                             true, // of the root that calls the module
		`paths: ["other/**"]`:                             false,
		`addresses: ["module.users.*"]`:                   true,
		`addresses: ["module.user"]`:                      false,
		`names: ["*-dev", "*-prod"]`:                      true,
		`names: ["*-dev"]`:                                false,
		`types: [aws_s3_bucket]`:                          true,
		`{types: [aws_s3_bucket], names: ["*-dev"]}`:      false,
		`{types: [aws_s3_bucket], names: ["media-prod"]}`: true,
	} {
		if !strings.HasPrefix(text, "{") {
			text = "{" + text + "}"
		}
		cfg := parse(t, "datasets:\n  d: {match: ["+text+"], allow: {storage: {countries: [US]}}}\n")
		if got := fits(&s, cfg.Datasets["d"].Match[0]); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	vault := func(id, region string) model.Store {
		return model.Store{ID: id, Name: "dr", Cloud: "aws", Service: "backup", Kind: model.BackupVault, Place: in(region)}
	}
	google := bucket("shared", nil)
	google.ID, google.Cloud = "google-shared", "google"
	for name, test := range map[string]struct {
		stores []model.Store
		toName string
		want   string
	}{
		"an ARN in its region":            {[]model.Store{vault("here", "us-east-1"), vault("far", "eu-west-1")}, "arn:aws:backup:eu-west-1:1:backup-vault:dr", "far"},
		"an ARN of a region without one":  {[]model.Store{vault("here", "us-east-1")}, "arn:aws:backup:eu-west-1:1:backup-vault:dr", ""},
		"two that it may be":              {[]model.Store{vault("one", "us-east-1"), vault("two", "us-east-1")}, "arn:aws:backup:us-east-1:1:backup-vault:dr", ""},
		"the ARN of a bucket":             {[]model.Store{bucket("media", nil)}, "arn:aws:s3:::media", "media"},
		"the name of a bucket":            {[]model.Store{bucket("media", nil)}, "media", "media"},
		"the name of what is no bucket":   {[]model.Store{vault("here", "us-east-1")}, "dr", ""},
		"a bucket of the source's cloud":  {[]model.Store{bucket("shared", nil), google}, "shared", "shared"},
		"a bucket URL of another cloud":   {[]model.Store{bucket("shared", nil), google}, "gs://shared", "google-shared"},
		"a name that nothing here has":    {[]model.Store{bucket("media", nil)}, "elsewhere", ""},
		"an ARN of another cloud's store": {[]model.Store{google}, "arn:aws:s3:::shared", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := bucket("from", nil)
			c := model.Copy{ID: "c", From: "from", ToName: test.toName, Means: model.ByBackup, Place: unresolved}
			doc := Join(model.Document{Stores: append(test.stores, from), Copies: []model.Copy{c}}, parse(t, usUsers), nil)
			if got := doc.Copies[0].To; got != test.want {
				t.Errorf("%s is found to be %q, want %q", test.toName, got, test.want)
			}
			if known := doc.Copies[0].Place.Status == model.Known; known != (test.want != "") {
				t.Errorf("the place is %v", doc.Copies[0].Place)
			}
		})
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	cfg := parse(t, usUsers+`
sites:
  va1: {country: US, subdivision: US-VA, operator: Colo Inc, match: ["*.va1.corp.example"]}
  sg1: {country: SG, match: ["datacenter:sg1"]}
`)
	place := func(status model.Status, endpoints ...string) model.Place {
		p := model.Place{Status: status, Cause: model.UndeclaredSite, Reason: "no site of the configuration has it"}
		for _, e := range endpoints {
			p.Locations = append(p.Locations, model.Location{Cloud: "on-premises", Endpoint: e})
		}
		return p
	}
	left := place(model.Caller, "db.va1.corp.example")
	left.Cause = model.LeftToCaller
	leftOpen := left
	leftOpen.Locations = append([]model.Location{{Cloud: "aws", Region: "eu-central-1"}}, left.Locations...)
	alternatives := place(model.Unknown, "db.va1.corp.example", "datacenter:sg1")
	alternatives.Alternatives = true
	within := place(model.Unknown, "rack:r1")
	within.Locations[0].Within = []string{"datacenter:sg1", "region:va1"}
	for name, test := range map[string]struct {
		place  model.Place
		status model.Status
		sites  []string
	}{
		"left to a caller":     {left, model.Known, []string{"va1"}},
		"a region besides":     {leftOpen, model.Caller, []string{"", "va1"}},
		"alternatives":         {alternatives, model.OneOf, []string{"va1", "sg1"}},
		"by what it is within": {within, model.Known, []string{"sg1"}},
		"declared":             {place(model.Unknown, "db.va1.corp.example"), model.Known, []string{"va1"}},
		"by datacenter":        {place(model.Unknown, "datacenter:sg1"), model.Known, []string{"sg1"}},
		"undeclared":           {place(model.Unknown, "db.cn1.corp.example"), model.Unknown, []string{""}},
		"one of two known":     {place(model.Unknown, "db.va1.corp.example", "db.cn1.corp.example"), model.Unknown, []string{"va1", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bucket("a", nil)
			s.Place = test.place
			got := Join(model.Document{Stores: []model.Store{s}}, cfg, nil).Stores[0].Place
			var sites []string
			for _, l := range got.Locations {
				sites = append(sites, l.Site)
			}
			if got.Status != test.status || !slices.Equal(sites, test.sites) {
				t.Errorf("got %s %q, want %s %q", got.Status, sites, test.status, test.sites)
			}
			if decided := got.Status == model.Known || got.Status == model.OneOf; decided != (got.Reason == "") {
				t.Errorf("a %s place has the reason %q", got.Status, got.Reason)
			}
		})
	}
	va := Join(model.Document{Stores: []model.Store{{ID: "a", Place: place(model.Unknown, "db.va1.corp.example")}}}, cfg, nil).Stores[0].Place.Locations[0]
	want := model.Location{
		Cloud: "on-premises", Site: "va1", Endpoint: "db.va1.corp.example", Name: "site va1",
		Countries: []string{"US"}, Subdivisions: []string{"US-VA"}, Operator: "Colo Inc",
	}
	if diff := cmp.Diff(want, va); diff != "" {
		t.Error(diff)
	}
}

// What is left open is told of the stores that no site has the place of.
func TestStillOpen(t *testing.T) {
	t.Parallel()
	cfg := parse(t, usUsers+`
sites:
  va1: {country: US, match: ["storageclass:va1-*"]}
`)
	open := func(id, class string) model.Store {
		s := model.Store{ID: id, Place: model.Place{Status: model.Caller, Cause: model.LeftToCaller}}
		if class != "" {
			s.Place.Locations = []model.Location{{Cloud: "on-premises", Endpoint: "storageclass:" + class}}
		}
		return s
	}
	for name, test := range map[string]struct {
		stores []model.Store
		want   string
	}{
		"none decided": {[]model.Store{open("a", ""), open("b", "sg1-nvme")}, "it leaves the place of 2 stores"},
		"one decided":  {[]model.Store{open("a", ""), open("b", "va1-nvme")}, "it leaves the place of 1 store"},
		"all decided":  {[]model.Store{open("a", "va1-nfs"), open("b", "va1-nvme")}, ""},
	} {
		p := model.Problem{Kind: model.CallerDecides, Message: "it leaves " + model.PlaceOf(2), Open: []string{"a", "b"}}
		got := ""
		for _, p := range Join(model.Document{Stores: test.stores, Problems: []model.Problem{p}}, cfg, nil).Problems {
			got += p.Message
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestPlacements(t *testing.T) {
	t.Parallel()
	away := func(id string, to string, place model.Place) model.Copy {
		return model.Copy{ID: id, From: "a", To: to, Means: model.ByBackup, Place: place}
	}
	transit := bucket("a", labelled)
	transit.Transit = true
	vague := bucket("b", nil)
	vague.Place = model.Place{Status: model.Unknown, Cause: model.NoValue}
	unread := bucket("a", nil)
	unread.LabelsUnknown = true
	for name, test := range map[string]struct {
		stores []model.Store
		copies []model.Copy
		want   []string // of a: dataset, role, status, copy
	}{
		"itself":                        {[]model.Store{bucket("a", labelled)}, nil, []string{"us primary known "}},
		"a copy to no declared store":   {[]model.Store{bucket("a", labelled)}, []model.Copy{away("c", "", in("eu-west-1"))}, []string{"us primary known ", "us backup known c"}},
		"a copy judged at its target":   {[]model.Store{bucket("a", labelled), bucket("b", nil)}, []model.Copy{away("c", "b", in("us-east-1"))}, []string{"us primary known "}},
		"a copy better known than that": {[]model.Store{bucket("a", labelled), vague}, []model.Copy{away("c", "b", in("eu-west-1"))}, []string{"us primary known ", "us backup known c"}},
		"nothing rests in transit":      {[]model.Store{transit}, []model.Copy{away("c", "", in("eu-west-1"))}, []string{"us backup known c"}},
		"no data of interest":           {[]model.Store{bucket("a", nil)}, []model.Copy{away("c", "", in("eu-west-1"))}, nil},
		"labels that can't be read":     {[]model.Store{unread}, nil, []string{" primary known "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := parse(t, usUsers)
			inputs := Inputs(Join(model.Document{Stores: test.stores, Copies: test.copies}, cfg, nil), cfg)
			var got []string
			for i, p := range inputs[0].Placements {
				if p.Index != i {
					t.Errorf("placement %d has the index %d", i, p.Index)
				}
				got = append(got, fmt.Sprintf("%s %s %s %s", p.Dataset, p.Role, p.Status, p.Copy))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A copy of a store that is not declared is judged by itself: it is the data of
// a store without labels, unless its name tells more.
func TestCopiesOfUndeclaredStores(t *testing.T) {
	t.Parallel()
	copyOf := func(name, to string) model.Copy {
		return model.Copy{ID: "c", FromName: name, To: to, Means: model.BySnapshotCopy, Place: in("eu-west-1")}
	}
	named := `
datasets:
  us: {match: [{names: ["users*"]}], allow: {storage: {countries: [US]}}}
unlabelled: ignore
`
	everything := `
datasets:
  us: {allow: {storage: {countries: [US]}}}
unlabelled: us
`
	for name, test := range map[string]struct {
		config string
		copy   model.Copy
		want   []string
	}{
		"all stores count":        {everything, copyOf("somebody's", ""), []string{"us backup c"}},
		"its name is known":       {named, copyOf("arn:aws:rds:us-east-1:1:snapshot:users-1", ""), []string{"us backup c"}},
		"its name is another":     {named, copyOf("somebody's", ""), nil},
		"judged where it ends up": {everything, copyOf("somebody's", "b"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := parse(t, test.config)
			doc := model.Document{Stores: []model.Store{bucket("b", nil)}, Copies: []model.Copy{test.copy}}
			var got []string
			for _, input := range Inputs(Join(doc, cfg, nil), cfg) {
				if input.Kind == model.CopyInput {
					for _, p := range input.Placements {
						got = append(got, fmt.Sprintf("%s %s %s", p.Dataset, p.Role, p.Copy))
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInputsHoldAll(t *testing.T) {
	t.Parallel()
	cfg := parse(t, usUsers)
	doc := Join(model.Document{
		Stores:   []model.Store{bucket("a", labelled), bucket("b", nil)},
		Copies:   []model.Copy{replica("a", "b")},
		Problems: []model.Problem{{Kind: model.Unread, Message: "not read"}},
	}, cfg, nil)
	inputs := Inputs(doc, cfg)
	if len(inputs) != 3 || inputs[2].Kind != model.ProblemInput || inputs[2].Problem.Message != "not read" {
		t.Fatalf("got %d inputs", len(inputs))
	}
	if out := inputs[0].Copies.Out; len(out) != 1 || out[0].To != "b" {
		t.Errorf("a: %v", out)
	}
	if in := inputs[1].Copies.In; len(in) != 1 || in[0].From != "a" {
		t.Errorf("b: %v", in)
	}
}
