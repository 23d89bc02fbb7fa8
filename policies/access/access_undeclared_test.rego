package stateside.rules.access_undeclared_test

import data.stateside.lib_test as facts
import data.stateside.rules.access_undeclared

denied(accesses, config) := result if {
	result := access_undeclared.deny with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warned(accesses, config) := result if {
	result := access_undeclared.warn with input as facts.granted(accesses)
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

warning := facts.with_access({"undeclared": "warn"})

denying := facts.with_access({"undeclared": "deny"})

test_reader_that_is_not_declared if {
	warned([facts.access(facts.reader, [])], warning) == {{
		"msg": "the user user:a@corp.example can read US user data, and no principal of the configuration is meant by it",
		"access": 0,
		"setting": "datasets.us.access",
	}}
	denied([facts.access(facts.reader, [])], warning) == set()
	count(denied([facts.access(facts.reader, [])], denying)) == 1
	warned([facts.access(facts.reader, [])], denying) == set()
}

test_elsewhere_warns_at_most if {
	elsewhere := object.union(facts.access(facts.reader, []), {"elsewhere": true})
	denied([elsewhere], denying) == set()
	count(warned([elsewhere], denying)) == 1
}

test_declared_reader_is_right if denied([facts.access(facts.abroad, [])], denying) == set()

test_services_and_others_are_left_alone if {
	every kind in ["service", "public", "any_account"] {
		denied([facts.access({"kind": kind, "id": "x"}, [])], denying) == set()
	}
	denied([facts.access({"kind": "unknown"}, [])], denying) == set()
	denied([facts.access({"kind": "role", "id": "arn:aws:iam::…:role/x"}, [])], denying) == set()
	count(denied([facts.access({"kind": "unknown", "id": "0000"}, [])], denying)) == 1
}

test_nothing_is_asked_by_itself if {
	denied([facts.access(facts.reader, [])], facts.config) == set()
	warned([facts.access(facts.reader, [])], facts.with_access({"undeclared": "ignore"})) == set()
}

test_elsewhere_nothing_is_asked_by_itself if {
	elsewhere := object.union(facts.access(facts.reader, []), {"elsewhere": true})
	warned([elsewhere], facts.with_access({"undeclared": "ignore"})) == set()
}
