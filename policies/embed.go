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
