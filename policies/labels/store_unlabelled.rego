# METADATA
# title: A store says nothing about its data
# description: |
#   No condition of the configuration matches the store, so nobody knows whose
#   data it holds. With `unlabelled: warn` each such store is reported; with
#   `unlabelled: ignore` only those whose labels can't be read.
# custom:
#   id: store-unlabelled
#   severity: warning
#   basis: policy
#   remedy: label the store, or match it under `datasets` in the configuration
package stateside.rules.store_unlabelled

warn contains result if {
	data.stateside.config.unlabelled == "warn"
	some p in input.placements
	p.dataset == ""
	result := {"msg": concat("", ["no dataset of the configuration matches this store", but(p)]), "placement": p.index}
}

warn contains result if {
	data.stateside.config.unlabelled == "ignore"
	some p in input.placements
	p.dataset == ""
	p.labels_unknown
	result := {"msg": "the labels of this store can't be read, so it may hold data that counts", "placement": p.index}
}

but(p) := "; some of its labels can't be read" if p.labels_unknown

but(p) := "" if not p.labels_unknown
