"""Workspaces in a PostgreSQL database."""
