"""The commands, and what the first page of help says of them: known without importing any, nor what reads options."""

from __future__ import annotations

PURPOSE = "Clusters of Alibaba Cloud Container Service for Kubernetes: declared, planned, reviewed, applied."
# Name, what `--help` says of it. The module of the same name under `commands` is imported only when it runs.
COMMANDS = {
    "init": "Begin a project: spec, editor's schema, CI pipeline",
    "validate": "Check the spec against the schemas and the rules; no network",
    "fmt": "Bring spec files into their canonical layout",
    "plan": "Show what would change, and why",
    "show": "Show a plan file, or the recorded state",
    "apply": "Carry a plan out",
    "destroy": "Delete every recorded cluster",
    "drift": "Show how live clusters changed since the last apply",
    "fleet": "Plan, apply and watch many workspaces, each in a process of its own",
    "worker": "Run workspaces for an engine, on as many machines as one likes",
    "runs": "Show, follow and stop runs of fleets on an engine",
    "rehearse": "Run a plan file's whole apply in a private simulator, in virtual time",
    "graph": "Print a plan's graph of steps (dot, mermaid, svg, html)",
    "import": "Record live clusters",
    "export": "Write live clusters as a spec",
    "upgrade-spec": "Move a cluster's workers to node pools in the spec",
    "clusters": "Show live clusters",
    "tasks": "Show tasks of the API",
    "kubeconfig": "Fetch a cluster's kubeconfig",
    "certs": "Fetch a cluster's certificates",
    "attach-script": "Fetch the script that joins a node to an edge cluster",
    "state": "Look at the recorded state, and fix it by hand",
    "board": "Write pages of all workspaces of a store",
    "workspace": "List, begin and remove workspaces of a store",
    "lock": "Show, hold and release the lock of the workspace",
    "unlock": "Clear what a killed run left on the lock",
    "doctor": "Look for problems, and say how to fix each",
    "explain": "Say what the code of an error means, and what to do",
    "api": "Make one signed call",
    "schema": "Print a JSON Schema",
    "sandbox": "Look at the sandbox, and make drift and faults in it by hand",
    "simulator": "Serve the embedded ACK API on loopback",
    "completion": "Print what makes a shell complete command lines",
    "version": "Print the version",
}
# How `--help` has them.
SECTIONS = {
    "A project": ("init", "validate", "fmt", "schema"),
    "Plan and apply": ("plan", "show", "apply", "destroy", "drift", "rehearse", "graph"),
    "Clusters that are there": (
        "clusters", "tasks", "import", "export", "upgrade-spec", "kubeconfig", "certs", "attach-script", "api",
    ),
    "Record": ("state", "workspace", "lock", "unlock"),
    "Many workspaces": ("fleet", "board", "worker", "runs"),
    "Help": ("doctor", "explain", "sandbox", "simulator", "completion", "version"),
}  # fmt: skip
# Second words of commands that do something by their first one alone: `FURTHER` of their modules.
FURTHER = {"kubeconfig": ("revoke",), "tasks": ("list", "cancel", "pause", "resume"), "runs": ("cancel",)}
