package loaders

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/geo"
	"github.com/stateside-dev/stateside/internal/services"
	"github.com/stateside-dev/stateside/internal/source"
)

// names are those of files that the loaders of services' settings know.
var names = []string{
	"pgbackrest.conf", "barman.conf", "rclone.conf", "litestream.yml", "borgmatic/config.yaml", "walg.json", "kopia/repository.config", "profiles.toml",
	".env", "application.yml", "application.properties", "config/database.yml", "config/storage.yml", "appsettings.json", "profiles.yml", "airflow.cfg",
	"connector.json", "mm2.properties", "core-site.xml", "spark-defaults.conf", "config.xml", "config.yaml", "vault.hcl", "medusa.ini", "a.sql", "a.cql",
	"a.sh", "connect.bash", "Makefile", ".github/workflows/a.yml", ".gitlab-ci.yml",
}

// Whatever stands in a file, reading it ends, and nothing fails in a way that was
// not foreseen.
func FuzzSettings(f *testing.F) {
	for i := range names {
		f.Add(uint8(i), []byte("a: b\n"))
	}
	archives, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(archives) < 20 {
		f.Fatalf("archives %v, %v", archives, err)
	}
	for _, a := range archives {
		data, err := os.ReadFile(a)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 4<<10 {
			for i := range names {
				f.Add(uint8(i), data)
			}
		}
	}
	all := All(&geo.Tables{}, &catalog.Catalogue{}, Options{})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, i uint8, data []byte) {
		tree, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		name := names[int(i)%len(names)]
		tree.Add(name, data)
		for _, l := range all {
			if _, ok := l.(*services.Loader); !ok || !l.Claims(tree.File(name)) {
				continue
			}
			for _, p := range l.Load(context.Background(), tree, []string{name}).Problems {
				if strings.Contains(p.Message, "internal error") {
					t.Errorf("%s: %s", name, p.Message)
				}
			}
		}
	})
}
