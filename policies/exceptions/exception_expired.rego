# METADATA
# title: An exception is past its end
# description: |
#   An exception holds up to and including its last day. After that its findings
#   come back, and the exception itself is reported until it is renewed or
#   deleted.
# custom:
#   id: exception-expired
#   severity: error
#   basis: policy
#   remedy: mend what it excepts, renew it with its approver, or delete it
package stateside.rules.exception_expired

import data.stateside.exceptions

deny contains result if {
	input.exception.expired
	result := {"msg": sprintf("%s ended on %s", [exceptions.name, input.exception.until])}
}
