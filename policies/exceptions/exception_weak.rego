# METADATA
# title: An exception does not meet the terms
# description: |
#   The configuration says under `exception_terms` how long an exception may last
#   and which fields it needs. One that falls short still covers its findings, and
#   is an error itself.
# custom:
#   id: exception-weak
#   severity: error
#   basis: policy
#   remedy: complete the exception, or shorten it
package stateside.rules.exception_weak

import data.stateside.exceptions

deny contains result if {
	some field in data.stateside.config.exception_terms.require
	object.get(input.exception, field, "") == ""
	result := {"msg": sprintf("%s has no %s", [exceptions.name, field])}
}

deny contains result if {
	not input.exception.expired
	input.exception.days > data.stateside.config.exception_terms.max_days
	result := {"msg": sprintf(
		"%s lasts %d days, longer than the %d that are allowed",
		[exceptions.name, input.exception.days, data.stateside.config.exception_terms.max_days],
	)}
}
