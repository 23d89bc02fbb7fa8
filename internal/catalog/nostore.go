package catalog

import (
	"bytes"
	"embed"
	"strings"
	"sync"
)

//go:embed nostore/*.txt
var noStoreFiles embed.FS

// noProviders is the list of the providers none of whose types holds data.
const noProviders = "providers"

// noStores are the types of one file that are listed as no stores; read when
// the first type without a row is met.
type noStores struct {
	once    sync.Once
	reasons map[string]string

	spellLetters sync.Once
	lettered     map[string]string // each type by its letters and digits alone
}

func (n *noStores) read(name string) { n.reasons = folded(name, NoStores(name)) }

// NoStores are the resource types of a file that are known to hold no data, to
// copy none and to grant nothing, each with the reason.
func NoStores(name string) map[string]string {
	data, err := noStoreFiles.ReadFile("nostore/" + name + ".txt")
	if err != nil {
		return nil // no list has been written for the file
	}
	return ParseReasons(data)
}

// NoStore says whether a resource type is listed as one that holds no data,
// copies none and grants nothing, with the reason: by itself, with all others of
// its API group, as group/*, or with all others of its provider.
func (c *Catalogue) NoStore(resourceType string) (reason string, ok bool) {
	name := FileOf(resourceType)
	if reason, ok = c.reasons(name)[keyOf(name, resourceType)]; ok {
		return reason, ok
	}
	if group, _, hasGroup := strings.Cut(resourceType, "/"); hasGroup && name == "kubernetes" {
		reason, ok = c.reasons(name)[keyOf(name, group+"/*")]
		return reason, ok
	}
	reason, ok = c.reasons(noProviders)[name]
	return reason, ok
}

// Unlisted says whether nothing is known of a resource type: that there is
// neither a row, nor a line that says why there is none.
func (c *Catalogue) Unlisted(resourceType string) bool {
	if c.Lookup(resourceType) != nil {
		return false
	}
	_, ok := c.NoStore(resourceType)
	return !ok
}

func (c *Catalogue) reasons(name string) map[string]string {
	n := c.noStores(name)
	n.once.Do(func() { n.read(name) })
	return n.reasons
}

func (c *Catalogue) noStores(name string) *noStores {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.nothing[name]
	if n == nil {
		if c.nothing == nil {
			c.nothing = map[string]*noStores{}
		}
		n = &noStores{}
		c.nothing[name] = n
	}
	return n
}

// ParseReasons reads a list of entries, one a line, in groups: the lines before
// a group that begin with # are the reason for each of its entries.
func ParseReasons(data []byte) map[string]string {
	reasons := make(map[string]string, bytes.Count(data, []byte("\n")))
	reason, inComment := "", false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case isComment && inComment:
			reason += " " + strings.TrimSpace(comment)
		case isComment:
			reason = strings.TrimSpace(comment)
		case line != "":
			reasons[line] = reason
		}
		inComment = isComment
	}
	return reasons
}
