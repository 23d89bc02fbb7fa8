# METADATA
# title: A comment for stateside means nothing
# description: |
#   Comments such as `# stateside:dataset NAME` and
#   `# stateside:ignore RULE until=2026-12-31 -- reason` are read. One that names
#   what is not there, or lacks its end or its reason, is not followed, and is
#   reported so that nobody relies on it.
# custom:
#   id: bad-comment
#   severity: error
#   basis: policy
#   remedy: correct the comment, or delete it
package stateside.rules.bad_comment

deny contains result if {
	input.problem.kind == "comment"
	result := {"msg": input.problem.message}
}
