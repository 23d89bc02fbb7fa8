package stateside.rules.retention_outlives_test

import data.stateside.lib_test as facts
import data.stateside.rules.retention_outlives

said(p) := result if {
	result := retention_outlives.warn with input as {"kind": "store", "store": {"retention": [{"kind": "lock", "days": 30}]}, "placements": [p]}
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

kept(p, retention) := result if {
	result := retention_outlives.warn with input as {"kind": "store", "store": {"retention": retention}, "placements": [p]}
		with data.stateside.config as sites
		with data.stateside.now as "2026-11-24T12:00:00Z"
}

test_lock_outlives_the_day if {
	said(dated("2026-12-23")) == {{
		"msg": "the primary copy of US user data is to be gone by 2026-12-23, but is locked for 30 days",
		"placement": 0,
	}}
}

test_ends_on_the_day if said(dated("2026-12-24")) == set()

test_without_end if {
	some result in kept(dated("2029-01-01"), [{"kind": "backup", "forever": true}])
	endswith(result.msg, "its backups are kept without end")
	count(kept(dated("2026-11-24"), [{"kind": "backup", "forever": true}])) == 1
	some other in kept(dated("2026-11-24"), [{"kind": "soft_delete", "days": 1}])
	endswith(other.msg, "what is deleted is kept for 1 days")
}

test_what_expires_is_gone if kept(dated("2026-12-01"), [{"kind": "expiry", "days": 400}]) == set()

test_after_the_day_another_rule_says_it if {
	said(dated("2026-11-23")) == set()
	kept(dated("2026-11-23"), [{"kind": "lock", "forever": true}]) == set()
}

test_without_a_day_is_right if said(facts.placement("primary", [facts.ashburn])) == set()

test_copies_are_judged_where_they_rest if said(object.union(dated("2026-12-01"), {"means": "backup"})) == set()

test_store_without_dataset_is_left_alone if said(object.union(dated("2026-12-01"), {"dataset": ""})) == set()

test_site_in_use_is_right if said(at("va5")) == set()
