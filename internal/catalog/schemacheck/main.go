// Command schemacheck compares the rows of the catalogue with the schemas that
// providers publish. It reports each type and attribute in a row that the
// schema does not have, and each type of the schema that looks as if it held
// data and is neither in a row nor in the list of those that are no stores.
//
//	go run ./internal/catalog/schemacheck [-all] PREFIX [SCHEMA…]
//
// PREFIX is that of the resource types, such as aws. A SCHEMA is a file: what
// `terraform providers schema -json` prints, or a package of typed bindings (of
// CDK for Terraform or of Pulumi) as npm packs it. Without one the bindings
// named below are packed with npm, once, into the user's cache directory.
//
// It fails when something is refuted or unclassified.
package main

import (
	"bytes"
	"embed"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stateside-dev/stateside/internal/catalog"
)

// bindings are the npm packages with the typed bindings of a prefix's
// providers, some at the version for an older provider. A type or an attribute
// that one of them has is right.
var bindings = map[string][]string{
	"aws":     {"@cdktf/provider-aws@15", "@cdktf/provider-aws@19", "@cdktf/provider-aws", "@pulumi/aws"},
	"google":  {"@cdktf/provider-google@13", "@cdktf/provider-google", "@cdktf/provider-google-beta", "@pulumi/gcp"},
	"azurerm": {"@cdktf/provider-azurerm@12", "@cdktf/provider-azurerm", "@cdktn/provider-azurerm"},
	"azuread": {"@cdktf/provider-azuread"},
	"oci":     {"@pulumi/oci"},

	"cloudflare":   {"@cdktf/provider-cloudflare@11", "@cdktf/provider-cloudflare"},
	"databricks":   {"@cdktf/provider-databricks"},
	"datadog":      {"@cdktf/provider-datadog"},
	"digitalocean": {"@cdktf/provider-digitalocean"},
	"kubernetes":   {"@cdktf/provider-kubernetes"},
	"mongodbatlas": {"@cdktf/provider-mongodbatlas", "@pulumi/mongodbatlas"},
	"snowflake":    {"@cdktf/provider-snowflake@9", "@cdktf/provider-snowflake@11", "@cdktf/provider-snowflake"},
}

// allowed lists, for each prefix, the types and attributes of other versions of
// the provider than the published bindings'.
//
//go:embed allow/*.txt
var allowed embed.FS

func main() {
	all := flag.Bool("all", false, "list the unclassified types that do not look like stores, too")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/catalog/schemacheck [-all] PREFIX [SCHEMA…]")
		os.Exit(2)
	}
	ok, err := run(flag.Arg(0), flag.Args()[1:], *all)
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemacheck:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(prefix string, files []string, all bool) (ok bool, err error) {
	if len(files) == 0 {
		if files, err = pack(prefix); err != nil {
			return false, err
		}
	}
	var schemas []*schema
	for _, file := range files {
		s, err := readSchema(file)
		if err != nil {
			return false, err
		}
		fmt.Printf("%s: %d types\n", s.from, len(s.types))
		schemas = append(schemas, s)
	}
	known, _ := allowed.ReadFile("allow/" + prefix + ".txt") // none when there is no list
	r := check(rowsOf(prefix), noStoresOf(prefix), catalog.ParseReasons(known), schemas)
	r.write(os.Stdout, all)
	return len(r.refuted)+len(r.stale)+len(r.candidates) == 0, nil
}

func rowsOf(prefix string) []*catalog.Type {
	var rows []*catalog.Type
	for _, t := range new(catalog.Catalogue).All() {
		if strings.HasPrefix(t.Type, prefix+"_") {
			rows = append(rows, t)
		}
	}
	return rows
}

// noStoresOf is the list of a prefix, without what it has of other languages.
func noStoresOf(prefix string) map[string]string {
	list := catalog.NoStores(prefix)
	maps.DeleteFunc(list, func(resourceType, _ string) bool { return !strings.HasPrefix(resourceType, prefix+"_") })
	return list
}

func readSchema(file string) (*schema, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(file)
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return readTerraform(name, data)
	}
	return readBindings(name, data)
}

// pack returns the packed bindings of a prefix, and packs those that are not
// in the cache.
func pack(prefix string) ([]string, error) {
	names, ok := bindings[prefix]
	if !ok {
		return nil, fmt.Errorf("no bindings are known for %q: give its schema as a file", prefix)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	var files []string
	for _, name := range names {
		dir := filepath.Join(cache, "stateside-schemas", filepath.FromSlash(name))
		file, err := packInto(dir, name)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func packInto(dir, name string) (string, error) {
	if have, _ := filepath.Glob(filepath.Join(dir, "*.tgz")); len(have) > 0 {
		return have[len(have)-1], nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	npm := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, name)
	npm.Stderr = os.Stderr
	out, err := npm.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w", name, err)
	}
	return filepath.Join(dir, strings.TrimSpace(string(out))), nil
}
