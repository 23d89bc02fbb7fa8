package appconfig

import (
	"strings"

	"github.com/stateside-dev/stateside/internal/document"
	"github.com/stateside-dev/stateside/internal/services"
)

// gitlab reads the object storage, the backups and the servers of GitLab's
// package: gitlab_rails['object_store']['connection'] = { 'provider' => 'AWS', … }.
func gitlab(f *services.File, doc *document.Node) {
	common := doc.Get("gitlab_rails.object_store.connection")
	for _, p := range doc.Entries() {
		name, isRails := strings.CutPrefix(p.Key, "gitlab_rails.")
		switch {
		case isRails && strings.HasPrefix(name, "object_store.objects.") && strings.HasSuffix(name, ".bucket"):
			gitlabBucket(f, "app/bucket", p, common)
		case isRails && strings.HasSuffix(name, "_object_store_remote_directory"):
			connection := doc.Get(strings.TrimSuffix(p.Key, "remote_directory") + "connection")
			if connection == nil {
				connection = common
			}
			gitlabBucket(f, "app/bucket", p, connection)
		case name == "backup_upload_remote_directory":
			gitlabBucket(f, "app/backup", p, doc.Get("gitlab_rails.backup_upload_connection"))
		case name == "db_host":
			gitlabServer(f, "app/database", p)
		case name == "redis_host":
			gitlabServer(f, "app/cache", p)
		case p.Key == "registry.storage":
			for _, s := range p.Value.Entries() {
				if bucket := f.Text(s.Value.Get("bucket")); bucket != nil && (s.Key == "s3" || s.Key == "gcs") {
					f.Add("registry/storage", "registry.storage."+s.Key, s.Range, services.Attributes{
						"cloud": services.Word(s.Key), "bucket": bucket, "region": f.Text(s.Value.Get("region")), "host": f.Hosts(s.Value.Get("regionendpoint")),
					})
				}
			}
		}
	}
}

// fog are the words for clouds of the library by which GitLab reaches them.
var fog = map[string]string{"AWS": "s3", "Google": "gcs", "AzureRM": "azure"}

func gitlabBucket(f *services.File, typ string, p document.Pair, connection *document.Node) {
	cloud := fog[connection.Get("provider").String()]
	if cloud == "" || !p.Value.IsScalar() {
		return
	}
	a := services.Attributes{
		"cloud": services.Word(cloud), "bucket": f.Text(p.Value), "region": f.Text(connection.Get("region")), "host": f.Hosts(connection.Get("endpoint")),
	}
	if account := f.Text(connection.Get("azure_storage_account_name")); cloud == "azure" && account != nil {
		a["bucket"] = account
	}
	f.Add(typ, p.Key, p.Range, a)
}

func gitlabServer(f *services.File, typ string, p document.Pair) {
	if a := services.Server(f, p.Value); p.Value.IsScalar() && a != nil && !strings.HasPrefix(p.Value.Text, "/") {
		f.Add(typ, p.Key, p.Range, a)
	}
}

// laravel reads the disks of config/filesystems.php. Every application has those
// of its skeleton, whose buckets the environment gives: only a bucket that is
// written there counts.
func laravel(f *services.File, doc *document.Node) {
	doc.Walk(func(path []string, n *document.Node) bool {
		for _, p := range n.Entries() {
			if p.Value.Get("driver").String() != "s3" && p.Value.Get("driver").String() != "gcs" {
				continue
			}
			a := services.Attributes{
				"cloud": f.Text(p.Value.Get("driver")), "bucket": f.Text(p.Value.Get("bucket")),
				"region": f.Text(p.Value.Get("region")), "host": f.Hosts(p.Value.Get("endpoint")),
			}
			if a["bucket"] == nil || !a["bucket"].IsKnown() {
				continue
			}
			if a["host"] != nil && !a["host"].IsKnown() {
				delete(a, "host") // the cloud's own, unless the environment gives another
			}
			f.Add("app/bucket", strings.Join(append(path[:len(path):len(path)], p.Key), "."), p.Range, a)
		}
		return true
	})
}
