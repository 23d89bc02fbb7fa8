// Package backuptools reads the configuration of programs that back up data:
// pgBackRest, WAL-G, Barman, Litestream, rclone, borgmatic, Kopia and
// resticprofile.
//
// Each file is known by its usual name (pgbackrest.conf, litestream.yml,
// rclone.conf, barman.conf, borgmatic's config) or, where people name it freely,
// by keys that no other program has: repo1-s3-bucket, WALG_S3_PREFIX. A bucket
// or a server that it names is a store, in which a backup rests; a region alone
// is none. An endpoint beats the region beside it, which S3's protocol only
// signs.
package backuptools

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// Formats of the family.
func Formats() []services.Format {
	ini := services.One(document.ParseINI)
	return []services.Format{
		{
			Name: "pgBackRest configuration", Parse: ini, Sure: true, Read: pgBackRest,
			Claims: services.Any(services.Named("pgbackrest*.conf"), services.Holding(".conf", "repo1-", "[")),
		},
		{Name: "Barman configuration", Parse: ini, Sure: true, Read: barman, Claims: isBarman},
		{Name: "rclone configuration", Parse: ini, Sure: true, Read: rclone, Claims: services.Named("rclone.conf", "rclone*.conf")},
		{Name: "Litestream configuration", Sure: true, Read: litestream, Claims: services.Named("litestream*.yml", "litestream*.yaml")},
		{Name: "borgmatic configuration", Read: borgmatic, Claims: isBorgmatic},
		{Name: "WAL-G configuration", Read: walG, Claims: services.Any(services.Holding(".json .yaml .yml", "WALG_", "_PREFIX"), services.Named(".walg.json", ".walg.yaml"))},
		{Name: "Kopia repository", Read: kopia, Claims: isKopia},
		{Name: "resticprofile configuration", Read: resticProfile, Claims: services.Named("profiles.yaml", "profiles.toml", "resticprofile*.yaml"), Parse: profiles},
	}
}

func isBarman(f *source.File) bool {
	return services.Named("barman*.conf")(f) ||
		path.Base(path.Dir(f.Path)) == "barman.d" && f.Ext() == ".conf"
}

func isBorgmatic(f *source.File) bool {
	return services.Holding(".yaml .yml", "repositories:")(f) &&
		(strings.Contains(f.Path, "borgmatic") || services.Holding(".yaml .yml", "source_directories:")(f))
}

func isKopia(f *source.File) bool {
	return services.Named("repository.config")(f) || f.Ext() == ".json" && strings.Contains(f.Path, "kopia")
}

var repoKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^repo(\d{0,3})-(s3-bucket|gcs-bucket|azure-account|azure-container|host|sftp-host|path|type)$`)
})

// pgBackRest reads the repositories of each section. What a section doesn't say
// holds from [global].
func pgBackRest(f *services.File, doc *document.Node) {
	global := doc.Get("global")
	for _, section := range doc.Entries() {
		numbers := map[string]document.Pair{}
		for _, p := range section.Value.Entries() {
			if m := repoKey().FindStringSubmatch(p.Key); m != nil {
				if _, ok := numbers[m[1]]; !ok {
					numbers[m[1]] = p
				}
			}
		}
		for _, n := range slices.Sorted(maps.Keys(numbers)) {
			get := func(name string) *document.Node {
				key := "repo" + n + "-" + name
				if v := section.Value.Get(key); v != nil {
					return v
				}
				return global.Get(key)
			}
			if a := pgRepository(f, get); a != nil {
				f.Add("pgbackrest/repo", section.Key+".repo"+n, numbers[n].Range, a)
			}
		}
	}
}

func pgRepository(f *services.File, get func(name string) *document.Node) services.Attributes {
	kind := get("type").String()
	switch {
	case get("host") != nil:
		// The repository is that of another server.
		return services.Attributes{"cloud": lang.StringVal("server"), "host": f.Text(get("host"))}
	case get("s3-bucket") != nil && (kind == "" || kind == "s3"):
		host := f.Hosts(get("s3-endpoint"))
		if h := get("storage-host"); h != nil {
			host = f.Text(h)
		}
		return services.Attributes{"cloud": lang.StringVal("s3"), "bucket": f.Text(get("s3-bucket")), "region": f.Text(get("s3-region")), "host": host}
	case get("gcs-bucket") != nil && (kind == "" || kind == "gcs"):
		return services.Attributes{"cloud": lang.StringVal("gcs"), "bucket": f.Text(get("gcs-bucket")), "host": f.Hosts(get("gcs-endpoint"))}
	case get("azure-account") != nil && (kind == "" || kind == "azure"):
		return services.Attributes{"cloud": lang.StringVal("azure"), "bucket": f.Text(get("azure-account")), "host": f.Hosts(get("azure-endpoint"))}
	case get("sftp-host") != nil:
		return services.Attributes{"cloud": lang.StringVal("server"), "host": f.Text(get("sftp-host"))}
	case get("path") != nil && (kind == "" || kind == "posix" || kind == "cifs"):
		return services.Attributes{"cloud": lang.StringVal("directory"), "directory": f.Text(get("path"))}
	}
	return nil
}

// barman reads the servers that are backed up, each in a section of its own.
func barman(f *services.File, doc *document.Node) {
	global := doc.Get("barman")
	for _, p := range doc.Entries() {
		s := p.Value
		if p.Key == "barman" || s.Get("conninfo") == nil && s.Get("backup_directory") == nil && s.Get("snapshot_provider") == nil {
			continue
		}
		a := services.Attributes{
			"cloud": f.First(s.Get("snapshot_provider"), global.Get("snapshot_provider")),
			"zone":  f.First(s.Get("gcp_zone"), s.Get("snapshot_zone"), global.Get("gcp_zone")), "region": f.First(s.Get("aws_region"), global.Get("aws_region")),
			"source": f.Hosts(s.Get("conninfo")),
		}
		if a["cloud"] == nil {
			a["directory"] = f.First(s.Get("backup_directory"), s.Get("barman_home"), global.Get("barman_home"))
			a["cloud"] = lang.StringVal("directory")
		}
		f.Add("barman/server", p.Key, p.Range, a)
	}
}

// rclone reads the remotes that say where they are.
func rclone(f *services.File, doc *document.Node) {
	for _, p := range doc.Entries() {
		f.Remote(p.Key, p.Range, p.Value)
	}
}

// litestream reads the replicas of each database.
func litestream(f *services.File, doc *document.Node) {
	for i, db := range doc.Get("dbs").Elements() {
		name := path.Base(db.Get("path").String())
		if name == "." {
			name = fmt.Sprint(i)
		}
		for _, r := range append(db.Get("replicas").Elements(), db.Get("replica").Elements()...) {
			litestreamReplica(f, name, r)
		}
	}
}

func litestreamReplica(f *services.File, name string, r *document.Node) {
	a := services.Attributes{}
	if url := r.Get("url"); url != nil {
		if of := f.Repository(url); of != nil {
			a = of
		}
	}
	if v := f.Text(r.Get("bucket")); v != nil {
		a["bucket"] = v
	}
	if t := r.Get("type"); t != nil {
		a["cloud"] = f.Text(t)
	}
	if a["cloud"] == nil {
		a["cloud"] = lang.StringVal("s3")
	}
	if v := f.Text(r.Get("account-name")); v != nil {
		a["bucket"] = v
	}
	if v := f.Hosts(r.Get("endpoint")); v != nil {
		a["host"] = v
	}
	if v := f.Text(r.Get("host")); v != nil {
		a["host"] = v
	}
	a["region"] = f.Text(r.Get("region"))
	if a["bucket"] == nil && a["host"] == nil {
		return
	}
	f.Add("litestream/replica", name, r.Range, a)
}

// borgmatic reads the repositories, which are texts or maps with a path.
func borgmatic(f *services.File, doc *document.Node) {
	all := append(doc.Get("repositories").Elements(), doc.At("location", "repositories").Elements()...)
	for i, r := range all {
		n, name := r, fmt.Sprint(i)
		if r.Kind == document.Map {
			n = r.Get("path")
			if label := r.Get("label").String(); label != "" {
				name = label
			}
		}
		if a := f.Repository(n); a != nil {
			f.Add("borgmatic/repository", "repositories."+name, r.Range, a)
		}
	}
}

// walG reads the settings of WAL-G, which are those that it takes from the
// environment.
func walG(f *services.File, doc *document.Node) {
	f.Environment(doc)
}

// kopia reads the connection to a repository.
func kopia(f *services.File, doc *document.Node) {
	storage := doc.Get("storage")
	config := storage.Get("config")
	if storage.Get("type") == nil || config == nil {
		return
	}
	a := services.Attributes{
		"cloud": f.Text(storage.Get("type")), "bucket": f.First(config.Get("bucket"), config.Get("storageAccount")),
		"region": f.Text(config.Get("region")), "host": f.Hosts(config.Get("endpoint")),
	}
	if host := config.Get("host"); host != nil {
		a["host"] = f.Text(host)
	}
	if dir := config.Get("path"); dir != nil && a["host"] == nil && a["bucket"] == nil {
		a["directory"] = f.Text(dir)
	}
	f.Add("kopia/repository", "storage", storage.Range, a)
}

func profiles(name string, data []byte) ([]*document.Node, error) {
	if strings.HasSuffix(name, ".toml") {
		return services.One(document.ParseTOML)(name, data)
	}
	return document.Parse(name, data)
}

// resticProfile reads the profiles that have a repository.
func resticProfile(f *services.File, doc *document.Node) {
	all := append(doc.Entries(), doc.Get("profiles").Entries()...)
	for _, p := range all {
		if a := f.Repository(p.Value.Get("repository")); a != nil {
			a["region"] = f.First(p.Value.At("env", "AWS_DEFAULT_REGION"), p.Value.At("option", "s3.region"))
			f.Add("restic/repository", p.Key, p.Value.Get("repository").Range, a)
		}
	}
}
