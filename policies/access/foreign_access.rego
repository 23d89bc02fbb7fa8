# METADATA
# title: Somebody who must not can read the data
# description: |
#   Access counts as much as place: who reads US users' data from abroad has it
#   abroad. The configuration says under `principals` where somebody works and to
#   whom they belong, and under `access` who may read a dataset. A country that a
#   dataset denies is denied for its readers as well. Nationality is no part of
#   it: 28 CFR 202.211 goes by organisation and residence.
# related_resources:
#   - ref: https://www.ecfr.gov/current/title-28/section-202.201
#     description: 28 CFR 202.201, access
#   - ref: https://www.ecfr.gov/current/title-28/section-202.211
#     description: 28 CFR 202.211, covered persons
# custom:
#   id: foreign-access
#   severity: error or warning
#   basis: regulation
#   remedy: remove the grant, or give access through an approved gateway
package stateside.rules.foreign_access

import data.stateside.lib
import data.stateside.readers

deny contains found[i] if not hedged(input.access[i])

warn contains found[i] if hedged(input.access[i])

hedged(a) if readers.hedged(a)

hedged(a) if lib.below_bulk(a.dataset)

found[a.index] := result if {
	some a in readers.all
	fault := readers.fault(a.dataset, a.principal)
	result := {
		"msg": sprintf("%s can read %s%s", [readers.whom(a), readers.what(a), below(a)]),
		"access": a.index,
		"setting": fault,
	}
}

below(a) := ", which is below the bulk thresholds" if lib.below_bulk(a.dataset)

below(a) := "" if not lib.below_bulk(a.dataset)
