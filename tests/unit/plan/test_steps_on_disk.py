"""Steps as plan files have them: a golden file of every kind of step, as it was written before works had types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ackplan.core.work import TRAITS, Work
from ackplan.plan.parts import decode_step, encode_step

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden" / "steps.json").read_text("utf-8"))
BY_KIND = {step["kind"]: step for step in GOLDEN}


def test_there_is_one_of_every_work() -> None:
    assert {type(decode_step(step).work) for step in GOLDEN} == set(TRAITS)


@pytest.mark.parametrize("step", GOLDEN, ids=lambda step: step["kind"])
def test_a_step_is_written_again_as_it_was_read(step: dict[str, Any]) -> None:
    assert json.dumps(encode_step(decode_step(step)), sort_keys=True) == json.dumps(step, sort_keys=True)


@pytest.mark.parametrize("work", sorted(TRAITS, key=lambda work: work.__name__), ids=lambda work: work.__name__)
@pytest.mark.parametrize(
    ("field", "some", "none"),
    [
        ("call", {"call": BY_KIND["delete"]["call"]}, {"call": None}),
        ("size", {"workers_before": 1, "workers_after": 2}, {"workers_before": None}),
        ("instances", {"instances": ["i-a"]}, {"instances": []}),
    ],
)
def test_a_work_with_other_fields_than_its_own_is_none(
    work: type[Work], field: str, some: dict[str, Any], none: dict[str, Any]
) -> None:
    step = BY_KIND[TRAITS[work].name]
    other = none if field in work.__dataclass_fields__ else some
    with pytest.raises(ValueError, match="fields of a step"):
        decode_step({**step, **other})
