package stateside.rules.exception_expired_test

import data.stateside.rules.exception_expired

exception(expired) := {"kind": "exception", "exception": {
	"rule": "backup-place", "address": "module.old.*", "until": "2026-01-31", "expired": expired, "matches": 1,
}}

test_expired_exception_is_denied if {
	exception_expired.deny == {{"msg": "the exception of backup-place for module.old.* ended on 2026-01-31"}} with input as exception(true)
}

test_running_exception_is_right if exception_expired.deny == set() with input as exception(false)
