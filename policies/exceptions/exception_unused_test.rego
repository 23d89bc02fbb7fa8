package stateside.rules.exception_unused_test

import data.stateside.rules.exception_unused

exception(matches) := {"kind": "exception", "exception": {
	"rule": "backup-place", "address": "module.old.*", "until": "2026-01-31", "expired": false, "matches": matches,
}}

test_unused_exception_warns if {
	exception_unused.warn == {{"msg": "the exception of backup-place for module.old.* covers no finding"}} with input as exception(0)
}

test_used_exception_is_right if exception_unused.warn == set() with input as exception(2)

test_one_that_covers_nothing_is_said_by_another_rule if {
	never := object.union(exception(0), {"exception": {"never": true}})
	exception_unused.warn == set() with input as never
}
