"""Kills `apply` at system calls that write, or lets these fail, with strace: below everything that Python sees.

`python -m tests.faults.syscalls` needs the program `strace`. It checks what `tests.faults.kill` and the tests of full
disks take for granted: that the points which they know of in Python are all that matter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.scenes import SCENES, SECRETS
from tests.faults.stage import Stage, stage
from tests.faults.trials import FORMS, Prepared, Wrong, copy, finished, prepare
from tests.faults.victim import Victims, victims

_CALLS = ("fdatasync", "fsync", "rename", "pwrite64")
_WAYS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")


def _apply(world: Stage, folder: Path, inject: str) -> subprocess.CompletedProcess[str]:
    """`ackplan apply`, with something injected into one of its system calls."""
    call = inject.partition(":")[0]
    trace = ("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={inject}", "--")
    environment = {**os.environ, **world.environment, **SECRETS, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [*trace, sys.executable, "-m", "ackplan", *FORMS["plain"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _count(ready: Prepared, root: Path, call: str) -> int:
    """How often an undisturbed run makes this system call, in all of its threads together."""
    folder = copy(ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    log = folder.parent / "calls"
    with stage(folder.with_suffix(".db")) as world:
        environment = {**os.environ, **world.environment, **SECRETS, "PYTHONPATH": str(Path(__file__).parents[2])}
        trace = ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", "signal=none", "--")
        command = [*trace, sys.executable, "-m", "ackplan", *FORMS["plain"]]
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return sum(f" {call}(" in line for line in log.read_text().splitlines())


def _injections(ready: Prepared, root: Path) -> Iterator[str]:
    for call in _CALLS:
        for number in range(1, _count(ready, root, call) + 1):
            yield from (f"{call}:{way}:when={number}" for way in _WAYS)


def _trial(ready: Prepared, root: Path, crew: Victims, inject: str) -> None:
    """Raises Wrong for an ugly end, and for one that the next run does not mend."""
    folder = copy(ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    with stage(folder.with_suffix(".db")) as world:
        run = _apply(world, folder, inject)
        said = run.stdout + run.stderr
        if "Traceback" in said or "ACK9001" in said:
            raise Wrong(said)
        finished(ready, folder, world, crew, "plain", mixed=True)
    shutil.rmtree(folder.parent)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.syscalls", description=__doc__)
    parser.add_argument("--scene", default="scale-out", choices=sorted(SCENES))
    asked = parser.parse_args(arguments)
    if shutil.which("strace") is None:
        parser.error("there is no strace here; it is Debian's package of that name")
    broken = 0
    with tempfile.TemporaryDirectory() as folder, victims() as crew:
        root = Path(folder)
        ready = prepare(SCENES[asked.scene], root, crew)
        for inject in _injections(ready, root):
            try:
                _trial(ready, root, crew, inject)
            except Wrong as wrong:
                broken += 1
                print(f"WRONG {inject}\n{wrong}", flush=True)
    print(f"{broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
