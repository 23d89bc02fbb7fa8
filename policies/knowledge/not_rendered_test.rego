package stateside.rules.not_rendered_test

import data.stateside.rules.not_rendered

test_a_template_that_was_not_rendered_warns if {
	not_rendered.warn == {{"msg": "a chart is not rendered"}} with input as problem("not_rendered")
}

test_other_problems_are_left_alone if {
	every kind in ["unread", "missing_module", "limit", "caller_decides"] {
		not_rendered.warn == set() with input as problem(kind)
	}
}

problem(kind) := {"kind": "problem", "problem": {"kind": kind, "message": "a chart is not rendered"}}
