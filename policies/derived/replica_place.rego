# METADATA
# title: A replica is kept outside its allowed places
# description: |
#   Replicas, secondaries and failover targets hold all of a dataset. They must
#   lie in the places that the configuration allows for replicas. The region that
#   a geo-redundant setting copies to counts.
# custom:
#   id: replica-place
#   severity: error
#   basis: policy
#   remedy: drop the replica, move it to an allowed place, or choose a redundancy that stays in the region
package stateside.rules.replica_place

import data.stateside.lib

deny contains result if {
	some p in lib.placements_for("replica")
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("replica of %s is kept in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
