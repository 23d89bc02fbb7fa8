# METADATA
# title: A guardrail is wider than the configuration
# description: |
#   A service control policy, an assignment of allowed locations, an organisation
#   policy or a quota that lets things be made where no dataset may be does not keep
#   the data in. One that names what it forbids lets in all else, also regions yet
#   to come. What a guardrail says of places that a dataset may be in is right, and a
#   repository without guardrails is not in error.
# custom:
#   id: guardrail-wide
#   severity: warning
#   basis: policy
#   remedy: let in the places that the configuration allows and no others, or record an exception with an end
package stateside.rules.guardrail_wide

import data.stateside.lib

warn contains result if {
	wide := [l |
		some l in input.guardrail.place.locations
		not somewhere_allowed(l)
	]
	count(wide) > 0
	result := object.union(setting, {"msg": sprintf("%s %s, where no dataset may be", [lets_in, listed(wide)])})
}

warn contains result if {
	place := input.guardrail.place
	not place.status in {"known", "caller"}
	result := object.union(setting, {
		"msg": sprintf("can't tell where a guardrail lets things be made: %s", [lib.reason(place)]),
		"fix": "write the places where they can be read before it is applied, or record an exception with an end",
	})
}

lets_in := "a guardrail names what it forbids, and lets things be made in" if {
	input.guardrail.open
} else := "a guardrail lets things be made in"

# Data without a dataset may be anywhere.
somewhere_allowed(_) if data.stateside.config.unlabelled == "ignore"

somewhere_allowed(l) if {
	some dataset in data.stateside.config.datasets
	not lib.denies(object.get(dataset, "deny", {}), l)
	allows(dataset, l)
}

allows(dataset, l) if {
	some use in ["storage", "replica", "backup", "copy", "key"]
	lib.inside(l, dataset.allow[use])
}

allows(dataset, _) if not dataset.allow.storage

setting := {"setting": concat(".", ["datasets", name, "allow", "storage"])} if {
	count(data.stateside.config.datasets) == 1
	some name, _ in data.stateside.config.datasets
} else := {}

# A list of many places is told by its first ones.
listed(locations) := lib.where(locations) if {
	count(locations) <= 3
} else := sprintf("%s and %d more", [
	concat(", ", [lib.place_name(l) | some l in array.slice(locations, 0, 3)]),
	count(locations) - 3,
])
