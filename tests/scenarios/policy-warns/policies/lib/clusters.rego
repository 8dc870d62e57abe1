package lib.clusters

created := [r | r := input.resource_changes[_]; r.change.actions[_] == "create"]
