package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
)

// result is what a comparison of the catalogue with schemas finds.
type result struct {
	rows, paths, known int
	// refuted are the types and attributes of rows that no schema has.
	refuted []string
	// stale are entries of the lists of exceptions that are needed no more.
	stale []string
	// candidates are the types that look as if they held data, and are in neither
	// the rows nor the list of those that are no stores, each with what makes it
	// look so.
	candidates []string
	// quiet are the other types that are in neither.
	quiet []string
}

// check compares the rows of a prefix, and its list of types that are no
// stores, with the schemas. What known lists is not refuted: types and
// attributes of other versions of the provider.
func check(rows []*catalog.Type, noStores, known map[string]string, schemas []*schema) result {
	r := result{rows: len(rows)}
	used := map[string]bool{}
	refute := func(entry string) {
		resourceType, _, _ := strings.Cut(entry, " ")
		for _, e := range []string{entry, resourceType} {
			if _, ok := known[e]; ok {
				used[e] = true
				r.known++
				return
			}
		}
		r.refuted = append(r.refuted, entry)
	}
	has := map[string]bool{}
	for _, t := range rows {
		has[spelling(schemas, t.Type)] = true
		r.paths += len(t.Paths())
		checkRow(t, schemas, refute)
	}
	rowed := maps.Clone(has)
	for resourceType := range noStores {
		name := spelling(schemas, resourceType)
		if rowed[name] {
			r.stale = append(r.stale, resourceType+" has a row and is listed as no store")
		}
		has[name] = true
		if len(find(schemas, resourceType)) == 0 {
			refute(resourceType)
		}
	}
	for entry := range known {
		if !used[entry] {
			r.stale = append(r.stale, entry+" is listed as of another version, and is in the schema")
		}
	}
	r.unclassified(has, schemas)
	for _, list := range [][]string{r.refuted, r.stale, r.candidates, r.quiet} {
		slices.Sort(list)
	}
	return r
}

// checkRow refutes what a row says that no schema has.
func checkRow(t *catalog.Type, schemas []*schema, refute func(string)) {
	nodes := find(schemas, t.Type)
	if len(nodes) == 0 {
		refute(t.Type)
		return
	}
	for _, path := range t.Paths() {
		here, there, goesOn := strings.Cut(path, ">")
		ok := false
		for s, n := range nodes {
			if setting, isProvider := strings.CutPrefix(here, "provider."); isProvider {
				// Bindings of Pulumi leave the provider out.
				ok = ok || s.provider == nil || s.has(s.provider, setting)
			} else {
				ok = ok || s.has(n, here)
			}
		}
		if !ok || goesOn && !somewhere(schemas, there) {
			refute(t.Type + " " + path)
		}
	}
}

// find returns a type in each schema that has it.
func find(schemas []*schema, resourceType string) map[*schema]*node {
	nodes := map[*schema]*node{}
	for _, s := range schemas {
		if n := s.lookup(resourceType); n != nil {
			nodes[s] = n
		}
	}
	return nodes
}

// somewhere says whether any type has a path: which one a reference leads to is
// not in a schema.
func somewhere(schemas []*schema, path string) bool {
	for _, s := range schemas {
		for _, n := range s.types {
			if s.has(n, path) {
				return true
			}
		}
	}
	return false
}

// spelling is how a type is told from others in a set.
func spelling(schemas []*schema, resourceType string) string {
	if slices.ContainsFunc(schemas, func(s *schema) bool { return s.loose }) {
		return loosely(resourceType)
	}
	return resourceType
}

// words in the names of attributes that make a type look as if it held data.
var words = []string{
	"location", "locations", "region", "regions", "replica", "replicas", "replication", "backup", "backups",
	"destination", "destinations", "retention", "snapshot", "snapshots", "storage", "bucket", "kms", "encryption",
	"archive", "export", "log", "logs", "logging", "database", "policy", "domain", "recovery", "cache",
}

// unclassified sorts the types of the schemas that are in neither list. A word
// that more than half of all types have tells nothing.
func (r *result) unclassified(has map[string]bool, schemas []*schema) {
	found := map[string]map[string]bool{}
	count := map[string]int{}
	for _, s := range schemas {
		for resourceType, n := range s.types {
			if found[resourceType] == nil {
				found[resourceType] = wordsOf(n)
				for word := range found[resourceType] {
					count[word]++
				}
			}
		}
	}
	for resourceType, in := range found {
		if has[spelling(schemas, resourceType)] {
			continue
		}
		var telling []string
		for _, word := range slices.Sorted(maps.Keys(in)) {
			if count[word]*2 <= len(found) {
				telling = append(telling, word)
			}
		}
		if len(telling) == 0 {
			r.quiet = append(r.quiet, resourceType)
		} else {
			r.candidates = append(r.candidates, resourceType+": "+strings.Join(telling, ", "))
		}
	}
}

func wordsOf(n *node) map[string]bool {
	in := map[string]bool{}
	n.walk(func(name string) {
		for _, part := range strings.Split(name, "_") {
			if slices.Contains(words, part) {
				in[part] = true
			}
		}
	}, maxDepth)
	return in
}

// write prints the result, with all it found when all is set.
func (r result) write(w io.Writer, all bool) {
	list := func(title string, entries []string, show bool) {
		fmt.Fprintf(w, "%s: %d\n", title, len(entries))
		for _, e := range entries {
			if show {
				fmt.Fprintf(w, "  %s\n", e)
			}
		}
	}
	fmt.Fprintf(w, "rows: %d, with %d attribute paths; %d of other versions\n", r.rows, r.paths, r.known)
	list("refuted by the schema", r.refuted, true)
	list("exceptions without need", r.stale, true)
	list("unclassified, looking like stores", r.candidates, true)
	list("unclassified, others", r.quiet, all)
}
