"""Carries a plan out: ports to the world, a pure walk of the graph, the loop around it."""
