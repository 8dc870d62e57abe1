"""Where a safeguard is: no formatter moves it, and what moves it says which one it is."""

from __future__ import annotations

import pytest

from .mutants import Mutant, places, printed, replaced
from .pool_safeguards import POOL_MUTANTS
from .safeguards import MUTANTS
from .team_safeguards import TEAM_MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS + POOL_MUTANTS + TEAM_MUTANTS)
def test_every_safeguard_has_its_place(mutant: Mutant) -> None:
    assert mutant.changed()


def test_names_of_safeguards_are_unique() -> None:
    for mutants in (MUTANTS, POOL_MUTANTS, TEAM_MUTANTS):
        assert len({mutant.what for mutant in mutants}) == len(mutants)


def guarded(names: list[str], limit: int) -> dict[str, int]:
    if (
        len(names) > limit  # a comment within
        and 'a "quoted" name' not in names
    ):
        return {}
    return {
        "limit": limit,
        "names": len(names),
    }


@pytest.mark.parametrize(
    "words",
    ["if len(names) > limit and ", "'limit':limit", '{"limit": limit, "names": len(names)}', '"a \\"quoted\\" name"'],
)
def test_formatting_and_comments_move_nothing(words: str) -> None:
    assert len(places(printed(guarded), words)) == 1  # type: ignore[arg-type]


def test_a_name_is_not_a_part_of_a_name() -> None:
    assert places("names = name", "name") == [(8, 12)]


def test_later_lines_are_indented_like_the_first() -> None:
    assert replaced("if a:\n    for b in c:\n        d", "for b in c:", "e\nfor b in ():") == (
        "if a:\n    e\n    for b in ():\n        d"
    )


def test_what_lost_its_place_is_named_and_looked_for() -> None:
    moved = Mutant("walks start free", "execute.executor:Executor._take", "if not needs]", "]", 0)
    with pytest.raises(LookupError) as lost, moved.alive():
        pass
    assert "'walks start free'" in str(lost.value)
    assert "It stands in execute.scheduler:Walk.__init__." in str(lost.value)


def test_a_function_that_is_gone_is_named() -> None:
    with pytest.raises(LookupError, match="there is no execute.create:renamed".replace(".", "[.]")):
        Mutant("a create is sent once", "execute.create:renamed", "x", "y", 0).changed()


def test_what_was_taken_away_is_put_back() -> None:
    ((function, changed),) = MUTANTS[0].changed()
    whole = function.__code__
    with MUTANTS[0].alive():
        assert function.__code__ == changed
    assert function.__code__ is whole
