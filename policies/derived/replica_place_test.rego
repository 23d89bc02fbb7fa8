package stateside.rules.replica_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.replica_place

said(placements) := result if {
	result := replica_place.deny with input as facts.store(placements)
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_outside_is_denied_by_the_places_of_storage if {
	said([facts.placement("replica", [facts.singapore])]) == {{
		"msg": "replica of US user data is kept in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
}

test_inside_is_right if said([facts.placement("replica", [facts.ashburn])]) == set()

test_primary_is_left_to_another_rule if said([facts.placement("primary", [facts.singapore])]) == set()
