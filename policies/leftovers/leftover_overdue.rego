# METADATA
# title: Data is still where it had to leave
# description: |
#   A store that is to be deleted, or a site that is to be emptied, has a last day.
#   After it, what still rests there is an error, whether the place is allowed or
#   not.
# custom:
#   id: leftover-overdue
#   severity: error
#   basis: contract
#   remedy: delete the data and its declaration, and keep the record of the deletion
package stateside.rules.leftover_overdue

import data.stateside.lib

deny contains result if {
	some p in input.placements
	p.dataset != ""
	lib.deadline(p) < lib.today
	result := {
		"msg": sprintf("%s of %s was to be gone by %s", [lib.the_part(p), lib.title(p), lib.deadline(p)]),
		"placement": p.index,
	}
}
