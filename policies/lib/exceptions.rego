# METADATA
# title: Library for rules about exceptions
package stateside.exceptions

# METADATA
# description: The exception as a message names it.
name := sprintf("the exception of %s for %s", [input.exception.rule, input.exception.address]) if {
	input.exception.address != ""
} else := sprintf("the exception of %s in this comment", [input.exception.rule])
