package regions

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const data = "../../internal/geo/data/"

// row is one line of a table, by column.
type row map[string]string

// ours returns the rows of a cloud's table by id.
func ours(t *testing.T, cloud string) map[string]row {
	t.Helper()
	rows := map[string]row{}
	for _, r := range readTable(t, data+"regions/"+cloud+".csv") {
		rows[r["id"]] = r
	}
	return rows
}

func readTable(t *testing.T, file string) []row {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, line := range lines[1:] {
		next := row{}
		for i, cell := range line {
			next[lines[0][i]] = cell
		}
		rows = append(rows, next)
	}
	return rows
}

// moduleDir returns where a module's files are, at the version of go.mod.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	if out, err := exec.Command("go", "mod", "download", module).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// found returns what a pattern's first group matches in some files, in order.
// An SDK that tells fewer regions than least has changed its form.
func found(t *testing.T, glob, pattern string, least int) []string {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			set[string(m[1])] = true
		}
	}
	if len(set) < least {
		t.Fatalf("%s tells %d regions, at least %d were expected: has its form changed?", glob, len(set), least)
	}
	return slices.Sorted(maps.Keys(set))
}

// missing returns the ids that a table has no row for.
func missing(rows map[string]row, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return rows[id] != nil })
}

// check reports the regions of an SDK that a table has no row for.
func check(t *testing.T, cloud string, ids []string) {
	t.Helper()
	for _, id := range missing(ours(t, cloud), ids) {
		t.Errorf("%s has the region %s, and internal/geo/data/regions/%s.csv no row for it", cloud, id, cloud)
	}
}

func TestMissing(t *testing.T) {
	got := missing(map[string]row{"us-east-1": {}}, []string{"us-east-1", "us-east-9"})
	if !slices.Equal(got, []string{"us-east-9"}) {
		t.Errorf("missing are %v", got)
	}
	for _, id := range []string{"us-west-3", "us-east-9"} {
		if ours(t, "aws")[id] != nil {
			t.Errorf("aws has the region %s, which is none", id)
		}
	}
}

// otherTowns are the towns that AWS names in announcements only.
var otherTowns = map[string]string{
	"ca-central-1": "Canada (Central)", "mx-central-1": "Mexico (Central)", "eusc-de-east-1": "AWS European Sovereign Cloud (Germany)",
	"us-gov-east-1": "AWS GovCloud (US-East)", "us-gov-west-1": "AWS GovCloud (US-West)",
	"us-iso-west-1": "US ISO WEST", "us-isof-east-1": "US ISOF EAST", "us-isof-south-1": "US ISOF SOUTH",
}

func TestAWS(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(moduleDir(t, "github.com/aws/aws-sdk-go-v2"), "internal/endpoints/awsrulesfn/partitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Partitions []struct {
			ID      string
			Regions map[string]struct{ Description string }
		}
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	rows, n := ours(t, "aws"), 0
	for _, partition := range table.Partitions {
		for id, region := range partition.Regions {
			if strings.HasSuffix(id, "-global") {
				continue
			}
			n++
			r := rows[id]
			switch {
			case r == nil:
				t.Errorf("AWS has the region %s (%s), and internal/geo/data/regions/aws.csv no row for it", id, region.Description)
			case r["partition"] != strings.TrimPrefix(partition.ID, "aws") && r["partition"] != partition.ID:
				t.Errorf("%s is of the partition %q, the table says %q", id, partition.ID, r["partition"])
			case !strings.Contains(region.Description, r["name"]) && otherTowns[id] != region.Description:
				t.Errorf("%s is %q, the table says %q", id, region.Description, r["name"])
			}
		}
	}
	if n < 40 {
		t.Fatalf("the SDK tells %d regions: has its form changed?", n)
	}
}

func TestOCI(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(moduleDir(t, "github.com/oracle/oci-go-sdk/v65"), "common/regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var regions []struct{ RegionIdentifier, RegionKey, RealmKey, RealmDomainComponent string }
	if err := json.Unmarshal(text, &regions); err != nil {
		t.Fatal(err)
	}
	if len(regions) < 80 {
		t.Fatalf("the SDK tells %d regions: has its form changed?", len(regions))
	}
	domains := map[string]bool{}
	for _, r := range readTable(t, data+"hosts.csv") {
		for domain := range strings.SplitSeq(r["domain"], ";") {
			domains[domain] = true
		}
	}
	rows := ours(t, "oci")
	for _, r := range regions {
		checkOCI(t, rows, r.RegionIdentifier, r.RegionKey, r.RealmKey)
		if !domains[r.RealmDomainComponent] {
			t.Errorf("OCI has the domain %s, and internal/geo/data/hosts.csv no row for it", r.RealmDomainComponent)
		}
	}
}

func checkOCI(t *testing.T, rows map[string]row, id, key, realm string) {
	t.Helper()
	r := rows[id]
	if r == nil {
		t.Errorf("OCI has the region %s (%s, %s), and internal/geo/data/regions/oci.csv no row for it", id, key, realm)
		return
	}
	public := map[string]string{"oc1": ""}
	want, isPublic := public[strings.ToLower(realm)]
	if !isPublic {
		want = strings.ToLower(realm)
	}
	if r["alias"] != strings.ToLower(key) || r["partition"] != want {
		t.Errorf("%s has the key %s in %s, the table says %s in %q", id, key, realm, r["alias"], r["partition"])
	}
}

func TestTencentCloud(t *testing.T) {
	dir := moduleDir(t, "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common")
	check(t, "tencentcloud", found(t, filepath.Join(dir, "regions/*.go"), `= "([a-z]+-[a-z-]+)"`, 20))
}

func TestScaleway(t *testing.T) {
	dir := moduleDir(t, "github.com/scaleway/scaleway-sdk-go")
	check(t, "scaleway", found(t, filepath.Join(dir, "scw/locality.go"), `= Region\("([a-z-]+)"\)`, 3))
}

func TestHuaweiCloud(t *testing.T) {
	dir := moduleDir(t, "github.com/huaweicloud/huaweicloud-sdk-go-v3")
	check(t, "huaweicloud", found(t, filepath.Join(dir, "services/*/*/region/*.go"), `NewRegion\("([a-z0-9-]+)"`, 30))
}

func TestAlibabaCloud(t *testing.T) {
	dir := moduleDir(t, "github.com/aliyun/alibaba-cloud-sdk-go")
	check(t, "alicloud", found(t, filepath.Join(dir, "sdk/endpoints/endpoints_config.go"), `"region"\s*:\s*"([a-z0-9-]+)"`, 20))
}

// npmFile returns a file of a package that npm has installed; without it the
// test is left out, and says so.
func npmFile(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join("node_modules", filepath.FromSlash(name))
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Skip("NOT TESTED: not installed; run npm install --no-package-lock --ignore-scripts first")
	}
	return file
}

// The NoSQL SDK knows regions of Oracle that the Go SDK does not.
func TestOCINoSQL(t *testing.T) {
	text, err := os.ReadFile(npmFile(t, "oracle-nosqldb/lib/region.js"))
	if err != nil {
		t.Fatal(err)
	}
	regions := regexp.MustCompile(`new Region\('([a-z0-9-]+)',\s*'([a-z]+)',\s*Realms\.(OC\d+)\)`).FindAllStringSubmatch(string(text), -1)
	if len(regions) < 100 {
		t.Fatalf("the SDK tells %d regions: has its form changed?", len(regions))
	}
	rows := ours(t, "oci")
	for _, r := range regions {
		checkOCI(t, rows, r[1], r[2], r[3])
	}
}

func TestDigitalOcean(t *testing.T) {
	text, err := os.ReadFile(npmFile(t, "@pulumi/digitalocean/types/enums/index.d.ts"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "const Region: {")
	enum, _, _ := strings.Cut(after, "}")
	var ids []string
	for _, m := range regexp.MustCompile(`: "([a-z]{3}\d)";`).FindAllStringSubmatch(enum, -1) {
		ids = append(ids, m[1])
	}
	if len(ids) < 10 {
		t.Fatalf("the SDK tells %d regions: has its form changed?", len(ids))
	}
	check(t, "digitalocean", ids)
}
