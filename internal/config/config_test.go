package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

const whole = `version: 1
datasets:
  us-user-data:
    title: US user data
    match:
      - {labels: {data-subject: us-user, purpose: backup}, role: backup}
      - labels: {data-subject: "us-*"}
        paths: ["infra/**"]
        addresses: ["module.users.*"]
        names: [users]
        types: [aws_db_instance]
    allow:
      storage: {countries: [US], clouds: [oci], sites: [va1]}
      backup: {subdivisions: [US-AZ], regions: ["oci:us-phoenix-1"]}
    deny: {countries: ["@countries-of-concern"]}
unlabelled: us-user-data
unknown: deny
sites:
  va1: {country: US, subdivision: US-VA, operator: Colo Inc, match: ["*.va1.corp.example"]}
exclude: ["examples/**"]
exceptions:
  - rule: backup-place
    address: "module.legacy.*"
    until: 2026-12-31
    approver: security@example.com
    reason: drain in progress
    ticket: SEC-1
`

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := Parse("stateside.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := Dataset{
		Title: "US user data",
		Match: []Match{
			{Labels: map[string]string{"data-subject": "us-user", "purpose": "backup"}, Role: model.Backup},
			{
				Labels: map[string]string{"data-subject": "us-*"}, Paths: []string{"infra/**"},
				Addresses: []string{"module.users.*"}, Names: []string{"users"}, Types: []string{"aws_db_instance"},
			},
		},
		Allow: map[string]Places{
			"storage": {Countries: []string{"US"}, Clouds: []string{"oci"}, Sites: []string{"va1"}},
			"backup":  {Subdivisions: []string{"US-AZ"}, Regions: []string{"oci:us-phoenix-1"}},
		},
		Deny: Places{Countries: []string{"@countries-of-concern"}},
	}
	if diff := cmp.Diff(want, got.Datasets["us-user-data"]); diff != "" {
		t.Errorf("dataset (-want +got)\n%s", diff)
	}
	site := Site{Country: "US", Subdivision: "US-VA", Operator: "Colo Inc", Match: []string{"*.va1.corp.example"}}
	if diff := cmp.Diff(map[string]Site{"va1": site}, got.Sites); diff != "" {
		t.Errorf("sites (-want +got)\n%s", diff)
	}
	exception := Exception{
		Rule: "backup-place", Address: "module.legacy.*", Until: "2026-12-31", Approver: "security@example.com",
		Reason: "drain in progress", Ticket: "SEC-1",
		Source: model.Source{File: "stateside.yaml", Line: 22, Column: 5, EndLine: 22, EndColumn: 5},
	}
	if diff := cmp.Diff([]Exception{exception}, got.Exceptions); diff != "" {
		t.Errorf("exceptions (-want +got)\n%s", diff)
	}
	if got.Unlabelled != "us-user-data" || got.Unknown != Deny {
		t.Errorf("unlabelled %q, unknown %q", got.Unlabelled, got.Unknown)
	}
	text, src, ok := got.Setting("datasets.us-user-data.allow.backup")
	if !ok || text != "US-AZ; regions oci:us-phoenix-1" || src.Line != 14 {
		t.Errorf("setting %q at line %d, found %v", text, src.Line, ok)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	const head = "version: 1\ndatasets: {us: {allow: {storage: {countries: [US]}}}}\n"
	tests := []struct{ name, text, want string }{
		{"empty", "", "f:1: the file is empty; `version: 1` and `datasets:` are needed"},
		{"not YAML", "a: [", "f:1: did not find expected node content"},
		{"two documents", head + "---\nversion: 1\n", "f:1: more than one document; only one is read"},
		{"not a mapping", "- a\n", "f:1: the configuration must be a mapping with datasets, exceptions, exclude, sites, unknown, unlabelled, version"},
		{"no version", "datasets: {us: {}}\n", "f:1: `version: 1` is missing"},
		{"other version", strings.Replace(head, "1", "2", 1), "f:1: version can't be \"2\"; did you mean \"1\"?"},
		{"no datasets", "version: 1\n", "f:1: `datasets` is missing: name the data and where it may rest"},
		{"unknown key", head + "datsets: {}\n", "f:3: the configuration has no key \"datsets\"; did you mean \"datasets\"?"},
		{"far from any key", head + "zzzzzzzzzz: {}\n", "f:3: the configuration has no key \"zzzzzzzzzz\"; known are datasets, exceptions, exclude, sites, unknown, unlabelled, version"},
		{"key twice", head + "unknown: warn\nunknown: deny\n", "f:4: the configuration has the key \"unknown\" twice"},
		{"unknown value", head + "unknown: fail\n", "f:3: unknown can't be \"fail\"; known are deny, warn"},
		{"unlabelled names no dataset", head + "unlabelled: uss\n", "f:3: unlabelled can't be \"uss\"; did you mean \"us\"?"},
		{"dataset key", "version: 1\ndatasets:\n  us:\n    alow: {}\n", "f:4: dataset us has no key \"alow\"; did you mean \"allow\"?"},
		{"use", "version: 1\ndatasets:\n  us:\n    allow: {storage: {}, backups: {}}\n", "f:4: allow has no key \"backups\"; did you mean \"backup\"?"},
		{"allow without storage", "version: 1\ndatasets:\n  us:\n    allow: {backup: {countries: [US]}}\n", "f:4: dataset us allows no `storage`, which also stands for the uses that are not written"},
		{"country by another code", strings.Replace(head, "[US]", "[USA]", 1), "f:2: \"USA\" is no ISO 3166-1 country code; did you mean \"US\"?"},
		{"country in lower case", strings.Replace(head, "[US]", "[us]", 1), "f:2: \"us\" is no ISO 3166-1 country code; did you mean \"US\"?"},
		{"country by name", strings.Replace(head, "[US]", "[Germany]", 1), "f:2: \"Germany\" is no ISO 3166-1 country code; did you mean \"DE\"?"},
		{"group", strings.Replace(head, "[US]", "[\"@country-of-concern\"]", 1), "f:2: there is no group of countries \"@country-of-concern\"; did you mean \"countries-of-concern\"?"},
		{"cloud", strings.Replace(head, "countries: [US]", "clouds: [oracle]", 1), "f:2: allow.storage.clouds can't have \"oracle\"; did you mean \"oci\"?"},
		{"cloud misspelt", strings.Replace(head, "countries: [US]", "clouds: [alicluod]", 1), "f:2: allow.storage.clouds can't have \"alicluod\"; did you mean \"alicloud\"?"},
		{"region", strings.Replace(head, "countries: [US]", "regions: [\"aws:us-west-3\"]", 1), "f:2: aws has no region \"us-west-3\"; did you mean \"us-west-1\"?"},
		{"region without cloud", strings.Replace(head, "countries: [US]", "regions: [us-west-2]", 1), "f:2: \"us-west-2\" is not written cloud:region, such as oci:us-ashburn-1"},
		{"subdivision", strings.Replace(head, "countries: [US]", "subdivisions: [Virginia]", 1), "f:2: \"Virginia\" is no ISO 3166-2 code, such as US-VA"},
		{"site that is not there", strings.Replace(head, "countries: [US]", "sites: [va1]", 1), "f:2: allow.storage.sites can't have \"va1\"; known are "},
		{"empty list", strings.Replace(head, "[US]", "[]", 1), "f:2: allow.storage.countries is empty"},
		{"list of mappings", strings.Replace(head, "[US]", "[{a: b}]", 1), "f:2: an entry of allow.storage.countries must be a text"},
		{"match everything", "version: 1\ndatasets: {us: {match: [{role: backup}]}}\n", "f:2: an entry of match has no condition: it would match every store"},
		{"role", "version: 1\ndatasets: {us: {match: [{names: [a], role: backups}]}}\n", "f:2: role can't be \"backups\"; did you mean \"backup\"?"},
		{"pattern", head + "exclude: [\"[\"]\n", "f:3: \"[\" is no pattern of paths"},
		{"site without country", head + "sites: {va1: {match: [a]}}\n", "f:3: site va1 needs a `country` and a `match`"},
		{"site's subdivision", head + "sites: {va1: {country: US, subdivision: DE-BE, match: [a]}}\n", "f:3: subdivision \"DE-BE\" of site va1 is not in US"},
		{"exception without reason", head + "exceptions:\n  - {rule: a, address: b, until: 2026-01-01, approver: c}\n", "f:4: an exception needs `reason`"},
		{"exception's end", head + "exceptions:\n  - {rule: a, address: b, until: soon, approver: c, reason: d}\n", "f:4: until must be a day such as 2026-12-31, not \"soon\""},
		{"dataset named as a keyword", "version: 1\ndatasets: {warn: {}}\n", "f:2: a dataset can't be named \"warn\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("f", []byte(tt.text))
			if err == nil {
				t.Fatal("no error")
			}
			if first, _, _ := strings.Cut(err.Error(), "\n"); first != tt.want {
				t.Errorf("error\n%s\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	c := Default()
	if c.File != "" || c.Unlabelled != "us-user-data" || c.Unknown != Warn {
		t.Errorf("built-in configuration %+v", c)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"a*", "abc", true}, {"*c", "abc", true},
		{"a*c", "ac", true}, {"a*c", "abcd", false}, {"a*b*c", "a1b2c", true}, {"a*b*b", "ab", false},
		{"module.users.*", "module.users.aws_db_instance.main", true}, {"module.users.*", "module.users", false},
		{"*.va1.corp.example", "s3.va1.corp.example", true}, {"*.va1.corp.example", "va1.corp.example", false},
		{"ab*ba", "aba", false},
	}
	for _, tt := range tests {
		if got := Matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Matches(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
}

func TestExpiredAt(t *testing.T) {
	t.Parallel()
	e := Exception{Until: "2026-12-31"}
	tests := []struct {
		now  string
		want bool
	}{
		{"2026-12-30T12:00:00Z", false},
		{"2026-12-31T23:59:59Z", false},
		{"2027-01-01T00:00:00Z", true},
		{"2027-01-01T00:30:00+02:00", false},
	}
	for _, tt := range tests {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.ExpiredAt(now); got != tt.want {
			t.Errorf("at %s expired is %v", tt.now, got)
		}
	}
	if !(Exception{Until: "never"}).ExpiredAt(time.Time{}) {
		t.Error("an end that can't be read holds for ever")
	}
}
