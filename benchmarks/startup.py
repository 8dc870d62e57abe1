"""`python -m benchmarks.startup RUNS`: whole commands, in processor seconds of their processes, as times of
`python -c pass` in the same run."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleets import fleet

_COMMANDS = {
    "--help": ("--help",),
    "version": ("version",),
    "validate, 3 clusters": ("validate",),
}
_PLANNED = 100


def measure(runs: int) -> dict[str, float]:
    """Each command's times of the bare interpreter; the order is mixed, so that noise meets all alike."""
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder, _plan() as planned:
        Path(folder, "ackplan.yaml").write_text(fleet(3), "utf-8")
        bare: list[float] = []
        spent: dict[str, list[float]] = {label: [] for label in (*_COMMANDS, f"plan, {_PLANNED} clusters")}
        for _ in range(runs + 1):
            bare.append(seconds([sys.executable, "-c", "pass"], folder))
            for label, arguments in _COMMANDS.items():
                spent[label].append(seconds([sys.executable, "-m", "ackplan", *arguments], folder))
            spent[f"plan, {_PLANNED} clusters"].append(planned())
        # The first of each reads from the disk and compiles.
        floor = statistics.median(bare[1:])
        return {label: statistics.median(values[1:]) / floor for label, values in spent.items()}


@contextlib.contextmanager
def _plan() -> Iterator[Callable[[], float]]:
    """What a plan takes of clusters that are recorded and live as the spec has them, asked over HTTP."""
    from benchmarks.pipeline import Project, live, simulator

    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        seed = Path(folder, "live.json")
        seed.write_text(json.dumps(live(_PLANNED)), "utf-8")
        with simulator("--seed", str(seed)) as endpoint:
            project = Project(folder, endpoint)
            project.write(fleet(_PLANNED))
            project.run("import", "--all")
            yield lambda: project.run("plan").seconds


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took: seconds of the processor, and MiB of memory at its peak."""

    seconds: float
    mib: float


def seconds(command: list[str], folder: str, ends: Collection[int] = (0,)) -> float:
    """The processor seconds of a process, which must end with one of these codes, and of those that it waited for."""
    return usage(command, folder, ends).seconds


def usage(
    command: list[str], folder: str, ends: Collection[int] = (0,), environment: Mapping[str, str] | None = None
) -> Usage:
    """The same, with its memory; `environment` is besides ours, of which no option is read."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ACKPLAN_")}
    around = {**ours, **(environment or {}), "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen(command, cwd=folder, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, spent = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Usage(spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15), indent=1))
