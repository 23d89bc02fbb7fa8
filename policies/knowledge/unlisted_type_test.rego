package stateside.rules.unlisted_type_test

import data.stateside.rules.unlisted_type

test_unlisted_type_warns if {
	unlisted_type.warn == {{"msg": "aws_a is not known"}} with input as problem("unlisted_type")
}

test_other_problems_are_left_alone if {
	every kind in ["unread", "limit", "missing_module", "not_rendered", "caller_decides"] {
		unlisted_type.warn == set() with input as problem(kind)
	}
}

problem(kind) := {"kind": "problem", "problem": {"kind": kind, "message": "aws_a is not known"}}
