package config

import (
	"bytes"
	"cmp"
	"embed"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stateside-dev/stateside/internal/model"
	"github.com/stateside-dev/stateside/internal/spelling"
)

//go:embed profiles/*.yaml
var profileFiles embed.FS

// Profile is a set of entries that stand for those which a dataset does not
// write.
type Profile struct {
	// Name by which a configuration asks for it.
	Name string
	// Title in one line.
	Title string
	// Basis of the profile: policy, contract or regulation.
	Basis string
	// Sources that say so.
	Sources []string
	// Allow, Deny and Access as those of a dataset.
	Allow  map[string]Places
	Deny   Places
	Access *Access
	// Unknown says what an unknown place is; empty when the profile does not.
	Unknown string
	// Thresholds by class of data: with more subjects it is bulk.
	Thresholds map[string]int

	anywhere bool
	texts    map[string]string
}

// The profile that holds when none is named, and the name of the one that says
// nothing.
const (
	DefaultProfile = "us-only"
	NoProfile      = "none"
)

// Anywhere is the value of `allow` for data that may rest in any place.
const Anywhere = "anywhere"

// ProfileNames lists the profiles there are.
func ProfileNames() []string {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// LoadProfile reads a profile; nil for NoProfile.
func LoadProfile(name string) (*Profile, error) {
	if name == NoProfile {
		return nil, nil
	}
	data, err := profileFiles.ReadFile(path.Join("profiles", name+".yaml"))
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil {
		return nil, yamlError(name, err)
	}
	p := &parser{file: "profile " + name, config: &Config{
		sources: map[string]model.Source{}, texts: map[string]string{}, Principals: map[string]Principal{},
	}}
	profile := p.profile(name, doc.Content[0])
	if len(p.errs) > 0 {
		return nil, errorList(p.errs)
	}
	profile.texts = p.config.texts
	return profile, nil
}

func (p *parser) profile(name string, n *yaml.Node) *Profile {
	profile := &Profile{Name: name, Allow: map[string]Places{}}
	p.fields(n, "the profile", map[string]func(*yaml.Node){
		"title":      func(n *yaml.Node) { profile.Title = p.text(n, "title") },
		"basis":      func(n *yaml.Node) { profile.Basis = p.oneOf(n, "basis", "policy", "contract", "regulation") },
		"sources":    func(n *yaml.Node) { profile.Sources = p.texts(n, "sources") },
		"allow":      func(n *yaml.Node) { profile.anywhere = p.allow(n, "allow", profile.Allow) },
		"deny":       func(n *yaml.Node) { profile.Deny = p.places(n, "deny", "deny") },
		"access":     func(n *yaml.Node) { profile.Access = p.access(n, "access") },
		"unknown":    func(n *yaml.Node) { profile.Unknown = p.oneOf(n, "unknown", Warn, Deny) },
		"thresholds": func(n *yaml.Node) { profile.Thresholds = p.thresholds(n) },
	})
	return profile
}

func (p *parser) thresholds(n *yaml.Node) map[string]int {
	all := map[string]int{}
	p.named(n, "thresholds", func(class string, key, value *yaml.Node) {
		if !slices.Contains(Classes(), class) {
			p.fail(key, "there is no class of data %q%s", class, spelling.Hint(class, Classes()))
		}
		if value.Value != "0" { // any amount
			all[class] = p.number(value, class)
			return
		}
		all[class] = 0
	})
	return all
}

// Classes of data, as 28 CFR 202.205 and 202.222 tell them apart.
func Classes() []string {
	return []string{"genomic", "omic", "biometric", "geo-precise", "health", "financial", "identifiers", "government-related"}
}

func (p *parser) profileName(n *yaml.Node, what string) string {
	return p.oneOf(n, what, append(ProfileNames(), NoProfile)...)
}

// applyProfiles fills in what datasets do not write. The profile that nobody
// named fills only datasets that say nothing of their own.
func (p *parser) applyProfiles() {
	named := p.config.Profile
	loaded := map[string]*Profile{}
	load := func(name string) *Profile {
		if _, ok := loaded[name]; !ok {
			profile, err := LoadProfile(name)
			if err != nil {
				return nil // the name is wrong, which is reported where it stands
			}
			loaded[name] = profile
		}
		return loaded[name]
	}
	for name, d := range p.config.Datasets {
		asked := cmp.Or(d.Profile, named)
		says := len(d.Allow) > 0 || d.Anywhere || !d.Deny.empty() || d.Access != nil
		if asked == "" && says {
			continue
		}
		if profile := load(cmp.Or(asked, DefaultProfile)); profile != nil {
			p.config.Datasets[name] = p.fill(name, d, profile)
		}
	}
	p.config.Profile = cmp.Or(named, DefaultProfile)
	if named != "" && p.config.Unknown == "" {
		if profile := load(named); profile != nil {
			p.config.Unknown = profile.Unknown
		}
	}
	p.config.Unknown = cmp.Or(p.config.Unknown, Warn)
}

// fill takes from a profile what a dataset does not write.
func (p *parser) fill(name string, d Dataset, profile *Profile) Dataset {
	take := func(entry string) {
		for key, text := range profile.texts {
			if key == entry || strings.HasPrefix(key, entry+".") {
				p.config.texts["datasets."+name+"."+key] = text + " (profile " + profile.Name + ")"
			}
		}
	}
	if len(d.Allow) == 0 && !d.Anywhere {
		d.Allow, d.Anywhere = profile.Allow, profile.anywhere
		take("allow")
	}
	if d.Deny.empty() {
		d.Deny = profile.Deny
		take("deny")
	}
	if d.Access == nil {
		d.Access = profile.Access
		take("access")
	}
	d.Thresholds = profile.Thresholds
	return d
}

func (places Places) empty() bool {
	return places.Countries == nil && places.Subdivisions == nil && places.Clouds == nil && places.Regions == nil && places.Sites == nil
}
