package stateside.rules.key_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.key_place

key(place) := object.union(facts.placement("key", [place]), {"kind": "key"})

replicated(place) := object.union(facts.placement("replica", [place]), {"kind": "key"})

strict := object.union(facts.config, {"datasets": {"us": {"allow": {"key": {"countries": ["US"]}}}}})

denied(p, config) := result if {
	result := key_place.deny with input as facts.store([p])
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warned(p, config) := result if {
	result := key_place.warn with input as facts.store([p])
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_outside_the_places_of_storage_warns if {
	warned(key(facts.singapore), facts.config) == {{
		"msg": "a key to US user data is kept in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
	denied(key(facts.singapore), facts.config) == set()
}

test_outside_the_places_of_keys_is_denied if {
	warned(key(facts.singapore), strict) == set()
	denied(key(facts.singapore), strict) == {{
		"msg": "a key to US user data is kept in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.key",
	}}
}

test_copy_of_a_key_is_a_key if count(warned(replicated(facts.singapore), facts.config)) == 1

test_role_of_a_key_is_enough if count(warned(facts.placement("key", [facts.singapore]), facts.config)) == 1

test_inside_is_right if {
	warned(key(facts.ashburn), facts.config) == set()
	denied(key(facts.virginia), strict) == set()
}

test_data_is_left_to_other_rules if warned(facts.placement("primary", [facts.singapore]), facts.config) == set()
