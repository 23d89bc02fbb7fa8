# METADATA
# title: An export or log goes outside its allowed places
# description: |
#   Exports, delivered logs and log stores hold part of a dataset. They must lie
#   in the places that the configuration allows for copies.
# custom:
#   id: copy-place
#   severity: error
#   basis: policy
#   remedy: send it to a target in an allowed place, or leave the data out of it
package stateside.rules.copy_place

import data.stateside.lib

deny contains result if {
	some p in lib.placements_for("copy")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("%s of %s is kept in %s", [lib.part(p), lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
