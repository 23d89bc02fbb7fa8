package source

import "testing"

func TestIsExample(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		".env": false, "deploy/.env.production": false, ".env.example": true, ".env.sample": true, ".env.test": true, ".env.production.example": true,
		"app/src/main/resources/application.yml": false, "app/src/test/resources/application.yml": true, "application-test.yml": true,
		"docs/litestream.yml": true, "examples/a/pgbackrest.conf": true, "latest/pgbackrest.conf": false, "pgbackrest.conf.sample": true,
		"app/settings/test.py": true, "app/test_settings.py": true, "app/settings/defaults.py": false, "app/testing/settings.py": true,
		"contest/rclone.conf": false, "Example.env": true, "config/database.yml.dist": true, "test": false, "my-test/x.yml": false,
		"conf/spark-defaults.conf": false, "conf/spark-defaults.conf.template": true, "examples/spark-defaults.conf": true,
	} {
		if got := IsExample(name); got != want {
			t.Errorf("IsExample(%q) = %v", name, got)
		}
	}
	for name, want := range map[string]bool{
		"overlays/test/kustomization.yaml": false, "deploy/app-test.yaml": false, "e2e-tests/cluster/conf.yml": true, "pkg/testdata/a.yaml": true,
		"examples/a.yaml": true, "docs/deploy.yaml": true, "examples": false,
	} {
		if got := IsShown(name); got != want {
			t.Errorf("IsShown(%q) = %v", name, got)
		}
	}
}
