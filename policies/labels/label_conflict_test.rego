package stateside.rules.label_conflict_test

import data.stateside.lib_test as facts
import data.stateside.rules.label_conflict

config := object.union(facts.config, {"datasets": {"eu": {"title": "EU user data"}}})

said(placements) := result if {
	result := label_conflict.warn with input as facts.store(placements) with data.stateside.config as config
}

held(index, dataset, basis) := object.union(
	facts.placement("primary", [facts.ashburn]),
	{"index": index, "dataset": dataset, "basis": basis},
)

copied(index, dataset, basis) := object.union(held(index, dataset, basis), {"means": "backup"})

test_comment_against_condition if {
	said([held(0, "us", "comment"), held(1, "eu", "match")]) == {{
		"msg": "a comment says that this is US user data, but a condition matches EU user data",
		"placement": 0,
	}}
}

test_comment_that_names_both_is_right if {
	said([held(0, "us", "comment"), held(1, "eu", "comment"), held(2, "eu", "match")]) == set()
}

test_copy_against_condition if {
	said([held(0, "eu", "match"), held(1, "us", "copy")]) == {{
		"msg": "this is matched as EU user data, but a copy brings US user data",
		"placement": 1,
	}}
	count(said([held(0, "eu", "comment"), held(1, "us", "copy")])) == 1
}

test_alike_is_right if {
	said([held(0, "us", "match")]) == set()
	said([held(0, "us", "comment")]) == set()
	said([held(0, "us", "match"), held(1, "eu", "match")]) == set()
	said([held(0, "us", "copy"), held(1, "eu", "copy")]) == set()
	said([held(0, "us", "match"), held(1, "us", "copy")]) == set()
}

test_places_of_copies_do_not_count if {
	said([copied(0, "us", "comment"), copied(1, "eu", "match")]) == set()
	said([copied(0, "us", "comment"), held(1, "eu", "match")]) == set()
	said([held(0, "us", "comment"), copied(1, "eu", "match")]) == set()
	said([copied(0, "us", "copy"), held(1, "eu", "match")]) == set()
	said([held(0, "us", "copy"), copied(1, "eu", "match")]) == set()
}
