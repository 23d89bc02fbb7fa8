# METADATA
# title: Terraform's state is kept outside the allowed places
# description: |
#   A state holds what its resources do, attribute by attribute, with passwords and
#   keys among them. It is not the data, and so it may be elsewhere without being a
#   violation; but who reads it may come to read the data. A state whose place the
#   files do not tell is reported as well. A dataset that says under
#   `allow.metadata` where what is about it may be is judged by that instead.
# custom:
#   id: state-place
#   severity: warning
#   basis: policy
#   remedy: keep the state in a bucket in an allowed place, or record an exception with an end
package stateside.rules.state_place

import data.stateside.lib

warn contains result if {
	some p in states
	wrong := lib.misplaced(p)
	result := {
		"msg": sprintf("the state of what holds %s is kept in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}

warn contains result if {
	some p in states
	lib.is_unknown(p)
	result := {
		"msg": sprintf("can't tell where the state of what holds %s is: %s", [lib.title(p), lib.reason(p)]),
		"placement": p.index,
		"setting": lib.setting(p),
		"fix": concat(" ", [
			"name the bucket and its region in the backend block or in a .tfbackend file beside it,",
			"or record an exception with an end",
		]),
	}
}

# Some of the candidates would be right and some wrong.
warn contains result if {
	some p in states
	wrong := lib.perhaps(p, lib.outside(p))
	result := {
		"msg": sprintf("the state of what holds %s may be in %s", [lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}

states := [p |
	startswith(input.store.type, "terraform_backend_")
	some p in input.placements
	lib.is_metadata(p)
	p.dataset != ""
	not data.stateside.config.datasets[p.dataset].allow.metadata
]
