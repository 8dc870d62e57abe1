"""Stores of workspaces, each held to the same promises with the real server behind it."""
