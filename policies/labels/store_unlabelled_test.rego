package stateside.rules.store_unlabelled_test

import data.stateside.lib_test as facts
import data.stateside.rules.store_unlabelled

said(placement, unlabelled) := result if {
	result := store_unlabelled.warn with input as facts.store([placement])
		with data.stateside.config as object.union(facts.config, {"unlabelled": unlabelled})
}

bare := object.union(facts.placement("primary", [facts.ashburn]), {"dataset": ""})

unread := object.union(bare, {"labels_unknown": true})

test_unlabelled_store_warns if {
	said(bare, "warn") == {{"msg": "no dataset of the configuration matches this store", "placement": 0}}
}

test_it_says_when_labels_could_not_be_read if {
	some result in said(unread, "warn")
	endswith(result.msg, "some of its labels can't be read")
}

test_ignored_unless_its_labels_could_not_be_read if {
	said(bare, "ignore") == set()
	count(said(unread, "ignore")) == 1
}

test_labelled_store_is_left_alone if said(facts.placement("primary", [facts.ashburn]), "warn") == set()

test_unread_labels_are_said_once if count(said(unread, "warn")) == 1

test_labelled_store_whose_labels_could_not_all_be_read_is_left_alone if {
	p := object.union(facts.placement("primary", [facts.ashburn]), {"labels_unknown": true})
	said(p, "ignore") == set()
}
