# METADATA
# title: Everybody can read the data
# description: |
#   What everybody can read is read from every country. So it is with what
#   everybody who has an account of the cloud can read. `access.public` of a
#   dataset says otherwise for one that is meant to be public.
# custom:
#   id: public-access
#   severity: error or warning
#   basis: policy
#   remedy: close the store to the public, or name it a dataset of its own that is meant to be public
package stateside.rules.public_access

import data.stateside.readers

deny contains found[i] if {
	public(input.access[i]) == "deny"
	not weak(input.access[i])
}

warn contains found[i] if public(input.access[i]) == "warn"

warn contains found[i] if {
	public(input.access[i]) == "deny"
	weak(input.access[i])
}

# What a store that everybody can read is, for a dataset.
public(a) := object.get(data.stateside.config.datasets[a.dataset], ["access", "public"], "deny")

weak(a) if readers.hedged(a)

weak(a) if a.conditional

found[a.index] := result if {
	some a in readers.all
	readers.is_everybody(a)
	result := {
		"msg": sprintf("%s can read %s%s", [readers.whom(a), readers.what(a), under(a)]),
		"access": a.index,
	}
}

under(a) := ", under conditions that are not judged" if a.conditional

under(a) := "" if not a.conditional
