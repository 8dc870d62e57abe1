"""Node pools: groups of nodes that are alike, inside of a cluster. They scale, and attach, as clusters do."""
