"""Clusters: how they are compared, decided, refused, ordered, made, scaled and deleted."""
