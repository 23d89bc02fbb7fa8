package stateside.rules.leftover_undated_test

import data.stateside.lib_test as facts
import data.stateside.rules.leftover_undated

said(p) := result if {
	result := leftover_undated.deny with input as facts.store([p])
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

test_draining_site_without_a_day if {
	said(at("va3")) == {{
		"msg": "a backup of US user data is at site va3, which is to be emptied by no set day",
		"placement": 0,
		"setting": "sites.va3",
	}}
}

test_its_own_day_is_enough if said(object.union(at("va3"), {"delete_by": "2026-12-31"})) == set()

test_other_sites_are_right if {
	every site in ["va1", "va2", "va4", "va5", "not declared"] {
		said(at(site)) == set()
	}
}

test_elsewhere_is_right if said(dated("2026-12-31")) == set()

test_store_without_dataset_is_left_alone if said(object.union(at("va3"), {"dataset": ""})) == set()
