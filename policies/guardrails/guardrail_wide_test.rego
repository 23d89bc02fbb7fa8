package stateside.rules.guardrail_wide_test

import data.stateside.lib_test as facts
import data.stateside.rules.guardrail_wide

said(guardrail, config) := result if {
	result := guardrail_wide.warn with input as {"kind": "guardrail", "guardrail": guardrail}
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

letting(locations) := {
	"id": ".:aws_organizations_policy.regions", "address": "aws_organizations_policy.regions",
	"type": "aws_organizations_policy", "cloud": "aws",
	"place": {"status": "known", "locations": locations, "because": []},
}

test_place_where_nothing_may_be if {
	said(letting([facts.virginia, facts.singapore]), facts.config) == {{
		"msg": "a guardrail lets things be made in aws ap-southeast-1 (Singapore, SG), where no dataset may be",
		"setting": "datasets.us.allow.storage",
	}}
}

test_what_forbids_lets_in_all_else if {
	some result in said(object.union(letting([facts.singapore]), {"open": true}), facts.config)
	startswith(result.msg, "a guardrail names what it forbids, and lets things be made in aws ap-southeast-1")
}

test_places_of_any_use_are_right if {
	said(letting([facts.virginia, facts.ashburn]), facts.config) == set()
	every use in ["storage", "replica", "backup", "copy", "key"] {
		allow := object.union({"storage": {"countries": ["DE"]}}, {use: {"countries": ["SG"]}})
		said(letting([facts.singapore]), {"datasets": {"us": {"allow": allow}}}) == set()
	}
}

test_places_of_metadata_are_not_those_of_data if {
	allow := {"storage": {"countries": ["US"]}, "metadata": {"countries": ["SG"]}}
	count(said(letting([facts.singapore]), {"datasets": {"us": {"allow": allow}}})) == 1
}

test_places_of_any_dataset_are_right if {
	two := object.union(facts.config, {"datasets": {"eu": {"allow": {"storage": {"countries": ["SG"]}}}}})
	said(letting([facts.virginia, facts.singapore]), two) == set()
	said(letting([facts.beijing]), two) == {{"msg": "a guardrail lets things be made in aws cn-north-1 (Beijing, CN), where no dataset may be"}}
}

test_denied_place_is_wide if {
	denying := {"datasets": {"us": {"allow": {"storage": {"countries": ["CN"]}}, "deny": {"countries": ["CN"]}}}}
	count(said(letting([facts.beijing]), denying)) == 1
}

test_dataset_that_may_be_anywhere_but_for_backups if {
	open := {"datasets": {"us": {"allow": {"backup": {"countries": ["US"]}}}}}
	said(letting([facts.singapore]), open) == set()
}

test_group_of_regions_needs_all_its_countries if {
	group := {"cloud": "google", "region": "in:northamerica-locations", "countries": ["CA", "MX", "US"]}
	count(said(letting([group]), facts.config)) == 1
	said(letting([object.union(group, {"countries": ["US"]})]), facts.config) == set()
}

test_data_without_a_dataset_may_be_anywhere if {
	ignoring := object.union(facts.config, {"unlabelled": "ignore"})
	said(letting([facts.singapore]), ignoring) == set()
}

test_many_places_are_told_by_the_first if {
	many := [object.union(facts.singapore, {"region": region}) | some region in ["a", "b", "c", "d"]]
	some long in said(letting(many), facts.config)
	startswith(long.msg, "a guardrail lets things be made in aws a (Singapore, SG), aws b (Singapore, SG), aws c (Singapore, SG) and 1 more, where")
	some short in said(letting(array.slice(many, 0, 3)), facts.config)
	contains(short.msg, "aws b (Singapore, SG) and aws c (Singapore, SG), where")
}

untold := object.union(letting([]), {"place": {
	"status": "unknown", "cause": "no_value", "reason": "var.regions has no value",
}})

test_what_is_not_told_warns if {
	said(untold, facts.config) == {{
		"msg": "can't tell where a guardrail lets things be made: var.regions has no value",
		"setting": "datasets.us.allow.storage",
		"fix": "write the places where they can be read before it is applied, or record an exception with an end",
	}}
}

test_what_is_left_to_a_caller_is_left_alone if {
	said(object.union(untold, {"place": {"status": "caller"}}), facts.config) == set()
}
