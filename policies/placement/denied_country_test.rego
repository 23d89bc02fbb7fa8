package stateside.rules.denied_country_test

import data.stateside.lib_test as facts
import data.stateside.rules.denied_country

said(placements) := said_with(placements, facts.config)

said_with(placements, config) := result if {
	result := denied_country.deny with input as facts.store(placements)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_denied_in_every_role if {
	every role in ["primary", "replica", "backup", "log", "export", "cache", "archive", "staging", "key"] {
		said([facts.placement(role, [facts.beijing])]) == {{
			"msg": "US user data is in a denied place: aws cn-north-1 (Beijing, CN)",
			"placement": 0,
			"setting": "datasets.us.deny",
		}}
	}
}

test_deny_wins_over_allow if {
	generous := {"datasets": {"us": {
		"title": "US user data",
		"allow": {"storage": {"countries": ["US", "CN"]}},
		"deny": {"countries": ["CN"]},
	}}}
	count(said_with([facts.placement("primary", [facts.beijing])], generous)) == 1
}

test_not_allowed_is_not_yet_denied if said([facts.placement("primary", [facts.singapore])]) == set()

test_candidates_are_denied_only_when_all_are if {
	said([facts.one_of("primary", [facts.beijing, facts.ashburn])]) == set()
	count(said([facts.one_of("primary", [facts.beijing])])) == 1
}

test_denied_service_is_found_in_whatever_cloud_it_keeps_the_data if {
	config := json.patch(facts.config, [{"op": "add", "path": "/datasets/us/deny/clouds", "value": ["snowflake"]}])
	on_aws := object.union(facts.virginia, {"operator": "snowflake"})
	count(said_with([facts.placement("primary", [on_aws])], config)) == 1
	said_with([facts.placement("primary", [facts.virginia])], config) == set()
}

about := object.union(facts.placement("primary", [facts.beijing]), {"content": "metadata"})

test_metadata_warns if {
	said([about]) == set()
	denied_country.warn == {{
		"msg": "metadata of US user data is in a denied place: aws cn-north-1 (Beijing, CN)",
		"placement": 0,
		"setting": "datasets.us.deny",
	}} with input as facts.store([about])
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_metadata_with_places_of_its_own_is_denied if {
	judging := object.union(facts.config, {"datasets": {"us": {"allow": {"metadata": {"countries": ["US"]}}}}})
	count(said_with([about], judging)) == 1
	denied_country.warn == set() with input as facts.store([about])
		with data.stateside.config as judging
		with data.stateside.geo.groups as facts.groups
}

test_data_does_not_warn if {
	denied_country.warn == set() with input as facts.store([facts.placement("primary", [facts.beijing])])
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_below_the_bulk_thresholds_warns if {
	few := object.union(facts.config, {"datasets": {"us": {
		"classes": ["health", "genomic"], "subjects": 100, "thresholds": {"health": 10000, "genomic": 100},
	}}})
	said_with([facts.placement("primary", [facts.beijing])], few) == set()
	some result in denied_country.warn with input as facts.store([facts.placement("primary", [facts.beijing])])
		with data.stateside.config as few
		with data.stateside.geo.groups as facts.groups
	startswith(result.msg, "US user data, which is below the bulk thresholds, is in a denied place")
}
