# METADATA
# title: Data still goes where it is to leave
# description: |
#   A site that is being left has a day, its `cutover`, after which new data goes to
#   the new place. A copy that is still made to it afterwards fills what is to be
#   emptied. A site without that day may be copied to until its data has to be gone.
# custom:
#   id: write-after-cutover
#   severity: error
#   basis: contract
#   remedy: remove the copy, or send it to the new place
package stateside.rules.write_after_cutover

import data.stateside.lib

deny contains result if {
	some p in input.placements
	p.dataset != ""
	p.status == "known"
	some l in p.locations
	cutover := data.stateside.config.sites[l.site].cutover
	cutover < lib.today
	is_copied_to(p)
	result := {
		"msg": sprintf(
			"%s of %s still goes to site %s, which nothing was to go to after %s",
			[lib.the_part(p), lib.title(p), l.site, cutover],
		),
		"placement": p.index,
		"setting": concat(".", ["sites", l.site]),
	}
}

# A copy that is no store of its own.
is_copied_to(p) if p.means

# A store that others are copied into.
is_copied_to(_) if count(input.copies.in) > 0
