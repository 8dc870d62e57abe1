"""Many workspaces in one command: what `workspaces.yaml` says, in which order they run, and what came of each.

Every workspace runs in a process of its own. Here is what is independent of how that is done: whoever has a runner
(`runner.py`) can dispatch a selection over it.
"""
