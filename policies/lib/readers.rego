# METADATA
# title: Library for rules about access
# description: |
#   Rules go over input.access: each is one dataset and one principal that a grant
#   lets at it.
package stateside.readers

import data.stateside.lib

# METADATA
# description: The accesses that let somebody read a dataset, or open it.
all := [a |
	some a in input.access
	a.dataset != ""
	reads(a)
]

# METADATA
# description: Whether an access lets read. What is not known to only write does.
reads(a) if count(a.actions) == 0

reads(a) if {
	some action in a.actions
	not only_writes(lower(action))
}

only_writes(action) if action in writes

# In a policy of OCI, inspect shows that a thing is there and no more.
only_writes(action) if startswith(action, "inspect ")

only_writes(action) if {
	startswith(action, "{")
	not contains(action, "read")
}

# Actions and roles that let put something in and take nothing out.
writes := {
	"s3:putobject", "s3:putobjecttagging", "s3:deleteobject", "s3:abortmultipartupload", "s3:getbucketacl",
	"s3:getbucketlocation", "kinesis:putrecord", "kinesis:putrecords", "firehose:putrecord",
	"firehose:putrecordbatch", "logs:putlogevents", "logs:putlogeventsbatch", "logs:createlogstream",
	"logs:createloggroup", "events:putevents", "sqs:sendmessage", "sns:publish", "kms:encrypt",
	"kms:describekey", "kms:generatedatakeywithoutplaintext", "roles/storage.objectcreator",
	"roles/pubsub.publisher", "roles/logging.logwriter", "roles/logging.bucketwriter",
	"roles/monitoring.metricwriter", "roles/cloudkms.cryptokeyencrypter", "azure service bus data sender",
	"azure event hubs data sender", "storage queue data message sender", "monitoring metrics publisher",
}

# METADATA
# description: Whether an access lets do anything at all, or anything within a service.
administers(a) if {
	some action in a.actions
	everything(lower(action))
}

everything(action) if {
	action in {"*", "*:*", "roles/owner", "roles/editor", "owner", "contributor", "manage all-resources"}
}

everything(action) if endswith(action, ":*")

# METADATA
# description: |
#   What the configuration says about access to a dataset. Undefined when it says
#   nothing.
terms(a) := data.stateside.config.datasets[a.dataset].access

# METADATA
# description: Whether everybody, or everybody with an account of the cloud, is meant.
is_everybody(a) if a.principal.kind in {"public", "any_account"}

# METADATA
# description: |
#   Whether the files do not tell who is let in. A principal whose kind they do not
#   tell may still be named.
unidentified(a) if {
	not a.principal.kind in {"public", "any_account", "service"}
	not a.principal.id
	not a.principal.name
}

unidentified(a) if {
	contains(a.principal.id, "…")
	not a.principal.name
}

# METADATA
# description: |
#   Whether a finding about an access warns only: what may be read is not declared
#   here, or is too little for the rule behind the profile to reach it.
hedged(a) if a.elsewhere

# METADATA
# description: A principal of an access as people would name it.
whom(a) := named(a.principal)

# METADATA
# description: A principal as people would name it.
named(who) := sprintf("%s (%s)", [who.name, concat(", ", about(who))]) if {
	count(about(who)) > 0
} else := who.name

named(who) := sprintf("%s %s", [kinds[who.kind], who.id]) if {
	not who.name
} else := object.get(everybody, who.kind, "somebody") if {
	not who.name
}

about(who) := [part |
	some key in ["id", "organisation", "country"]
	part := who[key]
]

kinds := {
	"organisation": "the organisation", "account": "the account", "user": "the user", "group": "the group",
	"role": "the role", "service": "the service", "network": "the network", "unknown": "the principal",
}

everybody := {"public": "everybody", "any_account": "everybody with an account of the cloud"}

# METADATA
# description: What may be read, as a person would name it.
what(a) := sprintf("a key to %s", [title(a)]) if {
	a.kind == "key"
} else := sprintf("what may hold %s", [title(a)]) if {
	a.elsewhere
} else := title(a)

title(a) := data.stateside.config.datasets[a.dataset].title

# METADATA
# description: The entry of the configuration about access, for messages.
setting(a) := concat(".", ["datasets", a.dataset, "access"])

# METADATA
# description: |
#   The entry of the configuration by which somebody may not have a dataset. Deny
#   comes first, also that of countries for places. Undefined when they may, and
#   for what is not known of them.
fault(dataset, who) := concat(".", ["datasets", dataset, "deny"]) if {
	who.country in lib.countries(data.stateside.config.datasets[dataset].deny.countries)
} else := concat(".", ["datasets", dataset, "access"]) if {
	denied(who, data.stateside.config.datasets[dataset].access.deny)
} else := concat(".", ["datasets", dataset, "access"]) if {
	not allowed(who, data.stateside.config.datasets[dataset].access)
}

denied(who, deny) if who.country in lib.countries(deny.countries)

denied(who, deny) if who.organisation in deny.organisations

denied(who, deny) if who.name in deny.principals

# Of each thing that is known of somebody, it must be an allowed one.
allowed(who, access) if {
	right_country(who, access)
	right_organisation(who, access)
	right_name(who, access)
}

right_country(who, access) if who.country in lib.countries(access.countries)

right_country(who, _) if not who.country

right_country(_, access) if not access.countries

right_organisation(who, access) if who.organisation in access.organisations

right_organisation(who, _) if not who.organisation

right_organisation(_, access) if not access.organisations

right_name(who, access) if who.name in access.principals

right_name(who, _) if not who.name

right_name(_, access) if not access.principals
