package stateside.rules.exception_never_test

import data.stateside.rules.exception_never

exception(never) := {"kind": "exception", "exception": {"rule": "denied-country", "address": "", "never": never}}

test_rule_without_exceptions if {
	exception_never.deny == {{"msg": "the exception of denied-country in this comment covers nothing: there are no exceptions of this rule"}} with input as exception(true)
}

test_rule_with_exceptions_is_right if exception_never.deny == set() with input as exception(false)
