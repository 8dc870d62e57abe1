"""Some stories of whole fleets, and proof that the stories notice when something essential is missing."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest

from .mutants import Mutant
from .safeguards import MUTANTS
from .story import tell

# Told in every run of the suite; `python -m tests.simulation` tells others.
_STORIES, _EACH = 60, 10
# So many stories are told until one notices.
_PATIENCE = 400


@pytest.mark.parametrize("first", range(0, _STORIES, _EACH))
def test_every_rule_holds_in_every_story(first: int) -> None:
    broken = [told for told in map(tell, range(first, first + _EACH)) if told.broken]
    assert not broken, "\n".join(f"{told.broken}\n  python -m tests.simulation --seed {told.seed}" for told in broken)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.what for mutant in MUTANTS])
def test_stories_notice_what_is_missing(mutant: Mutant) -> None:
    """The remembered story first; where it tells something else by now, others."""
    with mutant.alive():
        noticed = any(tell(seed).broken for seed in itertools.chain((mutant.seed,), range(_PATIENCE)))
    assert noticed, f"another seed: python -m tests.simulation --seeds 20000 --mutants '{mutant.what}'"


@pytest.mark.parametrize("seed", sorted({mutant.seed for mutant in MUTANTS}))
def test_nothing_is_noticed_where_nothing_is_missing(seed: int) -> None:
    assert not tell(seed).broken


def test_a_seed_always_tells_the_same_story() -> None:
    here = "\n".join(tell(3).lines)
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.startswith(here)
