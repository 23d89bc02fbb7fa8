# METADATA
# title: Part of the input was not read
# description: |
#   A file that can't be read, or that is not valid, may declare stores and
#   copies. So may what was left out when a bound on size, depth or time was
#   reached. The check does not pass while there is any.
# custom:
#   id: unread-input
#   severity: error
#   basis: policy
#   remedy: mend the file, or leave it out with `exclude` in the configuration
package stateside.rules.unread_input

deny contains result if {
	input.problem.kind in {"unread", "limit"}
	result := {"msg": input.problem.message}
}
