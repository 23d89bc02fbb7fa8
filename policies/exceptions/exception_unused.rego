# METADATA
# title: An exception covers nothing
# description: |
#   An exception that matches no finding is no longer needed, or names a rule or
#   an address that is not there.
# custom:
#   id: exception-unused
#   basis: policy
#   remedy: delete the exception, or mend its rule and address
package stateside.rules.exception_unused

warn contains result if {
	input.exception.matches == 0
	result := {"msg": sprintf(
		"the exception of %s for %s covers no finding",
		[input.exception.rule, input.exception.address],
	)}
}
