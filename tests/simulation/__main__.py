"""`python -m tests.simulation --seeds 5000`, or `--seed N` to see one story in full.

With `--mutants` each safeguard is taken away in turn, and it is told which story notices that first.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator

from .safeguards import MUTANTS
from .story import Told, tell


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="tell this story in full")
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="tell so many stories")
    parser.add_argument("--start", type=int, default=0, metavar="N", help="begin with this seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="processes at once")
    parser.add_argument("--mutants", nargs="?", const="", metavar="WORDS", help="take safeguards away: all, or these")
    given = parser.parse_args()
    if given.mutants is not None:
        chosen = [number for number, mutant in enumerate(MUTANTS) if given.mutants in mutant.what]
        return _without(chosen, range(given.start, given.start + given.seeds), given.jobs)
    if given.seed is not None:
        return _one(given.seed)
    return _many(range(given.start, given.start + given.seeds), given.jobs)


def _one(seed: int) -> int:
    told = tell(seed)
    print("\n".join(told.lines))
    print(f"broken: {told.broken}" if told.broken else "every rule held")
    return 1 if told.broken else 0


def _many(seeds: range, jobs: int) -> int:
    begun, broken, runs, kills, calls, virtual = time.monotonic(), 0, 0, 0, 0, 0.0
    settled: dict[int, int] = {}
    for told in _told(seeds, jobs):
        runs, kills, calls = runs + told.runs, kills + told.kills, calls + told.calls
        virtual += told.virtual_seconds
        settled[told.runs_to_settle] = settled.get(told.runs_to_settle, 0) + 1
        if told.broken:
            broken += 1
            print(
                f"seed {told.seed}: {told.broken}\n  to see it: python -m tests.simulation --seed {told.seed}",
                flush=True,
            )
    seconds = time.monotonic() - begun
    print(f"{len(seeds)} seeds, {broken} broken; {runs} runs, {kills} of them killed; {calls} calls; "
          f"{virtual / 86400:.0f} virtual days in {seconds:.0f} s: {60 * len(seeds) / seconds:.0f} seeds a minute")  # fmt: skip
    print("runs until nothing was left to do:", ", ".join(f"{n}: {settled[n]} seeds" for n in sorted(settled)))
    return 1 if broken else 0


def _without(chosen: list[int], seeds: range, jobs: int) -> int:
    unnoticed = 0
    with multiprocessing.Pool(jobs, _settle_down) as pool:
        found = pool.imap(_noticed, [(number, seeds) for number in chosen])
        for number, (seed, why) in zip(chosen, found, strict=True):
            unnoticed += seed is None
            print(f"{MUTANTS[number].what}: {'not noticed' if seed is None else f'seed {seed}: {why}'}", flush=True)
    print(f"{len(chosen)} safeguards taken away one at a time, {unnoticed} of them unnoticed by {len(seeds)} stories")
    return 1 if unnoticed else 0


def _noticed(task: tuple[int, range]) -> tuple[int | None, str]:
    """The first story that notices, and what it says."""
    number, seeds = task
    mutant = MUTANTS[number]
    with mutant.alive():
        for seed in (mutant.seed, *seeds):
            if broken := tell(seed).broken:
                return seed, broken
    return None, ""


def _told(seeds: range, jobs: int) -> Iterator[Told]:
    if jobs == 1:
        _settle_down()
        yield from map(tell, seeds)
        return
    with multiprocessing.Pool(jobs, _settle_down) as pool:
        yield from pool.imap(tell, seeds, chunksize=20)


def _settle_down() -> None:
    """What was imported stays: looking at it again and again takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


if __name__ == "__main__":
    sys.exit(main())
