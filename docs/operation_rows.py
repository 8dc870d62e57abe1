"""Rewrites the rows of today's operations in README.md and docs/api.md: what calls each, and what it is tried by.

    python docs/operation_rows.py            rewrites them
    python docs/operation_rows.py --check    exits 1 when they are stale

Those of the guide's operations are written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from alibabacloud_cs20151215.client import Client
from operations import Contract
from reference import table

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "api.md")
BEGIN, END = "<!-- todays operations -->\n", "\n<!-- /todays operations -->"
TESTS = ("test_official_today.py", "test_todays_*.py")
HEADINGS = "operation | call | guide | client | simulator | tested with"
# The operations beyond the guide without which nobody can follow its own: their rows stand with these.
FOLLOWING = ("get_task", "list_nodes")
# The commands that make a call; each call can be made by its path besides.
PLAN, APPLY = "`ackplan plan`", "`ackplan apply`"
POOLS = (
    *("create_node_pool", "modify_node_pool", "modify_node_config", "scale_node_pool", "attach_to_node_pool"),
    *("remove_node_pool_nodes", "delete_node_pool"),
)
SETTINGS = ("modify_cluster", "modify_cluster_tags", "update_control_plane_log", "update_audit", "update_kms")
UPGRADES = ("upgrade_cluster", "upgrade_node_pool", "run_check", "get_check")
COMMANDS = {
    **dict.fromkeys((*POOLS, *SETTINGS, *UPGRADES), APPLY),
    **dict.fromkeys(("install_addons", "modify_addon", "uninstall_addons", "upgrade_addons", "list_checks"), APPLY),
    **dict.fromkeys(("list_addon_instances", "get_addon_instance", "get_addon"), f"{PLAN}, {APPLY}"),
    "list_node_pools": f"{PLAN}, {APPLY}",
    "get_node_pool": f"{PLAN}, {APPLY}",
    "list_kubernetes_versions": PLAN,
    "list_tasks": "`ackplan tasks list`",
    "cancel_task": "`ackplan tasks cancel`",
    "pause_task": "`ackplan tasks pause`",
    "resume_task": "`ackplan tasks resume`",
    "revoke_kubeconfig": "`ackplan kubeconfig revoke`",
}
BY_PATH = "`ackplan api`"


def rows() -> Iterator[tuple[str, ...]]:
    called, methods = typed_calls(), {method.replace("_", ""): method for method in dir(Client)}
    for method, path, said in Contract().operations():
        name, section = said["operationId"], said["x-ack-section"]
        if section != "beyond" or name in FOLLOWING:
            continue
        tried = "current client" if methods.get(said["x-ack-action"].lower()) in called else "by path only"
        yield f"`{name}`", f"`{method} {path}`", section, COMMANDS.get(name, BY_PATH), simulated(said), tried


def simulated(said: Mapping[str, Any]) -> str:
    return ", ".join(["yes", *(f"also `{path}`" for path in said.get("x-ack-also", ()))])


def typed_calls() -> set[str]:
    """The official client's own calls that the tests of today's operations make."""
    files = [path for pattern in TESTS for path in (ROOT / "tests" / "conformance").glob(pattern)]
    return set(re.findall(r"\b(?:current|client)\.(\w+)", "".join(path.read_text("utf-8") for path in files)))


def render(page: str) -> str:
    """A page with its rows made anew. Raises ValueError where it has no place for them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the rows of today's operations")
    return f"{before}{begin}{table(HEADINGS, rows())}{end}{after}"


def main(arguments: Sequence[str]) -> int:
    """Rewrites the rows, or with `--check` only says whether they are up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/operation_rows.py [--check]\n")
        return 64
    texts = {path: path.read_text("utf-8") for path in PAGES}
    stale = [path for path, text in texts.items() if text != render(text)]
    for path in stale:
        if arguments:
            sys.stderr.write(f"{path.name} is stale: python docs/operation_rows.py\n")
        else:
            path.write_text(render(texts[path]), "utf-8")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
