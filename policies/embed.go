// Package policies holds the rules, in Rego, and the library they share.
//
// A rule is one file in a folder of its group, in the package
// stateside.rules.<name>, with its METADATA at the top and its tests beside it.
package policies

import "embed"

// Files are the rules, the library, and their tests.
//
//go:embed */*.rego
var Files embed.FS

// About says for each folder of rules which part of the input they are about. A
// rule is asked only about inputs that have that part, and the folders that are
// about what no input has are not even compiled. Of the placements, derived are all
// but those of the data itself where it is stored: copies, keys, metadata; labels
// are those that say nothing of their data, or of one store several; departures
// are at a site of one's own, or have a day by which they end; owners are in an
// account that is declared to be somebody's.
func About() map[string]string {
	return map[string]string{
		"access":     "access",
		"derived":    "derived",
		"exceptions": "exception",
		"guardrails": "guardrail",
		"knowledge":  "problem",
		"labels":     "labels",
		"leftovers":  "departures",
		"owners":     "owners",
		"placement":  "placements",
	}
}
