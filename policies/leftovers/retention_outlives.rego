# METADATA
# title: A retention outlives the day of deletion
# description: |
#   What is locked, kept as a backup, or only marked as deleted is still there. A
#   retention that reaches beyond the last day of a store defeats its deletion.
#   What is written today counts.
# custom:
#   id: retention-outlives
#   severity: warning
#   basis: contract
#   remedy: shorten the retention, or record an exception where a legal hold asks for it
package stateside.rules.retention_outlives

import data.stateside.lib

warn contains result if {
	some p in input.placements
	p.dataset != ""
	not p.means
	some r in input.store.retention
	outlives(r, days_left(lib.deadline(p)))
	result := {
		"msg": sprintf("%s of %s is to be gone by %s, but %s", [lib.the_part(p), lib.title(p), lib.deadline(p), text(r)]),
		"placement": p.index,
	}
}

words := {"lock": "is locked", "backup": "its backups are kept", "soft_delete": "what is deleted is kept"}

text(r) := sprintf("%s without end", [words[r.kind]]) if {
	r.forever
} else := sprintf("%s for %d days", [words[r.kind], r.days])

outlives(r, left) if {
	r.forever
	left >= 0
}

outlives(r, left) if {
	left >= 0
	r.days > left
}

days_left(day) := (moment(day) - moment(lib.today)) / ((24 * 3600) * 1000000000)

moment(day) := time.parse_ns("2006-01-02", day)
