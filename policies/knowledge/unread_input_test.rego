package stateside.rules.unread_input_test

import data.stateside.rules.unread_input

test_unread_and_limits_are_denied if {
	every kind in ["unread", "limit"] {
		unread_input.deny == {{"msg": "a.tf not read"}} with input as problem(kind)
	}
}

test_other_problems_are_left_alone if {
	every kind in ["missing_module", "not_rendered", "caller_decides"] {
		unread_input.deny == set() with input as problem(kind)
	}
}

problem(kind) := {"kind": "problem", "problem": {"kind": kind, "message": "a.tf not read"}}
