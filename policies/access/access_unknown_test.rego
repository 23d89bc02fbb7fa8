package stateside.rules.access_unknown_test

import data.stateside.lib_test as facts
import data.stateside.rules.access_unknown

denied(accesses, config) := result if {
	result := access_unknown.deny with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warned(accesses, config) := result if {
	result := access_unknown.warn with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

somebody := facts.access({"kind": "unknown"}, ["*"])

restricted := facts.with_access({"countries": ["US"]})

strict := object.union(restricted, {"unknown": "deny"})

test_unknown_reader_warns if {
	warned([somebody], restricted) == {{
		"msg": "can't tell who can read US user data",
		"access": 0,
		"setting": "datasets.us.access",
	}}
	denied([somebody], restricted) == set()
}

test_reader_that_is_known_in_part_warns if {
	count(warned([facts.access({"kind": "account", "id": "arn:aws:iam::…:root"}, [])], restricted)) == 1
}

test_is_denied_when_the_configuration_says_so if {
	count(denied([somebody], strict)) == 1
	warned([somebody], strict) == set()
}

test_elsewhere_warns_at_most if {
	elsewhere := object.union(somebody, {"elsewhere": true})
	denied([elsewhere], strict) == set()
	count(warned([elsewhere], strict)) == 1
}

test_dataset_without_restrictions_is_left_alone if warned([somebody], facts.config) == set()

test_known_reader_is_left_alone if {
	warned([facts.access(facts.reader, [])], restricted) == set()
	warned([facts.access({"kind": "unknown", "name": "gateway"}, [])], restricted) == set()
	warned([facts.access({"kind": "unknown", "id": "0000-1111"}, [])], restricted) == set()
	warned([facts.access({"kind": "account", "id": "arn:aws:iam::…:root", "name": "us"}, [])], restricted) == set()
}
