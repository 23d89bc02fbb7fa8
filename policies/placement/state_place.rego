# METADATA
# title: Terraform's state is kept outside the allowed places
# description: |
#   A state holds what its resources do, attribute by attribute, with passwords and
#   keys among them. It is not the data, and so it may be elsewhere without being a
#   violation; but who reads it may come to read the data. A dataset that says
#   under `allow.metadata` where what is about it may be is judged by that instead.
# custom:
#   id: state-place
#   severity: warning
#   basis: policy
#   remedy: keep the state in a bucket in an allowed place, or record an exception with an end
package stateside.rules.state_place

import data.stateside.lib

warn contains result if {
	startswith(input.store.type, "terraform_backend_")
	some p in input.placements
	p.dataset != ""
	p.status in {"known", "one_of"}
	not data.stateside.config.datasets[p.dataset].allow.metadata
	wrong := lib.outside(p)
	lib.at_fault(p, wrong)
	result := {
		"msg": sprintf("the state of what holds %s is kept in %s", [lib.title(p), lib.where(wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}
