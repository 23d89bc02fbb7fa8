# METADATA
# title: Data is in a denied place
# description: |
#   No copy of a dataset, in whatever role, may rest in a place that the
#   configuration denies for it. The built-in group @countries-of-concern is the
#   list of 28 CFR 202.601 with the territories of 202.209. A deny wins over every
#   allow.
# related_resources:
#   - ref: https://www.ecfr.gov/current/title-28/section-202.601
#     description: 28 CFR 202.601, countries of concern
# custom:
#   id: denied-country
#   basis: regulation
#   remedy: remove the store or the copy; a denied place is not one to be excepted lightly
package stateside.rules.denied_country

import data.stateside.lib

deny contains result if {
	some p in lib.judged
	wrong := lib.denied(p)
	lib.at_fault(p, wrong)
	result := {
		"msg": sprintf("%s is in a denied place: %s", [lib.title(p), lib.where(wrong)]),
		"placement": p.index,
		"setting": concat(".", ["datasets", p.dataset, "deny"]),
	}
}
