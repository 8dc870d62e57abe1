"""Some stories of whole fleets, and proof that the stories notice when something essential is missing."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest

from .mutants import MUTANTS, Mutant
from .story import tell

# Told in every run of the suite; `python -m tests.simulation` tells others.
_STORIES, _EACH = 60, 10
# So many stories are told until one notices.
_PATIENCE = 600


@pytest.mark.parametrize("first", range(0, _STORIES, _EACH))
def test_every_rule_holds_in_every_story(first: int) -> None:
    broken = [told for told in map(tell, range(first, first + _EACH)) if told.broken]
    assert not broken, "\n".join(f"{told.broken}\n  python -m tests.simulation --seed {told.seed}" for told in broken)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.what for mutant in MUTANTS])
def test_stories_notice_what_is_missing(mutant: Mutant) -> None:
    """The remembered story first; where it tells something else by now, others."""
    seeds = itertools.chain((mutant.seed,), range(_PATIENCE))
    with mutant.alive():
        assert any(mutant.noticed in tell(seed).broken for seed in seeds)


def test_a_seed_always_tells_the_same_story() -> None:
    here = "\n".join(tell(3).lines)
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.startswith(here)
