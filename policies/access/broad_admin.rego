# METADATA
# title: Somebody may do everything with the data
# description: |
#   Who may do everything can also let others in. For a dataset whose `access` is
#   restricted, people, roles and organisations that hold such rights without
#   conditions have to be declared under `principals`.
# custom:
#   id: broad-admin
#   severity: warning
#   basis: policy
#   remedy: grant what is needed and no more, or declare the principal
package stateside.rules.broad_admin

import data.stateside.readers

warn contains result if {
	some a in readers.all
	readers.terms(a)
	readers.administers(a)
	not a.conditional
	not a.principal.name
	a.principal.kind in {"organisation", "user", "group", "role"}
	result := {
		"msg": sprintf("%s may do everything with %s", [readers.whom(a), readers.what(a)]),
		"access": a.index,
		"setting": readers.setting(a),
	}
}
