# METADATA
# title: A key is kept outside its allowed places
# description: |
#   Whoever holds the key can open the data, so where keys are kept counts. They
#   must lie in the places that the configuration allows for keys. Where it names
#   none, those for storage count, and a key elsewhere warns: it is not the data.
# related_resources:
#   - ref: https://www.ecfr.gov/current/title-28/section-202.201
#     description: 28 CFR 202.201, access includes the ability to decrypt
# custom:
#   id: key-place
#   severity: error or warning
#   basis: policy
#   remedy: create the key in an allowed place, or name the places for keys under `allow.key`
package stateside.rules.key_place

import data.stateside.lib

deny contains found[i] if not lib.soft(input.placements[i])

warn contains found[i] if lib.soft(input.placements[i])

found[p.index] := result if {
	some p in lib.placements_for("key")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("a key to %s is kept in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
