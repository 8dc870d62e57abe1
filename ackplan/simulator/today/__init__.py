"""Clusters as today's API has them: what a create call orders, how one is shown, and what changes it in place."""
