# METADATA
# title: Who can read the data can't be told
# description: |
#   A grant whose principal or policy the files do not determine may let in
#   anybody. It is reported for datasets whose `access` is restricted.
#   `unknown: deny` in the configuration makes it an error.
# custom:
#   id: access-unknown
#   severity: error or warning
#   basis: policy
#   remedy: name the principal where it can be read before the configuration is applied, or give its value in a variables file
package stateside.rules.access_unknown

import data.stateside.readers

deny contains found[i] if {
	data.stateside.config.unknown == "deny"
	not readers.hedged(input.access[i])
}

warn contains found[i] if data.stateside.config.unknown != "deny"

warn contains found[i] if readers.hedged(input.access[i])

found[a.index] := result if {
	some a in readers.all
	readers.terms(a)
	readers.unidentified(a)
	result := {
		"msg": sprintf("can't tell who can read %s", [readers.what(a)]),
		"access": a.index,
		"setting": readers.setting(a),
	}
}
