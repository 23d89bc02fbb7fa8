package stateside.rules.state_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.state_place

said(type, placement, config) := result if {
	about := object.union(placement, {"content": "metadata"})
	store := {"id": ".:backend.s3", "address": "backend.s3", "type": type, "cloud": "aws", "kind": "object_storage"}
	result := state_place.warn with input as {"kind": "store", "store": store, "placements": [about], "copies": {"out": [], "in": []}}
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

backend := "terraform_backend_s3"

test_state_outside_warns if {
	said(backend, facts.placement("export", [facts.singapore]), facts.config) == {{
		"msg": "the state of what holds US user data is kept in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
}

test_state_in_a_denied_country_warns if {
	count(said(backend, facts.placement("export", [facts.beijing]), facts.config)) == 1
}

test_state_inside_is_right if {
	said(backend, facts.placement("export", [facts.virginia]), facts.config) == set()
}

test_state_somewhere_unknown_is_left_alone if {
	said(backend, facts.unknown("export"), facts.config) == set()
}

test_state_that_may_be_inside_is_left_alone if {
	said(backend, facts.one_of("export", [facts.virginia, facts.singapore]), facts.config) == set()
}

test_other_metadata_is_left_to_another_rule if {
	said("aws_cloudtrail", facts.placement("log", [facts.singapore]), facts.config) == set()
}

test_places_for_metadata_are_judged_by_another_rule if {
	allow := object.union(facts.config.datasets.us.allow, {"metadata": {"countries": ["US"]}})
	config := object.union(facts.config, {"datasets": {"us": {"allow": allow}}})
	said(backend, facts.placement("export", [facts.singapore]), config) == set()
}
