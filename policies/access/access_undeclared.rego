# METADATA
# title: A reader is not declared
# description: |
#   With `access.undeclared` of a dataset, each principal that can read it has to
#   match an entry of `principals`, so that somebody has said where it is and whose.
#   The services of a cloud are left out.
# custom:
#   id: access-undeclared
#   severity: error or warning
#   basis: policy
#   remedy: declare the principal under `principals`, with its organisation and country, or remove the grant
package stateside.rules.access_undeclared

import data.stateside.readers

deny contains found[i] if {
	readers.terms(input.access[i]).undeclared == "deny"
	not readers.hedged(input.access[i])
}

warn contains found[i] if readers.terms(input.access[i]).undeclared == "warn"

warn contains found[i] if {
	readers.terms(input.access[i]).undeclared == "deny"
	readers.hedged(input.access[i])
}

found[a.index] := result if {
	some a in readers.all
	not a.principal.name
	not a.principal.kind in {"service", "public", "any_account"}
	not readers.unidentified(a)
	result := {
		"msg": sprintf(
			"%s can read %s, and no principal of the configuration is meant by it",
			[readers.whom(a), readers.what(a)],
		),
		"access": a.index,
		"setting": readers.setting(a),
	}
}
