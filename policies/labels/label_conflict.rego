# METADATA
# title: What is said of a store's data does not agree
# description: |
#   A comment names one dataset and a condition of the configuration matches
#   another; or a store that is matched as one dataset receives a copy of another.
#   Both datasets are judged, and one of the labels is wrong or lacking.
# custom:
#   id: label-conflict
#   severity: warning
#   basis: policy
#   remedy: correct the label, the comment or the condition, or name both datasets
package stateside.rules.label_conflict

import data.stateside.lib

warn contains result if {
	some p in input.placements
	p.basis == "comment"
	some other in input.placements
	other.basis == "match"
	not named(other.dataset, "comment")
	not p.means
	not other.means
	result := {
		"msg": sprintf("a comment says that this is %s, but a condition matches %s", [lib.title(p), lib.title(other)]),
		"placement": p.index,
	}
}

warn contains result if {
	some p in input.placements
	p.basis == "copy"
	not p.means
	some other in input.placements
	other.basis in {"match", "comment"}
	not other.means
	other.dataset != p.dataset
	result := {
		"msg": sprintf("this is matched as %s, but a copy brings %s", [lib.title(other), lib.title(p)]),
		"placement": p.index,
	}
}

named(dataset, basis) if {
	some p in input.placements
	p.dataset == dataset
	p.basis == basis
}
