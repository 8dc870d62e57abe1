"""Lets everything go wrong with every changing call, and tells what becomes of it: the cells of docs/reliability.md."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.faults.mishaps import MISHAPS, OPERATIONS, TODAYS_MISHAPS, TODAYS_OPERATIONS, Mishap, Operation, applies
from tests.faults.scenes import spec
from tests.faults.virtual import Bench, bench
from tests.running import Command

# What is there was made that long ago: no read lags behind it any more.
_BEFORE = 7200.0
_TIMES = {0: ", nothing sent", 1: "", 2: ", sent twice", 3: ", sent three times"}


@dataclass
class Told:
    """What became of a cell: the runs, and what broke a promise."""

    runs: list[Command] = field(default_factory=list)
    sent: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As the table says it."""
        codes = [_code(run) for run in self.runs]
        times = _TIMES.get(self.sent, f", sent {self.sent} times")
        return codes[0] + times + "".join(f"; then {code}" for code in codes[1:])


def _code(run: Command) -> str:
    if run.code == 0:
        return "done"
    found = re.findall(r"ACK\d{4}", re.sub(r"ACK\d{4} warning.*", "", run.out + run.err))
    return found[-1] if found else "no code"


@cache
def _ready(operation: Operation, root: Path) -> Path:
    """The project and the world with `before` applied and `after` written down."""
    folder = root / operation.title.replace(" ", "-")
    folder.mkdir()
    file = folder / "ackplan.yaml"
    with bench(folder, folder.with_suffix(".db")) as at:
        if operation.before:
            file.write_text(spec(operation.scene.before))
            assert at.run("apply", "--auto-approve").code == 0
    file.write_text(spec(operation.scene.after))
    return folder


def _copy(operation: Operation, root: Path, folder: Path) -> Path:
    ready = _ready(operation, root)
    shutil.copytree(ready, folder)
    shutil.copy(ready.with_suffix(".db"), folder.with_suffix(".db"))
    return folder.with_suffix(".db")


def cell(mishap: Mishap, operation: Operation, root: Path, folder: Path) -> Told:
    """Applies until it is done, `runs` times at most, the mishap happening in the first run."""
    told = Told()
    db = _copy(operation, root, folder)
    with bench(folder, db, faults=mishap.faults(operation.name)) as at:
        at.skip(_BEFORE)
        _meddle(mishap, operation, at)
        begun = at.wire.sent.count(operation.name)
        for number in range(mishap.runs):
            told.runs.append(at.run("apply", "--auto-approve"))
            if number == 0:
                told.sent = at.wire.sent.count(operation.name) - begun
                _lost(mishap, at, told)
            _message(told)
            if told.runs[-1].code == 0:
                break
        _doubled(at, told)
        if told.runs[-1].code == 0:
            _complete(mishap, operation, at, told)
    return told


def _meddle(mishap: Mishap, operation: Operation, at: Bench) -> None:
    meddles = mishap.meddles
    if mishap.impatient:
        at.wire.impatient = (operation.name, 1)
    if meddles is None:
        return

    def once(name: str, number: int) -> None:
        if (name, number) == (operation.name, 1):
            meddles(at)

    setattr(at.wire, mishap.when, once)


def _lost(mishap: Mishap, at: Bench, told: Told) -> None:
    """Whatever is live and was not there before is in the record, or in the journal as a call in flight."""
    record, flying = _record(at), _journal(at)
    for cluster in at.world.clusters():
        name = cluster["name"]
        mine = record.get(name, {}).get("cluster_id") == cluster["cluster_id"] or name in flying
        if not mine and not mishap.takes_name:
            told.broken.append(f"{name} is live, and neither recorded nor in the journal")


def _message(told: Told) -> None:
    run = told.runs[-1]
    said = run.out + run.err
    if "Traceback" in said or "ACK9001" in said:
        told.broken.append("a traceback or a bug")
    if run.code not in {0, 1}:
        told.broken.append(f"exit {run.code}")
    if run.code == 1 and not re.search(r"ackplan [a-z]+|[Pp]lan again", said):
        told.broken.append("the message does not say what to do")


def _doubled(at: Bench, told: Told) -> None:
    """No instance is attached or removed twice, no cluster made beside another, no worker added twice."""
    names = Counter(cluster["name"] for cluster in at.world.clusters())
    if any(number > 1 for number in names.values()):
        told.broken.append(f"clusters of one name: {names}")
    for cluster in at.world.clusters():
        if int(cluster["size"]) > 5:
            told.broken.append(f"{cluster['name']} has {cluster['size']} workers")


def _complete(mishap: Mishap, operation: Operation, at: Bench, told: Told) -> None:
    """The last run was right to say that it is done."""
    again = at.run("plan", "--detailed-exitcode")
    if again.code != 0 and not mishap.drifts:
        told.broken.append(f"done, but a plan finds more to do:\n{again.out}")
    found = {c["name"]: (c["state"], int(c["size"]), _own(at, c["cluster_id"])) for c in at.world.clusters()}
    if found != expected(operation) and not (mishap.drifts or mishap.never_ends):
        told.broken.append(f"done, but the clusters are {found}")
    record = _record(at)
    recorded = {name: (entry["cluster_id"], len(entry["attached"])) for name, entry in record.items()}
    live = {c["name"]: (c["cluster_id"], len(_own(at, c["cluster_id"]))) for c in at.world.clusters()}
    if recorded != live:
        told.broken.append(f"done, but recorded is {recorded}, live is {live}")
    if _journal(at):
        told.broken.append("done, but the journal is not empty")


def expected(operation: Operation) -> dict[str, Any]:
    """What `after` describes."""
    found = {}
    for name, cluster in operation.after.items():
        own = [instance for group in cluster.get("attach", ()) for instance in group["instances"]]
        pools = cluster.get("node_pools", {}).values()
        made = cluster.get("num_of_nodes", 2 if "node_pools" not in cluster else 0)
        made += sum(pool["scaling_group"]["desired_size"] for pool in pools)
        found[name] = ("running", made + len(own), own)
    return found


def _own(at: Bench, cluster_id: str) -> list[str]:
    nodes = at.world.nodes(cluster_id, 1, 100)["nodes"]
    return sorted(node["instance_id"] for node in nodes if node["source"] == "manual")


def _record(at: Bench) -> dict[str, Any]:
    file = at.folder / "state" / "default.json"
    found: dict[str, Any] = json.loads(file.read_text())["clusters"] if file.exists() else {}
    return found


def _journal(at: Bench) -> set[str]:
    """The clusters that have entries in the journal."""
    with sqlite3.connect(at.folder / ".ackplan" / "default.journal") as connection:
        found = {row[0] for row in connection.execute("SELECT cluster FROM entry")}
    connection.close()
    return found


def table(mishaps: Sequence[Mishap], operations: Sequence[Operation]) -> str:
    """A table of docs/reliability.md as it is now: `python -m tests.faults.matrix` prints both."""
    with tempfile.TemporaryDirectory() as root:
        lines = ["| what goes wrong, once | " + " | ".join(operation.title for operation in operations) + " |"]
        lines.append("| --- " * (len(operations) + 1) + "|")
        for row, mishap in enumerate(mishaps):
            cells = []
            for column, operation in enumerate(operations):
                folder = Path(root) / f"{row}-{column}"
                cells.append(str(cell(mishap, operation, Path(root), folder)) if applies(mishap, operation) else "-")
            lines.append(f"| {mishap.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(MISHAPS, OPERATIONS), table(TODAYS_MISHAPS, TODAYS_OPERATIONS), sep="\n\n")
