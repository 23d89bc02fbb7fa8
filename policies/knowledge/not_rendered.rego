# METADATA
# title: A template was not rendered
# description: |
#   A chart of Helm, or another template of manifests, says what it declares only
#   once a program has rendered it. Where that program is not there, or can't
#   render it, the template may declare stores and copies that this check knows
#   nothing of.
# custom:
#   id: not-rendered
#   severity: warning
#   basis: policy
#   remedy: install helm and fetch the chart's dependencies, or render the template and check what comes out
package stateside.rules.not_rendered

warn contains result if {
	input.problem.kind == "not_rendered"
	result := {"msg": input.problem.message}
}
