package stateside.rules.missing_module_test

import data.stateside.rules.missing_module

test_missing_module_warns if {
	missing_module.warn == {{"msg": "module.a is not here"}} with input as problem("missing_module")
}

test_other_problems_are_left_alone if {
	every kind in ["unread", "limit", "not_rendered", "caller_decides"] {
		missing_module.warn == set() with input as problem(kind)
	}
}

problem(kind) := {"kind": "problem", "problem": {"kind": kind, "message": "module.a is not here"}}
