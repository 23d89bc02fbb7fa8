package geo

import "strings"

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
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case "arn":
		return parseARN(text, whole)
	case "acs", "trn":
		return parseColons(namedClouds[scheme], text, whole)
	case "qcs":
		return parseQCS(text, whole)
	case "crn":
		return parseCRN(text, whole)
	case "urn":
		return parseHuaweiURN(text, whole)
	}
	switch {
	case strings.HasPrefix(text, "ocid1."):
		return parseOCID(text, whole)
	case scheme == "jdbc":
		scheme, rest, _ = strings.Cut(rest, ":")
		text = strings.TrimPrefix(text, "jdbc:")
		if !strings.HasPrefix(rest, "//") {
			return Reference{}, false
		}
		return parseURL(scheme, text, whole)
	case strings.HasPrefix(rest, "//"):
		return parseURL(scheme, text, whole)
	case strings.HasPrefix(text, "/subscriptions/"):
		return parseAzureID(text, whole)
	case strings.HasPrefix(text, "projects/"), strings.HasPrefix(text, "//"):
		return parseSelfLink(text, whole)
	}
	if ref, ok := parseConnectionName(text, whole); ok {
		return ref, true
	}
	return parseService(text, whole)
}

// parseConnectionName reads project:region:instance of Cloud SQL.
func parseConnectionName(text string, whole bool) (Reference, bool) {
	parts := strings.Split(text, ":")
	if !whole || len(parts) != 3 && len(parts) != 4 {
		return Reference{}, false
	}
	region, name := parts[len(parts)-2], parts[len(parts)-1]
	if shapeOf(Google, "region").FindString(region) != region || region == "" || name == "" {
		return Reference{}, false
	}
	return Reference{Cloud: Google, Service: "sql", Region: region, Name: name}, true
}

// namedClouds are the clouds whose resource names are written as AWS writes
// them, by their first word.
var namedClouds = map[string]string{"acs": "alicloud", "trn": "volcengine"}

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
// be empty, as in the ARN of an S3 bucket; the resource may hold colons. Other
// products use the form too (arn:minio:…): they are no AWS.
func parseARN(text string, whole bool) (Reference, bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 4 || !strings.HasPrefix(parts[1], "aws") {
		return Reference{}, false
	}
	ref := Reference{Cloud: AWS, Service: parts[2]}
	if len(parts) > 4 {
		ref.Region = sureRegion(parts[3])
	}
	if len(parts) == 6 && whole {
		ref.Name = lastName(ref.Service == "s3", parts[5])
	}
	return ref, true
}

// sureRegion drops the star that policies write for any region.
func sureRegion(region string) string {
	if region == "*" {
		return ""
	}
	return region
}

// lastName returns the name at the end of a resource's path, or the bucket at
// its beginning.
func lastName(isBucket bool, resource string) string {
	if isBucket && !strings.HasPrefix(resource, "accesspoint") {
		name, _, _ := strings.Cut(resource, "/")
		return name
	}
	return resource[strings.LastIndexAny(resource, ":/")+1:]
}

// parseColons reads acs:service:region:account:resource of Alibaba Cloud, and
// trn:… of Volcengine, whose forms are alike.
func parseColons(cloud, text string, whole bool) (Reference, bool) {
	parts := strings.SplitN(text, ":", 5)
	if len(parts) < 3 {
		return Reference{}, false
	}
	ref := Reference{Cloud: cloud, Service: parts[1]}
	if len(parts) > 3 {
		ref.Region = sureRegion(parts[2])
	}
	if len(parts) == 5 && whole {
		ref.Name = lastName(ref.Service == "oss" || ref.Service == "tos", parts[4])
	}
	return ref, true
}

// parseQCS reads Tencent Cloud's qcs:project:service:region:account:resource. The
// bucket is what the account's number ends.
func parseQCS(text string, whole bool) (Reference, bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 4 {
		return Reference{}, false
	}
	ref := Reference{Cloud: "tencentcloud", Service: parts[2]}
	if len(parts) > 4 {
		ref.Region = sureRegion(parts[3])
	}
	if len(parts) == 6 && whole && ref.Service == "cos" {
		ref.Name, _, _ = strings.Cut(parts[5], "/")
	}
	return ref, true
}

// parseCRN reads IBM's crn:v1:cloud:type:service:location:scope:instance:
// kind:resource. Things of the whole world are in the location global.
func parseCRN(text string, whole bool) (Reference, bool) {
	parts := strings.SplitN(text, ":", 10)
	if len(parts) < 6 {
		return Reference{}, false
	}
	ref := Reference{Cloud: "ibm", Service: parts[4]}
	if len(parts) > 6 && parts[5] != "global" {
		ref.Region = parts[5]
	}
	if len(parts) == 10 && whole {
		ref.Name = parts[9]
	}
	return ref, true
}

// parseHuaweiURN reads urn:service:region:project:name, as topics and functions
// of Huawei Cloud have. Other URNs have two parts that name no region.
func parseHuaweiURN(text string, whole bool) (Reference, bool) {
	parts := strings.Split(text, ":")
	if len(parts) < 5 || parts[1] != "smn" && parts[1] != "fss" {
		return Reference{}, false
	}
	ref := Reference{Cloud: "huaweicloud", Service: parts[1], Region: parts[2]}
	if whole {
		ref.Name = parts[len(parts)-1]
	}
	return ref, true
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

// parseAzureID reads /subscriptions/s/resourceGroups/g/providers/p/type/name.
// Few ids name a region: those of things that a provider keeps by location.
func parseAzureID(text string, whole bool) (Reference, bool) {
	ref := Reference{Cloud: Azure, Name: lastOf(text, "/", whole)}
	parts := strings.Split(text, "/")
	for i, part := range parts[:len(parts)-1] {
		if strings.EqualFold(part, "locations") && (whole || i+2 < len(parts)) {
			ref.Region = parts[i+1]
		}
	}
	return ref, true
}

// bucketSchemes are the schemes of URLs that name a bucket and no host.
var bucketSchemes = map[string]Reference{
	"s3": {Cloud: AWS, Service: "s3"}, "s3a": {Cloud: AWS, Service: "s3"}, "s3n": {Cloud: AWS, Service: "s3"},
	"gs": {Cloud: Google, Service: "gs"}, "oss": {Cloud: "alicloud", Service: "oss"},
	"cos": {Cloud: "tencentcloud", Service: "cos"}, "cosn": {Cloud: "tencentcloud", Service: "cos"},
	"obs": {Cloud: "huaweicloud", Service: "obs"}, "tos": {Cloud: "volcengine", Service: "tos"},
	"oci": {Cloud: OCI, Service: "objectstorage"}, "r2": {Cloud: "cloudflare", Service: "r2"},
}

// parseURL reads what a URL tells by its scheme and its host.
func parseURL(scheme, text string, whole bool) (Reference, bool) {
	_, rest, _ := strings.Cut(text, "://")
	switch {
	case scheme == "bq":
		return Reference{Cloud: Google, Service: "bigquery", Name: lastOf(text, "./", whole)}, true
	case scheme == "aws":
		return parseCDKEnvironment(rest, whole)
	case strings.HasPrefix(rest, "arn:"):
		return parseARN(rest, whole)
	case bucketSchemes[scheme].Cloud != "":
		return parseBucket(bucketSchemes[scheme], rest, whole), true
	case scheme != "http" && scheme != "https":
		return parseEndpoint(text, rest, whole)
	}
	if google, ok := parseSelfLink(text, whole); ok {
		return google, true
	}
	return parseEndpoint(text, rest, whole)
}

// parseCDKEnvironment reads aws://account/region.
func parseCDKEnvironment(rest string, whole bool) (Reference, bool) {
	_, region, _ := strings.Cut(rest, "/")
	region, _, ended := strings.Cut(region, "/")
	if !whole && !ended {
		region = ""
	}
	return Reference{Cloud: AWS, Region: region}, true
}

// parseBucket reads the bucket of bucket/key. Longhorn writes its region behind
// it (s3://backups@us-east-1/); oci:// and others write a namespace there.
func parseBucket(ref Reference, rest string, whole bool) Reference {
	name, _, complete := strings.Cut(rest, "/")
	if !complete && !whole {
		return ref
	}
	name, behind, _ := strings.Cut(name, "@")
	if ref.Cloud == AWS {
		ref.Region = behind
	}
	ref.Name = name
	return ref
}

// parseEndpoint reads a URL by its host. The host counts only when its end is
// in sight.
func parseEndpoint(text, rest string, whole bool) (Reference, bool) {
	at := strings.IndexAny(rest, "/?#;")
	if !whole && at < 0 {
		return Reference{}, false
	}
	ref, ok := parseHosts(text, rest, at)
	if ok && ref.Name == "" && at >= 0 {
		ref.Name = nameInPath(ref, rest[at:], whole)
	}
	return ref, ok
}

// parseHosts reads the host of a URL, or its several hosts, as databases have
// them, which must be in one place.
func parseHosts(text, rest string, end int) (Reference, bool) {
	if end < 0 {
		end = len(rest)
	}
	first, more, isList := strings.Cut(rest[:end], ",")
	if !isList {
		return ParseHost(Host(text))
	}
	ref, ok := ParseHost(Host(first))
	for host := range strings.SplitSeq(more, ",") {
		other, known := ParseHost(Host(host))
		if !known || !ok || other.Cloud != ref.Cloud || other.Region != ref.Region {
			return Reference{}, false
		}
	}
	return ref, ok
}

// nameInPath returns the bucket or queue in a URL's path: /bucket/key of S3 and
// Cloud Storage, /account/queue of SQS, /n/namespace/b/bucket/o/key of OCI.
func nameInPath(ref Reference, path string, whole bool) string {
	at := 0
	switch ref.Cloud + " " + ref.Service {
	case AWS + " s3", Google + " storage":
		at = 1
	case AWS + " sqs":
		at = 2
	case OCI + " objectstorage":
		at = 4
	default:
		return ""
	}
	path, _, hasQuery := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if at >= len(parts) || !whole && !hasQuery && at == len(parts)-1 {
		return ""
	}
	return parts[at]
}

// parseSelfLink reads Google's resource names: projects/p/locations/l/…,
// …/regions/r/…, …/zones/z/…, also as a URL.
func parseSelfLink(text string, whole bool) (Reference, bool) {
	if _, rest, ok := strings.Cut(text, "//"); ok && !isGoogleAPI(Host(rest)) {
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

func isGoogleAPI(host string) bool {
	return host == "googleapis.com" || strings.HasSuffix(host, ".googleapis.com")
}

// lastOf returns what follows the last of the separators in a whole text.
func lastOf(text, separators string, whole bool) string {
	if !whole {
		return ""
	}
	return text[strings.LastIndexAny(text, separators)+1:]
}
