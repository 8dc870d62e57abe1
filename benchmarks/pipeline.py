"""`python -m benchmarks.pipeline COUNT`: what a pipeline runs on a fleet, as whole commands.

Processor seconds of the commands' processes as times of the bare event parse of the same spec, and the peak of their
memory in MiB. The API is the simulator in a process of its own, whose seconds do not count.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleets import fleet, name
from benchmarks.phases import events
from benchmarks.startup import Usage, usage

_FORMATS = ("text", "json", "markdown", "html")
_FLOORS = 5
_REFUSED = {"faults": [{"kind": "error", "operation": "create_cluster", "status": 400, "code": "Refused"}]}


@contextlib.contextmanager
def simulator(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ackplan", "simulator", "--access-key", "bench:bench", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


class Project:
    """A folder with a spec, whose account is the simulator at `endpoint`."""

    def __init__(self, folder: str, endpoint: str) -> None:
        self.folder = folder
        self._environment = {
            "ACKPLAN_ENDPOINT": endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "bench",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "bench",
            "ACK_NODE_PASSWORD": "Bench-2026",
        }

    def write(self, text: str) -> None:
        Path(self.folder, "ackplan.yaml").write_text(text, "utf-8")

    def run(self, *arguments: str, end: int = 0) -> Usage:
        command = [sys.executable, "-m", "ackplan", *arguments]
        return usage(command, self.folder, (end,), self._environment)


def parse_seconds(count: int) -> float:
    """Processor seconds of the bare event parse in this process."""
    run = events(count, "plain")
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _floor(count: int) -> float:
    """Seconds of the event parse, in a process of its own each time, as other work finds the machine."""
    code = "import sys; from benchmarks.pipeline import parse_seconds; print(parse_seconds(int(sys.argv[1])))"
    command = [sys.executable, "-c", code, str(count)]
    return statistics.median(float(subprocess.check_output(command, text=True)) for _ in range(_FLOORS))


def _creates(count: int) -> Iterator[tuple[str, Usage]]:
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        faults = Path(folder, "faults.json")
        faults.write_text(json.dumps(_REFUSED), "utf-8")
        with simulator("--faults", str(faults)) as endpoint:
            project = Project(folder, endpoint)
            project.write(fleet(count))
            yield "validate", project.run("validate")
            yield "plan", project.run("plan")
            yield "plan with the pack of policies", project.run("plan", "--policy", "builtin:recommended")
            yield "plan --out, creates", project.run("plan", "--out", "it.plan")
            for form in _FORMATS:
                yield f"show, {form}", project.run("show", "it.plan", "--format", form)
            first = ("apply", "it.plan", "--fail-fast", "--parallelism", "1")
            yield "apply until the first call", project.run(*first, end=1)
            project.run("fmt")
            yield "fmt --check", project.run("fmt", "--check")
            project.write(fleet(count).replace("num_of_nodes: 3", "num_of_nodes: many"))
            yield "validate, each value wrong", project.run("validate", end=1)
            numbers = itertools.count()
            project.write(re.sub("(?<=num_of_nodes: )3", lambda _: f"many-{next(numbers)}", fleet(count)))
            yield "validate, each value wrong in its own way", project.run("validate", end=1)


def live(count: int) -> dict[str, object]:
    return {
        "clusters": [
            {
                "name": name(number),
                "cluster_id": f"c{number:032x}",
                "state": "running",
                "size": 3,
                "cluster_type": "ManagedKubernetes",
                "region_id": "cn-beijing",
                "vpc_id": "vpc-2zegvl5etah5requ09nec",
                "vswitch_id": "vsw-2ze48rkq464rsdts1aaaa",
                "created": "2026-01-01T00:00:00Z",
            }
            for number in range(count)
        ]
    }


@contextlib.contextmanager
def existing(count: int) -> Iterator[Project]:
    """A project whose spec says what its account has; nothing is recorded yet."""
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        seed = Path(folder, "live.json")
        seed.write_text(json.dumps(live(count)), "utf-8")
        with simulator("--seed", str(seed), "--time-scale", "1000") as endpoint:
            project = Project(folder, endpoint)
            project.write(fleet(count))
            yield project


def _changes(count: int) -> Iterator[tuple[str, Usage]]:
    with existing(count) as project:
        yield "import --all", project.run("import", "--all")
        yield "export --all", project.run("export", "--all", "--out", "live.yaml")
        project.write(fleet(count, workers=4))
        yield "plan --out, changes", project.run("plan", "--out", "it.plan", "--rate", "1000")


def measure(count: int) -> dict[str, dict[str, float]]:
    """Of each command the seconds, the times of the floor, and the peak of memory in MiB."""
    floor = _floor(count)
    found = {"event parse": {"seconds": floor, "times": 1.0, "mib": 0.0}}
    for label, spent in itertools.chain(_creates(count), _changes(count)):
        found[label] = {"seconds": spent.seconds, "times": spent.seconds / floor, "mib": spent.mib}
        print(
            f"{label:42} {spent.seconds:7.2f} {spent.seconds / floor:7.1f} {spent.mib:7.0f}",
            file=sys.stderr,
            flush=True,
        )
    return found


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(Path.cwd())
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
