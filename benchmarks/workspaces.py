"""`python -m benchmarks.workspaces`: `fleet plan` of many workspaces, as times of the sum of its plans by the cores.

All plan against one simulator in a process of its own, whose account is empty: every cluster is to be created. The
plans one by one are run beside it. Prints JSON: `ratio`, `work` (the same in seconds of the processor, where cores gain
nothing), `parent` (peak MiB of the process of `fleet plan`, or of one of its children), and what they are made of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleets import fleet

_ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox"}


def measure(workspaces: int, clusters: int, runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        root = Path(folder)
        _write(root, workspaces, clusters)
        served = subprocess.Popen(
            [sys.executable, "-m", "ackplan", "simulator"],
            stdout=subprocess.PIPE,
            text=True,
            env=_environment({}),
            cwd=folder,
        )
        assert served.stdout is not None
        url = next(word for line in served.stdout for word in line.split() if word.startswith("http://"))
        try:
            return _measured(
                root, workspaces, runs, _environment({"ACKPLAN_ENDPOINT": url.rstrip(".,"), "ACKPLAN_RATE": "0"})
            )
        finally:
            served.terminate()
            served.wait()


def _write(root: Path, workspaces: int, clusters: int) -> None:
    entries = "".join(f"  w{n}: {{path: accounts/w{n}}}\n" for n in range(workspaces))
    (root / "workspaces.yaml").write_text(f"ackplan: 1\nworkspaces:\n{entries}", "utf-8")
    text = fleet(clusters)
    for number in range(workspaces):
        path = root / "accounts" / f"w{number}"
        path.mkdir(parents=True)
        (path / "ackplan.yaml").write_text(text, "utf-8")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(Path.cwd()), **more}


def _measured(root: Path, workspaces: int, runs: int, environment: Mapping[str, str]) -> dict[str, float]:
    cores = len(os.sched_getaffinity(0))
    fleet_plan = ("fleet", "plan", "--jobs", str(cores))
    # The first of each reads from the disk and compiles.
    _spent(root, environment, "plan", "-C", "accounts/w0")
    _spent(root, environment, *fleet_plan, "--workspaces", "w0")
    alone, whole = Spent(), Spent()
    for _ in range(runs):
        for number in range(workspaces):
            alone += _spent(root, environment, "plan", "-C", f"accounts/w{number}")
        whole += _spent(root, environment, *fleet_plan)
    return {
        "ratio": whole.seconds / (alone.seconds / cores),
        "work": whole.processor / alone.processor,
        "parent": whole.kib / 1024,
        "seconds": whole.seconds / runs,
        "sum": alone.seconds / runs,
        "cores": cores,
    }


@dataclass(frozen=True)
class Spent:
    """Seconds of a clock and of the processor, and the peak of memory in KiB."""

    seconds: float = 0.0
    processor: float = 0.0
    kib: int = 0

    def __add__(self, other: Spent) -> Spent:
        kib = max(self.kib, other.kib)
        return Spent(self.seconds + other.seconds, self.processor + other.processor, kib)


def _spent(root: Path, environment: Mapping[str, str], *words: str) -> Spent:
    """What a command takes, with the processor seconds of all that it waits for; the memory is its own."""
    command = [sys.executable, "-m", "ackplan", *words]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Spent(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


if __name__ == "__main__":
    count, size, times = (int(word) for word in (*sys.argv[1:], "100", "200", "1")[:3])
    print(json.dumps(measure(count, size, times)))
