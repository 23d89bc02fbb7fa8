package stateside.rules.cloud_not_allowed_test

import data.stateside.lib_test as facts
import data.stateside.rules.cloud_not_allowed

said(placements) := said_by(facts.config, placements)

said_by(config, placements) := result if {
	result := cloud_not_allowed.deny with input as facts.store(placements)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_right_country_with_the_wrong_operator if {
	said([facts.placement("primary", [facts.virginia])]) == {{
		"msg": "primary copy of US user data is with aws us-east-1 (N. Virginia, US), not with an approved operator",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
}

test_own_site_is_not_the_approved_cloud if count(said([facts.placement("primary", [facts.own_site])])) == 1

test_partner_of_the_approved_cloud if count(said([facts.placement("primary", [facts.partner])])) == 1

test_approved_cloud_is_right if said([facts.placement("primary", [facts.ashburn])]) == set()

test_service_is_approved_with_the_cloud_it_runs_in if {
	config := json.patch(facts.config, [{"op": "replace", "path": "/datasets/us/allow/storage/clouds", "value": ["aws", "snowflake"]}])
	on_aws := object.union(facts.virginia, {"operator": "snowflake"})
	other := object.union(facts.virginia, {"operator": "mongodbatlas"})
	said_by(config, [facts.placement("primary", [on_aws])]) == set()
	count(said_by(config, [facts.placement("primary", [other])])) == 1
	count(said([facts.placement("primary", [on_aws])])) == 1
}

test_use_without_clouds_takes_any if said([facts.placement("backup", [facts.virginia])]) == set()

test_wrong_place_is_left_to_another_rule if {
	said([facts.placement("primary", [facts.singapore])]) == set()
	said([facts.placement("primary", [facts.beijing])]) == set()
}

test_candidates_wrong_for_different_reasons if {
	count(said([facts.one_of("primary", [facts.virginia, facts.singapore])])) == 1
	said([facts.one_of("primary", [facts.virginia, facts.ashburn])]) == set()
}

test_key_with_another_operator_warns if {
	p := object.union(facts.placement("key", [facts.virginia]), {"kind": "key"})
	said([p]) == set()
	count(cloud_not_allowed.warn) == 1 with input as facts.store([p])
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_data_does_not_warn if {
	cloud_not_allowed.warn == set() with input as facts.store([facts.placement("primary", [facts.virginia])])
		with data.stateside.config as facts.config
}
