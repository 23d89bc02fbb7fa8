package stateside.rules.bad_comment_test

import data.stateside.rules.bad_comment

problem(kind) := {"kind": "problem", "problem": {"kind": kind, "message": "it has no reason"}}

test_bad_comment_is_denied if bad_comment.deny == {{"msg": "it has no reason"}} with input as problem("comment")

test_other_problems_are_left_alone if {
	every kind in ["unread", "limit", "missing_module", "caller_decides"] {
		bad_comment.deny == set() with input as problem(kind)
	}
}
