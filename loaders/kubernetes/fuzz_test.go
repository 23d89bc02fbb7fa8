package kubernetes

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stateside-dev/stateside/internal/source"
)

// Whatever stands in manifests, overlays and patches, the loader returns.
func FuzzManifests(f *testing.F) {
	for _, seed := range []string{
		"apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: a}\nspec: {provider: aws, config: {region: \"${A:=eu-west-1}\"}}\n",
		"apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    [OUTPUT]\n      name s3\n    <match a>\n",
		"apiVersion: s3.aws.upbound.io/v1\nkind: Bucket\nspec: {forProvider: {bucketRef: {name: a}}}\n",
		"- {op: add, path: /spec/a/0, value: 1}\n- {op: move, from: /spec, path: /metadata/b}\n",
		"apiVersion: apps/v1\nkind: StatefulSet\nspec: {volumeClaimTemplates: [{}], template: {spec: {nodeSelector: {topology.kubernetes.io/zone: a}}}}\n",
	} {
		f.Add(seed, seed)
	}
	l, dir := newLoader(), f.TempDir()
	f.Fuzz(func(t *testing.T, manifest, patch string) {
		tree, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		files := map[string]string{
			"a.yaml":                   manifest,
			"base/a.yaml":              manifest,
			"base/kustomization.yaml":  "resources: [a.yaml]",
			"over/kustomization.yaml":  "resources: [../base]\nnamePrefix: a\npatches: [{path: p.yaml, target: {kind: .*}}]",
			"over/p.yaml":              patch,
			"other/kustomization.yaml": patch,
		}
		for name, text := range files {
			tree.Add(name, []byte(text))
		}
		var claimed []string
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if l.Claims(tree.File(name)) {
				claimed = append(claimed, name)
			}
		}
		for _, p := range l.Load(t.Context(), tree, claimed).Problems {
			if strings.Contains(p.Message, "internal error") {
				t.Error(p.Message)
			}
		}
	})
}
