"""Kills `apply` at every point of a run, lets it run again, and holds the end against that of an undisturbed run.

`python -m tests.faults.kill --all` tries every point: before and after each call of the API, and before each write
that has to last, with and without a plan file. What must hold: the same clusters and the same record in the end, each
changing call carried out exactly as often as without the kill, an empty journal, and a plan that finds nothing to do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.scenes import SCENES, SECRETS, Scene, spec
from tests.faults.stage import Effect, Stage, stage
from tests.faults.victim import NONE, Ended, Trouble, Victims, victims

KILLED = -9
FORMS = {"plain": ("apply", "--auto-approve"), "planfile": ("apply", "it.plan")}
WHENS = ("before", "after", "write")


@dataclass(frozen=True)
class Point:
    """Where a run is killed: `before` or `after` its call of this number, or before its lasting `write` of it."""

    form: str
    when: str
    number: int

    def __str__(self) -> str:
        return f"{self.form}:{self.when}:{self.number}"


def point(text: str) -> Point:
    form, when, number = text.split(":")
    if form not in FORMS or when not in WHENS:
        raise ValueError(text)
    return Point(form, when, int(number))


@dataclass(frozen=True)
class End:
    """What a run has brought about."""

    clusters: dict[str, Any]
    record: dict[str, Any]
    effects: Counter[Effect]


@dataclass(frozen=True)
class Prepared:
    """A scene whose `before` was applied, ready to be copied; how an undisturbed run ends, and where it can be killed."""

    scene: Scene
    folder: Path
    end: End
    points: tuple[Point, ...]


class Wrong(Exception):
    """A promise that was broken."""


def _run(crew: Victims, world: Stage, folder: Path, arguments: Sequence[str], at: Point | None = None) -> Ended:
    world.aim(at.when if at else "", at.number if at else 0)
    trouble = Trouble(at.number) if at and at.when == "write" else NONE
    return crew.run(folder, {**world.environment, **SECRETS}, arguments, trouble, world.born)


def prepare(scene: Scene, root: Path, crew: Victims) -> Prepared:
    """Applies `before`, makes the plan of `after`, and lets both forms of apply run undisturbed once."""
    folder = root / scene.name / "ready"
    folder.mkdir(parents=True)
    spec_file = folder / "ackplan.yaml"
    with stage(_db(folder)) as world:
        spec_file.write_text(spec(scene.before))
        _expect(_run(crew, world, folder, FORMS["plain"]), 0)
        spec_file.write_text(spec(scene.after))
        _expect(_run(crew, world, folder, ("plan", "--out", "it.plan")), 0)
    ends, points = [], []
    for form, command in FORMS.items():
        twin = copy(folder, root / scene.name / f"undisturbed-{form}")
        with stage(_db(twin)) as world:
            ended = _expect(_run(crew, world, twin, command), 0)
            points += [Point(form, when, n + 1) for when in ("before", "after") for n in range(world.requests)]
            points += [Point(form, "write", n + 1) for n in range(ended.writes)]
            ends.append(_end(twin, world))
    if ends[0] != ends[1]:
        raise Wrong(f"{scene.name}: apply and apply PLANFILE end differently")
    return Prepared(scene, folder, ends[0], tuple(points))


def _db(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.db"


def copy(ready: Path, folder: Path) -> Path:
    shutil.copytree(ready, folder)
    shutil.copy(_db(ready), _db(folder))
    return folder


def _expect(ended: Ended, code: int) -> Ended:
    if ended.code != code:
        raise Wrong(f"exit {ended.code}, expected {code}:\n{ended.output}")
    return ended


def trial(ready: Prepared, root: Path, crew: Victims, points: Sequence[Point]) -> None:
    """Runs that are killed at `points`, one after another, and one that is not. Raises Wrong."""
    folder = copy(ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    told = []
    with stage(_db(folder)) as world:
        for at in points:
            killed = _run(crew, world, folder, FORMS[at.form], at)
            told.append(f"-- {at}: exit {killed.code}\n{killed.output}")
            if killed.code not in {KILLED, 0, 1}:
                raise Wrong("\n".join(told))
        try:
            finished(ready, folder, world, crew, points[-1].form, mixed=len(points) > 1)
        except Wrong as wrong:
            raise Wrong("\n".join([*told, str(wrong)])) from None
    shutil.rmtree(folder.parent)


def finished(
    ready: Prepared, folder: Path, world: Stage, crew: Victims, form: str, *, mixed: bool = False
) -> None:  # fmt: skip
    """Lets it run again, undisturbed: that finishes it. A plan that was carried out already may be refused instead.

    `mixed`: other plans may have been carried out in part; then this one may be refused all the same. Raises Wrong.
    """
    last = _run(crew, world, folder, FORMS[form])
    try:
        if last.code != 0 and not ("ACK6004" in last.output or (mixed and "ACK6005" in last.output)):
            raise Wrong("the run after it failed")
        if not (last.code and mixed):
            _compare(ready.end, _end(folder, world))
        if last.code != 0:
            _expect(_run(crew, world, folder, FORMS["plain"]), 0)
        _compare(ready.end, _end(folder, world))
        _expect(_run(crew, world, folder, ("plan", "--detailed-exitcode")), 0)
        if left := _journal(folder):
            raise Wrong(f"left in the journal: {left}")
    except Wrong as wrong:
        raise Wrong(f"-- again: exit {last.code}\n{last.output}\n-- {wrong}") from None


def _compare(expected: End, end: End) -> None:
    if end.clusters != expected.clusters:
        raise Wrong(f"clusters differ:\n{end.clusters}\n{expected.clusters}")
    if end.effects != expected.effects:
        raise Wrong(f"done too often: {end.effects - expected.effects}; not done: {expected.effects - end.effects}")
    if end.record != expected.record:
        raise Wrong(f"records differ:\n{end.record}\n{expected.record}")


def _end(folder: Path, world: Stage) -> End:
    stored = json.loads((folder / "state" / "default.json").read_text())["clusters"]
    ids = world.ids()
    for name, entry in stored.items():
        if entry.pop("cluster_id") != ids.get(name):
            raise Wrong(f"{name} is recorded under another id")
    return End(world.clusters(), stored, Counter(world.effects))


def _journal(folder: Path) -> list[Any]:
    connection = sqlite3.connect(folder / ".ackplan" / "default.journal")
    try:
        rows = connection.execute("SELECT step, phase FROM entry UNION ALL SELECT id, plan FROM run").fetchall()
    finally:
        connection.close()
    return rows


def samples(ready: Prepared, seed: int, of_each: int) -> Iterator[Point]:
    """Some points of each kind and form, the same for the same seed."""
    chance = random.Random(f"{seed}:{ready.scene.name}")
    for form in FORMS:
        for when in WHENS:
            known = [at for at in ready.points if (at.form, at.when) == (form, when)]
            yield from chance.sample(known, min(of_each, len(known)))


def pairs(ready: Prepared, seed: int, number: int) -> Iterator[tuple[Point, Point]]:
    """Two kills one after another, in any mixture of forms."""
    chance = random.Random(f"{seed}:{ready.scene.name}:pairs")
    for _ in range(number):
        yield chance.choice(ready.points), chance.choice(ready.points)


def _trials(ready: Prepared, asked: argparse.Namespace) -> list[tuple[Point, ...]]:
    if asked.point:
        return [tuple(asked.point)]
    single = ready.points if asked.all else samples(ready, asked.seed, asked.sample)
    return [*((at,) for at in single), *pairs(ready, asked.seed, asked.pairs)]


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


def _try(ready: Prepared, root: Path, crews: Crews, points: Sequence[Point]) -> str:
    """What went wrong in a trial; empty where nothing did."""
    with crews.one() as crew:
        try:
            trial(ready, root, crew, points)
        except Wrong as wrong:
            named = f"--scene {ready.scene.name} --point {' '.join(map(str, points))}"
            print(f"WRONG {named}", flush=True)
            return f"== {named}\n{wrong}"
    return ""


def _prepare(scene: Scene, root: Path, crews: Crews) -> Prepared:
    with crews.one() as crew:
        return prepare(scene, root, crew)


def run(asked: argparse.Namespace, root: Path) -> list[str]:
    """All trials that were asked for; what went wrong."""
    chosen = [SCENES[name] for name in asked.scene or SCENES]
    with contextlib.ExitStack() as stack:
        crews = Crews([stack.enter_context(victims()) for _ in range(asked.jobs)])
        pool = stack.enter_context(ThreadPoolExecutor(asked.jobs))
        ready = list(pool.map(lambda scene: _prepare(scene, root, crews), chosen))
        todo = [(scene, points) for scene in ready for points in _trials(scene, asked)]
        print(f"{len(todo)} trials", flush=True)
        return [text for text in pool.map(lambda one: _try(one[0], root, crews, one[1]), todo) if text]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point, not a sample")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="points of each kind and form")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="N times two kills one after another")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", action="append", choices=sorted(SCENES))
    parser.add_argument("--point", nargs="+", type=point, metavar="FORM:WHEN:NUMBER", help="these kills alone")
    parser.add_argument("--jobs", type=int, default=6)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as root:
        broken = run(asked, Path(root))
    print("\n\n".join([*broken, f"{len(broken)} broken"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
