# METADATA
# title: Data is to leave, but no day is set
# description: |
#   A site whose data is on the way out needs a day by which it is gone. Without one
#   nobody can tell when it is late.
# custom:
#   id: leftover-undated
#   severity: error
#   basis: contract
#   remedy: set `drain_by` of the site, or `delete_by` where the store is matched
package stateside.rules.leftover_undated

import data.stateside.lib

deny contains result if {
	some p in input.placements
	p.dataset != ""
	some l in p.locations
	data.stateside.config.sites[l.site].status == "draining"
	not lib.deadline(p)
	result := {
		"msg": sprintf(
			"%s of %s is at site %s, which is to be emptied by no set day",
			[lib.the_part(p), lib.title(p), l.site],
		),
		"placement": p.index,
		"setting": concat(".", ["sites", l.site]),
	}
}
