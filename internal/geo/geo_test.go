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
		{Google, "storage", "US-EAST1+US-WEST1", "us-east1+us-west1", "US", "US-OR US-SC"},
		{Google, "kms", "europe", "europe", strings.Join(sortedSet(Groups()["eu"]), " "), ""},
		{Google, "kms", "nam9", "nam9", "US", "US-IA US-VA"},
		{AWS, "", "use1", "us-east-1", "US", "US-VA"},
		{AWS, "", "apne1-az4", "ap-northeast-1", "JP", ""},
		{AWS, "", "usw2-lax1-az1", "usw2-lax1-az1", "US", "US-CA"},
		{AWS, "", "use1-bue1-az1", "use1-bue1-az1", "AR", ""},
		{AWS, "", "us-east-1-wl1-bos-wlz-1", "us-east-1-wl1-bos-wlz-1", "US", "US-MA"},
		{AWS, "", "use1-wl1-bos-wlz1", "use1-wl1-bos-wlz1", "US", "US-MA"},
		{AWS, "", "eu-west-3-cmn-wlz-1a", "eu-west-3-cmn-wlz-1a", "MA", ""},
		{OCI, "", "us-gov-ashburn-1", "us-gov-ashburn-1", "US", "US-VA"},
		{"alicloud", "", "oss-us-southeast-1", "us-southeast-1", "US", "US-GA"},
		{"alicloud", "", "cn-hangzhou-b", "cn-hangzhou", "CN", ""},
		{"alicloud", "", "us-east-1a", "us-east-1", "US", "US-VA"},
		{"alicloud", "", "ap-southeast-1MAZ2(b,c)", "ap-southeast-1", "SG", ""},
		{"alicloud", "", "cn-hangzhou-MAZ1(a,b)", "cn-hangzhou", "CN", ""},
		{"alicloud", "", "cn-beijing", "cn-beijing", "CN", ""}, // the provider's default
		{"tencentcloud", "", "ap-guangzhou", "ap-guangzhou", "CN", ""},
		{"tencentcloud", "", "na-ashburn-2", "na-ashburn", "US", "US-VA"},
		{"huaweicloud", "", "cn-north-4a", "cn-north-4", "CN", ""},
		{"volcengine", "", "cn-beijing-a", "cn-beijing", "CN", ""},
		{"volcengine", "", "ap-southeast-1b", "ap-southeast-1", "MY", ""},
		{"ibm", "", "us-south-1", "us-south", "US", "US-TX"},
		{"ibm", "", "dal10", "dal", "US", "US-TX"},
		{"digitalocean", "", "NYC3", "nyc3", "US", ""},
		{"hcloud", "", "fsn1-dc14", "fsn1", "DE", ""},
		{"linode", "", "us-southeast-1", "us-southeast", "US", "US-GA"},
		{"linode", "", "us-iad-2", "us-iad-2", "US", ""},
		{"ovh", "", "gra11", "GRA", "FR", ""},
		{"ovh", "", "US-EAST-VA-1", "VIN", "US", "US-VA"},
		{"ovh", "", "EU-WEST-PAR-A", "EU-WEST-PAR", "FR", ""},
		{"scaleway", "", "fr-par-2", "fr-par", "FR", ""},
		{"yandex", "", "ru-central1-d", "ru-central1", "RU", ""},
		{"wasabi", "", "us-west-2", "us-west-2", "US", "US-CA"},
		{"cloudflare", "", "fedramp", "fedramp", "US", ""},
		{"datadog", "", "datadoghq.eu", "eu1", "DE", ""},
		{"aiven", "", "do-fra", "do-fra", "DE", ""},
		{"mongodbatlas", "", "AWS:AP_SOUTHEAST_1", "ap-southeast-1", "SG", ""},
		{"mongodbatlas", "", "AWS_US_WEST_2", "us-west-2", "US", "US-OR"},
		{"mongodbatlas", "", "AZURE:US_WEST_2", "westus2", "US", "US-WA"},
		{"mongodbatlas", "", "GCP:US_WEST_2", "us-west2", "US", "US-CA"},
		{"mongodbatlas", "", "GCP:EASTERN_US", "us-east1", "US", "US-SC"},
		{"mongodbatlas", "", "AWS:CN_NORTH_1", "cn-north-1", "CN", ""},
		{"snowflake", "", "AWS_AP_SOUTHEAST_1", "ap-southeast-1", "SG", ""},
		{"snowflake", "", "PUBLIC.AZURE_EASTUS2", "eastus2", "US", "US-VA"},
		{"snowflake", "", "east-us-2.azure", "eastus2", "US", "US-VA"},
		{"snowflake", "", "GCP_EUROPE_WEST2", "europe-west2", "GB", ""},
		{"snowflake", "", "AWS_US_GOV_WEST_1_FHPLUS", "us-gov-west-1", "US", "US-OR"},
		{"confluent", "", "AZURE:eastus2", "eastus2", "US", "US-VA"},
		{"confluent", "", "us-east4", "us-east4", "US", "US-VA"},
		{"ec", "", "gcp-us-central1", "us-central1", "US", "US-IA"},
		{"ec", "", "us-east-1", "us-east-1", "US", "US-VA"},
		{"aiven", "", "google-europe-west1", "europe-west1", "BE", ""},
		{"planetscale", "", "us-east", "us-east-1", "US", "US-VA"},
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
		{"cloudflare", "", "enam"},
		{"cloudflare", "", "default"},
		{"nowhere", "", "us-east-1"},
		{AWS, "", "us-east-1-az1"},
		{AWS, "", "use9-az1"},
		{AWS, "", "usw2-zzz1-az1"},
		{AWS, "", "-az"},
		{AWS, "", "eu-west-3-cmn-wlz-2a"},
		{Google, "storage", "us-east1+us-nowhere1"},
		{Google, "storage", "us-east1+"},
		{Google, "sql", "us-east1+us-west1"},
		{"alicloud", "", "cn-nowhere"},
		{"alicloud", "", "-maz"},
		{"tencentcloud", "", "ap-guangzhou-x"},
		{"hcloud", "", "fsn1-dcx"},
		{"ovh", "", "11"},
		{"ibm", "", "10"},
		{"mongodbatlas", "", "US_EAST_5"},
		{"mongodbatlas", "", "US_WEST_2"},
		{"mongodbatlas", "", "AWS:US_WEST_3"},
		{"mongodbatlas", "", "AWS:CENTRAL_US"},
		{"mongodbatlas", "", "AZURE:us-east-1"},
		{"supabase", "", "gcp-us-central1"},
		{"confluent", "", "us-east-9"},
		{"snowflake", "", "aws_"},
		{"snowflake", "", "...."},
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

// Regions that different clouds call alike, as they lie; adding a cloud that
// shares a code adds a case here.
func TestSharedCodes(t *testing.T) {
	t.Parallel()
	var tables Tables
	for code, want := range map[string]string{
		"ap-southeast-1": "alicloud=SG aws=SG byteplus=MY huaweicloud=HK volcengine=MY wasabi=SG",
		"ap-southeast-2": "alicloud=AU aws=AU huaweicloud=TH wasabi=AU",
		"ap-southeast-3": "alicloud=MY aws=ID byteplus=ID huaweicloud=SG volcengine=ID",
		"ap-southeast-4": "aws=AU huaweicloud=ID",
		"ap-southeast-5": "alicloud=ID aws=MY huaweicloud=PH",
		"ap-southeast-6": "alicloud=PH aws=NZ",
		"ap-southeast-7": "alicloud=TH aws=TH",
		"ap-southeast-8": "alicloud=MY",
		"eu-west-1":      "alicloud=GB aws=IE wasabi=GB",
		"me-central-1":   "alicloud=SA aws=AE",
		"us-east-1":      "alicloud=US aws=US wasabi=US",
		"ap-south":       "linode=SG",
		"eu-central":     "hcloud=DE FI linode=DE",
	} {
		var got []string
		for _, cloud := range regionTables() {
			if r, ok := tables.table(cloud)[code]; ok {
				got = append(got, cloud+"="+strings.Join(r.location.Countries, " "))
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", code, diff)
		}
	}
}

// What a service keeps is in its backing cloud's place and in the service's hands.
func TestServiceOperator(t *testing.T) {
	t.Parallel()
	var tables Tables
	for text, want := range map[string]string{
		"AWS:US_EAST_1": "mongodbatlas", "AWS:CN_NORTH_1": "mongodbatlas on Sinnet",
	} {
		got, err := tables.Locate("mongodbatlas", "", text)
		if err != nil || got.Cloud != AWS || got.Operator != want {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
}

// What the clouds do not promise is said to be no place, for its reason.
func TestWhy(t *testing.T) {
	t.Parallel()
	var tables Tables
	for _, tt := range []struct{ cloud, text, want string }{
		{"cloudflare", "enam", `"enam" of cloudflare tells no place: the cloud does not promise it`},
		{"mongodbatlas", "US_EAST_1", `"US_EAST_1" of mongodbatlas tells no place: the cloud it is in must be said with it`},
		{AWS, "us-west-3", `"us-west-3" is in no region table of aws`},
	} {
		_, err := tables.Locate(tt.cloud, "", tt.text)
		if err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

func TestClouds(t *testing.T) {
	t.Parallel()
	clouds := Clouds()
	for _, cloud := range []string{AWS, Google, Azure, OCI, OnPremises, "alicloud", "mongodbatlas", "datadog", "cloudflare"} {
		if !slices.Contains(clouds, cloud) {
			t.Errorf("%s is no cloud", cloud)
		}
	}
	if !slices.Equal(clouds, sortedSet(clouds)) {
		t.Errorf("%v are out of order or there twice", clouds)
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	var tables Tables
	for _, tt := range []struct{ region, want string }{
		{"eastus", "westus"}, {"westus3", "eastus"}, {"brazilsouth", "southcentralus"}, {"southcentralus", "northcentralus"},
		{"southeastasia", "eastasia"}, {"polandcentral", ""}, {"nowhere", ""}, {"usgovtexas", "usgovarizona"},
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
	regionCode  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
)

// Each row of a region table is complete, and what it refers to is there.
func TestRegionTables(t *testing.T) {
	t.Parallel()
	countries := Countries()
	for _, cloud := range regionTables() {
		rows := readTable("data/regions/" + cloud + ".csv")
		if len(rows) < 2 {
			t.Errorf("%s has %d rows", cloud, len(rows))
		}
		checkTable(t, cloud, rows, countries)
	}
	for cloud, rows := range saasTables() {
		checkTable(t, cloud, rows, countries)
		if slices.Contains(regionTables(), cloud) {
			t.Errorf("%s has two tables", cloud)
		}
	}
	for _, row := range readTable("data/aws_zones.csv") {
		checkRow(t, "zone "+row["id"], row, countries)
		isOf := func(region string) bool { return strings.HasPrefix(row["id"], region+"-") }
		if !slices.ContainsFunc(new(Tables).Regions(AWS), isOf) {
			t.Errorf("zone %s is of no region", row["id"])
		}
	}
}

// saasTables returns the rows of data/saas.csv by cloud.
func saasTables() map[string][]map[string]string {
	tables := map[string][]map[string]string{}
	for _, row := range readTable("data/saas.csv") {
		tables[row["cloud"]] = append(tables[row["cloud"]], row)
	}
	return tables
}

func checkTable(t *testing.T, cloud string, rows []map[string]string, countries map[string]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, row := range rows {
		id := row["id"]
		for _, name := range append(splitList(row["alias"]), id) {
			if seen[name] {
				t.Errorf("%s has %s twice", cloud, name)
			}
			seen[name] = true
			if got := spellingOf(cloud).fold(name); got != name {
				t.Errorf("%s is asked for as %q, the table has %q", cloud, got, name)
			}
		}
		checkRow(t, cloud+" "+id, row, countries)
		if pair := row["pair"]; pair != "" && !slices.ContainsFunc(rows, func(r map[string]string) bool { return r["id"] == pair }) {
			t.Errorf("%s %s is paired with %s, which has no row", cloud, id, pair)
		}
	}
}

// acrossStates are the areas of which no cloud says in which state they are.
var acrossStates = []string{
	"New York", "Washington DC", "US", "US1", "US3", "US5", "US0", "US2", "US West", "US cross-region", "FedRAMP",
	"GCP US Central", "Azure US Central", "AWS US East", "GCP US East", "AWS US West", "Columbus", "Shawnee",
}

func checkRow(t *testing.T, name string, row, countries map[string]string) {
	t.Helper()
	if !regionCode.MatchString(row["id"]) {
		t.Errorf("%s is no region code", name)
	}
	places := countriesOf(row["country"])
	if isHint := row["status"] == "hint"; isHint != (len(places) == 0) {
		t.Errorf("%s is in the countries %v and has the status %q", name, places, row["status"])
	}
	for _, country := range places {
		if countries[country] == "" {
			t.Errorf("%s is in the country %q", name, country)
		}
	}
	isUS := row["country"] == "US"
	if s := row["subdivision"]; s != "" && (!subdivision.MatchString(s) || !isUS) {
		t.Errorf("%s is in the subdivision %q", name, s)
	}
	// A state that is not known is left out only where no town is published.
	isPublic := row["partition"] == "" && row["status"] == "" && !slices.Contains(acrossStates, row["name"])
	if isUS && isPublic && row["subdivision"] == "" {
		t.Errorf("%s is in the United States without a state", name)
	}
	if !slices.Contains([]string{"", "closed", "restricted", "announced", "hint"}, row["status"]) {
		t.Errorf("%s has the status %q", name, row["status"])
	}
	checkSource(t, name, row)
}

func checkSource(t *testing.T, name string, row map[string]string) {
	t.Helper()
	if row["source"] == "" {
		t.Errorf("%s has no source", name)
	}
	if _, err := time.Parse(time.DateOnly, row["checked"]); err != nil {
		t.Errorf("%s was checked on %q", name, row["checked"])
	}
}

// A service names clouds and regions that have rows.
func TestServiceTables(t *testing.T) {
	t.Parallel()
	var tables Tables
	services := map[string][]string{}
	for _, row := range readTable("data/services.csv") {
		services[row["id"]] = splitList(row["backings"])
		checkSource(t, "service "+row["id"], row)
		for _, cloud := range services[row["id"]] {
			if tables.table(cloud) == nil {
				t.Errorf("%s runs in %s, which has no table", row["id"], cloud)
			}
		}
	}
	for _, row := range readTable("data/spellings.csv") {
		name := row["service"] + " " + row["spelling"]
		checkSource(t, name, row)
		if !slices.Contains(services[row["service"]], row["cloud"]) {
			t.Errorf("%s is of a cloud %s does not run in", name, row["service"])
		}
		if _, ok := tables.table(row["cloud"])[row["region"]]; !ok {
			t.Errorf("%s is %s, which has no row", name, row["region"])
		}
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
		checkSource(t, name, row)
		for _, c := range countriesOf(row["countries"]) {
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
	err := fs.WalkDir(files, "data", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && len(readTable(path)) == 0 {
			t.Errorf("%s is empty", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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

// readTable reads a table into one map a row.
func readTable(file string) []map[string]string {
	var rows []map[string]string
	for row := range rowsOf(file) {
		m := map[string]string{}
		for i, column := range row.columns {
			m[column] = row.cells[i]
		}
		rows = append(rows, m)
	}
	return rows
}
