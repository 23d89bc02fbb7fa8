package stateside.rules.storage_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.storage_place

said(placements) := result if {
	result := storage_place.deny with input as facts.store(placements)
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_outside_is_denied if {
	said([facts.placement("primary", [facts.singapore])]) == {{
		"msg": "US user data is stored in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
}

test_inside_is_right if said([facts.placement("primary", [facts.ashburn])]) == set()

test_one_of_several_places_outside_is_denied if {
	count(said([facts.placement("primary", [facts.ashburn, facts.singapore])])) == 1
}

test_candidates_are_denied_only_when_all_are_outside if {
	said([facts.one_of("primary", [facts.ashburn, facts.singapore])]) == set()
	count(said([facts.one_of("primary", [facts.europe, facts.singapore])])) == 1
}

test_unknown_is_left_to_another_rule if said([facts.unknown("primary")]) == set()

test_denied_place_is_left_to_another_rule if said([facts.placement("primary", [facts.beijing])]) == set()

test_roles_that_are_storage if {
	every role in ["archive", "cache", "staging", "one yet to come"] {
		count(said([facts.placement(role, [facts.singapore])])) == 1
	}
}

test_other_roles_are_left_to_other_rules if {
	every role in ["backup", "replica", "log", "export", "key"] {
		said([facts.placement(role, [facts.singapore])]) == set()
	}
}

test_store_without_dataset_is_left_alone if {
	said([object.union(facts.placement("primary", [facts.singapore]), {"dataset": ""})]) == set()
}
