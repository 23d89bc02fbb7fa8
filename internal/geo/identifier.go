package geo

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Reference is what an identifier (an ARN, an OCID, a self link, a URL) says of
// the thing it names. Fields that it does not say are empty.
type Reference struct {
	// Cloud the identifier belongs to.
	Cloud string
	// Service within the cloud.
	Service string
	// Region code, as the identifier has it.
	Region string
	// Name of the thing, without its path.
	Name string
}

// ParseIdentifier reads an identifier of any cloud. whole is false when only
// the beginning of the text is known: then a field counts only if its end is in
// sight. ok is false when the text has no known form.
func ParseIdentifier(text string, whole bool) (ref Reference, ok bool) {
	switch {
	case strings.HasPrefix(text, "arn:"):
		return parseARN(text, whole)
	case strings.HasPrefix(text, "ocid1."):
		return parseOCID(text, whole)
	case strings.HasPrefix(text, "s3://"), strings.HasPrefix(text, "gs://"):
		return parseBucketURL(text, whole)
	case strings.HasPrefix(text, "bq://"):
		return Reference{Cloud: Google, Service: "bigquery", Name: lastOf(text, "./", whole)}, true
	case strings.HasPrefix(text, "/subscriptions/"):
		return Reference{Cloud: Azure, Name: lastOf(text, "/", whole)}, true
	case strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "http://"):
		if google, ok := parseSelfLink(text, whole); ok {
			return google, true
		}
		return ParseHost(hostOf(text))
	case strings.HasPrefix(text, "projects/"), strings.HasPrefix(text, "//"):
		return parseSelfLink(text, whole)
	}
	return parseService(text, whole)
}

// parseService reads the destinations of log sinks: the host of a service and a
// name, as in storage.googleapis.com/bucket.
func parseService(text string, whole bool) (Reference, bool) {
	host, rest, ok := strings.Cut(text, "/")
	service, isGoogle := strings.CutSuffix(host, ".googleapis.com")
	if !ok || !isGoogle || strings.Contains(service, ".") {
		return Reference{}, false
	}
	if link, ok := parseSelfLink(rest, whole); ok {
		link.Service = service
		return link, true
	}
	ref := Reference{Cloud: Google, Service: service}
	if whole {
		ref.Name = rest
	}
	return ref, true
}

// parseARN reads arn:partition:service:region:account:resource. The region may
// be empty, as in the ARN of an S3 bucket; the resource may hold colons.
func parseARN(text string, whole bool) (Reference, bool) {
	parts := strings.SplitN(text, ":", 6)
	ref := Reference{Cloud: AWS}
	if len(parts) > 3 {
		ref.Service = parts[2]
	}
	if len(parts) > 4 {
		ref.Region = parts[3]
	}
	if len(parts) == 6 && whole {
		resource := parts[5]
		if ref.Service == "s3" {
			ref.Name, _, _ = strings.Cut(resource, "/")
		} else {
			ref.Name = resource[strings.LastIndexAny(resource, ":/")+1:]
		}
	}
	return ref, len(parts) > 3
}

// parseOCID reads ocid1.type.realm.region..unique. Old regions appear as their
// three-letter key; global things have none.
func parseOCID(text string, whole bool) (Reference, bool) {
	parts := strings.Split(text, ".")
	if len(parts) < 5 && !(whole && len(parts) == 4) {
		return Reference{}, false
	}
	return Reference{Cloud: OCI, Service: parts[1], Region: parts[3]}, true
}

func parseBucketURL(text string, whole bool) (Reference, bool) {
	scheme, rest, _ := strings.Cut(text, "://")
	name, _, complete := strings.Cut(rest, "/")
	if !complete && !whole {
		name = ""
	}
	cloud := map[string]string{"s3": AWS, "gs": Google}[scheme]
	return Reference{Cloud: cloud, Service: scheme, Name: name}, true
}

// parseSelfLink reads Google's resource names: projects/p/locations/l/…,
// …/regions/r/…, …/zones/z/…, also as a URL.
func parseSelfLink(text string, whole bool) (Reference, bool) {
	if strings.HasPrefix(text, "http") && !strings.Contains(hostOf(text), "googleapis.com") {
		return Reference{}, false
	}
	at := strings.Index(text, "projects/")
	if at < 0 {
		return Reference{}, false
	}
	ref := Reference{Cloud: Google, Name: lastOf(text, "/", whole)}
	parts := strings.Split(text[at:], "/")
	for i, part := range parts[:len(parts)-1] {
		inSight := whole || i+2 < len(parts)
		if inSight && (part == "locations" || part == "regions" || part == "zones") {
			ref.Region = parts[i+1]
		}
	}
	return ref, true
}

// lastOf returns what follows the last of the separators in a whole text.
func lastOf(text, separators string, whole bool) string {
	if !whole {
		return ""
	}
	return text[strings.LastIndexAny(text, separators)+1:]
}

// hostPatterns recognise the endpoint hosts of clouds. The groups r and n are
// the region and the name, where the host tells them.
// They are compiled when the first host is met.
var hostPatterns = sync.OnceValue(func() []hostPattern {
	return []hostPattern{
		{AWS, regexp.MustCompile(`^(?P<n>[a-z0-9][a-z0-9.-]*)\.s3[.-](?:dualstack\.)?(?P<r>[a-z]{2}[a-z-]*-[a-z]+-\d)\.amazonaws\.(?:com|com\.cn|eu)$`)},
		{AWS, regexp.MustCompile(`^(?P<n>[a-z0-9][a-z0-9.-]*)\.s3\.amazonaws\.com$`)},
		{AWS, regexp.MustCompile(`[.-](?P<r>[a-z]{2}[a-z-]*-[a-z]+-\d)\.(?:[a-z0-9-]+\.)?amazonaws\.(?:com|com\.cn|eu)$`)},
		{OCI, regexp.MustCompile(`(?:^|\.)(?:objectstorage|[a-z-]+)\.(?P<r>[a-z]+-[a-z-]+-\d)\.(?:oci\.)?(?:oraclecloud|oraclegovcloud|oci\.customer-oci)\.[a-z]+$`)},
		{Azure, regexp.MustCompile(`^(?P<n>[a-z0-9-]+)\.(?:[a-z]+\.)*(?:windows\.net|azure\.com|azure\.net|usgovcloudapi\.net|chinacloudapi\.cn)$`)},
		{Google, regexp.MustCompile(`^storage\.(?P<r>[a-z]+-[a-z]+\d+)\.rep\.googleapis\.com$`)},
	}
})

type hostPattern struct {
	cloud   string
	pattern *regexp.Regexp
}

// ParseHost reads the region out of a cloud's endpoint host. ok is false for a
// host that is no known cloud's.
func ParseHost(host string) (ref Reference, ok bool) {
	for _, p := range hostPatterns() {
		m := p.pattern.FindStringSubmatch(host)
		if m == nil {
			continue
		}
		ref := Reference{Cloud: p.cloud}
		if at := p.pattern.SubexpIndex("r"); at > 0 {
			ref.Region = m[at]
		}
		if at := p.pattern.SubexpIndex("n"); at > 0 {
			ref.Name = m[at]
		}
		return ref, true
	}
	return Reference{}, false
}

// Host returns the host of an endpoint, which may be a URL, host:port, or a
// bare host.
func Host(endpoint string) string {
	if strings.Contains(endpoint, "://") {
		return hostOf(endpoint)
	}
	host, _, _ := strings.Cut(endpoint, "/")
	if name, _, ok := strings.Cut(host, ":"); ok {
		host = name
	}
	return strings.ToLower(host)
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
