# METADATA
# title: Metadata is kept outside its allowed places
# description: |
#   Some stores hold what is about the data and not the data: names, counts,
#   times. They are judged when a dataset says under `allow.metadata` where these
#   may be.
# custom:
#   id: metadata-place
#   severity: error
#   basis: policy
#   remedy: keep it in a place that is allowed for metadata
package stateside.rules.metadata_place

import data.stateside.lib

deny contains result if {
	some p in lib.placements_for("metadata")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("metadata of %s is kept in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
