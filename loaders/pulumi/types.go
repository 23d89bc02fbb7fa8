package pulumi

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/stateside-dev/stateside/internal/catalog"
	"github.com/stateside-dev/stateside/internal/lang"
	"github.com/stateside-dev/stateside/internal/model"
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
	case t.provider == clusterProvider:
		if kind := clusterKind(text); s.rows.Lookup(kind) != nil {
			return kind
		}
	}
	return text
}

// clusterProvider is the provider whose resources are objects of a cluster.
const clusterProvider = "kubernetes"

// clusterKind is the kind of an object as the catalogue has it: of
// kubernetes:velero.io/v1:BackupStorageLocation it is
// velero.io/BackupStorageLocation.
func clusterKind(text string) string {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return ""
	}
	group, _, _ := strings.Cut(parts[1], "/")
	if !strings.Contains(group, ".") {
		group += ".k8s.io"
	}
	return group + "/" + parts[2]
}

// isPlainObject says of a resource that it is an object of a cluster which the
// catalogue has no row for, as most have none, in manifests too.
func isPlainObject(kind string) bool { return strings.HasPrefix(kind, clusterProvider+":") }

// whereCluster is the place of what stands in a cluster, which no program says.
func whereCluster() *lang.Value {
	return lang.UnknownVal(model.LeftToCaller, "it is where the cluster is, and nothing here says where that is")
}

// azureType finds the type of Azure that azure-native names by its last words in
// the singular: storage:StorageAccount is Microsoft.Storage/storageAccounts, and
// operationalinsights:Workspace is Microsoft.OperationalInsights/workspaces.
func (s *set) azureType(t token) string {
	s.azureOnce.Do(s.indexAzure)
	module, name := strings.ToLower(t.module), strings.ToLower(t.name)
	if old := azureModules[module]; old != "" {
		module = old
	}
	typ := azureNames[module+":"+name]
	if typ == "" {
		typ = s.azureTypes[module+":"+name]
	}
	switch row := s.rows.Lookup(typ); {
	case row != nil:
		return row.Type
	case typ != "":
		return typ
	}
	return t.provider + ":" + t.module + ":" + t.name
}

// azureModules are the modules that the third version of azure-native has under
// another name than that of the namespace in Azure (registry of Pulumi, modules of
// azure-native).
var azureModules = map[string]string{
	"applicationinsights": "insights", "cosmosdb": "documentdb", "iothub": "devices", "mongocluster": "documentdb",
	"monitor": "insights", "oracledatabase": "oracle.database", "redis": "cache", "redisenterprise": "cache",
}

// azureNames are the names in azure-native that are not made of the last word of a
// type, or of that of several types (registry of Pulumi, resources of azure-native).
var azureNames = map[string]string{
	"analysisservices:serverdetails":                "Microsoft.AnalysisServices/servers",
	"apimanagement:apimanagementservice":            "Microsoft.ApiManagement/service",
	"cache:redislinkedserver":                       "Microsoft.Cache/redis/linkedServers",
	"compute:galleryimage":                          "Microsoft.Compute/galleries/images",
	"compute:galleryimageversion":                   "Microsoft.Compute/galleries/images/versions",
	"dbformysql:server":                             "Microsoft.DBforMySQL/flexibleServers",
	"dbformysql:singleserver":                       "Microsoft.DBforMySQL/servers",
	"dbforpostgresql:server":                        "Microsoft.DBforPostgreSQL/flexibleServers",
	"dbforpostgresql:singleserver":                  "Microsoft.DBforPostgreSQL/servers",
	"devices:iothubresource":                        "Microsoft.Devices/IotHubs",
	"digitaltwins:digitaltwin":                      "Microsoft.DigitalTwins/digitalTwinsInstances",
	"documentdb:cassandradatacenter":                "Microsoft.DocumentDB/cassandraClusters/dataCenters",
	"documentdb:cassandraresourcecassandrakeyspace": "Microsoft.DocumentDB/databaseAccounts/cassandraKeyspaces",
	"documentdb:cassandraresourcecassandratable":    "Microsoft.DocumentDB/databaseAccounts/cassandraKeyspaces/tables",
	"documentdb:gremlinresourcegremlindatabase":     "Microsoft.DocumentDB/databaseAccounts/gremlinDatabases",
	"documentdb:gremlinresourcegremlingraph":        "Microsoft.DocumentDB/databaseAccounts/gremlinDatabases/graphs",
	"documentdb:mongodbresourcemongodbcollection":   "Microsoft.DocumentDB/databaseAccounts/mongodbDatabases/collections",
	"documentdb:mongodbresourcemongodbdatabase":     "Microsoft.DocumentDB/databaseAccounts/mongodbDatabases",
	"documentdb:sqlresourcesqlcontainer":            "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
	"documentdb:sqlresourcesqldatabase":             "Microsoft.DocumentDB/databaseAccounts/sqlDatabases",
	"documentdb:tableresourcetable":                 "Microsoft.DocumentDB/databaseAccounts/tables",
	"insights:azuremonitorworkspace":                "Microsoft.Monitor/accounts",
	"iotcentral:app":                                "Microsoft.IoTCentral/iotApps",
	"netapp:capacitypoolvolume":                     "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
	"powerbidedicated:capacitydetails":              "Microsoft.PowerBIDedicated/capacities",
	"search:service":                                "Microsoft.Search/searchServices",
	"sql:backupshorttermretentionpolicy":            "Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies",
	"sql:database":                                  "Microsoft.Sql/servers/databases",
	"sql:extendeddatabaseblobauditingpolicy":        "Microsoft.Sql/servers/databases/extendedAuditingSettings",
	"sql:extendedserverblobauditingpolicy":          "Microsoft.Sql/servers/extendedAuditingSettings",
	"sql:manageddatabase":                           "Microsoft.Sql/managedInstances/databases",
	"sql:serverblobauditingpolicy":                  "Microsoft.Sql/servers/auditingSettings",
	"storage:blobcontainer":                         "Microsoft.Storage/storageAccounts/blobServices/containers",
	"storage:fileshare":                             "Microsoft.Storage/storageAccounts/fileServices/shares",
	"web:webapp":                                    "Microsoft.Web/sites",
	"web:webappslot":                                "Microsoft.Web/sites/slots",
}

// indexAzure notes the types of Azure by the names that azure-native gives them.
// Of several the outermost has the name.
func (s *set) indexAzure() {
	s.azureTypes = map[string]string{}
	known := append(s.rows.Types("azurearm"), slices.Sorted(maps.Keys(catalog.NoStores("azurearm")))...)
	for _, typ := range known {
		parts := strings.Split(strings.TrimPrefix(strings.ToLower(typ), "microsoft."), "/")
		last := parts[len(parts)-1]
		for _, name := range []string{singular(last), last} {
			key := parts[0] + ":" + name
			if have := s.azureTypes[key]; have == "" || strings.Count(typ, "/") < strings.Count(have, "/") {
				s.azureTypes[key] = typ
			}
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

// wholes are the types that a type of Azure is a part of, by the attributes that
// its rows have for them.
func wholes(kind string) map[string]string {
	words := strings.Split(kind, "/")
	if len(words) < 3 {
		return nil
	}
	return map[string]string{"root": strings.Join(words[:2], "/"), "parent_id": strings.Join(words[:len(words)-1], "/")}
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
