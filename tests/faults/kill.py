"""Kills `apply` at every point of a run, lets it run again, and holds the end against that of an undisturbed run.

`python -m tests.faults.kill --all` tries every point: before and after each call of the API (polls are calls), and
before each write that has to last, with and without a plan file; and a hundred times the run that should finish it is
killed, too. What must hold: the same clusters and the same record in the end, each changing call carried out exactly as
often as without the kill, an empty journal, and a plan that finds nothing to do.

With `--store` all is kept in PostgreSQL or in a log of objects, the folder of whoever was killed is removed, and the next
run is on another machine; a write that has to last is a request to the store then, which counts before and after.
"""

from __future__ import annotations

import argparse
import contextlib
import queue
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.keeping import KEEPINGS, Keeping, modules
from tests.faults.scenes import SCENES, Scene
from tests.faults.trials import Point, Prepared, Wrong, pairs, point, prepare, samples, trial
from tests.faults.victim import Victims, victims

# How often two kills one after another are tried with `--all`.
_PAIRS = 100


def _trials(ready: Prepared, asked: argparse.Namespace) -> list[tuple[Point, ...]]:
    if asked.point:
        return [tuple(asked.point)]
    single = ready.points if asked.all else samples(ready, asked.seed, asked.sample)
    number = asked.pairs if asked.pairs is not None else -(-_PAIRS // len(SCENES)) * asked.all
    return [*((at,) for at in single), *pairs(ready, asked.seed, number)]


class Crews:
    """As many crews as there are jobs; each serves one caller at a time."""

    def __init__(self, crews: Sequence[Victims]) -> None:
        self._free: queue.SimpleQueue[Victims] = queue.SimpleQueue()
        for crew in crews:
            self._free.put(crew)

    @contextlib.contextmanager
    def one(self) -> Iterator[Victims]:
        crew = self._free.get()
        try:
            yield crew
        finally:
            self._free.put(crew)


@dataclass
class Tally:
    """What a run of trials came to."""

    trials: int = 0
    kills: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, named: str, kills: int, wrong: str) -> None:
        self.trials += 1
        self.kills += kills
        if wrong:
            print(f"WRONG {named}", flush=True)
            self.broken.append(f"== {named}\n{wrong}")
        if self.trials % 100 == 0:
            print(f"{self.trials} trials, {self.kills} kills, {len(self.broken)} broken", file=sys.stderr, flush=True)


def _try(ready: Prepared, root: Path, crews: Crews, points: Sequence[Point], store: str) -> tuple[str, int, str]:
    """A trial: how to run it again, how many kills hit, and what went wrong; empty where nothing did."""
    named = f"--store {store} --scene {ready.scene.name} --point {' '.join(map(str, points))}"
    with crews.one() as crew:
        try:
            return named, trial(ready, root, crew, points), ""
        except Wrong as wrong:
            return named, 0, str(wrong)


def _prepare(scene: Scene, root: Path, crews: Crews, keeping: Keeping) -> Prepared:
    with crews.one() as crew:
        return prepare(scene, root, crew, keeping)


def run(asked: argparse.Namespace, root: Path) -> Tally:
    """All trials that were asked for."""
    chosen = [SCENES[name] for name in asked.scene or SCENES]
    with contextlib.ExitStack() as stack:
        crews = Crews([stack.enter_context(victims(modules=tuple(modules(asked.store)))) for _ in range(asked.jobs)])
        pool = stack.enter_context(ThreadPoolExecutor(asked.jobs))
        keeping = KEEPINGS[asked.store]()
        ready = list(pool.map(lambda scene: _prepare(scene, root, crews, keeping), chosen))
        todo = [(scene, points) for scene in ready for points in _trials(scene, asked)]
        tally = Tally()
        print(_counted(todo), flush=True)
        for told in pool.map(lambda one: _try(one[0], root, crews, one[1], asked.store), todo):
            tally.add(*told)
        return tally


def _counted(todo: Sequence[tuple[Prepared, Sequence[Point]]]) -> str:
    """How many points of each kind there are."""
    single = Counter(points[0].when for _, points in todo if len(points) == 1)
    scenes = len({ready.scene.name for ready, _ in todo})
    twice = sum(len(points) > 1 for _, points in todo)
    return (
        f"{scenes} scenes, {single.total()} points: {single['before']} before a call, {single['after']} after one, "
        f"{single['write']} before a write that lasts; {twice} times two kills"
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point, not a sample")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="points of each kind and form")
    parser.add_argument("--pairs", type=int, metavar="N", help="N times two kills, one after another, in each scene")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", action="append", choices=sorted(SCENES))
    parser.add_argument("--store", choices=sorted(KEEPINGS), default="folder", help="where record and journal are kept")
    parser.add_argument("--point", nargs="+", type=point, metavar="FORM:WHEN:NUMBER", help="these kills alone")
    parser.add_argument("--jobs", type=int, default=6)
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as root:
        tally = run(asked, Path(root))
    seconds = time.monotonic() - begun
    summary = f"{tally.trials} trials, {tally.kills} kills, {len(tally.broken)} broken; {seconds:.0f} s"
    print("\n\n".join([*tally.broken, summary]))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
