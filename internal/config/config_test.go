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
      - {labels: {data-subject: us-user, purpose: backup}, role: backup, delete_by: 2026-06-30}
      - labels: {data-subject: "us-*"}
        paths: ["infra/**"]
        addresses: ["module.users.*"]
        names: [users]
        types: [aws_db_instance]
    allow:
      storage: {countries: [US], clouds: [oci], sites: [va1]}
      backup: {subdivisions: [US-AZ], regions: ["oci:us-phoenix-1"]}
    deny: {countries: ["@countries-of-concern"]}
    access: {countries: [US], deny: {organisations: [parent], principals: [parent-company]}, undeclared: warn}
    classes: [identifiers, health]
    subjects: 250000
unlabelled: us-user-data
unknown: deny
principals:
  parent-company: {match: ["group:eng-bj@*", 198.51.100.0/24], organisation: parent, country: CN}
exception_terms: {max_days: 90, require: [ticket], never: [denied-country]}
sites:
  va1: {country: US, subdivision: US-VA, operator: Colo Inc, match: ["*.va1.corp.example"], drain_by: 2026-06-30}
exclude: ["examples/**"]
assume: {aws: {region: us-east-1}}
terraform:
  roots:
    infra: {var_files: [prod.tfvars, [common.tfvars, dev.tfvars]]}
exceptions:
  - rule: backup-place
    address: "module.legacy.*"
    granted: 2026-10-01
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
			{Labels: map[string]string{"data-subject": "us-user", "purpose": "backup"}, Role: model.Backup, DeleteBy: "2026-06-30"},
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
		Access: &Access{
			Countries: []string{"US"}, Deny: Readers{Organisations: []string{"parent"}, Principals: []string{"parent-company"}},
			Undeclared: Warn, Public: Deny,
		},
		Classes: []string{"identifiers", "health"}, Subjects: 250000,
	}
	if diff := cmp.Diff(want, got.Datasets["us-user-data"]); diff != "" {
		t.Errorf("dataset (-want +got)\n%s", diff)
	}
	site := Site{Country: "US", Subdivision: "US-VA", Operator: "Colo Inc", Match: []string{"*.va1.corp.example"}, Status: Draining, DrainBy: "2026-06-30"}
	if diff := cmp.Diff(map[string]Site{"va1": site}, got.Sites); diff != "" {
		t.Errorf("sites (-want +got)\n%s", diff)
	}
	exception := Exception{
		Rule: "backup-place", Address: "module.legacy.*", Granted: "2026-10-01", Until: "2026-12-31", Approver: "security@example.com",
		Reason: "drain in progress", Ticket: "SEC-1",
		Source: model.Source{File: "stateside.yaml", Line: 32, Column: 5, EndLine: 32, EndColumn: 5},
	}
	if diff := cmp.Diff([]Exception{exception}, got.Exceptions); diff != "" {
		t.Errorf("exceptions (-want +got)\n%s", diff)
	}
	who := Principal{Match: []string{"group:eng-bj@*", "198.51.100.0/24"}, Organisation: "parent", Country: "CN"}
	if diff := cmp.Diff(map[string]Principal{"parent-company": who}, got.Principals); diff != "" {
		t.Errorf("principals (-want +got)\n%s", diff)
	}
	terms := Terms{MaxDays: 90, Require: []string{"ticket"}, Never: []string{"denied-country"}}
	if diff := cmp.Diff(terms, got.Terms); diff != "" {
		t.Errorf("terms (-want +got)\n%s", diff)
	}
	assumed := Assumed{Value: "us-east-1", Source: model.Source{File: "stateside.yaml", Line: 27, Column: 24, EndLine: 27, EndColumn: 33}}
	if diff := cmp.Diff(map[string]map[string]Assumed{"aws": {"region": assumed}}, got.Assume); diff != "" {
		t.Errorf("assumed (-want +got)\n%s", diff)
	}
	root := Root{
		VarFiles: [][]string{{"prod.tfvars"}, {"common.tfvars", "dev.tfvars"}},
		Source:   model.Source{File: "stateside.yaml", Line: 30, Column: 5, EndLine: 30, EndColumn: 10},
	}
	if diff := cmp.Diff(map[string]Root{"infra": root}, got.Roots); diff != "" {
		t.Errorf("roots (-want +got)\n%s", diff)
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
		{"not a mapping", "- a\n", "f:1: the configuration must be a mapping with assume, datasets, exception_terms, exceptions, exclude, formats, no_stores, principals, profile, sites, terraform, unknown, unlabelled, version"},
		{"no version", "datasets: {us: {}}\n", "f:1: `version: 1` is missing"},
		{"other version", strings.Replace(head, "1", "2", 1), "f:1: version can't be \"2\"; did you mean \"1\"?"},
		{"no datasets", "version: 1\n", "f:1: `datasets` is missing: name the data and where it may rest"},
		{"unknown key", head + "datsets: {}\n", "f:3: the configuration has no key \"datsets\"; did you mean \"datasets\"?"},
		{"far from any key", head + "zzzzzzzzzz: {}\n", "f:3: the configuration has no key \"zzzzzzzzzz\"; known are assume, datasets, exception_terms, exceptions, exclude, formats, no_stores, principals, profile, sites, terraform, unknown, unlabelled, version"},
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
		{"profile", head + "profile: us\n", "f:3: profile can't be \"us\"; did you mean \"eu\"?"},
		{"class", "version: 1\ndatasets: {us: {classes: [dna]}}\n", "f:2: classes can't have \"dna\"; known are biometric, financial, genomic, geo-precise, government-related, health, identifiers, omic"},
		{"subjects", "version: 1\ndatasets: {us: {subjects: many}}\n", "f:2: subjects must be a whole number from 1 on"},
		{"principal without match", head + "principals: {p: {country: CN}}\n", "f:3: principal p needs a `match`"},
		{"principal's country", head + "principals: {p: {match: [a], country: China}}\n", "f:3: \"China\" is no ISO 3166-1 country code; did you mean \"CN\"?"},
		{"principal that is not there", "version: 1\ndatasets: {us: {access: {principals: [p]}}}\n", "f:2: access.principals can't have \"p\"; known are "},
		{"site's end", head + "sites: {va1: {country: US, match: [a], drain_by: soon}}\n", "f:3: drain_by must be a day such as 2026-12-31, not \"soon\""},
		{"required field", head + "exception_terms: {require: [owner]}\n", "f:3: require can't have \"owner\"; known are approver, granted, ticket"},
		{"assumed region", head + "assume: {aws: {region: us-west-3}}\n", "f:3: aws has no region \"us-west-3\"; did you mean \"us-west-1\"?"},
		{"variables files", head + "terraform: {roots: {a: {var_files: b.tfvars}}}\n", "f:3: var_files must be a list"},
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

func TestProfiles(t *testing.T) {
	t.Parallel()
	const threshold = 10_000
	tests := []struct {
		name, text string
		want       string // what counts for storage, denial and access
	}{
		{"none is named", "datasets: {us: {}}", "US (profile us-only) | @countries-of-concern (profile us-only) | "},
		{"none is named, and the dataset says something", "datasets: {us: {allow: {storage: {countries: [SG]}}}}", "SG |  | "},
		{"none is named, and the dataset denies", "datasets: {us: {deny: {countries: [SG]}}}", " | SG | "},
		{"fills in", "profile: us-only\ndatasets: {us: {allow: {storage: {countries: [SG]}}}}", "SG | @countries-of-concern (profile us-only) | "},
		{"anywhere", "profile: us-only\ndatasets: {us: {allow: anywhere}}", " | @countries-of-concern (profile us-only) | "},
		{"of the dataset", "profile: us-only\ndatasets: {us: {profile: eu}}", "@eea (profile eu) |  | @eea (profile eu)"},
		{"none at all", "profile: none\ndatasets: {us: {}}", " |  | "},
		{"28 CFR 202", "profile: doj-dsp\ndatasets: {us: {}}", " | @countries-of-concern (profile doj-dsp) | not @countries-of-concern (profile doj-dsp)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := Parse("f", []byte("version: 1\n"+tt.text))
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, entry := range []string{"allow.storage", "deny", "access"} {
				text, _, _ := c.Setting("datasets.us." + entry)
				texts = append(texts, text)
			}
			if got := strings.Join(texts, " | "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, name := range ProfileNames() {
		p, err := LoadProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Title == "" || p.Basis == "" || len(p.Sources) == 0 {
			t.Errorf("%s lacks a title, a basis or sources", name)
		}
		if name == "doj-dsp" && p.Thresholds["health"] != threshold {
			t.Errorf("%s has the thresholds %v", name, p.Thresholds)
		}
	}
	c, err := Parse("f", []byte("version: 1\nprofile: cjis\ndatasets: {cji: {}}"))
	if err != nil || c.Unknown != Deny {
		t.Errorf("unknown %q, error %v", c.Unknown, err)
	}
}

func TestPrincipalFits(t *testing.T) {
	t.Parallel()
	p := Principal{Match: []string{"arn:aws:iam::111122223333:*", "198.51.100.0/24", "203.0.113.7"}}
	for _, c := range []struct {
		kind model.PrincipalKind
		id   string
		want bool
	}{
		{model.RolePrincipal, "arn:aws:iam::111122223333:role/a", true},
		{model.RolePrincipal, "arn:aws:iam::444455556666:role/a", false},
		{model.NetworkPrincipal, "198.51.100.8/30", true},
		{model.NetworkPrincipal, "198.51.0.0/16", true},
		{model.NetworkPrincipal, "198.51.101.0/24", false},
		{model.NetworkPrincipal, "203.0.113.7", true},
		{model.NetworkPrincipal, "2001:db8::/32", false},
		{model.UserPrincipal, "198.51.100.8/30", false},
		{model.SomePrincipal, "", false},
	} {
		if got := p.Fits(model.Principal{Kind: c.kind, ID: c.id}); got != c.want {
			t.Errorf("%s %s: %t", c.kind, c.id, got)
		}
	}
	if (Principal{Match: []string{"*"}}).Fits(model.Principal{Kind: model.SomePrincipal}) {
		t.Error("nobody known fits a pattern")
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

// Names of places are matched by patterns for their sort, never by those of hosts.
func TestHasSite(t *testing.T) {
	t.Parallel()
	cfg := &Config{Sites: map[string]Site{"va1": {Match: []string{"*", "network:va1-*", "datacenter:va1"}}}}
	for name, want := range map[string]bool{
		"network:va1-lan": true, "network:sg1-lan": false, "network:va1": false, "datacenter:va1": true, "rack:va1-1": false,
	} {
		if got := cfg.HasSite(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
