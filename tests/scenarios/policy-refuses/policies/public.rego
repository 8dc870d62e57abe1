package main

import rego.v1

deny_public contains msg if {
	some r in input.resource_changes
	r.change.actions == ["create"]
	object.get(r.change.after, "slb_internet_enabled", true)
	msg := {
		"msg": "the API server can be reached from the internet",
		"details": {"address": r.address, "attribute": "slb_internet_enabled"},
		"cure": "Set endpoint_public_access: false",
	}
}
