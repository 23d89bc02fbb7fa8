# METADATA
# title: The place of data can't be told
# description: |
#   A place that the files do not determine is neither allowed nor forbidden. It
#   is reported, so that no finding means something. `unknown: deny` in the
#   configuration makes it an error.
# custom:
#   id: place-unknown
#   basis: policy
#   remedy: give the value in the files, or with --var or --var-file
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
	some p in input.placements
	p.dataset != ""
	p.status == "unknown"
	result := {
		"msg": sprintf("can't tell where %s of %s is: %s", [words[p.role], lib.title(p), p.reason]),
		"placement": p.index,
	}
}

# Some of the candidates would be right and some wrong.
unknown contains result if {
	some p in input.placements
	p.dataset != ""
	p.status == "one_of"
	wrong := lib.wrong(p)
	count(wrong) > 0
	not lib.at_fault(p, wrong)
	result := {
		"msg": sprintf("%s of %s may be in %s", [words[p.role], lib.title(p), lib.where(wrong)]),
		"placement": p.index,
		"setting": lib.setting(p),
	}
}

words := {
	"primary": "the primary copy",
	"archive": "the archive",
	"cache": "the cache",
	"replica": "a replica",
	"backup": "a backup",
	"log": "a log",
	"export": "an export",
}
