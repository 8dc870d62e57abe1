"""Workspaces on Temporal: the only place that knows it. What it needs is imported only where an engine is named."""
