# METADATA
# title: Library for residency rules
# description: |
#   What a configuration allows, and words for messages. Rules go over
#   input.placements: each is one dataset at one place where it comes to rest,
#   the store's own or that of a copy.
package stateside.lib

# Uses for which a dataset may have its own allowed places, by the role in which
# the data rests. A role that is not here is storage: it must be judged too.
use_of := {
	"primary": "storage",
	"archive": "storage",
	"cache": "storage",
	"staging": "storage",
	"replica": "replica",
	"backup": "backup",
	"log": "copy",
	"export": "copy",
	"key": "key",
}

# METADATA
# description: |
#   The use that a placement belongs to. A copy of a key is a key, whatever its
#   role, and what is only about the data is metadata.
use(p) := "metadata" if {
	is_metadata(p)
} else := "key" if {
	p.kind == "key"
} else := object.get(use_of, p.role, "storage")

# METADATA
# description: Whether a placement is only about the data, and not the data.
is_metadata(p) if p.content == "metadata"

# METADATA
# description: |
#   The placements that hold a dataset. What is only about the data counts when
#   the dataset says where its metadata may be.
held := [p |
	some p in input.placements
	p.dataset != ""
	counts(p)
]

counts(p) if not is_metadata(p)

counts(p) if data.stateside.config.datasets[p.dataset].allow.metadata

# METADATA
# description: The placements whose place is known, or one of several.
judged := [p |
	some p in held
	p.status in {"known", "one_of"}
]

# METADATA
# description: The placements to judge that belong to a use.
placements_for(wanted) := [p |
	some p in judged
	use(p) == wanted
]

# METADATA
# description: |
#   Whether a placement is judged by the places of another use only for want of
#   its own, and what is wrong with it warns. A key is not the data.
soft(p) if {
	use(p) == "key"
	allowed_use(p) != "key"
}

# METADATA
# description: What a placement is of its dataset, for messages.
part(p) := object.get(parts, p.role, "part")

# METADATA
# description: The same with an article.
the_part(p) := sprintf("%s %s", [object.get(articles, p.role, "a"), part(p)])

parts := {
	"primary": "primary copy",
	"archive": "archive",
	"cache": "cache",
	"staging": "staging copy",
	"replica": "replica",
	"backup": "backup",
	"log": "log",
	"export": "export",
	"key": "key",
}

articles := {"primary": "the", "archive": "the", "cache": "the", "export": "an"}

# METADATA
# description: The name of a dataset for messages.
title(p) := data.stateside.config.datasets[p.dataset].title

# METADATA
# description: |
#   The use whose allowed places count for a placement: its own, or storage when
#   the dataset has none for it.
allowed_use(p) := own if {
	own := use(p)
	data.stateside.config.datasets[p.dataset].allow[own]
} else := "storage"

# METADATA
# description: The allowed places for a placement. Undefined when the dataset allows every place.
allowed(p) := data.stateside.config.datasets[p.dataset].allow[allowed_use(p)]

# METADATA
# description: The entry of the configuration that a placement does not meet, for messages.
setting(p) := concat(".", ["datasets", p.dataset, "allow", allowed_use(p)])

# METADATA
# description: |
#   The locations of a placement that are outside the allowed places, or denied.
#   Who operates a place is left to a rule of its own.
outside(p) := [l |
	some l in p.locations
	is_outside(p, l)
]

is_outside(p, l) if {
	places := allowed(p)
	not inside(l, places)
}

is_outside(p, l) if is_denied(p, l)

# METADATA
# description: All locations of a placement that are wrong for one reason or another.
wrong(p) := [l |
	some l in p.locations
	is_wrong(p, l)
]

is_wrong(p, l) if is_outside(p, l)

is_wrong(p, l) if is_foreign(p, l)

# METADATA
# description: |
#   The locations that make a placement misplaced. Undefined when it is not, and
#   when it is denied, which is said by a rule of its own.
misplaced(p) := locations if {
	locations := outside(p)
	at_fault(p, locations)
	not at_fault(p, denied(p))
}

# METADATA
# description: |
#   Whether a placement is in error when these of its locations are: data in
#   several places must be right in all of them; of candidates, all must be wrong,
#   for else the data may yet be in a right one.
at_fault(p, locations) if {
	p.status == "known"
	count(locations) > 0
}

at_fault(p, locations) if {
	p.status == "one_of"
	count(locations) > 0
	count(locations) == count(p.locations)
}

# METADATA
# description: |
#   Those of some wrong locations in which a placement may be and may not.
#   Undefined when it is at fault, and when it is right.
perhaps(p, wrong) := wrong if {
	p.status == "one_of"
	count(wrong) > 0
	not at_fault(p, wrong)
}

# METADATA
# description: |
#   Whether it can't be told where a placement is. The caller of a module decides,
#   which is said once for the module.
is_unknown(p) if not p.status in {"known", "one_of", "caller"}

is_unknown(p) if {
	p.status in {"known", "one_of"}
	count(p.locations) == 0
}

# METADATA
# description: Why it can't be told where a placement is, for messages.
reason(p) := object.get(p, "reason", "nothing says why")

inside(l, places) if {
	in_countries(l, places)
	in_subdivisions(l, places)
	in_regions(l, places)
	in_sites(l, places)
}

# A multi-region is inside only when all the countries it may lie in are.
in_countries(l, places) if {
	allowed_countries := countries(places.countries)
	count(l.countries) > 0
	every c in l.countries { c in allowed_countries }
}

in_countries(_, places) if not places.countries

# A country of the United States whose state is not known is not in a state.
in_subdivisions(l, places) if {
	count(l.subdivisions) > 0
	every s in l.subdivisions { s in places.subdivisions }
}

in_subdivisions(_, places) if not places.subdivisions

in_regions(l, places) if concat(":", [l.cloud, l.region]) in places.regions

in_regions(_, places) if not places.regions

in_sites(l, places) if l.site in places.sites

in_sites(_, places) if not places.sites

# METADATA
# description: A list of countries with its groups written out.
countries(list) := {c |
	some entry in list
	some c in members(entry)
}

members(entry) := data.stateside.geo.groups[trim_prefix(entry, "@")] if {
	startswith(entry, "@")
} else := [entry]

# METADATA
# description: |
#   The locations of a placement that its dataset denies. Deny wins over allow,
#   and a multi-region is denied when one of its countries is.
denied(p) := [l |
	some l in p.locations
	is_denied(p, l)
]

is_denied(p, l) if denies(data.stateside.config.datasets[p.dataset].deny, l)

denies(deny, l) if {
	some c in l.countries
	c in countries(deny.countries)
}

denies(deny, l) if {
	some s in l.subdivisions
	s in deny.subdivisions
}

denies(deny, l) if l.cloud in deny.clouds

denies(deny, l) if l.operator in deny.clouds

denies(deny, l) if concat(":", [l.cloud, l.region]) in deny.regions

denies(deny, l) if l.site in deny.sites

# METADATA
# description: |
#   The locations of a placement that the approved clouds do not operate. A
#   region that a partner runs, or a realm of its own, is not operated by the
#   cloud's company.
foreign_operator(p) := [l |
	some l in p.locations
	is_foreign(p, l)
]

is_foreign(p, l) if {
	clouds := allowed(p).clouds
	not operated_by(l, clouds)
}

operated_by(l, clouds) if {
	l.cloud in clouds
	not l.operator
}

# A service that keeps its data in another cloud is approved together with it.
operated_by(l, clouds) if {
	l.cloud in clouds
	l.operator in clouds
}

# One's own site is approved as such, whoever is written as its operator.
operated_by(l, clouds) if {
	l.cloud == "on-premises"
	"on-premises" in clouds
}

# METADATA
# description: Locations as people write them.
where(locations) := concat(" and ", [place_name(l) | some l in locations])

# METADATA
# description: The same of a placement, which is in one of several candidates.
where_of(p, locations) := concat(" or ", [place_name(l) | some l in locations]) if {
	p.status == "one_of"
} else := where(locations)

place_name(l) := label(l) if {
	detail(l) == ""
} else := sprintf("%s (%s)", [label(l), detail(l)])

label(l) := concat(" ", ["site", l.site]) if {
	l.site
} else := concat(" ", [l.cloud, l.region])

# A multi-region of many countries is told by its name.
detail(l) := city(l) if {
	count(l.countries) > 3
} else := concat(", ", [part |
	some part in [city(l), concat(", ", l.countries)]
	part != ""
])

city(l) := "" if {
	l.site
} else := object.get(l, "name", "")

# METADATA
# description: |
#   Whether a dataset stays below the bulk thresholds of its profile, so that the
#   rule behind these does not reach it yet. Where classes or the number of
#   subjects are not said, it is taken to be bulk.
below_bulk(name) if {
	dataset := data.stateside.config.datasets[name]
	count(dataset.classes) > 0
	every class in dataset.classes { dataset.subjects <= dataset.thresholds[class] }
}

# METADATA
# description: The day of the check, YYYY-MM-DD.
today := substring(data.stateside.now, 0, 10)

# METADATA
# description: |
#   The last day on which a dataset may be where a placement has it: its own, or
#   that of a site. Undefined when it may stay.
deadline(p) := min(own_deadline(p) | site_deadlines(p))

own_deadline(p) := {p.delete_by}

own_deadline(p) := set() if not p.delete_by

site_deadlines(p) := {day |
	p.status == "known"
	some l in p.locations
	day := data.stateside.config.sites[l.site].drain_by
}
