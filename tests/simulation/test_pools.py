"""Some stories of today's clusters with node pools, and proof that they notice when something essential is missing."""

from __future__ import annotations

import itertools

import pytest

from .mutants import Mutant
from .pool_safeguards import POOL_MUTANTS
from .pools import tell

_STORIES, _PATIENCE = 20, 200


def test_every_rule_holds_in_every_story() -> None:
    broken = [told for told in map(tell, range(_STORIES)) if told.broken]
    assert not broken, [f"{told.broken}: python -m tests.simulation --pools --seed {told.seed}" for told in broken]


@pytest.mark.parametrize("mutant", POOL_MUTANTS, ids=[mutant.what for mutant in POOL_MUTANTS])
def test_stories_notice_what_is_missing(mutant: Mutant) -> None:
    """The remembered story first; where it tells something else by now, others."""
    with mutant.alive():
        assert any(tell(seed).broken for seed in itertools.chain((mutant.seed,), range(_PATIENCE)))


@pytest.mark.parametrize("seed", sorted({mutant.seed for mutant in POOL_MUTANTS}))
def test_nothing_is_noticed_where_nothing_is_missing(seed: int) -> None:
    assert not tell(seed).broken
