# METADATA
# title: An exception of a rule that has none
# description: |
#   Of some rules there are no exceptions: those that say so, such as the one about
#   denied countries, and those that the configuration lists under
#   `exception_terms.never`. Such an exception covers nothing.
# custom:
#   id: exception-never
#   severity: error
#   basis: policy
#   remedy: mend what the rule found, or change what the configuration denies
package stateside.rules.exception_never

import data.stateside.exceptions

deny contains result if {
	input.exception.never
	result := {"msg": sprintf("%s covers nothing: there are no exceptions of this rule", [exceptions.name])}
}
