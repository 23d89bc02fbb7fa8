# METADATA
# title: A called module is not there
# description: |
#   A module whose source is not among the checked files may declare stores and
#   copies that this check knows nothing of.
# custom:
#   id: missing-module
#   severity: warning
#   basis: policy
#   remedy: fetch it before the check (`terraform get`), vendor it into the repository, or record an exception if it holds no data
package stateside.rules.missing_module

warn contains result if {
	input.problem.kind == "missing_module"
	result := {"msg": input.problem.message}
}
