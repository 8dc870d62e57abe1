"""One trial: `apply` is killed at a point of its run, runs again, and its end is held against that of an undisturbed one."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.keeping import InFolder, Keeping
from tests.faults.scenes import SECRETS, Scene, spec
from tests.faults.stage import Effect, Stage, stage
from tests.faults.victim import NONE, Ended, Trouble, Victims

IN_FOLDER = InFolder()
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
    keeping: Keeping
    end: End
    points: tuple[Point, ...]


class Wrong(Exception):
    """A promise that was broken."""


def _run(
    crew: Victims, world: Stage, keeping: Keeping, folder: Path, arguments: Sequence[str], at: Point | None = None
) -> Ended:
    world.aim(at.when if at else "", at.number if at else 0)
    trouble = Trouble(at.number) if at and at.when == "write" else NONE
    return crew.run(
        folder, {**world.environment, **SECRETS, **keeping.environment(folder)}, arguments, trouble, world.born
    )


def prepare(scene: Scene, root: Path, crew: Victims, keeping: Keeping = IN_FOLDER) -> Prepared:
    """Applies `before`, makes the plan of `after`, and lets both forms of apply run undisturbed once."""
    folder = root / scene.name / "ready"
    folder.mkdir(parents=True)
    keeping.begin(folder)
    spec_file = folder / "ackplan.yaml"
    with stage(_db(folder)) as world:
        spec_file.write_text(spec(scene.before))
        _expect(_run(crew, world, keeping, folder, FORMS["plain"]), 0)
        spec_file.write_text(spec(scene.after))
        _expect(_run(crew, world, keeping, folder, ("plan", "--out", "it.plan")), 0)
    ends, points = [], []
    for form, command in FORMS.items():
        twin = copy(keeping, folder, root / scene.name / f"undisturbed-{form}")
        with stage(_db(twin)) as world:
            ended = _expect(_run(crew, world, keeping, twin, command), 0)
            points += [Point(form, when, n + 1) for when in ("before", "after") for n in range(world.requests)]
            points += [Point(form, "write", n + 1) for n in range(ended.writes)]
            ends.append(_end(keeping, twin, world))
    if ends[0] != ends[1]:
        raise Wrong(f"{scene.name}: apply and apply PLANFILE end differently")
    return Prepared(scene, folder, keeping, ends[0], tuple(points))


def _db(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.db"


def copy(keeping: Keeping, ready: Path, folder: Path) -> Path:
    keeping.copy(ready, folder)
    shutil.copy(_db(ready), _db(folder))
    return folder


def _expect(ended: Ended, code: int) -> Ended:
    if ended.code != code:
        raise Wrong(f"exit {ended.code}, expected {code}:\n{ended.output}")
    return ended


def trial(ready: Prepared, root: Path, crew: Victims, points: Sequence[Point]) -> int:
    """Runs that are killed at `points`, one after another, and one that is not; how many were. Raises Wrong."""
    folder = copy(ready.keeping, ready.folder, Path(tempfile.mkdtemp(dir=root)) / "trial")
    told, hit = [], 0
    with stage(_db(folder)) as world:
        for at in points:
            killed = _run(crew, world, ready.keeping, folder, FORMS[at.form], at)
            ready.keeping.move(folder)
            told.append(f"-- {at}: exit {killed.code}\n{killed.output}")
            hit += killed.code == KILLED
            if killed.code not in {KILLED, 0, 1}:
                raise Wrong("\n".join(told))
        try:
            finished(ready, folder, world, crew, points[-1].form, mixed=len(points) > 1)
        except Wrong as wrong:
            raise Wrong("\n".join([*told, str(wrong)])) from None
    shutil.rmtree(folder.parent)
    return hit


def finished(
    ready: Prepared, folder: Path, world: Stage, crew: Victims, form: str, *, mixed: bool = False
) -> None:  # fmt: skip
    """Lets it run again, undisturbed: that finishes it. A plan that was carried out already may be refused instead.

    `mixed`: other plans may have been carried out in part; then this one may be refused all the same. Raises Wrong.
    """
    keeping = ready.keeping
    last = _run(crew, world, keeping, folder, FORMS[form])
    try:
        if last.code != 0 and not ("ACK6004" in last.output or (mixed and "ACK6005" in last.output)):
            raise Wrong("the run after it failed")
        if not (last.code and mixed):
            _compare(ready.end, _end(keeping, folder, world))
        if last.code != 0:
            _expect(_run(crew, world, keeping, folder, FORMS["plain"]), 0)
        _compare(ready.end, _end(keeping, folder, world))
        _expect(_run(crew, world, keeping, folder, ("plan", "--detailed-exitcode")), 0)
        if left := keeping.journal(folder):
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


def _end(keeping: Keeping, folder: Path, world: Stage) -> End:
    document = keeping.record(folder)
    stored, inside, ids = document["clusters"], document.get("resources", {}), world.ids()
    for name, entry in stored.items():
        entry.pop("accepted_at", None)
        if entry.pop("cluster_id") != ids.get(name):
            raise Wrong(f"{name} is recorded under another id")
    for address, entry in inside.items():
        if entry.pop("cluster_id") != world.inner_ids().get(address):
            raise Wrong(f"{address} is recorded under another id")
    stored |= inside
    return End(world.clusters(), stored, Counter(world.effects))


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
