package config

import (
	"maps"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
)

// Assumed is a setting of a provider that its environment decides, as the
// configuration says it is there.
type Assumed struct {
	// Value of the setting.
	Value string
	// Source in the file.
	Source model.Source
}

// Root says how a Terraform root module is applied.
type Root struct {
	// VarFiles has an entry for each way: its variables files in order, as seen
	// from the root module.
	VarFiles [][]string
	// Source in the file.
	Source model.Source
}

// assume reads the settings of providers, as in aws: {region: us-east-1}.
func (p *parser) assume(n *yaml.Node) {
	p.named(n, "assume", func(provider string, _, n *yaml.Node) {
		settings := map[string]Assumed{}
		p.named(n, "assume."+provider, func(name string, _, n *yaml.Node) {
			value := p.text(n, "assume."+provider+"."+name)
			if name == "region" {
				p.checkRegion(n, provider, value)
			}
			settings[name] = Assumed{Value: value, Source: p.source(n)}
		})
		p.config.Assume[provider] = settings
	})
}

// checkRegion refuses a region that does not exist, where the provider's
// regions are known.
func (p *parser) checkRegion(n *yaml.Node, provider, region string) {
	known := (&geo.Tables{}).Regions(provider)
	if len(known) > 0 && !slices.Contains(known, region) {
		p.fail(n, "%s has no region %q%s", provider, region, spelling.Hint(region, known))
	}
}

// terraform reads the settings for Terraform.
func (p *parser) terraform(n *yaml.Node) {
	p.fields(n, "terraform", map[string]func(*yaml.Node){
		"roots": func(n *yaml.Node) {
			p.named(n, "terraform.roots", func(dir string, key, n *yaml.Node) {
				root := Root{Source: p.source(key)}
				p.fields(n, "terraform.roots."+dir, map[string]func(*yaml.Node){
					"var_files": func(n *yaml.Node) { root.VarFiles = p.varFiles(n) },
				})
				p.config.Roots[path.Clean(dir)] = root
			})
		},
	})
}

// varFiles reads a list of variables files; an entry that is a list itself
// names files that are used together.
func (p *parser) varFiles(n *yaml.Node) [][]string {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.fail(n, "var_files must be a list")
		return nil
	}
	var all [][]string
	for _, elem := range n.Content {
		if elem = resolve(elem); elem.Kind == yaml.SequenceNode {
			all = append(all, p.texts(elem, "var_files"))
			continue
		}
		all = append(all, []string{p.text(elem, "an entry of var_files")})
	}
	return all
}

// rebaseRoots makes the directories of root modules start at dir.
func (c *Config) rebaseRoots(dir string) {
	roots := map[string]Root{}
	for _, name := range slices.Sorted(maps.Keys(c.Roots)) {
		roots[path.Join(dir, name)] = c.Roots[name]
	}
	c.Roots = roots
}
