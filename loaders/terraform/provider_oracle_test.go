package terraform

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/stores/storestest"
)

var providerSeeds = flag.Int("oracle.providers", 0, "how many random configurations of providers to compare with the real terraform (default 200 where CI is set, else 15)")

// placeProviderName is what Terraform calls the binary of .ci/provider.
const placeProviderName = "terraform-provider-aws"

// placeProvider is the directory of a provider which tells where Terraform puts
// what it declares. STATESIDE_PROVIDER names it, else it is built once and kept.
// In CI there must be one.
func placeProvider(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("STATESIDE_PROVIDER"); dir != "" {
		return dir
	}
	const source = "../../.ci/provider"
	hash := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		data, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			t.Fatal(err)
		}
		hash.Write(data)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	dir := filepath.Join(cache, "stateside", fmt.Sprintf("provider-%x", hash.Sum(nil)[:8]))
	if _, err := os.Stat(filepath.Join(dir, placeProviderName)); err == nil {
		return dir
	}
	cmd := exec.Command("go", "build", "-C", source, "-o", filepath.Join(dir, placeProviderName), ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		message := fmt.Sprintf("NOT COMPARED with the real terraform: the provider can't be built: %v\n%s", err, out)
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	return dir
}

// providerOracle runs Terraform with that provider.
type providerOracle struct{ binary, settings string }

func newProviderOracle(t *testing.T) *providerOracle {
	t.Helper()
	binary := realTerraform(t)
	settings := filepath.Join(t.TempDir(), "terraformrc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = %q\n  }\n  direct {}\n}\n", placeProvider(t))
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return &providerOracle{binary, settings}
}

// regions applies a configuration in a directory and returns the region of each
// instance by address, "" where the environment would give it.
func (o *providerOracle) regions(dir string, c randomConfig) (map[string]string, error) {
	get := exec.Command(o.binary, "get", "-no-color")
	get.Dir = dir
	get.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+o.settings)
	if out, err := get.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	c.settings = o.settings
	want, err := applied(o.binary, dir, c)
	return want.regions, err
}

// compare holds what we say of the places in a configuration against what
// Terraform does.
func (o *providerOracle) compare(t *testing.T, c randomConfig) (result tally) {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		t.Error(err)
		return tally{}
	}
	defer os.RemoveAll(dir)
	if err := c.writeFiles(dir); err != nil {
		t.Error(err)
		return tally{}
	}
	want, err := o.regions(dir, c)
	if err != nil {
		return tally{refused: 1, refusal: err.Error()}
	}
	return comparePlaces(storestest.Load(t.Context(), t, c.files, newLoader(c.options())), want)
}

// comparePlaces compares the stores of a root with where Terraform put them.
func comparePlaces(doc model.Document, want map[string]string) (result tally) {
	differ := func(address, format string, args ...any) {
		result.differences = append(result.differences, address+": "+fmt.Sprintf(format, args...))
	}
	got := map[string]model.Place{}
	for _, s := range doc.Stores {
		if s.Root == "." && slices.Contains(placeable, s.Type) {
			got[s.Address] = s.Place
		}
	}
	for address, region := range want {
		result.values++
		place, ok := got[address]
		if !ok {
			place, ok = got[anyKeys(address)]
		}
		var claimed []string
		for _, l := range place.Locations {
			claimed = append(claimed, l.Region)
		}
		switch {
		case !ok:
			differ(address, "terraform puts it in %q, we have no such store", region)
		case place.Status == model.Known:
			result.known++
			if len(claimed) != 1 || claimed[0] != region {
				differ(address, "terraform puts it in %q, we say %v", region, claimed)
			}
		case place.Status == model.OneOf:
			result.held++
			if !slices.Contains(claimed, region) {
				differ(address, "terraform puts it in %q, we say one of %v", region, claimed)
			}
		case region == "" && place.Cause == model.Environment, place.Cause == model.UnlistedRegion && strings.Contains(place.Reason, region):
			result.known++
		}
	}
	for address := range got {
		if _, ok := want[address]; !ok && !strings.Contains(address, anyInstance) {
			differ(address, "terraform has no such instance")
		}
	}
	slices.Sort(result.differences)
	return result
}

// anyKeys writes an address with unknown keys.
func anyKeys(address string) string {
	var b strings.Builder
	for len(address) > 0 {
		before, after, ok := strings.Cut(address, "[")
		b.WriteString(before)
		if !ok {
			break
		}
		b.WriteString(anyInstance)
		_, address, _ = strings.Cut(after, "]")
	}
	return b.String()
}

// Each resource is where the real Terraform puts it, whichever way its provider
// is configured, inherited, passed and renamed.
func TestRandomProviders(t *testing.T) {
	if testing.Short() {
		t.Skip("runs terraform")
	}
	oracle := newProviderOracle(t)
	seeds := *providerSeeds
	if seeds == 0 {
		seeds = 15
		if os.Getenv("CI") != "" {
			seeds = 200
		}
	}
	compare := func(d *draws) tally { return oracle.compare(t, randomProviders(d)) }
	total, failing := trySeeds(seeds, compare)
	t.Logf("%d configurations, %d refused by Terraform, %d places compared, %.1f%% of them claimed known, %d held by candidates",
		seeds, total.refused, total.values, 100*float64(total.known)/float64(max(total.values, 1)), total.held)
	reportSeeds(t, seeds, total, failing, compare, func(_ uint64, d *draws) randomConfig { return randomProviders(d) })
	if total.known*10 < total.values*9 {
		t.Errorf("of %d places only %d were claimed known", total.values, total.known)
	}
}

// regionsName is the file of a scenario in which Terraform's answers are recorded.
const regionsName = "regions.json"

// Each archive in testdata/providers is a configuration named by the one idea that
// it is about, with the region in which the real Terraform puts each resource, in
// its file regions.json. We must know each of them; of one that the environment
// tells, which is empty, and of a region that no table lists, we must not claim to.
func TestProviderScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/providers/*.txtar")
	if err != nil || len(files) < 13 {
		t.Fatalf("archives %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			config := readScenario(t, file)
			recorded := config.take(regionsName)
			if *update {
				if oracle := newProviderOracle(t); config.only == "" || isTofu(oracle.binary) == (config.only == "tofu") {
					recorded = oracle.record(t, config)
					saveRecord(t, file, regionsName, recorded)
				}
			}
			var want map[string]string
			if err := json.Unmarshal(recorded, &want); err != nil {
				t.Fatal(err)
			}
			result := comparePlaces(load(t, config.files, config.options()), want)
			for _, d := range result.differences {
				t.Error(d)
			}
			if result.known != result.values {
				t.Errorf("of %d places %d are known", result.values, result.known)
			}
		})
	}
}

// The records are what the Terraform at hand says.
func TestProviderRecords(t *testing.T) {
	if testing.Short() {
		t.Skip("runs terraform")
	}
	oracle := newProviderOracle(t)
	files, _ := filepath.Glob("testdata/providers/*.txtar")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			config := readScenario(t, file)
			if config.only != "" && isTofu(oracle.binary) != (config.only == "tofu") {
				t.Skip("it is about the other one")
			}
			recorded := config.take(regionsName)
			if diff := cmp.Diff(string(recorded), string(oracle.record(t, config))); diff != "" {
				t.Errorf("-record +terraform\n%s", diff)
			}
		})
	}
}

// record asks Terraform where it puts what a configuration declares.
func (o *providerOracle) record(t *testing.T, c randomConfig) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := c.writeFiles(dir); err != nil {
		t.Fatal(err)
	}
	regions, err := o.regions(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(regions, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}
