# METADATA
# title: The place of data can't be told
# description: |
#   A place that the files do not determine is neither allowed nor forbidden. It
#   is reported, so that no finding means something. `unknown: deny` in the
#   configuration makes it an error.
# custom:
#   id: place-unknown
#   severity: error or warning
#   basis: policy
#   remedy: give the values that decide the place in a variables file, or with --var or --var-file
package stateside.rules.place_unknown

import data.stateside.lib

deny contains result if {
	data.stateside.config.unknown == "deny"
	some result in unknown
}

warn contains result if {
	data.stateside.config.unknown != "deny"
	some result in unknown
}

unknown contains result if {
	some p in lib.held
	lib.is_unknown(p)
	result := {
		"msg": sprintf("can't tell where %s of %s is: %s", [lib.the_part(p), lib.title(p), lib.reason(p)]),
		"placement": p.index,
		"fix": object.get(fixes, object.get(p, "cause", "no_value"), fixes.no_value),
	}
}

# Some of the candidates would be right and some wrong.
unknown contains result if {
	some p in lib.held
	wrong := lib.perhaps(p, lib.wrong(p))
	result := {
		"msg": sprintf("%s of %s may be in %s", [lib.the_part(p), lib.title(p), lib.where_of(p, wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}

fixes := {
	"no_value": "give the value in a variables file, or with --var or --var-file",
	"environment": "set it in the provider block, or say under `assume` in the configuration what it is",
	"known_at_apply": "name the place in the configuration, where it can be read before it is applied",
	"missing_module": "fetch the module before the check (`terraform get`), or vendor it into the repository",
	"unlisted_region": "mend the region's name; if it is a new region, update stateside",
	"unresolved_target": "declare the target here, or name it by an identifier that has its region",
	"undeclared_site": "declare the site that the host belongs to under `sites` in the configuration",
	"not_pinned": "choose a setting that keeps the data in one place",
	"invalid": "mend the configuration",
	"limit": "check a smaller part of the repository at a time",
}
