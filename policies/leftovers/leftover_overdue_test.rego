package stateside.rules.leftover_overdue_test

import data.stateside.lib_test as facts
import data.stateside.rules.leftover_overdue

said(p) := result if {
	result := leftover_overdue.deny with input as facts.store([p])
		with data.stateside.config as sites
		with data.stateside.now as "2026-11-24T12:00:00Z"
}

sites := object.union(facts.config, {"sites": {
	"va1": {"country": "US", "status": "draining", "drain_by": "2026-11-23"},
	"va2": {"country": "US", "status": "draining", "drain_by": "2026-11-24"},
	"va3": {"country": "US", "status": "draining"},
	"va4": {"country": "US", "status": "closed"},
	"va5": {"country": "US", "status": "active"},
}})

at(site) := facts.placement("backup", [{"cloud": "on-premises", "site": site, "countries": ["US"]}])

dated(day) := object.union(facts.placement("primary", [facts.ashburn]), {"delete_by": day})

test_past_the_day_of_the_site if {
	said(at("va1")) == {{"msg": "a backup of US user data was to be gone by 2026-11-23", "placement": 0}}
}

test_past_its_own_day if {
	said(dated("2026-11-01")) == {{"msg": "the primary copy of US user data was to be gone by 2026-11-01", "placement": 0}}
}

test_last_day_is_right if {
	said(at("va2")) == set()
	said(dated("2026-11-24")) == set()
}

test_the_nearer_day_counts if {
	some result in said(object.union(at("va2"), {"delete_by": "2026-10-01"}))
	endswith(result.msg, "2026-10-01")
}

test_without_a_day_is_left_to_another_rule if {
	every site in ["va3", "va4", "va5", "not declared"] {
		said(at(site)) == set()
	}
	said(facts.placement("primary", [facts.ashburn])) == set()
}

test_one_of_several_places_may_not_be_there if said(object.union(at("va1"), {"status": "one_of"})) == set()

test_store_without_dataset_is_left_alone if said(object.union(at("va1"), {"dataset": ""})) == set()
