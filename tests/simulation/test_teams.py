"""Some stories of teams over each store, and proof that they notice when a lease or a fence is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .shared_stores import STORES
from .team_safeguards import TEAM_MUTANTS, TeamMutant
from .team_story import TeamTeller

_STORIES, _PATIENCE = 12, 100
_NOTICED = [(mutant, store, seed) for mutant in TEAM_MUTANTS for store, seed in mutant.seeds.items()]


@pytest.mark.parametrize("store", STORES)
def test_every_rule_holds_in_every_story(store: str) -> None:
    teller = TeamTeller(store)
    broken = [told for told in map(teller, range(_STORIES)) if told.broken]
    assert not broken, [
        f"{told.broken}: python -m tests.simulation --store {store} --seed {told.seed}" for told in broken
    ]


@pytest.mark.parametrize(
    ("mutant", "store", "seed"), _NOTICED, ids=[f"{mutant.what}, {store}" for mutant, store, _ in _NOTICED]
)
def test_stories_notice_what_is_missing(mutant: TeamMutant, store: str, seed: int) -> None:
    """The remembered story first; where it tells something else by now, others."""
    teller = TeamTeller(store)
    with mutant.alive():
        assert any(teller(number).broken for number in (seed, *range(_PATIENCE)))
    assert not teller(seed).broken


@pytest.mark.parametrize("store", STORES)
def test_a_seed_always_tells_the_same_story(store: str) -> None:
    here = "\n".join(TeamTeller(store)(5).lines)
    command = [sys.executable, "-m", "tests.simulation", "--store", store, "--seed", "5"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.startswith(here)
