# METADATA
# title: An exception covers nothing
# description: |
#   An exception that matches no finding is no longer needed, or names a rule or
#   an address that is not there.
# custom:
#   id: exception-unused
#   severity: warning
#   basis: policy
#   remedy: delete the exception, or mend its rule and address
package stateside.rules.exception_unused

import data.stateside.exceptions

warn contains result if {
	input.exception.matches == 0
	not input.exception.never
	result := {"msg": sprintf("%s covers no finding", [exceptions.name])}
}
