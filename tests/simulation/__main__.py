"""`python -m tests.simulation --seeds 5000`, or `--seed N` to see one story in full.

With `--store log --computers 2` the computers of a team work at once over one store, and some stand still for longer than
their lease. With `--mutants` each safeguard is taken away in turn, and it is told which story notices that first.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator

from . import pools
from .mutants import Mutant
from .pool_safeguards import POOL_MUTANTS
from .safeguards import MUTANTS
from .shared_stores import STORES
from .story import Told, tell
from .team_safeguards import TEAM_MUTANTS, TeamMutant
from .team_story import TeamTeller

Teller = Callable[[int], Told]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="tell this story in full")
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="tell so many stories")
    parser.add_argument("--start", type=int, default=0, metavar="N", help="begin with this seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="processes at once")
    parser.add_argument("--pools", action="store_true", help="stories of today's clusters with node pools")
    parser.add_argument("--store", choices=sorted(STORES), help="stories of a team whose computers share such a store")
    parser.add_argument("--computers", type=int, default=2, metavar="N", help="how many a team has")
    parser.add_argument("--mutants", nargs="?", const="", metavar="WORDS", help="take safeguards away: all, or these")
    given = parser.parse_args()
    teller = _teller(given)
    if given.mutants is not None:
        chosen = [number for number, mutant in enumerate(_mutants(teller)) if given.mutants in mutant.what]
        return _without(chosen, range(given.start, given.start + given.seeds), given.jobs, teller)
    if given.seed is not None:
        return _one(given.seed, teller)
    return _many(range(given.start, given.start + given.seeds), given.jobs, teller)


def _teller(given: argparse.Namespace) -> Teller:
    if given.store:
        return TeamTeller(given.store, given.computers)
    return pools.tell if given.pools else tell


def _options(teller: Teller) -> str:
    """What tells these stories from the usual ones on the command line."""
    if isinstance(teller, TeamTeller):
        return f" --store {teller.store} --computers {teller.computers}"
    return " --pools" * (teller is pools.tell)


def _one(seed: int, teller: Teller) -> int:
    told = teller(seed)
    print("\n".join(told.lines))
    print(f"broken: {told.broken}" if told.broken else "every rule held")
    return 1 if told.broken else 0


def _many(seeds: range, jobs: int, teller: Teller) -> int:
    begun, broken, runs, kills, calls, virtual = time.monotonic(), 0, 0, 0, 0, 0.0
    settled: dict[int, int] = {}
    for told in _told(seeds, jobs, teller):
        runs, kills, calls = runs + told.runs, kills + told.kills, calls + told.calls
        virtual += told.virtual_seconds
        settled[told.runs_to_settle] = settled.get(told.runs_to_settle, 0) + 1
        if told.broken:
            broken += 1
            print(
                f"seed {told.seed}: {told.broken}\n  to see it: python -m tests.simulation{_options(teller)} "
                f"--seed {told.seed}",
                flush=True,
            )
    seconds = time.monotonic() - begun
    print(f"{len(seeds)} seeds, {broken} broken; {runs} runs, {kills} of them killed; {calls} calls; "
          f"{virtual / 86400:.0f} virtual days in {seconds:.0f} s: {60 * len(seeds) / seconds:.0f} seeds a minute")  # fmt: skip
    print("runs until nothing was left to do:", ", ".join(f"{n}: {settled[n]} seeds" for n in sorted(settled)))
    return 1 if broken else 0


def _without(chosen: list[int], seeds: range, jobs: int, teller: Teller) -> int:
    mutants, unnoticed = _mutants(teller), 0
    with multiprocessing.Pool(jobs, _settle_down) as pool:
        found = pool.imap(_noticed, [(number, seeds, teller) for number in chosen])
        for number, (seed, why) in zip(chosen, found, strict=True):
            unnoticed += seed is None
            print(f"{mutants[number].what}: {'not noticed' if seed is None else f'seed {seed}: {why}'}", flush=True)
    print(f"{len(chosen)} safeguards taken away one at a time, {unnoticed} of them unnoticed by {len(seeds)} stories")
    return 1 if unnoticed else 0


def _mutants(teller: Teller) -> tuple[Mutant, ...]:
    if isinstance(teller, TeamTeller):
        return tuple(mutant for mutant in TEAM_MUTANTS if teller.store in mutant.seeds)
    return POOL_MUTANTS if teller is pools.tell else MUTANTS


def _noticed(task: tuple[int, range, Teller]) -> tuple[int | None, str]:
    """The first story that notices, and what it says."""
    number, seeds, teller = task
    mutant = _mutants(teller)[number]
    with mutant.alive():
        remembered = mutant.seeds[teller.store] if isinstance(mutant, TeamMutant) else mutant.seed
        for seed in (remembered, *seeds):
            if broken := teller(seed).broken:
                return seed, broken
    return None, ""


def _told(seeds: range, jobs: int, teller: Teller) -> Iterator[Told]:
    if jobs == 1:
        _settle_down()
        yield from map(teller, seeds)
        return
    with multiprocessing.Pool(jobs, _settle_down) as pool:
        yield from pool.imap(teller, seeds, chunksize=20)


def _settle_down() -> None:
    """What was imported stays: looking at it again and again takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


if __name__ == "__main__":
    sys.exit(main())
