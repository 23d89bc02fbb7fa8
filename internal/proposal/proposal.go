// Package proposal writes a first configuration from what a scan found. It
// proposes what to say, and decides nothing: until a person has said which
// stores hold the data, all of them do, and what is allowed is the United
// States, whatever was found.
package proposal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
)

// Config is the text of a stateside.yaml for a document. schema is the address
// of the schema for editors.
func Config(doc model.Document, schema string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# yaml-language-server: $schema=%s

# Which data there is, and where it may rest.
version: 1

datasets:
  us-user-data:
    title: US user data

`, schema)
	writeLabels(&b, doc.Stores)
	b.WriteString(`    # Where it may rest. storage also stands for backup, replica and copy, until
    # these have places of their own.
`)
	writePlaces(&b, doc.Stores)
	b.WriteString(`    allow:
      storage: {countries: [US]}
      #backup: {countries: [US], clouds: [aws]}
    # What is never allowed, whatever is allowed above.
    deny: {countries: ["@countries-of-concern"]}

# What a store that nothing matches holds: a dataset, or warn, or ignore. As long
# as nothing is matched above, every store is taken to hold the data.
unlabelled: us-user-data

# What a place is that the files do not tell: warn, or deny.
unknown: warn
`)
	writeSites(&b, doc)
	b.WriteString(`
# Findings that are known and accepted until a day.
#exceptions:
#  - rule: storage-place
#    address: module.legacy.*
#    until: 2026-12-31
#    approver: security@example.com
#    reason: is being moved
#    ticket: SEC-1

# Paths that are not checked.
#exclude: ["**/examples/**"]
`)
	return b.String()
}

// telling are the keys of labels that are used to tell data apart, without
// their separators.
var telling = []string{
	"classification", "containspii", "data", "dataclass", "dataclassification", "dataset", "datasubject", "datatype",
	"gdpr", "pii", "personaldata", "population", "sensitivity", "tenant",
}

// maxLabels is how many labels are proposed.
const maxLabels = 20

// writeLabels proposes the labels that seem to tell what a store holds.
func writeLabels(b *strings.Builder, stores []model.Store) {
	counts := map[[2]string]int{}
	for _, s := range stores {
		for key, value := range s.Labels {
			if slices.Contains(telling, letters(key)) {
				counts[[2]string{key, value}]++
			}
		}
	}
	b.WriteString("    # What makes a store one with this data: labels, addresses, paths, names, types.\n")
	if len(counts) == 0 {
		b.WriteString("    # No label was found that seems to tell.\n")
		b.WriteString("    #match:\n    #  - labels: {data-subject: us-user}\n    #  - addresses: [\"module.users.*\"]\n\n")
		return
	}
	b.WriteString("    # These labels were found; keep those that mean it.\n    #match:\n")
	for i, label := range byCount(counts, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		if i == maxLabels {
			fmt.Fprintf(b, "    #  and %d more\n", len(counts)-maxLabels)
			break
		}
		fmt.Fprintf(b, "    #  - labels: {%q: %q} # %s\n", label[0], label[1], storesText(counts[label]))
	}
	b.WriteString("\n")
}

// letters are those of a key, in lower case.
func letters(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, key)
}

// maxPlaces is how many places are named in a comment.
const maxPlaces = 20

// writePlaces names the places where stores were found.
func writePlaces(b *strings.Builder, stores []model.Store) {
	names := geo.Countries()
	counts := map[string]int{}
	unknown := 0
	for _, s := range stores {
		if s.Transit {
			continue // no data rests there
		}
		if s.Place.Status != model.Known {
			unknown++
			continue
		}
		for _, l := range s.Place.Locations {
			var countries []string
			for _, c := range l.Countries {
				countries = append(countries, cmp.Or(names[c], c))
			}
			counts[fmt.Sprintf("%s: %s", strings.Join(countries, ", "), strings.TrimSpace(l.Cloud+" "+cmp.Or(l.Region, l.Site)))]++
		}
	}
	if len(counts) > 0 {
		b.WriteString("    # Stores were found in\n")
	}
	for i, place := range byCount(counts, strings.Compare) {
		if i == maxPlaces {
			fmt.Fprintf(b, "    #   and %d more places\n", len(counts)-maxPlaces)
			break
		}
		fmt.Fprintf(b, "    #   %s (%s)\n", oneLine(place), storesText(counts[place]))
	}
	if unknown > 0 {
		fmt.Fprintf(b, "    # and the place of %s is not known.\n", storesText(unknown))
	}
}

// writeSites proposes sites for the hosts that belong to no known cloud. Where
// they stand only their owner knows.
func writeSites(b *strings.Builder, doc model.Document) {
	b.WriteString("\n# Data centers of one's own, by the hosts in them.\n")
	hosts := map[string]bool{}
	add := func(p model.Place) {
		for _, l := range p.Locations {
			if p.Cause == model.UndeclaredSite && l.Endpoint != "" && l.Site == "" {
				hosts[pattern(l.Endpoint)] = true
			}
		}
	}
	for _, s := range doc.Stores {
		add(s.Place)
	}
	for _, c := range doc.Copies {
		add(c.Place)
	}
	if len(hosts) == 0 {
		b.WriteString("#sites:\n#  dc1:\n#    country: US\n#    match: [\"*.dc1.corp.example\"]\n")
		return
	}
	b.WriteString("# These hosts are no known cloud's. Say in which country each stands.\n#sites:\n")
	seen := map[string]int{}
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		name := siteName(host)
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, seen[name])
		}
		fmt.Fprintf(b, "#  %s:\n#    country: US\n#    match: [%q]\n", name, host)
	}
}

// pattern is one that fits the hosts beside a host: all of its domain, if that
// is one below another.
func pattern(host string) string {
	if strings.Count(host, ".") < 3 || strings.HasPrefix(host, "datacenter:") || strings.Trim(host, "0123456789.") == "" {
		return host
	}
	_, domain, _ := strings.Cut(host, ".")
	return "*." + domain
}

// siteName makes a name of a pattern: its first label with a letter.
func siteName(host string) string {
	for label := range strings.SplitSeq(strings.TrimPrefix(host, "datacenter:"), ".") {
		name := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
				return unicode.ToLower(r)
			}
			return -1
		}, label)
		if strings.IndexFunc(name, unicode.IsLetter) == 0 {
			return name
		}
	}
	return "site"
}

func storesText(n int) string {
	if n == 1 {
		return "1 store"
	}
	return fmt.Sprintf("%d stores", n)
}

// oneLine keeps text of the checked files within its comment.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// byCount lists the keys, those with most first.
func byCount[K comparable](counts map[K]int, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), compare(a, b))
	})
}
