"""Kills `apply` at system calls that write, or lets these fail, with strace: below everything that Python sees.

`python -m tests.faults.syscalls` needs the program `strace`. It checks what `tests.faults.kill` and the tests of full
disks take for granted: that the points which they know of in Python are all that matter. `--sample N` takes N of the
points of each kind.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.faults.scenes import SCENES, SECRETS
from tests.faults.stage import Stage, stage
from tests.faults.trials import FORMS, Prepared, Wrong, copy, finished, prepare
from tests.faults.victim import Victims, victims

CALLS = ("fdatasync", "fsync", "rename", "pwrite64")
WAYS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")


def _apply(world: Stage, folder: Path, inject: str) -> subprocess.CompletedProcess[str]:
    """`ackplan apply`, with something injected into one of its system calls."""
    call = inject.partition(":")[0]
    trace = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={inject}", "--")
    environment = {**os.environ, **world.environment, **SECRETS, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [*trace, sys.executable, "-m", "ackplan", *FORMS["plain"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _count(ready: Prepared, root: Path, call: str) -> int:
    """How often an undisturbed run makes this system call, in all of its threads together."""
    folder = copy(ready.keeping, ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    log = folder.parent / "calls"
    with stage(folder.with_suffix(".db")) as world:
        environment = {**os.environ, **world.environment, **SECRETS, "PYTHONPATH": str(Path(__file__).parents[2])}
        trace = ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", "signal=none", "--")
        command = [*trace, sys.executable, "-m", "ackplan", *FORMS["plain"]]
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return sum(f" {call}(" in line for line in log.read_text().splitlines())


@cache
def works() -> bool:
    """Whether there is an strace here, and it may trace."""
    found = shutil.which("strace")
    return bool(found) and subprocess.run([str(found), "-qq", "true"], capture_output=True, check=False).returncode == 0


def _injections(ready: Prepared, root: Path, sample: int, seed: int) -> Iterator[str]:
    """Every point, or `sample` of each kind, the same for the same seed."""
    for call in CALLS:
        numbers = range(1, _count(ready, root, call) + 1)
        for way in WAYS:
            chance = random.Random(f"{seed}:{ready.scene.name}:{call}:{way}")
            chosen = sorted(chance.sample(numbers, min(sample, len(numbers)))) if sample else numbers
            yield from (f"{call}:{way}:when={number}" for number in chosen)


def trial(ready: Prepared, root: Path, crew: Victims, inject: str) -> int:
    """The exit code of the run. Raises Wrong for an ugly end, and for one that the next run does not mend."""
    folder = copy(ready.keeping, ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    with stage(folder.with_suffix(".db")) as world:
        run = _apply(world, folder, inject)
        said = run.stdout + run.stderr
        if "Traceback" in said or "ACK9001" in said:
            raise Wrong(said)
        finished(ready, folder, world, crew, "plain", mixed=True)
    shutil.rmtree(folder.parent)
    return run.returncode


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.syscalls", description=__doc__)
    parser.add_argument("--scene", action="append", choices=sorted(SCENES), help="scale-out and replace unless given")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="points of each kind; 0: every point")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if not works():
        parser.error("there is no strace here that may trace; it is Debian's package of that name")
    begun, points, hit, broken = time.monotonic(), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder, victims() as crew:
        root = Path(folder)
        for name in asked.scene or ("scale-out", "replace"):
            ready = prepare(SCENES[name], root, crew)
            for inject in _injections(ready, root, asked.sample, asked.seed):
                points += 1
                try:
                    hit += trial(ready, root, crew, inject) != 0
                except Wrong as wrong:
                    broken += 1
                    print(f"WRONG {name} {inject}\n{wrong}", flush=True)
    seconds = time.monotonic() - begun
    print(f"{points} system calls hit, {hit} runs ended by it, {broken} broken; {seconds:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
