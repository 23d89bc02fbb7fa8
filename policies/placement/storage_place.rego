# METADATA
# title: Data is stored outside its allowed places
# description: |
#   The primary store of a dataset, its archives, its caches and what it passes
#   through must lie in the places that the configuration allows for storage. A
#   store that spans several places must have all of them allowed.
# custom:
#   id: storage-place
#   severity: error
#   basis: policy
#   remedy: move the store to an allowed place, or record an exception with an end
package stateside.rules.storage_place

import data.stateside.lib

deny contains result if {
	some p in lib.placements_for("storage")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("%s is stored in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
