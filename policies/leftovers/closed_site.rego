# METADATA
# title: A closed site is still in use
# description: |
#   A site that the configuration says is closed holds nothing any more. What is
#   declared there either contradicts that, or is left over.
# custom:
#   id: closed-site
#   severity: error
#   basis: contract
#   remedy: remove the declaration, or correct the status of the site
package stateside.rules.closed_site

import data.stateside.lib

deny contains result if {
	some p in input.placements
	some l in p.locations
	data.stateside.config.sites[l.site].status == "closed"
	result := {
		"msg": sprintf("%s is at site %s, which is closed", [subject(p), l.site]),
		"placement": p.index,
		"setting": concat(".", ["sites", l.site]),
	}
}

subject(p) := "a store" if {
	p.dataset == ""
} else := sprintf("%s of %s", [lib.the_part(p), lib.title(p)])
