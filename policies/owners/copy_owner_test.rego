package stateside.rules.copy_owner_test

import data.stateside.lib_test as facts
import data.stateside.rules.copy_owner

owned(who) := object.union(facts.placement("backup", [facts.virginia]), {"means": "backup", "owner": who})

said(p, config) := result if {
	result := copy_owner.deny with input as facts.store([p])
		with data.stateside.config as config
		with data.stateside.geo.groups as facts.groups
}

test_owner_in_a_denied_country if {
	said(owned(facts.abroad), facts.config) == {{
		"msg": "a backup of US user data goes to parent-engineers (group:eng-bj@corp.example, parent, CN)",
		"placement": 0,
		"setting": "datasets.us.deny",
	}}
}

test_owner_that_is_not_allowed if {
	some result in said(owned(object.remove(facts.abroad, ["country"])), facts.with_access({"organisations": ["data-unit"]}))
	result.setting == "datasets.us.access"
}

test_own_account_is_right if {
	said(owned({"kind": "account", "id": "x", "organisation": "data-unit", "name": "us"}), facts.with_access({"organisations": ["data-unit"]})) == set()
}

test_copy_of_no_declared_owner_is_left_alone if {
	said(facts.placement("backup", [facts.singapore]), facts.with_access({"organisations": ["data-unit"]})) == set()
}

test_metadata_is_left_alone if {
	said(object.union(owned(facts.abroad), {"content": "metadata"}), facts.config) == set()
}
