"""A project, for programs: `ackplan.open` and what it gives. The command line is built on it, and on nothing else.

This package wires adapters to use cases; it prints nothing, asks nobody and ends no process.
"""
