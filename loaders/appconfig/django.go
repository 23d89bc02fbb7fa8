package appconfig

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// djangoNames are the names whose assignment makes it certain, in a file that is
// called settings or lies in a folder of that name, that these are Django's.
var djangoNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(AWS_STORAGE_BUCKET_NAME|GS_BUCKET_NAME|AZURE_ACCOUNT_NAME|DATABASES|STORAGES|CACHES|CELERY_BROKER_URL|BROKER_URL)\b[^=\n]*=[^=]`)
})

// isDjango recognises the settings of a Django application.
func isDjango(f *source.File) bool {
	if f.Ext() != ".py" {
		return false
	}
	inSettings := strings.Contains(path.Base(f.Path), "settings") || path.Base(path.Dir(f.Path)) == "settings"
	return inSettings && djangoNames().Match(f.Text())
}

// django reads what the settings of an application say in so many words: texts,
// and the defaults of what is taken from the environment. What the environment
// alone gives is left out, as every application has it. Of names that are assigned
// in several branches each is one way in which the application may be deployed.
func django(f *services.File, doc *document.Node) {
	var sets []*document.Node
	eachSuite(doc, nil, func(visible, own *document.Node) {
		f.Lookup = visible.Get
		sets = append(sets, literal(f, visible))
		for _, p := range own.Pairs {
			name, rest, _ := strings.Cut(p.Key, ".")
			switch {
			case name == "DATABASES":
				djangoServers(f, "app/database", p, rest, "HOST")
			case name == "CACHES":
				djangoServers(f, "app/cache", p, rest, "LOCATION")
			case p.Key == "STORAGES":
				djangoStorages(f, p, visible)
			}
		}
	})
	f.Ways(sets)
}

// maxSuites bounds the branches of one file.
const maxSuites = 200

// eachSuite calls a function for a suite and those within it, with its own names
// and all that are visible in it: first those of suites within it, then those
// around it, then its own, so that the last one counts.
func eachSuite(n *document.Node, around []document.Pair, do func(visible, own *document.Node)) {
	count := 0
	var walk func(n *document.Node, around []document.Pair)
	walk = func(n *document.Node, around []document.Pair) {
		if count++; count > maxSuites {
			return
		}
		if len(n.Pairs) > 0 {
			do(&document.Node{Kind: document.Map, Range: n.Range, Pairs: slices.Concat(within(n, 0), around, n.Pairs)}, n)
		}
		for _, inner := range n.Items {
			walk(inner, slices.Concat(around, n.Pairs))
		}
	}
	walk(n, around)
}

// within are the names of the suites in a suite.
func within(n *document.Node, depth int) []document.Pair {
	var all []document.Pair
	for _, inner := range n.Items {
		if depth < maxSuites {
			all = append(append(all, within(inner, depth+1)...), inner.Pairs...)
		}
	}
	return all
}

// literal are the assignments of which the value is known, and of those that name
// a bucket all where its region or endpoint is.
func literal(f *services.File, visible *document.Node) *document.Node {
	out := &document.Node{Kind: document.Map, Range: visible.Range}
	isPlaced := isKnown(f, visible.Get("AWS_S3_REGION_NAME")) || isKnown(f, visible.Get("AWS_S3_ENDPOINT_URL"))
	for _, p := range visible.Pairs {
		isBucket := strings.HasPrefix(p.Key, "AWS_") && strings.HasSuffix(p.Key, "_BUCKET_NAME")
		if isKnown(f, p.Value) || isBucket && isPlaced {
			out.Pairs = append(out.Pairs, p)
		}
	}
	return out
}

func isKnown(f *services.File, n *document.Node) bool {
	v := f.Text(n)
	return v != nil && v.IsKnown()
}

// djangoServers reads a map of servers by name, or one setting of it: rest is its
// path.
func djangoServers(f *services.File, typ string, p document.Pair, rest, key string) {
	_, setting, isSetting := strings.Cut(rest, ".")
	switch {
	case isSetting && setting == key:
		djangoServer(f, typ, p.Key, p.Value)
	case isSetting:
	case rest != "":
		djangoServer(f, typ, p.Key, serverOf(p.Value, key))
	default:
		for _, server := range p.Value.Entries() {
			djangoServer(f, typ, p.Key+"."+server.Key, serverOf(server.Value, key))
		}
	}
}

// serverOf is the address of a server: a URL, or a setting of a map.
func serverOf(n *document.Node, key string) *document.Node {
	if n == nil || n.Kind != document.Map {
		return n
	}
	for _, engine := range []string{"ENGINE", "BACKEND"} {
		name := strings.ToLower(n.Get(engine).String())
		if strings.Contains(name, "sqlite") || strings.Contains(name, "locmem") || strings.Contains(name, "filebased") || strings.Contains(name, "dummy") || strings.Contains(name, ".db.databasecache") {
			return nil
		}
	}
	return n.Get(key)
}

func djangoServer(f *services.File, typ, address string, n *document.Node) {
	if !isKnown(f, n) && (n == nil || n.Kind != document.List) {
		host := f.Hosts(n) // of a URL whose password is not known
		if host == nil || !host.IsKnown() {
			return
		}
	}
	if n.String() == "" && n.Kind != document.List || strings.HasPrefix(n.Text, "/") {
		return // a socket
	}
	if a := services.Server(f, n); a != nil {
		f.Add(typ, address, n.Range, a)
	}
}

// djangoStorages reads the storages that have a bucket of their own.
func djangoStorages(f *services.File, p document.Pair, visible *document.Node) {
	for _, s := range p.Value.Entries() {
		options := s.Value.Get("OPTIONS")
		a := services.Attributes{}
		switch backend := s.Value.Get("BACKEND").String(); {
		case strings.Contains(backend, "s3"):
			a["cloud"], a["bucket"] = services.Word("s3"), f.Text(options.Get("bucket_name"))
			a["region"] = f.First(options.Get("region_name"), visible.Get("AWS_S3_REGION_NAME"))
			a["host"] = f.Hosts(options.Get("endpoint_url"))
			if a["host"] == nil {
				a["host"] = f.Hosts(visible.Get("AWS_S3_ENDPOINT_URL"))
			}
		case strings.Contains(backend, "gcloud"):
			a["cloud"], a["bucket"] = services.Word("gcs"), f.Text(options.Get("bucket_name"))
		case strings.Contains(backend, "azure"):
			a["cloud"], a["bucket"] = services.Word("azure"), f.Text(options.Get("account_name"))
		}
		if a["bucket"] == nil || !a["bucket"].IsKnown() && (a["region"] == nil || !a["region"].IsKnown()) && (a["host"] == nil || !a["host"].IsKnown()) {
			continue
		}
		f.Add("app/bucket", p.Key+"."+s.Key, s.Range, a)
	}
}
