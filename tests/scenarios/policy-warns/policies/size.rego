package main

import data.limits
import data.lib.clusters

warn[msg] {
	cluster := clusters.created[_]
	cluster.change.after.worker_number > limits.workers
	msg := sprintf("%s begins with more than %d workers", [cluster.address, limits.workers])
}

deny_without_name[msg] {
	clusters.created[_].name == ""
	msg := "a cluster has no name"
}
