# METADATA
# title: Data is in a denied place
# description: |
#   No copy of a dataset, in whatever role, may rest in a place that the
#   configuration denies for it. The built-in group @countries-of-concern is the
#   list of 28 CFR 202.601 with the territories of 202.209. A deny wins over every
#   allow. What is only about the data, such as the names of its tables, warns
#   unless the dataset has places of its own for metadata. So does data below the
#   thresholds of a profile that has them.
# related_resources:
#   - ref: https://www.ecfr.gov/current/title-28/section-202.601
#     description: 28 CFR 202.601, countries of concern
# custom:
#   id: denied-country
#   severity: error or warning
#   basis: regulation
#   exceptable: false
#   remedy: remove the store or the copy; a denied place is not one to be excepted lightly
package stateside.rules.denied_country

import data.stateside.lib

deny contains result if {
	some p in lib.judged
	not lib.below_bulk(p.dataset)
	result := said(p, lib.title(p))
}

# The law behind a profile with thresholds does not reach so little data yet.
warn contains result if {
	some p in lib.judged
	lib.below_bulk(p.dataset)
	result := said(p, sprintf("%s, which is below the bulk thresholds,", [lib.title(p)]))
}

warn contains result if {
	some p in input.placements
	not lib.counts(p)
	result := said(p, sprintf("metadata of %s", [lib.title(p)]))
}

said(p, what) := result if {
	wrong := lib.denied(p)
	lib.at_fault(p, wrong)
	result := {
		"msg": sprintf("%s is in a denied place: %s", [what, lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": concat(".", ["datasets", p.dataset, "deny"]),
	}
}
