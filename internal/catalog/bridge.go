package catalog

import "strings"

// Bridged returns the resource type of a Terraform provider that a tool made out
// of it has under names of its own: Pulumi's aws:rds/instance:Instance and
// Crossplane's rds.aws.upbound.io/Instance are both aws_db_instance. provider is
// that of the Terraform provider, such as aws or azurerm; module and name are
// what the tool calls the service and the resource. It is "" when nothing in the
// catalogue fits.
//
// The names follow those of Terraform but for case, underscores, and a prefix
// that some services have; where they don't, bridgedNames tells.
func (c *Catalogue) Bridged(provider, module, name string) string {
	module, name = letters(module), letters(strings.TrimSuffix(name, "V2"))
	if typ := bridgedNames[provider+":"+module+":"+name]; typ != "" && c.Lookup(typ) != nil {
		return typ
	}
	if typ := bridgedIn(c.file(provider).byLetters(provider), provider, module, name); typ != "" {
		return typ
	}
	return bridgedIn(c.noStores(provider).byLetters(provider), provider, module, name)
}

// bridgedIn finds a type among those that are known by their letters.
func bridgedIn(by map[string]string, provider, module, name string) string {
	for _, middle := range append([]string{module}, servicePrefixes[provider+":"+module]...) {
		if typ := by[provider+middle+name]; typ != "" {
			return typ
		}
	}
	// Many types have no service in their names, or the service alone.
	for _, words := range []string{name, module} {
		if typ := by[provider+words]; typ != "" && (words == name || strings.HasPrefix(module, name)) {
			return typ
		}
	}
	return ""
}

// servicePrefixes are the words that Terraform has in the names of a service's
// types where the tools have the name of the service.
var servicePrefixes = map[string][]string{
	"aws:rds":      {"db"},
	"aws:s3":       {"s3bucket"},
	"aws:cfg":      {"config", "configconfiguration"},
	"aws:ebs":      {"ebs"},
	"aws:kinesis":  {"kinesis"},
	"alicloud:rds": {"db"},
}

// bridgedNames are the types whose names do not follow the rule.
var bridgedNames = map[string]string{
	"aws:s3:bucketreplicationconfig":                 "aws_s3_bucket_replication_configuration",
	"aws:cloudtrail:trail":                           "aws_cloudtrail",
	"aws:lb:loadbalancer":                            "aws_lb",
	"aws:alb:loadbalancer":                           "aws_alb",
	"aws:elb:loadbalancer":                           "aws_elb",
	"aws:datasync:s3location":                        "aws_datasync_location_s3",
	"aws:datasync:efslocation":                       "aws_datasync_location_efs",
	"azurerm:containerservice:registry":              "azurerm_container_registry",
	"azurerm:containerservice:kubernetescluster":     "azurerm_kubernetes_cluster",
	"azurerm:operationalinsights:analyticsworkspace": "azurerm_log_analytics_workspace",
	"azurerm:appinsights:insights":                   "azurerm_application_insights",
	"azurerm:monitoring:diagnosticsetting":           "azurerm_monitor_diagnostic_setting",
	"google:logging:projectsink":                     "google_logging_project_sink",
}

// byLetters has the types of a file by their letters and digits alone.
func (f *file) byLetters(name string) map[string]string {
	f.once.Do(func() { f.index(name) })
	f.spellLetters.Do(func() { f.lettered = spelled(f.rows) })
	return f.lettered
}

// byLetters has the types of a list by their letters and digits alone.
func (n *noStores) byLetters(name string) map[string]string {
	n.once.Do(func() { n.read(name) })
	n.spellLetters.Do(func() { n.lettered = spelled(n.reasons) })
	return n.lettered
}

// spelled are the keys of a map by their letters.
func spelled[T any](types map[string]T) map[string]string {
	all := make(map[string]string, len(types))
	for typ := range types {
		all[letters(typ)] = typ
	}
	return all
}

// letters keeps the letters and digits of a name, in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}
