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
	fault := wrong(a)
	result := {
		"msg": sprintf("%s can read %s%s", [readers.whom(a), readers.what(a), below(a)]),
		"access": a.index,
		"setting": fault,
	}
}

below(a) := ", which is below the bulk thresholds" if lib.below_bulk(a.dataset)

below(a) := "" if not lib.below_bulk(a.dataset)

# The entry of the configuration that an access does not meet. Deny comes first.
wrong(a) := concat(".", ["datasets", a.dataset, "deny"]) if {
	a.principal.country in lib.countries(data.stateside.config.datasets[a.dataset].deny.countries)
} else := readers.setting(a) if {
	denied(a.principal, readers.terms(a).deny)
} else := readers.setting(a) if {
	not allowed(a.principal, readers.terms(a))
}

denied(who, deny) if who.country in lib.countries(deny.countries)

denied(who, deny) if who.organisation in deny.organisations

denied(who, deny) if who.name in deny.principals

# Of each thing that is known of somebody, it must be an allowed one.
allowed(who, access) if {
	right_country(who, access)
	right_organisation(who, access)
	right_name(who, access)
}

right_country(who, access) if who.country in lib.countries(access.countries)

right_country(who, _) if not who.country

right_country(_, access) if not access.countries

right_organisation(who, access) if who.organisation in access.organisations

right_organisation(who, _) if not who.organisation

right_organisation(_, access) if not access.organisations

right_name(who, access) if who.name in access.principals

right_name(who, _) if not who.name

right_name(_, access) if not access.principals
