"""The change that the pages of the documentation show: the fleet of `examples/fleet`, applied to the embedded API and
then edited, while somebody scaled one of its clusters by hand.

Every id in it is the same each time: the embedded API gives them out in the order of the calls, so clusters are created
one after the other. What is newer than what is the same too: in its world each look at the clock is a second later.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import graphlib
import io
import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

from ackplan.cli.main import run
from ackplan.core.provenance import Provenance
from ackplan.project import wiring
from ackplan.project.embedded import embedded

ROOT = Path(__file__).parents[1]
# Any password will do: the embedded API takes it and forgets it.
PASSWORDS = {"ACK_NODE_PASSWORD": "Demo-only-1", "ECS_ROOT_PASSWORD": "Demo-only-1"}
SANDBOX = {"ACKPLAN_SANDBOX": "1", "ACKPLAN_TIME_SCALE": "1000000"}

ATTACHED = """\
    attach:
      - instances: [i-bp1shopfloor00000001, i-bp1shopfloor00000002]
        password: {env: ECS_ROOT_PASSWORD}
  web-hangzhou-new:
    extends: [web, hangzhou]
    num_of_nodes: 6
    depends_on: [data-hangzhou]
"""
CLOSED = "  floor-singapore:\n    extends: [shop-floor, singapore]\n    depends_on: [web-singapore]\n"
SCALE_IN = "    scale_in: {strategy: newest, release_node: true}\n"
REPLACED = "    lifecycle: {replace: allow}\n    container_cidr: 172.24.0.0/16\n"
# File, what stands there, what stands there afterwards.
EDITS = (
    ("00-templates.yaml", "web_size: {type: integer, default: 3", "web_size: {type: integer, default: 4"),
    ("00-templates.yaml", "    num_of_nodes: 4\n", f"    num_of_nodes: 3\n{SCALE_IN}"),
    ("beijing.yaml", "  web-beijing-canary:\n", f"  web-beijing-canary:\n{REPLACED}"),
    ("singapore.yaml", "    num_of_nodes: 1\n", f"    num_of_nodes: 1\n{SCALE_IN}"),
    ("singapore.yaml", CLOSED, ""),
)
BY_HAND = {
    "count": 2,
    "login_password": "Demo-only-1",
    "vswitch_ids": ["vsw-t4nsingapore0000001"],
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "worker_data_disk": False,
}


class TickingClock:
    """A second passes with every look at it, and by nothing else."""

    def __init__(self) -> None:
        self._seconds = itertools.count(1_577_836_800)

    def now(self) -> float:
        return float(next(self._seconds))

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - part of the protocol
        await asyncio.sleep(0)


_MADE = Provenance(
    "2026-05-04T08:30:00Z",
    "lin@runner-7",
    "https://ci.example/ackplan/fleet/jobs/4711",
    "5f3c9a71d2e84b60917a4c8e2d5b3f10a6c7e8d9",
    "more-workers-in-beijing",
    sandbox=True,
)
_WORLD = functools.partial(embedded, clock=TickingClock())


def ackplan(folder: Path, *arguments: str, environment: Mapping[str, str] = SANDBOX, code: int = 0) -> str:
    """What `ackplan` prints in this folder. Raises RuntimeError where it ends otherwise than with `code`."""
    out, err = io.StringIO(), io.StringIO()
    known = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, {**known, **PASSWORDS, **environment}, clear=True),
        mock.patch.object(wiring, "embedded", _WORLD),
        mock.patch.object(wiring, "provenance_now", return_value=_MADE),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        ended = run(arguments)
    if ended != code:
        raise RuntimeError(f"ackplan {' '.join(arguments)}: {ended}\n{err.getvalue()}")
    return out.getvalue()


def fleet(folder: Path) -> Path:
    """The fleet as it is in the examples, in a folder of its own."""
    shutil.copytree(ROOT / "examples/fleet/fleet", folder / "fleet")
    return folder


def changed(folder: Path) -> Path:
    """The fleet once it is applied, scaled by hand and edited."""
    fleet(folder)
    for name in in_order(folder):
        ackplan(folder, "apply", "--auto-approve", "--target", name)
    clusters = json.loads(ackplan(folder, "clusters", "--format", "json"))
    (found,) = (c["cluster_id"] for c in clusters if c["name"] == "web-singapore-canary")
    ackplan(folder, "api", "POST", f"/api/v2/clusters/{found}", "--body", json.dumps(BY_HAND))
    for name, before, after in EDITS:
        edit(folder / "fleet" / name, before, after)
    with (folder / "fleet/hangzhou.yaml").open("a", encoding="utf-8") as spec:
        spec.write(ATTACHED)
    return folder


def in_order(folder: Path) -> Iterator[str]:
    """The clusters of a fleet, each behind those that it needs."""
    steps = json.loads(ackplan(folder, "plan", "--format", "json"))["ackplan"]["steps"]
    needs = {step["id"]: step["needs"] for step in steps}
    yield from (step.removeprefix("create:") for step in graphlib.TopologicalSorter(needs).static_order())


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    if text.count(before) != 1:
        raise RuntimeError(f"{path.name} has not one {before!r}")
    path.write_text(text.replace(before, after), "utf-8")
