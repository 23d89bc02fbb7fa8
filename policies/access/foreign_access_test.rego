package stateside.rules.foreign_access_test

import data.stateside.lib_test as facts
import data.stateside.rules.foreign_access

denied(accesses, config) := result if {
	result := foreign_access.deny with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warned(accesses, config) := result if {
	result := foreign_access.warn with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

reads(who) := facts.access(who, ["s3:GetObject"])

test_denied_country_of_the_data_is_denied_for_readers if {
	denied([reads(facts.abroad)], facts.config) == {{
		"msg": "parent-engineers (group:eng-bj@corp.example, parent, CN) can read US user data",
		"access": 0,
		"setting": "datasets.us.deny",
	}}
	warned([reads(facts.abroad)], facts.config) == set()
}

elsewhere_in_the_world := object.union(facts.abroad, {"country": "SG"})

test_each_denial if {
	every terms in [
		{"deny": {"countries": ["SG"]}}, {"deny": {"organisations": ["parent"]}}, {"deny": {"principals": ["parent-engineers"]}},
	] {
		some result in denied([reads(elsewhere_in_the_world)], facts.with_access(terms))
		result.setting == "datasets.us.access"
	}
}

test_each_allowance if {
	every terms in [{"countries": ["US", "DE"]}, {"organisations": ["usds"]}, {"principals": ["gateway"]}] {
		count(denied([reads(elsewhere_in_the_world)], facts.with_access(terms))) == 1
	}
	every terms in [{"countries": ["SG"]}, {"organisations": ["parent"]}, {"principals": ["parent-engineers"]}, {"deny": {}}] {
		denied([reads(elsewhere_in_the_world)], facts.with_access(terms)) == set()
	}
}

test_deny_wins_over_allow if {
	terms := {"organisations": ["parent"], "deny": {"organisations": ["parent"]}}
	count(denied([reads(elsewhere_in_the_world)], facts.with_access(terms))) == 1
}

test_who_is_not_declared_is_left_to_another_rule if {
	terms := {"countries": ["US"], "organisations": ["usds"], "principals": ["gateway"]}
	denied([reads(facts.reader)], facts.with_access(terms)) == set()
}

test_who_only_writes_is_right if denied([facts.access(facts.abroad, ["s3:PutObject"])], facts.config) == set()

test_store_elsewhere_warns if {
	access := object.union(reads(facts.abroad), {"elsewhere": true, "kind": ""})
	denied([access], facts.config) == set()
	some result in warned([access], facts.config)
	contains(result.msg, "what may hold US user data")
}

test_below_the_bulk_thresholds_warns if {
	few := object.union(facts.config, {"datasets": {"us": {
		"classes": ["health"], "subjects": 10, "thresholds": {"health": 10000},
	}}})
	denied([reads(facts.abroad)], few) == set()
	some result in warned([reads(facts.abroad)], few)
	endswith(result.msg, "below the bulk thresholds")
}

test_key_can_be_used if {
	some result in denied([object.union(reads(facts.abroad), {"kind": "key"})], facts.config)
	endswith(result.msg, "can read a key to US user data")
}
