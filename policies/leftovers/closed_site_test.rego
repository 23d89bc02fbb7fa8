package stateside.rules.closed_site_test

import data.stateside.lib_test as facts
import data.stateside.rules.closed_site

said(p) := result if {
	result := closed_site.deny with input as facts.store([p])
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

test_closed_site_is_denied if {
	said(at("va4")) == {{
		"msg": "a backup of US user data is at site va4, which is closed",
		"placement": 0,
		"setting": "sites.va4",
	}}
}

test_whatever_it_holds if {
	some result in said(object.union(at("va4"), {"dataset": ""}))
	startswith(result.msg, "a store is at site va4")
}

test_open_sites_are_right if {
	every site in ["va1", "va2", "va3", "va5", "not declared"] {
		said(at(site)) == set()
	}
}

test_elsewhere_is_right if said(dated("2026-12-31")) == set()
