package geo

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cloud, service, text string
		region               string
		countries            string
		subdivisions         string
	}{
		{AWS, "", "us-east-1", "us-east-1", "US", "US-VA"},
		{AWS, "", "us-east-1c", "us-east-1", "US", "US-VA"},
		{AWS, "", "ap-southeast-1", "ap-southeast-1", "SG", ""},
		{AWS, "", "us-east-1-bue-1a", "us-east-1-bue-1a", "AR", ""},
		{AWS, "", "us-west-2-lax-1b", "us-west-2-lax-1b", "US", "US-CA"},
		{AWS, "", "ap-east-1", "ap-east-1", "HK", ""},
		{Azure, "", "East US 2", "eastus2", "US", "US-VA"},
		{Azure, "", "SoutheastAsia", "southeastasia", "SG", ""},
		{Azure, "", "United States", "unitedstates", "US", ""},
		{OCI, "", "us-ashburn-1", "us-ashburn-1", "US", "US-VA"},
		{OCI, "", "PHX", "us-phoenix-1", "US", "US-AZ"},
		{OCI, "", "Uocm:PHX-AD-1", "us-phoenix-1", "US", "US-AZ"},
		{OCI, "", "abcd:US-ASHBURN-AD-3", "us-ashburn-1", "US", "US-VA"},
		{OCI, "", "abcd:EU-FRANKFURT-1-AD-2", "eu-frankfurt-1", "DE", ""},
		{OCI, "", "eu_frankfurt_1", "eu-frankfurt-1", "DE", ""},
		{Google, "compute", "us-central1", "us-central1", "US", "US-IA"},
		{Google, "compute", "us-central1-a", "us-central1", "US", "US-IA"},
		{Google, "compute", "projects/p/zones/europe-west1-b", "europe-west1", "BE", ""},
		{Google, "storage", "US", "us", "US", ""},
		{Google, "storage", "EUR5", "eur5", "BE GB", ""},
		{Google, "firestore", "nam5", "nam5", "US", "US-IA US-OK US-SC"},
		{Google, "spanner", "regional-us-west1", "us-west1", "US", "US-OR"},
		{Google, "spanner", "nam14", "nam14", "CA US", "US-SC US-VA"},
		{Google, "spanner", "projects/p/instanceConfigs/nam-eur-asia1", "nam-eur-asia1", "BE TW US", "US-IA US-OK US-SC"},
		{Google, "bigquery", "aws-us-east-1", "us-east-1", "US", "US-VA"},
		{Google, "bigquery", "azure-eastus2", "eastus2", "US", "US-VA"},
	}
	var tables Tables
	for _, tt := range tests {
		t.Run(tt.cloud+" "+tt.service+" "+tt.text, func(t *testing.T) {
			got, err := tables.Locate(tt.cloud, tt.service, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got.Region != tt.region || strings.Join(got.Countries, " ") != tt.countries || strings.Join(got.Subdivisions, " ") != tt.subdivisions {
				t.Errorf("got %s in %v %v", got.Region, got.Countries, got.Subdivisions)
			}
		})
	}
}

// What no table lists is an error, however much its beginning promises.
func TestLocateUnknown(t *testing.T) {
	t.Parallel()
	var tables Tables
	for _, tt := range []struct{ cloud, service, text string }{
		{AWS, "", "us-west-3"},
		{AWS, "", "us-east-9"},
		{AWS, "", "us-east-1-xyz-1a"},
		{AWS, "", "US-EAST-1"},
		{AWS, "", "eastus"},
		{AWS, "", ""},
		{Azure, "", "east-us"},
		{Azure, "", "us-east-1"},
		{OCI, "", "us-nowhere-1"},
		{Google, "compute", "us-central9-a"},
		{Google, "storage", "eur3"},        // of Spanner and Firestore
		{Google, "artifactregistry", "eu"}, // there it is called europe
		{Google, "sql", "nam4"},
		{"cloudflare", "", "us"},
	} {
		location, err := tables.Locate(tt.cloud, tt.service, tt.text)
		var unknown *UnknownRegionError
		if !errors.As(err, &unknown) {
			t.Errorf("%s %s %q is %v, %v", tt.cloud, tt.service, tt.text, location, err)
		}
	}
}

// The same code is another place in another cloud, or another service.
func TestSameCode(t *testing.T) {
	t.Parallel()
	var tables Tables
	country := func(cloud, service, text string) string {
		l, err := tables.Locate(cloud, service, text)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(l.Countries, " ")
	}
	if a, b := country(Google, "firestore", "eur3"), country(Google, "spanner", "eur3"); a != "BE FI NL" || b != "BE FI NL" {
		t.Errorf("eur3 is %s and %s", a, b)
	}
	if a, b := country(Google, "storage", "asia1"), country(Google, "spanner", "asia1"); a == b {
		t.Errorf("asia1 is %s in both services", a)
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	var tables Tables
	for _, tt := range []struct{ region, want string }{
		{"eastus", "westus"}, {"westus3", "eastus"}, {"brazilsouth", "southcentralus"}, {"southcentralus", "northcentralus"},
		{"southeastasia", "eastasia"}, {"polandcentral", ""}, {"nowhere", ""},
	} {
		got, ok := tables.Pair(Azure, tt.region)
		if got.Region != tt.want || ok != (tt.want != "") {
			t.Errorf("pair of %s is %q, want %q", tt.region, got.Region, tt.want)
		}
	}
	if _, ok := tables.Pair("other", "eastus"); ok {
		t.Error("a cloud without a table has pairs")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	var tables Tables
	for _, tt := range []struct{ service, region, want string }{
		{"sql", "us-central1", "us"}, {"sql", "europe-west2", "eu"}, {"sql", "australia-southeast1", "asia"},
		{"compute", "asia-southeast1", "asia"}, {"compute", "eu", "eu"},
		{"compute", "northamerica-northeast1", ""}, {"compute", "southamerica-east1", ""}, {"spanner", "us-central1", ""},
	} {
		got, ok := tables.Nearest(Google, tt.service, tt.region)
		if got.Region != tt.want || ok != (tt.want != "") {
			t.Errorf("nearest to %s for %s is %q, want %q", tt.region, tt.service, got.Region, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	want := []string{"CN", "HK", "MO", "CU", "IR", "KP", "RU", "VE"}
	if diff := cmp.Diff(want, Groups()["countries-of-concern"]); diff != "" {
		t.Errorf("countries of concern (-want +got)\n%s", diff)
	}
	if n := len(Groups()["eu"]); n != 27 {
		t.Errorf("the European Union has %d members", n)
	}
}

var (
	subdivision = regexp.MustCompile(`^US-[A-Z]{2}$`)
	regionCode  = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// Each row of a region table is complete, and what it refers to is there.
func TestRegionTables(t *testing.T) {
	t.Parallel()
	countries := Countries()
	for _, cloud := range []string{AWS, Google, Azure, OCI} {
		rows := readTable("data/" + cloud + ".csv")
		seen := map[string]bool{}
		for _, row := range rows {
			id := row["id"]
			if seen[id] || row["alias"] != "" && seen[row["alias"]] {
				t.Errorf("%s %s is there twice", cloud, id)
			}
			seen[id], seen[row["alias"]] = true, true
			checkRow(t, cloud+" "+id, row, countries)
			if pair := row["pair"]; pair != "" && !slices.ContainsFunc(rows, func(r map[string]string) bool { return r["id"] == pair }) {
				t.Errorf("%s %s is paired with %s, which has no row", cloud, id, pair)
			}
		}
		if len(rows) < 40 {
			t.Errorf("%s has %d rows", cloud, len(rows))
		}
	}
	for _, row := range readTable("data/aws_zones.csv") {
		checkRow(t, "zone "+row["id"], row, countries)
		if _, err := new(Tables).Locate(AWS, "", row["parent"]); err != nil || !strings.HasPrefix(row["id"], row["parent"]+"-") {
			t.Errorf("zone %s is not of %s", row["id"], row["parent"])
		}
	}
}

func checkRow(t *testing.T, name string, row, countries map[string]string) {
	t.Helper()
	if !regionCode.MatchString(row["id"]) {
		t.Errorf("%s is no region code", name)
	}
	if countries[row["country"]] == "" {
		t.Errorf("%s is in the country %q", name, row["country"])
	}
	isUS := row["country"] == "US"
	if s := row["subdivision"]; s != "" && !subdivision.MatchString(s) || s != "" && !isUS {
		t.Errorf("%s is in the subdivision %q", name, s)
	}
	// A state that is not known is left out only where no town is published.
	isPublic := row["partition"] == "" && row["name"] != "New York"
	if isUS && isPublic && row["subdivision"] == "" {
		t.Errorf("%s is in the United States without a state", name)
	}
	if row["source"] == "" {
		t.Errorf("%s has no source", name)
	}
	if _, err := time.Parse(time.DateOnly, row["checked"]); err != nil {
		t.Errorf("%s was checked on %q", name, row["checked"])
	}
}

func TestMultiRegionTable(t *testing.T) {
	t.Parallel()
	countries := Countries()
	var tables Tables
	seen := map[string]bool{}
	for _, row := range readTable("data/multiregions.csv") {
		name := multiKey(row["cloud"], row["service"], row["id"])
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if (row["members"] == "") == (row["countries"] == "") {
			t.Errorf("%s must have either members or countries", name)
		}
		for _, c := range splitList(row["countries"]) {
			if countries[c] == "" {
				t.Errorf("%s may be in the country %q", name, c)
			}
		}
		for _, member := range splitList(row["members"]) {
			if _, err := tables.Locate(row["cloud"], "", member); err != nil {
				t.Errorf("%s has the member %s: %v", name, member, err)
			}
		}
	}
	for _, row := range readTable("data/nearest.csv") {
		if !seen[multiKey(Google, row["service"], row["multiregion"])] {
			t.Errorf("nearest to %s for %s is %s, which has no row", row["prefix"], row["service"], row["multiregion"])
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	if n := len(Countries()); n != 250 {
		t.Errorf("%d countries", n)
	}
	for _, row := range readTable("data/groups.csv") {
		if Countries()[row["country"]] == "" || row["source"] == "" {
			t.Errorf("group %s has the row %v", row["group"], row)
		}
	}
}

// Every file is read by some table.
func TestFiles(t *testing.T) {
	t.Parallel()
	entries, err := fs.ReadDir(files, "data")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if len(readTable("data/"+e.Name())) == 0 {
			t.Errorf("%s is empty", e.Name())
		}
	}
}

func TestParseIdentifier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		whole bool
		want  Reference
		ok    bool
	}{
		{"arn:aws:s3:::my-bucket", true, Reference{AWS, "s3", "", "my-bucket"}, true},
		{"arn:aws:s3:::my-bucket/key/a", true, Reference{AWS, "s3", "", "my-bucket"}, true},
		{"arn:aws:backup:us-east-1:1:backup-vault:v", true, Reference{AWS, "backup", "us-east-1", "v"}, true},
		{"arn:aws:dynamodb:eu-west-1:1:table/t", true, Reference{AWS, "dynamodb", "eu-west-1", "t"}, true},
		{"arn:aws:backup:us-east-1:", false, Reference{AWS, "backup", "us-east-1", ""}, true},
		{"arn:aws:backup:us-east-1", false, Reference{AWS, "backup", "", ""}, true},
		{"arn:aws:backup:us", false, Reference{AWS, "backup", "", ""}, true},
		{"arn:aws:", false, Reference{Cloud: AWS}, false},
		{"ocid1.bucket.oc1.iad.aaaa", true, Reference{OCI, "bucket", "iad", ""}, true},
		{"ocid1.filesystem.oc1.eu_frankfurt_1.aaaa", true, Reference{OCI, "filesystem", "eu_frankfurt_1", ""}, true},
		{"ocid1.compartment.oc1..aaaa", true, Reference{OCI, "compartment", "", ""}, true},
		{"s3://b/prefix", true, Reference{AWS, "s3", "", "b"}, true},
		{"gs://b", true, Reference{Google, "gs", "", "b"}, true},
		{"gs://b", false, Reference{Google, "gs", "", ""}, true},
		{"bq://project.dataset", true, Reference{Google, "bigquery", "", "dataset"}, true},
		{"projects/p/locations/us-west1/clusters/c", true, Reference{Google, "", "us-west1", "c"}, true},
		{"https://www.googleapis.com/compute/v1/projects/p/zones/us-east1-b/disks/d", true, Reference{Google, "", "us-east1-b", "d"}, true},
		{"projects/p/locations/us", false, Reference{Cloud: Google}, true},
		{"storage.googleapis.com/b", true, Reference{Google, "storage", "", "b"}, true},
		{"logging.googleapis.com/projects/p/locations/eu/buckets/l", true, Reference{Google, "logging", "eu", "l"}, true},
		{"/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a", true, Reference{Azure, "", "", "a"}, true},
		{"https://acct.blob.core.windows.net/c", true, Reference{Azure, "", "", "acct"}, true},
		{"https://b.s3.eu-west-1.amazonaws.com/k", true, Reference{AWS, "", "eu-west-1", "b"}, true},
		{"https://b.s3.amazonaws.com/k", true, Reference{AWS, "", "", "b"}, true},
		{"https://objectstorage.us-phoenix-1.oraclecloud.com/n/x/b/y", true, Reference{OCI, "", "us-phoenix-1", ""}, true},
		{"https://ns.compat.objectstorage.us-ashburn-1.oraclecloud.com", true, Reference{OCI, "", "us-ashburn-1", ""}, true},
		{"https://s3.corp.example/b", true, Reference{}, false},
		{"https://s3.us-east-1.amazonaws.com.evil.example/", true, Reference{}, false},
		{"my-bucket", true, Reference{}, false},
		{"", true, Reference{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := ParseIdentifier(tt.text, tt.whole)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://S3.Corp.example:9000/x": "s3.corp.example", "s3.corp.example:9000": "s3.corp.example",
		"s3.corp.example": "s3.corp.example", "s3.corp.example/path": "s3.corp.example", "": "",
	} {
		if got := Host(text); got != want {
			t.Errorf("host of %q is %q", text, got)
		}
	}
}

// Tables may be read by several goroutines at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var tables Tables
	done := make(chan model.Location)
	for range 8 {
		go func() {
			l, _ := tables.Locate(Google, "storage", "us")
			done <- l
		}()
	}
	for range 8 {
		if l := <-done; l.Region != "us" {
			t.Errorf("got %v", l)
		}
	}
}
