package terraform

import (
	"encoding/json"
	"path"
	"path/filepath"
	"strings"

	"github.com/stateside-dev/stateside/internal/source"
)

// manifestName is where Terraform writes, on init, which directory it put each
// module into.
const manifestName = ".terraform/modules/modules.json"

// manifest is what an init of a root module left: the modules that it calls, by
// the names of the calls from the root down, joined by dots.
type manifest map[string]installed

// installed is a module as init recorded it.
type installed struct {
	Source  string
	Version string
	Dir     string // from the checked root, after reading
}

// readManifest reads the manifest of a root module; nil when there is none.
// Directories outside the checked root are left out: their modules are missing.
func readManifest(tree *source.Tree, dir string) manifest {
	data, err := tree.Read(path.Join(dir, manifestName))
	if err != nil {
		return nil
	}
	var file struct {
		Modules []struct {
			Key string
			installed
		}
	}
	if json.Unmarshal(data, &file) != nil {
		return nil
	}
	m := manifest{}
	for _, entry := range file.Modules {
		target := path.Join(dir, filepath.ToSlash(entry.Dir))
		if entry.Key == "" || path.IsAbs(entry.Dir) || !filepath.IsLocal(filepath.FromSlash(target)) {
			continue
		}
		entry.Dir = target
		m[entry.Key] = entry.installed
	}
	return m
}

// fits says whether what was installed is what a call asks for. Terraform
// writes the source out in full, and the version that it chose.
func (i installed) fits(c *call, version string) bool {
	if canonicalSource(i.Source) != canonicalSource(c.source) {
		return false
	}
	exact := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(version), "="))
	isExact := exact != "" && !strings.ContainsAny(exact, "<>~!,= ")
	return !isExact || i.Version == "" || i.Version == exact
}

// sourceForms are parts of a source that say the same as nothing, or as
// something shorter.
var sourceForms = strings.NewReplacer(
	"registry.terraform.io/", "", "registry.opentofu.org/", "",
	"git::", "", "https://", "", "ssh://", "", "git@github.com:", "github.com/", "git@github.com/", "github.com/", ".git", "",
)

func canonicalSource(s string) string { return sourceForms.Replace(s) }
