package pulumi

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
)

// token is the type of a resource in its parts: aws:rds/instance:Instance is
// the Instance of the module rds of aws.
type token struct{ provider, module, name string }

func parseToken(text string) token {
	parts := strings.Split(text, ":")
	t := token{provider: parts[0], name: parts[len(parts)-1]}
	if len(parts) == 3 {
		t.module, _, _ = strings.Cut(parts[1], "/")
	}
	if t.module == "index" {
		t.module = ""
	}
	return t
}

// bridged are the providers that are made out of one of Terraform's, by whose
// names the catalogue has their types.
var bridged = map[string]string{
	"aws": "aws", "gcp": "google", "azure": "azurerm", "oci": "oci", "alicloud": "alicloud",
	"digitalocean": "digitalocean", "linode": "linode", "scaleway": "scaleway", "ovh": "ovh", "vultr": "vultr",
	"hcloud": "hcloud", "exoscale": "exoscale", "minio": "minio", "mongodbatlas": "mongodbatlas",
	"snowflake": "snowflake", "cloudflare": "cloudflare", "confluentcloud": "confluent", "aiven": "aiven",
}

// kind is the type of a resource in the catalogue; the token itself when it has
// none.
func (s *set) kind(text string) string {
	t := parseToken(text)
	switch {
	case bridged[t.provider] != "":
		if typ := s.rows.Bridged(bridged[t.provider], t.module, t.name); typ != "" {
			return typ
		}
	case t.provider == "aws-native":
		return s.rows.Spelling("AWS::" + t.module + "::" + t.name)
	case t.provider == "azure-native":
		return s.azureType(t)
	}
	return text
}

// azureType finds the type of Azure that azure-native names by its last words in
// the singular: storage:StorageAccount is Microsoft.Storage/storageAccounts, and
// sql:Database is Microsoft.Sql/servers/databases.
func (s *set) azureType(t token) string {
	s.azureOnce.Do(s.indexAzure)
	typ := s.azureTypes[strings.ToLower(t.module+":"+t.name)]
	switch row := s.rows.Lookup(typ); {
	case row != nil:
		return row.Type
	case typ != "":
		return typ
	}
	return t.provider + ":" + t.module + ":" + t.name
}

// indexAzure notes the types of Azure by the names that azure-native gives them.
// Of several the outermost has the name.
func (s *set) indexAzure() {
	s.azureTypes = map[string]string{}
	known := append(s.rows.Types("azurearm"), slices.Sorted(maps.Keys(catalog.NoStores("azurearm")))...)
	for _, typ := range known {
		parts := strings.Split(strings.TrimPrefix(strings.ToLower(typ), "microsoft."), "/")
		key := parts[0] + ":" + singular(parts[len(parts)-1])
		if have := s.azureTypes[key]; have == "" || strings.Count(typ, "/") < strings.Count(have, "/") {
			s.azureTypes[key] = typ
		}
	}
}

func singular(word string) string {
	if strings.HasSuffix(word, "ies") {
		return strings.TrimSuffix(word, "ies") + "y"
	}
	return strings.TrimSuffix(word, "s")
}

// spell returns how the catalogue writes a property: of providers made out of
// Terraform's with underscores, of aws-native with a capital.
func spell(kind, property string) string {
	switch {
	case strings.Contains(kind, "::"):
		if property == "" {
			return ""
		}
		return strings.ToUpper(property[:1]) + property[1:]
	case strings.Contains(kind, "/"):
		return property
	}
	return snake(property)
}

// snake writes camelCase with underscores.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isFree says of a property that its keys are its users' own, such as those of
// tags: they keep their spelling.
func isFree(property string) bool {
	lower := strings.ToLower(property)
	for _, word := range []string{"tags", "labels", "metadata"} {
		if strings.HasSuffix(lower, word) {
			return true
		}
	}
	return false
}

// entry adds a property of an object under the name that the catalogue has for
// it. A list is there in the singular too, as Terraform names blocks.
func entry(elems map[string]*lang.Cell, kind, property string, cell *lang.Cell, isList bool) {
	name := spell(kind, property)
	elems[name] = cell
	if one := singular(name); isList && one != name && elems[one] == nil {
		elems[one] = cell
	}
}

// completed gives a resource's properties what its rows ask for besides: those
// of Azure stand within "properties", and have a name.
func completed(kind string, elems map[string]*lang.Cell) *lang.Value {
	if strings.HasPrefix(kind, "Microsoft.") {
		inner := make(map[string]*lang.Cell, len(elems))
		for name, cell := range elems {
			inner[name] = cell
		}
		elems["properties"] = lang.Done(lang.ObjectVal(inner))
		if own := ownName(elems); own != nil && elems["name"] == nil {
			elems["name"] = own
		}
	}
	return lang.ObjectVal(elems)
}

// ownName is the only property that names the resource itself.
func ownName(elems map[string]*lang.Cell) *lang.Cell {
	var own *lang.Cell
	for name, cell := range elems {
		if !strings.HasSuffix(name, "Name") || name == "resourceGroupName" {
			continue
		}
		if own != nil {
			return nil
		}
		own = cell
	}
	return own
}
