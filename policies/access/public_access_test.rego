package stateside.rules.public_access_test

import data.stateside.lib_test as facts
import data.stateside.rules.public_access

denied(accesses, config) := result if {
	result := public_access.deny with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warned(accesses, config) := result if {
	result := public_access.warn with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_public_is_denied if {
	denied([facts.access(facts.everybody, ["s3:GetObject"])], facts.config) == {{
		"msg": "everybody can read US user data",
		"access": 0,
	}}
	count(denied([facts.access({"kind": "any_account"}, [])], facts.config)) == 1
	warned([facts.access(facts.everybody, [])], facts.config) == set()
}

test_under_conditions_warns if {
	conditional := object.union(facts.access(facts.everybody, []), {"conditional": true})
	denied([conditional], facts.config) == set()
	warned([conditional], facts.config) == {{
		"msg": "everybody can read US user data, under conditions that are not judged",
		"access": 0,
	}}
}

test_elsewhere_warns if {
	elsewhere := object.union(facts.access(facts.everybody, []), {"elsewhere": true})
	denied([elsewhere], facts.config) == set()
	count(warned([elsewhere], facts.config)) == 1
}

test_the_configuration_decides if {
	access := [facts.access(facts.everybody, [])]
	denied(access, facts.with_access({"public": "warn"})) == set()
	count(warned(access, facts.with_access({"public": "warn"}))) == 1
	denied(access, facts.with_access({"public": "ignore"})) == set()
	warned(access, facts.with_access({"public": "ignore"})) == set()
}

test_somebody_is_not_everybody if denied([facts.access(facts.reader, [])], facts.config) == set()

test_who_only_writes_is_right if denied([facts.access(facts.everybody, ["s3:PutObject"])], facts.config) == set()

test_what_is_meant_to_be_public_is_right_under_conditions_too if {
	conditional := object.union(facts.access(facts.everybody, []), {"conditional": true})
	warned([conditional], facts.with_access({"public": "ignore"})) == set()
}
