"""`python -m tests.fuzzing --seconds 60` for all targets in turn, or `python -m tests.fuzzing TARGET FILE` to replay."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# What one input may take: megabytes of memory, and seconds.
_MEGABYTES, _SECONDS = 1024, 10
_TARGETS = ("spec", "plan", "record", "journal", "answers", "errors", "requests")


@dataclass(frozen=True)
class Ended:
    """How a target's run ended: inputs tried, edges of the product's code reached, and files that made it fail."""

    executions: int
    coverage: int
    crashes: tuple[Path, ...]
    output: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("target", nargs="?", choices=_TARGETS, help="this one alone")
    parser.add_argument("file", nargs="?", type=Path, help="give it the content of this file, once")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for all targets together")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="begin with this chance (0: another each time)"
    )
    parser.add_argument("--keep", type=Path, default=Path(".fuzzing"), metavar="DIR", help="where failing inputs go")
    given = parser.parse_args()
    if given.file is not None:
        return _replay(given.target, given.file)
    targets = [given.target] if given.target else _TARGETS
    return max(_fuzz(target, max(1, round(given.seconds / len(targets))), given.seed, given.keep) for target in targets)


def _replay(target: str, file: Path) -> int:
    """Raises what the input raises."""
    from tests.fuzzing.targets import TARGETS

    TARGETS[target].run(file.read_bytes())
    print(f"{target}: nothing is wrong with {file}")
    return 0


def _fuzz(target: str, seconds: int, seed: int, keep: Path) -> int:
    folder = keep / target
    folder.mkdir(parents=True, exist_ok=True)
    memory = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)
    with tempfile.TemporaryDirectory(prefix="fuzzing", dir=memory) as scratch:
        ended = _run(target, folder, Path(scratch), (f"-max_total_time={seconds}", f"-seed={seed}"))
    print(f"{target}: {ended.executions} inputs in {seconds} s, coverage {ended.coverage}", flush=True)
    if ended.executions and not ended.crashes:
        return 0
    print(ended.output, file=sys.stderr)
    for crash in ended.crashes:
        print(f"{target}: FAILED; to see it again: python -m tests.fuzzing {target} {crash}", flush=True)
    return 1


def _run(target: str, folder: Path, scratch: Path, options: tuple[str, ...]) -> Ended:
    before = set(folder.iterdir())
    limits = (f"-rss_limit_mb={_MEGABYTES}", f"-timeout={_SECONDS}", "-max_len=8192", "-print_final_stats=1")
    command = [sys.executable, "-m", "tests.fuzzing.child", target, str(scratch), *limits, *options]
    command.append(f"-artifact_prefix={folder}/")
    around = {**os.environ, "TMPDIR": str(scratch), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=around, capture_output=True, text=True, errors="replace", check=False)
    tried = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    crashes = tuple(sorted(set(folder.iterdir()) - before))
    told = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
    return Ended(int(tried[1]) if tried else 0, int(covered[-1]) if covered else 0, crashes, told)


if __name__ == "__main__":
    sys.exit(main())
