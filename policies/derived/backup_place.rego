# METADATA
# title: A backup is kept outside its allowed places
# description: |
#   Backups and snapshots of a dataset, and copies of these, must lie in the
#   places that the configuration allows for backups. Where a cloud copies
#   backups to another region by itself, that region counts.
# custom:
#   id: backup-place
#   severity: error
#   basis: policy
#   remedy: back up to a vault or region in an allowed place, or record an exception with an end
package stateside.rules.backup_place

import data.stateside.lib

deny contains result if {
	some p in lib.placements_for("backup")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("backup of %s is kept in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
