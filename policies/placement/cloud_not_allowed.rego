# METADATA
# title: Data is with an operator that is not approved
# description: |
#   A place may be in the right country and still be wrong, because who operates
#   it is not an approved custodian of the dataset. Regions that a partner runs
#   for a cloud, and realms that a cloud keeps apart, are not its own.
# custom:
#   id: cloud-not-allowed
#   severity: error or warning
#   basis: contract
#   remedy: move the data to an approved cloud, or record an exception with an end
package stateside.rules.cloud_not_allowed

import data.stateside.lib

deny contains found[i] if not lib.soft(input.placements[i])

warn contains found[i] if lib.soft(input.placements[i])

found[p.index] := result if {
	some p in lib.judged
	wrong := lib.foreign_operator(p)
	lib.at_fault(p, lib.wrong(p))

	# Where the place is wrong in itself, that is said instead.
	not lib.at_fault(p, lib.outside(p))
	result := {
		"msg": sprintf(
			"%s of %s is with %s, not with an approved operator",
			[lib.part(p), lib.title(p), lib.where_of(p, wrong)],
		),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
