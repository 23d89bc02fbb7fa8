# METADATA
# title: Nothing is known of a resource type
# description: |
#   The catalogue says of each resource type either what it stores and copies, or
#   that it does neither. Of resources of any other type this check knows nothing.
#   They are counted for each provider, or API group of Kubernetes, at the first one.
# custom:
#   id: unlisted-type
#   severity: warning
#   basis: policy
#   remedy: list the types in which nothing rests under `no_stores` in the configuration; others need a row in the catalogue
package stateside.rules.unlisted_type

warn contains result if {
	input.problem.kind == "unlisted_type"
	result := {"msg": input.problem.message}
}
