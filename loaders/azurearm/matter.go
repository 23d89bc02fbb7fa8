package azurearm

import (
	"regexp"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
)

// types are those that the catalogue has rows for, and those that these are parts
// of, in lower case.
type types map[string]bool

func typesOf(c *catalog.Catalogue) types {
	all := types{strings.ToLower(deploymentType): true}
	for _, t := range c.Types("azurearm") {
		for t = strings.ToLower(t); ; {
			all[t] = true
			at := strings.LastIndexByte(t, '/')
			if at < 0 {
				break
			}
			t = t[:at]
		}
	}
	return all
}

var declaredType = regexp.MustCompile(`"[tT][yY][pP][eE]"\s*:\s*"([^"]*)"`)

// matter says whether a template declares a resource that can matter, without
// parsing it: of a type with a row, a part of one, or one that is computed.
func (t types) matter(text []byte) bool {
	for _, m := range declaredType.FindAllSubmatch(text, -1) {
		if name := strings.ToLower(string(m[1])); strings.HasPrefix(name, "[") || t.has(name) {
			return true
		}
	}
	return false
}

// has says whether a type, or what it is a part of, is one of these. A provider
// alone is none.
func (t types) has(name string) bool {
	for strings.Contains(name, "/") {
		if t[name] {
			return true
		}
		name = name[:strings.LastIndexByte(name, '/')]
	}
	return false
}
