"""Faults that are injected: rules, their file, and what they do to a call and to the wire."""
