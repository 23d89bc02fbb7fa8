package stateside.lib_test

import data.stateside.lib

test_countries_writes_out_groups if {
	lib.countries(["US", "@eu"]) == {"US", "DE", "FR"} with data.stateside.geo.groups as groups
}

test_allowed_use_falls_back_to_storage if {
	lib.allowed_use(placement("replica", [])) == "storage" with data.stateside.config as config
	lib.allowed_use(placement("backup", [])) == "backup" with data.stateside.config as config
}

test_every_dataset_without_allow_is_everywhere_right if {
	no_allow := {"datasets": {"us": {"title": "x"}}}
	lib.wrong(placement("primary", [singapore])) == [] with data.stateside.config as no_allow
}

test_multi_region_needs_all_its_countries if {
	some_allowed := {"datasets": {"us": {"allow": {"storage": {"countries": ["DE", "FR"]}}}}}
	all_allowed := {"datasets": {"us": {"allow": {"storage": {"countries": ["BE", "DE", "FR", "NL"]}}}}}
	lib.outside(placement("primary", [europe])) == [europe] with data.stateside.config as some_allowed
	lib.outside(placement("primary", [europe])) == [] with data.stateside.config as all_allowed
}

test_subdivisions if {
	virginia_only := {"datasets": {"us": {"allow": {"storage": {"subdivisions": ["US-VA"]}}}}}
	lib.outside(placement("primary", [ashburn])) == [] with data.stateside.config as virginia_only
	lib.outside(placement("primary", [singapore])) == [singapore] with data.stateside.config as virginia_only
}

test_regions if {
	one_region := {"datasets": {"us": {"allow": {"storage": {"regions": ["oci:us-ashburn-1"]}}}}}
	lib.outside(placement("primary", [ashburn])) == [] with data.stateside.config as one_region
	lib.outside(placement("primary", [partner])) == [partner] with data.stateside.config as one_region
	lib.outside(placement("primary", [own_site])) == [own_site] with data.stateside.config as one_region
}

test_sites if {
	one_site := {"datasets": {"us": {"allow": {"storage": {"sites": ["va1"]}}}}}
	lib.outside(placement("primary", [own_site])) == [] with data.stateside.config as one_site
	lib.outside(placement("primary", [ashburn])) == [ashburn] with data.stateside.config as one_site
}

test_deny_by_each_field if {
	every deny in [
		{"countries": ["SG"]}, {"clouds": ["aws"]}, {"regions": ["aws:ap-southeast-1"]},
	] {
		denying := {"datasets": {"us": {"deny": deny}}}
		lib.denied(placement("primary", [singapore, ashburn])) == [singapore] with data.stateside.config as denying
	}
	no_site := {"datasets": {"us": {"deny": {"sites": ["va1"]}}}}
	lib.denied(placement("primary", [own_site, ashburn])) == [own_site] with data.stateside.config as no_site
	no_virginia := {"datasets": {"us": {"deny": {"subdivisions": ["US-VA"]}}}}
	lib.denied(placement("primary", [virginia, singapore])) == [virginia] with data.stateside.config as no_virginia
}

test_at_fault if {
	lib.at_fault(placement("primary", [ashburn, singapore]), [singapore])
	not lib.at_fault(placement("primary", [ashburn]), [])
	not lib.at_fault(one_of("primary", [ashburn, singapore]), [singapore])
	lib.at_fault(one_of("primary", [virginia, singapore]), [virginia, singapore])
	not lib.at_fault(unknown("primary"), [])
}

test_own_site_is_operated_by_oneself if {
	own := {"datasets": {"us": {"allow": {"storage": {"clouds": ["on-premises"]}}}}}
	hosted := object.union(own_site, {"operator": "Colo Inc"})
	lib.foreign_operator(placement("primary", [hosted])) == [] with data.stateside.config as own
}

test_words if {
	lib.where([singapore]) == "aws ap-southeast-1 (Singapore, SG)"
	lib.where([own_site]) == "site va1 (US)"
	lib.where([europe]) == "google eu (EU multi-region)"
	lib.where([singapore, own_site]) == "aws ap-southeast-1 (Singapore, SG) and site va1 (US)"
	lib.where([{"cloud": "oci", "region": "us-newark-1", "countries": ["US"]}]) == "oci us-newark-1 (US)"
}

test_candidates_are_not_all_of_the_places if {
	wrong := [singapore, own_site]
	lib.where_of(one_of("primary", wrong), wrong) == "aws ap-southeast-1 (Singapore, SG) or site va1 (US)"
	lib.where_of(placement("primary", wrong), wrong) == "aws ap-southeast-1 (Singapore, SG) and site va1 (US)"
}

bulk(dataset) if {
	not lib.below_bulk("us") with data.stateside.config as {"datasets": {"us": dataset}}
}

test_below_bulk if {
	thresholds := {"health": 10000, "genomic": 100}
	not bulk({"classes": ["health"], "subjects": 10000, "thresholds": thresholds})
	bulk({"classes": ["health"], "subjects": 10001, "thresholds": thresholds})
	bulk({"classes": ["health", "genomic"], "subjects": 101, "thresholds": thresholds})
}

test_what_is_not_said_is_bulk if {
	thresholds := {"health": 10000}
	bulk({"classes": [], "subjects": 1, "thresholds": thresholds})
	bulk({"classes": ["health"], "thresholds": thresholds})
	bulk({"classes": ["omic"], "subjects": 1, "thresholds": thresholds})
	bulk({"classes": ["health"], "subjects": 1})
}

test_parts if {
	lib.the_part(placement("primary", [])) == "the primary copy"
	lib.the_part(placement("backup", [])) == "a backup"
	lib.the_part(placement("export", [])) == "an export"
	lib.the_part(placement("one yet to come", [])) == "a part"
}

test_what_is_judged if {
	every p in [
		object.union(placement("primary", [singapore]), {"dataset": ""}),
		object.union(placement("primary", [singapore]), {"content": "metadata"}),
	] {
		lib.held == [] with input as store([p]) with data.stateside.config as config
	}
	count(lib.held) == 1 with input as store([unknown("primary")]) with data.stateside.config as config
	lib.judged == [] with input as store([unknown("primary")]) with data.stateside.config as config
	count(lib.judged) == 2 with input as store([placement("primary", []), one_of("primary", [])])
		with data.stateside.config as config
}

test_nothing_is_at_fault_without_a_location if {
	not lib.at_fault(one_of("primary", []), [])
	not lib.at_fault(object.union(unknown("primary"), {"locations": [singapore]}), [singapore])
}

nowhere := {"cloud": "aws", "region": "x", "countries": [], "subdivisions": []}

oregon := object.union(virginia, {"subdivisions": ["US-OR"]})

test_place_that_is_not_told_is_outside if {
	us_only := {"datasets": {"us": {"allow": {"storage": {"countries": ["US"]}}}}}
	virginia_only := {"datasets": {"us": {"allow": {"storage": {"subdivisions": ["US-VA"]}}}}}
	lib.outside(placement("primary", [nowhere])) == [nowhere] with data.stateside.config as us_only
	lib.outside(placement("primary", [nowhere])) == [nowhere] with data.stateside.config as virginia_only
	lib.outside(placement("primary", [oregon])) == [oregon] with data.stateside.config as virginia_only
}

test_partner_is_no_own_site if {
	own := {"datasets": {"us": {"allow": {"storage": {"clouds": ["on-premises", "oci"]}}}}}
	lib.foreign_operator(placement("primary", [partner])) == [partner] with data.stateside.config as own
}

test_countries_are_written_up_to_three if {
	three := {"cloud": "google", "region": "x", "name": "X", "countries": ["BE", "DE", "FR"]}
	lib.where([three]) == "google x (X, BE, DE, FR)"
	lib.where([nowhere]) == "aws x"
}

test_service_is_not_approved_without_its_cloud if {
	service_only := {"datasets": {"us": {"allow": {"storage": {"clouds": ["snowflake"]}}}}}
	on_aws := object.union(virginia, {"operator": "snowflake"})
	lib.foreign_operator(placement("primary", [on_aws])) == [on_aws] with data.stateside.config as service_only
}
