package stateside.rules.write_after_cutover_test

import data.stateside.lib_test as facts
import data.stateside.rules.write_after_cutover

said(p, copies, today) := result if {
	result := write_after_cutover.deny with input as object.union(facts.store([p]), {"copies": {"out": [], "in": copies}})
		with data.stateside.config as object.union(facts.config, {"sites": {"va1": {"cutover": "2026-06-17"}}})
		with data.stateside.now as concat("", [today, "T00:00:00Z"])
}

copied := object.union(facts.placement("backup", [facts.own_site]), {"means": "backup"})

into := {"id": "backup:a>b"}

test_copy_after_the_day if {
	said(copied, [], "2026-06-18") == {{
		"msg": "a backup of US user data still goes to site va1, which nothing was to go to after 2026-06-17",
		"placement": 0,
		"setting": "sites.va1",
	}}
}

test_copy_on_the_day_is_right if said(copied, [], "2026-06-17") == set()

test_store_that_is_copied_into if {
	count(said(facts.placement("replica", [facts.own_site]), [into], "2026-06-18")) == 1
}

test_store_that_is_not_copied_into_is_right if {
	said(facts.placement("replica", [facts.own_site]), [], "2026-06-18") == set()
}

test_copy_elsewhere_is_right if {
	said(object.union(copied, {"locations": [facts.ashburn]}), [into], "2026-06-18") == set()
}

test_store_without_dataset_is_left_alone if said(object.union(copied, {"dataset": ""}), [], "2026-06-18") == set()

test_place_that_is_not_known_is_left_to_another_rule if {
	said(object.union(copied, {"status": "one_of"}), [], "2026-06-18") == set()
}

test_site_without_the_day_is_left_alone if {
	other := object.union(facts.own_site, {"site": "sg1"})
	said(object.union(copied, {"locations": [other]}), [], "2026-06-18") == set()
}
