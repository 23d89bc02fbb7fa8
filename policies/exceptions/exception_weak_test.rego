package stateside.rules.exception_weak_test

import data.stateside.rules.exception_weak

exception := {"rule": "backup-place", "address": "module.old.*", "days": 91, "expired": false, "ticket": "SEC-1"}

said(e, terms) := result if {
	result := exception_weak.deny with input as {"kind": "exception", "exception": e}
		with data.stateside.config as {"exception_terms": terms}
}

test_too_long if {
	said(exception, {"max_days": 90, "require": []}) == {{"msg": "the exception of backup-place for module.old.* lasts 91 days, longer than the 90 that are allowed"}}
}

test_long_enough if said(exception, {"max_days": 91, "require": []}) == set()

test_without_a_bound_any_length_is_right if said(exception, {"require": []}) == set()

test_expired_one_is_said_by_another_rule if {
	said(object.union(exception, {"expired": true}), {"max_days": 1, "require": []}) == set()
}

test_required_field if {
	said(exception, {"require": ["ticket"]}) == set()
	said(exception, {"require": ["approver"]}) == {{"msg": "the exception of backup-place for module.old.* has no approver"}}
	count(said(object.union(exception, {"ticket": ""}), {"require": ["ticket"]})) == 1
}
