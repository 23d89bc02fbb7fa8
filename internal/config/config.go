// Package config reads stateside.yaml: which data there is, where it may rest,
// one's own sites, and the exceptions. Whether a place is allowed is not
// decided here; the policies do that with what this package hands them.
//
// Decoding is strict. A key or a value that means nothing is an error with its
// line and the nearest thing that would mean something.
package config

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stateside-dev/stateside/internal/model"
)

//go:embed default.yaml
var defaultText []byte

// FileName is the name under which the configuration is looked for.
const FileName = "stateside.yaml"

// Config is a configuration after decoding.
type Config struct {
	// File it was read from; empty for the built-in one.
	File string
	// Text of the file.
	Text []byte
	// Datasets by name.
	Datasets map[string]Dataset
	// Unlabelled is the dataset of stores that nothing matches, or one of
	// UnlabelledWarn and UnlabelledIgnore.
	Unlabelled string
	// Unknown says what an unknown place is: Warn or Deny.
	Unknown string
	// Profile whose entries stand for those that datasets do not write.
	Profile string
	// Sites of one's own, by name.
	Sites map[string]Site
	// Principals whose organisation or country is known, by name.
	Principals map[string]Principal
	// Terms on which exceptions are accepted.
	Terms Terms
	// Exceptions in the order of the file.
	Exceptions []Exception
	// Exclude lists patterns of paths that are not checked.
	Exclude []string
	// NoStores lists patterns of resource types in which nothing rests, of those
	// that the catalogue does not know.
	NoStores []string
	// Assume gives settings of providers that their environment decides, by
	// provider and name.
	Assume map[string]map[string]Assumed
	// Roots say how Terraform's root modules are applied, by directory.
	Roots map[string]Root
	// Formats of one's own configuration files.
	Formats []Format

	sources map[string]model.Source
	texts   map[string]string
}

// The values of Unlabelled that name no dataset, and those of Unknown.
const (
	Warn   = "warn"
	Deny   = "deny"
	Ignore = "ignore"
)

// Uses are the ways of resting for which a dataset may have its own allowed
// places. Storage stands for those that are not written, except metadata: what
// is only about the data is judged where its places are written.
func Uses() []string { return []string{"storage", "backup", "replica", "copy", "key", "metadata"} }

// Dataset is the data of one population, or of one class.
type Dataset struct {
	// Title for messages; the name when absent.
	Title string
	// Match lists what makes a store one with this data; the first entry that
	// fits decides.
	Match []Match
	// Allow gives the allowed places by use.
	Allow map[string]Places
	// Deny gives places that are never allowed, whatever Allow says.
	Deny Places
	// Access says who may read; nil when nothing is said.
	Access *Access
	// Profile of the dataset, when it is not that of the file.
	Profile string
	// Classes of the data, as 28 CFR 202.205 tells them apart.
	Classes []string
	// Subjects is how many people the data is about; 0 when it is not said.
	Subjects int
	// Thresholds of the profile, by class: with more subjects data is bulk.
	Thresholds map[string]int
	// Anywhere says that the data may rest in any place that Deny leaves.
	Anywhere bool
}

// Match is a condition on stores. Of the fields that are set each must fit,
// and of the patterns in a field any.
type Match struct {
	// Labels by key; the values are patterns.
	Labels map[string]string
	// Paths of the declaring file, from the checked root.
	Paths []string
	// Addresses of the store.
	Addresses []string
	// Names of the real thing.
	Names []string
	// Types of resource.
	Types []string
	// Role in which such a store holds the data, where its type does not tell:
	// a bucket into which a tool writes backups. Empty for the store's own.
	Role model.Role
	// DeleteBy is the last day on which such a store may be there, YYYY-MM-DD;
	// empty when it may stay.
	DeleteBy string
}

// Places is a condition on locations. Of the fields that are set each must fit.
type Places struct {
	// Countries, ISO 3166-1 alpha-2, or @group.
	Countries []string
	// Subdivisions, ISO 3166-2, such as US-VA.
	Subdivisions []string
	// Clouds whose own company, not a partner, operates the place.
	Clouds []string
	// Regions, written cloud:region.
	Regions []string
	// Sites, by name.
	Sites []string
}

// Site is a data center of one's own.
type Site struct {
	// Country, ISO 3166-1 alpha-2.
	Country string
	// Subdivision, ISO 3166-2; may be empty.
	Subdivision string
	// Operator of the site, when it is not oneself.
	Operator string
	// Match lists patterns of hosts, or of names of places with what they are the
	// name of: datacenter:NAME, rack:NAME, network:NAME, region:NAME, storageclass:NAME.
	Match []string
	// Status of the site: active when absent.
	Status string
	// Cutover is the last day on which data may still be copied there, YYYY-MM-DD;
	// may be empty.
	Cutover string
	// DrainBy is the last day on which data may be there, YYYY-MM-DD; may be empty.
	DrainBy string
}

// The statuses of a site.
const (
	Active   = "active"
	Draining = "draining" // its data is on the way out
	Closed   = "closed"
)

// Format says what files of one's own form say of stores. The paths are names
// with dots between them; a list on the way counts with each of its elements.
type Format struct {
	// Files lists patterns of paths, from the directory of the configuration.
	Files []string
	// Store is the kind of the stores.
	Store model.Kind
	// Role of the stores, primary when empty.
	Role model.Role
	// Cloud whose regions and names these are; any when empty.
	Cloud string
	// Each is the path of the list or mapping whose elements are a store each;
	// the document is one when empty.
	Each string
	// Name, Region, Host and Datacenter are the paths, from the store, of what
	// says its name and its place. A host beats a region.
	Name, Region, Host, Datacenter string
	// Source in the file.
	Source model.Source
}

// Exception lets findings pass that are known and accepted for a time.
type Exception struct {
	// Rule whose findings are excepted.
	Rule string
	// Address is a pattern of the stores' addresses.
	Address string
	// Granted is the day on which it was, YYYY-MM-DD; may be empty.
	Granted string
	// Until is the last day on which it holds, YYYY-MM-DD.
	Until string
	// Approver who accepts it.
	Approver string
	// Reason it is accepted.
	Reason string
	// Ticket where it is tracked; may be empty.
	Ticket string
	// Source in the file.
	Source model.Source
}

// ExpiredAt says whether the last day of the exception is over at a time.
func (e Exception) ExpiredAt(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, e.Until)
	// A date that can't be read does not extend an exception.
	return err != nil || !now.UTC().Before(last.AddDate(0, 0, 1))
}

// Default returns the configuration that holds when there is no file.
func Default() *Config {
	c, err := Parse("", defaultText)
	if err != nil {
		panic(err) // the text is part of the program, and its tests read it
	}
	return c
}

// Setting returns where an entry of the file stands, and its text, for
// messages. path is dotted: datasets.us-user-data.allow.storage. ok is false
// for an entry that is not written.
func (c *Config) Setting(path string) (text string, src model.Source, ok bool) {
	text, ok = c.texts[path]
	return text, c.sources[path], ok
}

// Error is a mistake in a configuration file.
type Error struct {
	// File and Line of the mistake, the line counted from 1.
	File string
	Line int
	// Message says what is wrong.
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

// errorList joins errors in the order of their lines.
func errorList(errs []*Error) error {
	slices.SortStableFunc(errs, func(a, b *Error) int { return a.Line - b.Line })
	var joined []error
	for _, err := range errs {
		joined = append(joined, err)
	}
	return errors.Join(joined...)
}

// HasSite says whether a site matches a name of a place of one's own with what it
// is the name of, such as network:va1, by a pattern for such names.
func (c *Config) HasSite(name string) bool {
	sort, _, _ := strings.Cut(name, ":")
	for _, s := range c.Sites {
		for _, pattern := range s.Match {
			if strings.HasPrefix(pattern, sort+":") && Matches(pattern, name) {
				return true
			}
		}
	}
	return false
}

// Matches says whether a pattern, in which * stands for any text, fits text.
func Matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, last)
}

// IsName says whether a path is that of a configuration file.
func IsName(path string) bool { return filepath.Base(path) == FileName }

// Rebase makes the patterns of paths start at dir, the directory of the
// configuration from the checked root.
func (c *Config) Rebase(dir string) {
	rebase := func(patterns []string) {
		for i, p := range patterns {
			patterns[i] = path.Join(dir, p)
		}
	}
	rebase(c.Exclude)
	c.rebaseRoots(dir)
	for _, f := range c.Formats {
		rebase(f.Files)
	}
	for _, d := range c.Datasets {
		for _, m := range d.Match {
			rebase(m.Paths)
		}
	}
}

// Excludes says whether a path is not to be checked.
func (c *Config) Excludes(p string) bool {
	for _, pattern := range c.Exclude {
		if ok, err := doublestar.Match(pattern, p); ok && err == nil {
			return true
		}
	}
	return false
}

// ForPolicies is the configuration as data.stateside.config.
func (c *Config) ForPolicies() map[string]any {
	datasets := map[string]any{}
	for name, d := range c.Datasets {
		allow := map[string]any{}
		for use, places := range d.Allow {
			allow[use] = places.forPolicies()
		}
		dataset := map[string]any{"title": d.Title, "allow": allow, "deny": d.Deny.forPolicies(), "classes": nonNil(d.Classes)}
		if d.Access != nil {
			dataset["access"] = d.Access.forPolicies()
		}
		if d.Subjects > 0 {
			dataset["subjects"] = d.Subjects
		}
		if d.Thresholds != nil {
			dataset["thresholds"] = d.Thresholds
		}
		datasets[name] = dataset
	}
	sites := map[string]any{}
	for name, s := range c.Sites {
		sites[name] = s.forPolicies()
	}
	return map[string]any{
		"datasets": datasets, "sites": sites, "unlabelled": c.Unlabelled, "unknown": c.Unknown,
		"exception_terms": c.Terms.forPolicies(),
	}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (s Site) forPolicies() map[string]any {
	fields := map[string]any{"country": s.Country, "status": s.Status}
	if s.Cutover != "" {
		fields["cutover"] = s.Cutover
	}
	if s.DrainBy != "" {
		fields["drain_by"] = s.DrainBy
	}
	return fields
}

// forPolicies leaves out the fields that are not set: they restrict nothing.
func (places Places) forPolicies() map[string]any {
	fields := map[string]any{}
	for name, values := range map[string][]string{
		"countries": places.Countries, "subdivisions": places.Subdivisions, "clouds": places.Clouds,
		"regions": places.Regions, "sites": places.Sites,
	} {
		if values != nil {
			fields[name] = values
		}
	}
	return fields
}
