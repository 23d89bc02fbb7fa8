package stateside.rules.state_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.state_place

said(type, placement, config) := said_of(type, object.union(placement, {"content": "metadata"}), config)

said_of(type, about, config) := result if {
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

test_state_in_a_denied_country_is_left_to_another_rule if {
	said(backend, facts.placement("export", [facts.beijing]), facts.config) == set()
}

test_state_inside_is_right if {
	said(backend, facts.placement("export", [facts.virginia]), facts.config) == set()
}

test_state_somewhere_unknown_warns if {
	said(backend, facts.unknown("export"), facts.config) == {{
		"msg": "can't tell where the state of what holds US user data is: var.region has no value",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
		"fix": "name the bucket and its region in the backend block or in a .tfbackend file beside it, or record an exception with an end",
	}}
}

test_state_whose_place_has_no_reason_or_no_location_warns if {
	every p in [
		object.remove(facts.unknown("export"), ["cause", "reason"]),
		object.union(facts.unknown("export"), {"status": "one yet to come"}),
		facts.placement("export", []), facts.one_of("export", []),
	] {
		count(said(backend, p, facts.config)) == 1
	}
}

test_state_that_a_caller_places_is_left_alone if {
	said(backend, object.union(facts.unknown("export"), {"status": "caller"}), facts.config) == set()
}

test_state_that_may_be_outside_warns if {
	said(backend, facts.one_of("export", [facts.virginia, facts.singapore]), facts.config) == {{
		"msg": "the state of what holds US user data may be in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
	said(backend, facts.one_of("export", [facts.virginia, facts.virginia]), facts.config) == set()
}

test_unknown_places_of_metadata_are_judged_by_another_rule if {
	allow := object.union(facts.config.datasets.us.allow, {"metadata": {"countries": ["US"]}})
	config := object.union(facts.config, {"datasets": {"us": {"allow": allow}}})
	said(backend, facts.unknown("export"), config) == set()
	said(backend, facts.one_of("export", [facts.virginia, facts.singapore]), config) == set()
}

test_state_of_what_holds_nothing_is_left_alone if {
	said(backend, object.union(facts.unknown("export"), {"dataset": ""}), facts.config) == set()
}

test_other_unknown_metadata_is_left_alone if {
	said("aws_cloudtrail", facts.unknown("log"), facts.config) == set()
}

test_what_is_more_than_metadata_is_left_to_other_rules if {
	said_of(backend, facts.placement("export", [facts.singapore]), facts.config) == set()
}

test_other_metadata_is_left_to_another_rule if {
	said("aws_cloudtrail", facts.placement("log", [facts.singapore]), facts.config) == set()
}

test_places_for_metadata_are_judged_by_another_rule if {
	allow := object.union(facts.config.datasets.us.allow, {"metadata": {"countries": ["US"]}})
	config := object.union(facts.config, {"datasets": {"us": {"allow": allow}}})
	said(backend, facts.placement("export", [facts.singapore]), config) == set()
}
