package geo

import (
	"regexp"
	"strings"
	"sync"
)

// Host returns the host of an endpoint, which may be a URL of any scheme,
// host:port, or a bare host; of several hosts, the first. The dot that ends a name
// which is complete is no part of it.
func Host(endpoint string) string {
	if _, rest, ok := strings.Cut(endpoint, "://"); ok {
		endpoint = rest
	}
	if end := strings.IndexAny(endpoint, `/?#;,\`); end >= 0 {
		endpoint = endpoint[:end]
	}
	host := endpoint[strings.LastIndexByte(endpoint, '@')+1:]
	if address, ok := strings.CutPrefix(host, "["); ok {
		host, _, _ = strings.Cut(address, "]")
	} else {
		host, _, _ = strings.Cut(host, ":")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// ParseHost reads what the host of an endpoint tells: the cloud or service it
// belongs to and, where it says so, the region, the service within the cloud,
// and the name of a bucket or account. ok is false for a host that is no known
// cloud's.
//
// The hosts are rows of data/hosts.csv. A pattern is what stands before the
// domain, read from its end, so that a bucket's name is never taken for a
// region.
func ParseHost(host string) (ref Reference, ok bool) {
	if len(host) > maxHost {
		return Reference{}, false
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	domains := hostDomains()
	for rest := host; ; {
		if d, ok := domains[rest]; ok {
			return d.parse(strings.TrimSuffix(strings.TrimSuffix(host, rest), "."))
		}
		_, parent, ok := strings.Cut(rest, ".")
		if !ok {
			return Reference{}, false
		}
		rest = parent
	}
}

// maxHost is the length of the longest name that DNS can resolve.
const maxHost = 253

// hostDomain holds the patterns of one domain, in the order in which they are
// tried.
type hostDomain struct {
	cloud    string
	patterns []hostPattern
}

type hostPattern struct {
	labels  []string
	service string
	// region, where the pattern itself tells it; {region} in it stands for the
	// one in the host.
	region string
}

// hostDomains reads the table when the first host is met. A row without a
// domain is of the row above.
var hostDomains = sync.OnceValue(func() map[string]*hostDomain {
	domains := map[string]*hostDomain{}
	var d *hostDomain
	for row := range rowsOf("data/hosts.csv") {
		if names := row.get("domain"); names != "" {
			d = &hostDomain{cloud: row.get("cloud")}
			for name := range strings.SplitSeq(names, ";") {
				domains[name] = d
			}
		}
		p := hostPattern{service: row.get("service"), region: row.get("region")}
		if text := row.get("pattern"); text != "" {
			p.labels = strings.Split(text, ".")
		}
		d.patterns = append(d.patterns, p)
	}
	return domains
})

// parse reads what stands before the domain. A host that no pattern fits is the
// cloud's all the same, and tells nothing else.
func (d *hostDomain) parse(before string) (Reference, bool) {
	var labels []string
	if before != "" {
		labels = strings.Split(before, ".")
	}
	for _, p := range d.patterns {
		ref := Reference{Cloud: d.cloud, Service: p.service}
		if !p.match(labels, &ref) {
			continue
		}
		if p.region != "" {
			ref.Region = strings.ReplaceAll(p.region, "{region}", ref.Region)
		}
		return ref, true
	}
	return Reference{Cloud: d.cloud}, true
}

// match compares labels with a pattern from their end, and notes in ref what
// the pattern's words stand for.
func (p hostPattern) match(labels []string, ref *Reference) bool {
	i := len(labels)
	for at := len(p.labels) - 1; at >= 0; at-- {
		switch p.labels[at] {
		case "**":
			return at == 0
		case "{name}":
			if i < 1 || at > 0 {
				return false
			}
			ref.Name = strings.Join(labels[:i], ".")
			return true
		}
		i--
		if i < 0 || !matchLabel(p.labels[at], labels[i], ref) {
			return false
		}
	}
	return i == 0
}

// matchLabel compares one label with the alternatives of a pattern.
func matchLabel(pattern, label string, ref *Reference) bool {
	for alternative := range strings.SplitSeq(pattern, "|") {
		if matchWord(alternative, label, ref) {
			return true
		}
	}
	return false
}

// matchWord compares a label with one alternative: it may hold one star, which
// is any text, and one word in braces. A star before a word takes as little as
// it can.
func matchWord(pattern, label string, ref *Reference) bool {
	before, rest, hasWord := strings.Cut(pattern, "{")
	if !hasWord {
		before, after, isGlob := strings.Cut(pattern, "*")
		if !isGlob {
			return pattern == label
		}
		return len(label) >= len(before)+len(after) && strings.HasPrefix(label, before) && strings.HasSuffix(label, after)
	}
	word, after, _ := strings.Cut(rest, "}")
	if mark, isGlob := strings.CutPrefix(before, "*"); isGlob {
		for {
			var ok bool
			if _, label, ok = strings.Cut(label, mark); !ok {
				return false
			}
			if takeWord(word, after, label, ref) {
				return true
			}
		}
	}
	label, ok := strings.CutPrefix(label, before)
	return ok && takeWord(word, after, label, ref)
}

// takeWord notes the word at the beginning of a label, which after follows.
func takeWord(word, after, label string, ref *Reference) bool {
	mark, isGlob := strings.CutSuffix(after, "*")
	if !isGlob {
		var ok bool
		if label, ok = strings.CutSuffix(label, after); !ok || label == "" {
			return false
		}
	}
	if word == "id" {
		ref.Name = label
		return true
	}
	region := shapeOf(ref.Cloud, word).FindString(label)
	if rest := label[len(region):]; region == "" || !isGlob && rest != "" || isGlob && !strings.HasPrefix(rest, mark) {
		return false
	}
	ref.Region = region
	return true
}

// shapeOf returns how a cloud's region looks in its hosts, so that a region no
// table has is reported as such, and another word is not taken for one. The
// word code stands for the short codes of AWS (use1) and OCI (iad).
func shapeOf(cloud, word string) *regexp.Regexp {
	shapes := hostShapes()
	if word == "code" {
		return shapes["code"]
	}
	if shape, ok := shapes[cloud]; ok {
		return shape
	}
	return shapes[""]
}

var hostShapes = sync.OnceValue(func() map[string]*regexp.Regexp {
	shape := func(pattern string) *regexp.Regexp { return regexp.MustCompile("^(?:" + pattern + ")") }
	ofAnyCloud := shape(`[a-z]+(?:-?[a-z0-9]+)*`)
	return map[string]*regexp.Regexp{
		"":                 ofAnyCloud,
		"code":             shape(`[a-z]{3,5}\d{0,2}`),
		AWS:                shape(`[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}`),
		Google:             shape(`[a-z]+-[a-z]+\d{1,2}`),
		Azure:              shape(`[a-z]{4,}\d?`),
		OCI:                shape(`[a-z]{2}(?:-[a-z]+){1,2}-\d{1,2}`),
		"alicloud":         shape(`[a-z]{2,3}-[a-z]+(?:-[a-z0-9]+)*`),
		"tencentcloud":     shape(`[a-z]{2}-[a-z]+(?:-[a-z]+)?`),
		"huaweicloud":      shape(`[a-z]{2}-[a-z]+-\d{1,3}`),
		"opentelekomcloud": shape(`eu-[a-z]+\d?`),
		"ibm":              shape(`[a-z]{2}(?:-[a-z]+\d?)?|[a-z]{3}\d{2}`),
		"digitalocean":     shape(`[a-z]{3}\d`),
		"linode":           shape(`[a-z]{2}-[a-z]+(?:-\d{1,2})?`),
		"wasabi":           shape(`[a-z]{2}(?:-[a-z]+)*-\d`),
		"b2":               shape(`[a-z]{2}-[a-z]+-\d{3}`),
		"scaleway":         shape(`[a-z]{2}-[a-z]{3}`),
		"hcloud":           shape(`[a-z]{3,4}\d?`),
		"vultr":            shape(`[a-z]{3}`),
		"exoscale":         shape(`[a-z]{2}-[a-z]{2,3}-\d`),
		"grafana":          shape(`[a-z]{2}-[a-z]{4,}-?\d`),
		"rediscloud":       shape(`[a-z]{2}-[a-z]+-\d`),
	}
})
