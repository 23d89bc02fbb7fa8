package stateside.rules.copy_place_test

import data.stateside.lib_test as facts
import data.stateside.rules.copy_place

said(placements) := result if {
	result := copy_place.deny with input as facts.store(placements)
		with data.stateside.config as facts.config
		with data.stateside.geo.groups as facts.groups
}

test_log_outside_is_denied if {
	said([facts.placement("log", [facts.singapore])]) == {{
		"msg": "log of US user data is kept in aws ap-southeast-1 (Singapore, SG)",
		"placement": 0,
		"setting": "datasets.us.allow.storage",
	}}
}

test_export_outside_is_denied if count(said([facts.placement("export", [facts.singapore])])) == 1

test_inside_is_right if said([facts.placement("export", [facts.ashburn])]) == set()

test_backup_is_left_to_another_rule if said([facts.placement("backup", [facts.singapore])]) == set()
