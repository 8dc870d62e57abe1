"""Lets everything go wrong with every call that reads or is made by hand: the second table of docs/reliability.md."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.mishaps import MISHAPS, Mishap
from tests.faults.scenes import attached, spec
from tests.faults.virtual import Bench, bench
from tests.running import Command

_TIMES = {1: "", 2: ", sent twice", 3: ", sent three times"}
_FLEET = {"shop": {"attach": [attached("i-one")]}, "rim": {"profile": "Edge"}}


@dataclass(frozen=True, eq=False)
class Reading:
    """A call by its command. `name` is that of schemas/operations.json, `sent` what the client calls it."""

    title: str
    name: str
    command: Callable[[Mapping[str, str]], Sequence[str]]
    sent: Callable[[Mapping[str, str]], str] = lambda _ids: ""

    @property
    def changes(self) -> bool:
        return self.name == "scale"


# The list comes first: the others look their cluster up in it, and what goes wrong with it happens once.
READINGS = (
    Reading("list clusters", "list_clusters", lambda _ids: ("clusters",)),
    Reading("list nodes", "list_nodes", lambda _ids: ("clusters", "shop")),
    Reading(
        "get cluster",
        "get_cluster",
        lambda ids: ("api", "GET", f"/clusters/{ids['shop']}"),
        lambda ids: f"GET /clusters/{ids['shop']}",
    ),
    Reading("get task", "get_task", lambda ids: ("tasks", ids["task"])),
    Reading("kubeconfig", "kubeconfig", lambda _ids: ("kubeconfig", "shop")),
    Reading("certs", "certs", lambda _ids: ("certs", "shop")),
    Reading("attach script", "attach_script", lambda _ids: ("attach-script", "rim")),
    Reading(
        "scale, by `ackplan api`",
        "scale",
        lambda ids: ("api", "PUT", f"/clusters/{ids['shop']}", "--body", '{"num_of_nodes": 3}'),
        lambda ids: f"PUT /clusters/{ids['shop']}",
    ),
)
_OWN = {"operation", "nth"}
ROWS = tuple(
    mishap
    for mishap in MISHAPS
    if mishap.rules
    and mishap.runs == 2
    and not any(_OWN & set(rule) or rule["kind"] in {"task_fails", "task_stuck", "cluster_state"} for rule in mishap.rules)
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What became of a cell: how the command ended, how often its call was sent, and how the next one ended."""

    first: Command
    sent: int
    again: Command

    def __str__(self) -> str:
        then = "" if self.first.code == 0 else f"; then {_code(self.again)}"
        return _code(self.first) + _TIMES.get(self.sent, f", sent {self.sent} times") + then

    @property
    def broken(self) -> str:
        """What should not be: a traceback, or an error that does not say what to do."""
        said = self.first.out + self.first.err
        if "Traceback" in said or "ACK9001" in said:
            return "a traceback or a bug"
        if self.first.code not in {0, 1}:
            return f"exit {self.first.code}"
        silent = self.first.code == 1 and "ACK" in said and not re.search(r"ackplan [a-z]+|Check|Try|Set", said)
        return "the message does not say what to do" if silent else ""


def _code(run: Command) -> str:
    if run.code == 0:
        return "done"
    found = re.findall(r"ACK\d{4}", run.err)
    return found[-1] if found else "the API's answer, exit 1"


@cache
def _ready(root: Path) -> tuple[Path, Mapping[str, str]]:
    """A project that was applied, its world beside it, and the ids of its clusters and of one task."""
    folder = root / "ready"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec(_FLEET))
    with bench(folder, folder / "world.db") as at:
        assert at.run("apply", "--auto-approve", "--report", "report.json").code == 0
        ids = {c["name"]: c["cluster_id"] for c in at.world.clusters()}
    report = json.loads((folder / "report.json").read_text())
    return folder, {**ids, "task": report["steps"][0]["task_ids"][0]}


@cache
def row(mishap: Mishap, root: Path) -> Mapping[str, Read]:
    """What becomes of each call, by its title, when this goes wrong with it once."""
    rules = [rule for reading in READINGS for rule in mishap.faults(reading.name)["faults"]]
    ready, ids = _ready(root)
    folder = shutil.copytree(ready, root / str(MISHAPS.index(mishap)))
    with bench(folder, folder / "world.db", faults={"faults": rules}) as at:
        return {reading.title: _read(at, mishap, reading, ids) for reading in READINGS}


def _read(at: Bench, mishap: Mishap, reading: Reading, ids: Mapping[str, str]) -> Read:
    name = reading.sent(ids) or reading.name
    begun = at.wire.sent.count(name)
    at.wire.impatient = (name, begun + 1) if mishap.impatient else ("", 0)
    command = reading.command(ids)
    first = at.run(*command)
    sent = at.wire.sent.count(name) - begun
    at.skip(3600.0)
    return Read(first, sent, at.run(*command))


def table() -> str:
    """The second table of docs/reliability.md as it is now: `python -m tests.faults.reads` prints it."""
    lines = ["| what goes wrong, once | " + " | ".join(reading.title for reading in READINGS) + " |"]
    lines.append("| --- " * (len(READINGS) + 1) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for mishap in ROWS:
            told = row(mishap, Path(folder))
            lines.append(f"| {mishap.title} | " + " | ".join(str(told[r.title]) for r in READINGS) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
