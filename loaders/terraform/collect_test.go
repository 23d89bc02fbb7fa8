package terraform

import "testing"

func TestPackageOf(t *testing.T) {
	for source, want := range map[string]string{
		"terraform-aws-modules/iam/aws//modules/role":      "terraform-aws-modules/iam/aws",
		"git::https://example.com/m.git//sub/dir?ref=v1.2": "git::https://example.com/m.git",
		"github.com/org/repo?ref=v1":                       "github.com/org/repo",
		"git::ssh://git@example.com/m.git":                 "git::ssh://git@example.com/m.git",
		"../elsewhere":                                     "../elsewhere", "": "",
	} {
		if got := packageOf(source); got != want {
			t.Errorf("packageOf(%q) = %q, want %q", source, got, want)
		}
	}
}
