package stateside.rules.place_unknown_test

import data.stateside.lib_test as facts
import data.stateside.rules.place_unknown

denying := object.union(facts.config, {"unknown": "deny"})

test_unknown_warns if {
	place_unknown.warn == {{
		"msg": "can't tell where a backup of US user data is: var.region has no value",
		"placement": 0,
		"fix": "give the value in a variables file, or with --var or --var-file",
	}} with input as facts.store([facts.unknown("backup")]) with data.stateside.config as facts.config
	place_unknown.deny == set() with input as facts.store([facts.unknown("backup")])
		with data.stateside.config as facts.config
}

test_unknown_is_denied_when_the_configuration_says_so if {
	count(place_unknown.deny) == 1 with input as facts.store([facts.unknown("primary")])
		with data.stateside.config as denying
	place_unknown.warn == set() with input as facts.store([facts.unknown("primary")])
		with data.stateside.config as denying
}

test_candidates_of_which_some_are_wrong if {
	place_unknown.warn == {{
		"msg": "the primary copy of US user data may be in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}} with input as facts.store([facts.one_of("primary", [facts.ashburn, facts.singapore])])
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_candidates_that_are_all_right_or_all_wrong if {
	every locations in [[facts.ashburn], [facts.singapore, facts.beijing], [facts.virginia]] {
		place_unknown.warn == set() with input as facts.store([facts.one_of("primary", locations)])
			with data.stateside.config as facts.config
			with data.stateside.geo.groups as facts.groups
	}
}

test_known_and_caller_are_left_alone if {
	every p in [
		facts.placement("primary", [facts.singapore]),
		object.union(facts.unknown("primary"), {"status": "caller"}),
	] {
		place_unknown.warn == set() with input as facts.store([p]) with data.stateside.config as facts.config
	}
}

test_every_cause_has_a_fix if {
	every cause in [
		"no_value", "environment", "known_at_apply", "missing_module", "unlisted_region", "unresolved_target",
		"undeclared_site", "not_pinned", "invalid", "limit",
	] {
		p := object.union(facts.unknown("primary"), {"cause": cause})
		count(place_unknown.warn) == 1 with input as facts.store([p]) with data.stateside.config as facts.config
	}
}

test_unknown_without_cause_and_reason_warns_too if {
	bare := object.remove(facts.unknown("primary"), ["cause", "reason"])
	count(place_unknown.warn) == 1 with input as facts.store([bare]) with data.stateside.config as facts.config
}

test_place_without_locations_is_unknown if {
	every p in [facts.placement("primary", []), facts.one_of("primary", [])] {
		count(place_unknown.warn) == 1 with input as facts.store([p]) with data.stateside.config as facts.config
	}
}

test_metadata_is_left_alone if {
	p := object.union(facts.unknown("primary"), {"content": "metadata"})
	place_unknown.warn == set() with input as facts.store([p]) with data.stateside.config as facts.config
}

test_unknown_place_with_locations_is_said_once if {
	p := object.union(facts.unknown("primary"), {"locations": [facts.singapore]})
	count(place_unknown.warn) == 1 with input as facts.store([p])
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}
