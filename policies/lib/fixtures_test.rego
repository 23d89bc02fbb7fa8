package stateside.lib_test

# Facts that the tests of the library and the rules share.

config := {
	"datasets": {"us": {
		"title": "US user data",
		"allow": {
			"storage": {"countries": ["US"], "clouds": ["oci"]},
			"backup": {"countries": ["US"]},
		},
		"deny": {"countries": ["@countries-of-concern"]},
	}},
	"unlabelled": "us",
	"unknown": "warn",
}

groups := {"countries-of-concern": ["CN", "HK", "MO", "RU"], "eu": ["DE", "FR"]}

ashburn := {"cloud": "oci", "region": "us-ashburn-1", "name": "Ashburn", "countries": ["US"], "subdivisions": ["US-VA"]}

partner := object.union(ashburn, {"region": "us-newark-1", "operator": "realm oc42"})

virginia := {"cloud": "aws", "region": "us-east-1", "name": "N. Virginia", "countries": ["US"], "subdivisions": ["US-VA"]}

singapore := {"cloud": "aws", "region": "ap-southeast-1", "name": "Singapore", "countries": ["SG"]}

beijing := {"cloud": "aws", "region": "cn-north-1", "name": "Beijing", "countries": ["CN"], "operator": "Sinnet"}

europe := {"cloud": "google", "region": "eu", "name": "EU multi-region", "countries": ["BE", "DE", "FR", "NL"]}

own_site := {"cloud": "on-premises", "site": "va1", "name": "site va1", "countries": ["US"], "subdivisions": ["US-VA"]}

placement(role, locations) := {
	"index": 0, "dataset": "us", "role": role, "kind": "database", "status": "known", "locations": locations,
}

one_of(role, locations) := object.union(placement(role, locations), {"status": "one_of"})

unknown(role) := object.union(placement(role, []), {
	"status": "unknown", "cause": "no_value", "reason": "var.region has no value",
})

store(placements) := {"kind": "store", "placements": placements}

access(principal, actions) := {
	"index": 0, "dataset": "us", "kind": "object_storage", "principal": principal, "actions": actions,
}

granted(accesses) := {"kind": "store", "placements": [], "access": accesses}

reader := {"kind": "user", "id": "user:a@corp.example"}

abroad := {
	"kind": "group", "id": "group:eng-bj@corp.example", "name": "parent-engineers", "organisation": "parent", "country": "CN",
}

everybody := {"kind": "public", "id": "*"}

with_access(terms) := object.union(config, {"datasets": {"us": {"access": terms}}})
