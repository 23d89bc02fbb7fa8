package stateside.readers_test

import data.stateside.lib_test as facts
import data.stateside.readers

test_what_only_writes_does_not_read if {
	every action in [
		"s3:PutObject", "roles/storage.objectCreator", "inspect buckets", "{OBJECT_CREATE}", "Azure Event Hubs Data Sender",
	] {
		not readers.reads(facts.access(facts.reader, [action]))
	}
}

test_all_else_reads if {
	readers.reads(facts.access(facts.reader, []))
	every action in ["s3:GetObject", "*", "roles/storage.objectViewer", "read objects", "{OBJECT_READ}", "one yet to come"] {
		readers.reads(facts.access(facts.reader, ["s3:PutObject", action]))
	}
}

test_store_without_dataset_has_no_readers if {
	readers.all == [] with input as facts.granted([object.union(facts.access(facts.reader, []), {"dataset": ""})])
}

test_administers if {
	every action in ["*", "s3:*", "roles/owner", "Owner", "manage all-resources"] {
		readers.administers(facts.access(facts.reader, [action]))
	}
	not readers.administers(facts.access(facts.reader, ["s3:GetObject*"]))
	not readers.administers(facts.access(facts.reader, []))
}

test_whom if {
	readers.whom(facts.access(facts.everybody, [])) == "everybody"
	readers.whom(facts.access({"kind": "any_account"}, [])) == "everybody with an account of the cloud"
	readers.whom(facts.access(facts.reader, [])) == "the user user:a@corp.example"
	readers.whom(facts.access(facts.abroad, [])) == "parent-engineers (group:eng-bj@corp.example, parent, CN)"
	readers.whom(facts.access({"kind": "group", "name": "x"}, [])) == "x"
	readers.whom(facts.access({"kind": "unknown"}, [])) == "somebody"
	readers.whom(facts.access({"kind": "role"}, [])) == "somebody"
}

test_what if {
	readers.what(facts.access(facts.reader, [])) == "US user data" with data.stateside.config as facts.config
	readers.what(object.union(facts.access(facts.reader, []), {"kind": "key"})) == "a key to US user data" with data.stateside.config as facts.config
	readers.what(object.union(facts.access(facts.reader, []), {"kind": "", "elsewhere": true})) == "what may hold US user data" with data.stateside.config as facts.config
}

test_unidentified if {
	readers.unidentified(facts.access({"kind": "unknown"}, []))
	readers.unidentified(facts.access({"kind": "role"}, []))
	readers.unidentified(facts.access({"kind": "role", "id": "arn:aws:iam::…:role/x"}, []))
	every who in [
		facts.everybody, {"kind": "public"}, {"kind": "any_account"}, {"kind": "service"}, facts.reader, facts.abroad,
		{"kind": "unknown", "id": "0000"}, {"kind": "unknown", "name": "x"},
	] {
		not readers.unidentified(facts.access(who, []))
	}
}
