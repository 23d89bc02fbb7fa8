package stateside.rules.broad_admin_test

import data.stateside.lib_test as facts
import data.stateside.rules.broad_admin

said(a, config) := result if {
	result := broad_admin.warn with input as facts.granted([a]) with data.stateside.config as config
}

restricted := facts.with_access({"countries": ["US"]})

test_undeclared_admin_warns if {
	said(facts.access(facts.reader, ["s3:*"]), restricted) == {{
		"msg": "the user user:a@corp.example may do everything with US user data",
		"access": 0,
		"setting": "datasets.us.access",
	}}
}

test_less_is_right if said(facts.access(facts.reader, ["s3:GetObject"]), restricted) == set()

test_under_conditions_is_right if {
	said(object.union(facts.access(facts.reader, ["*"]), {"conditional": true}), restricted) == set()
}

test_declared_admin_is_right if said(facts.access(facts.abroad, ["*"]), restricted) == set()

test_the_account_and_services_are_left_alone if {
	every kind in ["account", "service", "public", "unknown"] {
		said(facts.access({"kind": kind, "id": "x"}, ["*"]), restricted) == set()
	}
}

test_dataset_without_restrictions_is_left_alone if said(facts.access(facts.reader, ["*"]), facts.config) == set()
