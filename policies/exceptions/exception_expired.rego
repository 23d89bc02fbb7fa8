# METADATA
# title: An exception is past its end
# description: |
#   An exception holds up to and including its last day. After that its findings
#   come back, and the exception itself is reported until it is renewed or
#   deleted.
# custom:
#   id: exception-expired
#   basis: policy
#   remedy: mend what it excepts, renew it with its approver, or delete it
package stateside.rules.exception_expired

deny contains result if {
	input.exception.expired
	result := {"msg": sprintf(
		"the exception of %s for %s ended on %s",
		[input.exception.rule, input.exception.address, input.exception.until],
	)}
}
