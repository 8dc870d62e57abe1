"""Node pools: groups of nodes that are alike, within a cluster."""
