package docs

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateside-dev/stateside/internal/config"
)

// The page of the profiles is made of them.
func TestProfilesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Profiles\n\n<!-- Made by `go test ./docs -update` of internal/config/profiles. -->\n\n" + aboutProfiles)
	for _, name := range config.ProfileNames() {
		p, err := config.LoadProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := read(t, "internal/config/profiles/"+name+".yaml")
		comment := regexp.MustCompile(`(?m)\A(?:# .*\n)+`).FindString(text)
		about := strings.ReplaceAll(strings.TrimPrefix(comment, "# "), "\n# ", "\n")
		fmt.Fprintf(&b, "\n## `%s`: %s\n\nBasis: %s.\n\n%s\n```yaml\n%s```\n", name, p.Title, p.Basis, about, text[strings.Index(text, "sources:"):])
	}
	if *update {
		if err := os.WriteFile("profiles.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, "docs/profiles.md"), b.String()); diff != "" {
		t.Errorf("run `go test ./docs -update` and review (-page +profiles)\n%s", diff)
	}
}

const aboutProfiles = `A profile is what a dataset is held to where it says nothing of its own:

` + "```yaml" + `
version: 1
profile: doj-dsp        # us-only when absent, none for nothing
datasets:
  us-user-data:
    classes: [identifiers, health]
    subjects: 250000    # people the data was about in the last twelve months
  cn-user-data:
    profile: none       # another population
    allow:
      storage: {countries: [CN]}
` + "```" + `

A profile that is named fills in ` + "`allow`, `deny` and `access`" + ` of each dataset that does not write them, one by one.
The one that holds when none is named fills in only datasets that write none of them.
` + "`allow: anywhere`" + ` says that data may rest in any place that is not denied.

A profile with thresholds makes the findings about denied countries and readers warnings for datasets that stay below them.
It goes by the classes and the number of subjects of the dataset; where either is not said, the data is taken to be bulk.
Nationality is no input: what counts is where somebody works and to which organisation they belong.

Nobody is told by a profile what the law asks of them; read the sources.
A profile of one's own is not needed: write ` + "`allow`, `deny` and `access`" + ` in ` + "`stateside.yaml`" + `.
`
