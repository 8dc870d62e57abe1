"""Workspaces in a store of objects that creates each object at most once: S3, OSS and their like."""
