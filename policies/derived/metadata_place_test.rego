package stateside.rules.metadata_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.metadata_place

about(place) := object.union(facts.placement("primary", [place]), {"content": "metadata"})

with_places := object.union(facts.config, {"datasets": {"us": {"allow": {"metadata": {"countries": ["US", "SG"]}}}}})

said(p, config) := result if {
	result := metadata_place.deny with input as facts.store([p])
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_outside_is_denied if {
	said(about(facts.europe), with_places) == {{
		"msg": "metadata of US user data is kept in google eu (EU multi-region)",
		"placement": 0,
		"setting": "datasets.us.allow.metadata",
	}}
}

test_inside_is_right if said(about(facts.singapore), with_places) == set()

test_without_places_for_metadata_nothing_is_judged if said(about(facts.europe), facts.config) == set()

test_the_data_is_left_to_other_rules if said(facts.placement("primary", [facts.europe]), with_places) == set()
