"""Writes docs/ram/plan.json and docs/ram/apply.json: what RAM must allow to plan, and to apply.

    python docs/ram.py            writes them
    python docs/ram.py --check    exits 1 when they are stale

What changes something is derived: the calls of all kinds of steps, and those that the schemas name for parameters and
for what is in a cluster. A RAM action of the service is `cs:` and the operation's name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ackplan.core.catalog import DEFAULT
from ackplan.core.work import TRAITS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "ram"
# What a plan reads, besides pages of clusters and a cluster's log.
READS = (
    *("list_clusters", "get_cluster", "list_nodes", "get_task", "list_tasks", "list_kubernetes_versions"),
    *("list_node_pools", "get_node_pool", "list_addon_instances", "get_addon_instance", "get_addon"),
    *("list_checks", "get_check"),
)
# Other paths of operations, and one that the contract does not have.
FURTHER_READS = ("DescribeClustersV1", "DescribeClusterLogs")
# The check before an upgrade changes nothing of a cluster, but is begun by a call.
FURTHER_CHANGES = ("run_check",)


def changes() -> set[str]:
    """The operations that an apply may call and that change something."""
    steps = {traits.operation for traits in TRAITS.values() if traits.operation}
    named = {
        name for path in sorted((ROOT / "schemas").glob("*.json")) for name in named_in(json.loads(path.read_text()))
    }
    return {name for name in {*steps, *named, *FURTHER_CHANGES} if DEFAULT.operation(name).changes}


def named_in(schema: object) -> Iterator[str]:
    """The operations that a schema names."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "x-ack-calls":
                yield from value.values()
            elif key == "x-ack-call":
                yield value
            else:
                yield from named_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from named_in(value)


def action(operation: str) -> str:
    return f"cs:{DEFAULT.operation(operation).action}"


def reading() -> list[str]:
    return sorted({*map(action, READS), *(f"cs:{name}" for name in FURTHER_READS)})


def policy(*statements: Sequence[str]) -> str:
    """A policy of RAM that allows these actions."""
    allowed = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"} for actions in statements]
    return json.dumps({"Version": "1", "Statement": allowed}, indent=2) + "\n"


def render() -> dict[str, str]:
    """The policies by the names of their files."""
    return {"plan.json": policy(reading()), "apply.json": policy(reading(), sorted(map(action, changes())))}


def main(arguments: Sequence[str]) -> int:
    """Writes the policies, or with `--check` only says whether they are up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/ram.py [--check]\n")
        return 64
    for name, text in render().items():
        file = FOLDER / name
        if not arguments:
            file.write_text(text, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != text:
            sys.stderr.write(f"{name} is stale: python docs/ram.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
