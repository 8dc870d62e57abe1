"""A sample of kills; `python -m tests.faults.kill --all` tries every point."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.keeping import KEEPINGS
from tests.faults.scenes import SCENES
from tests.faults.trials import FORMS, WHENS, Point, Prepared, prepare, samples, trial
from tests.faults.victim import Victims, victims

_SEED = 1
_SCENES = ("mixed", "create", "pools")


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture(scope="module", params=_SCENES)
def ready(request: pytest.FixtureRequest, crew: Victims, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(SCENES[request.param], tmp_path_factory.mktemp("ready"), crew)


def _somewhere(ready: Prepared, form: str, when: str, part: float) -> Point:
    known = [at for at in ready.points if (at.form, at.when) == (form, when)]
    return known[int(len(known) / part)]


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("form", FORMS)
def test_killed_run_is_finished_by_the_next(
    ready: Prepared, crew: Victims, tmp_path: Path, form: str, when: str
) -> None:
    (at,) = [at for at in samples(ready, _SEED, 1) if (at.form, at.when) == (form, when)]
    trial(ready, tmp_path, crew, [at])


@pytest.fixture(scope="module", params=("postgresql", "log"))
def kept(request: pytest.FixtureRequest, crew: Victims, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """In a store: the folder of whoever is killed is lost."""
    return prepare(SCENES["create"], tmp_path_factory.mktemp("kept"), crew, KEEPINGS[request.param]())


@pytest.mark.parametrize("when", WHENS)
def test_killed_run_is_finished_on_another_machine(kept: Prepared, crew: Victims, tmp_path: Path, when: str) -> None:
    trial(kept, tmp_path, crew, [_somewhere(kept, "planfile", when, 2)])


def test_killed_twice_in_both_forms(ready: Prepared, crew: Victims, tmp_path: Path) -> None:
    first = _somewhere(ready, "planfile", "after", 2)
    second = _somewhere(ready, "plain", "write", 4)
    trial(ready, tmp_path, crew, [first, second, Point("planfile", "before", 3)])
