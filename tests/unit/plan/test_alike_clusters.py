"""What many clusters of a plan have alike is there once, and nothing that is merely equal is taken for alike."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest
from sides import MANAGED, plan_of, sides, want

from ackplan.app import resume
from ackplan.core.values import ABSENT, content_key
from ackplan.plan.codec import encode
from ackplan.plan.model import Plan
from ackplan.plan.plan_file_codec import decode_file, encode_file
from ackplan.record import Record
from ackplan.record.codec import digest


def again(**clusters: Any) -> Plan:
    """A plan that makes these clusters, out of its file."""
    plan, record = plan_of(sides(want(**clusters).values())), Record("")
    pins = dataclasses.replace(
        plan.pins, record=digest(record), spec_digest="0" * 64, spec_files={"a.yaml": "1" * 64}, lineage="", serial=0
    )
    return decode_file(b"".join(encode_file(dataclasses.replace(plan, pins=pins), record)), "x.plan").plan


def test_clusters_of_one_template_share_all_but_their_names() -> None:
    tagged = {**MANAGED, "tags": [{"key": "team", "value": "shop"}]}
    one, other = again(one=tagged, other=tagged).changes
    apart = [first.name for first, last in zip(one.parameters, other.parameters, strict=True) if first is not last]
    assert apart == ["name"]
    assert one.after is not None
    assert other.after is not None
    assert one.after["tags"] is other.after["tags"]
    assert [one.after["name"], other.after["name"]] == ["one", "other"]


def test_what_differs_in_one_value_shares_the_rest() -> None:
    one, other = again(one={**MANAGED, "timeout_mins": 60}, other={**MANAGED, "timeout_mins": 90}).changes
    apart = [first.name for first, last in zip(one.parameters, other.parameters, strict=True) if first is not last]
    assert sorted(apart) == ["name", "timeout_mins"]


def test_the_digest_of_a_plan_is_that_of_all_its_json() -> None:
    for plan in (again(one=MANAGED, other={**MANAGED, "depends_on": ["one"]}), again()):
        text = json.dumps(encode(plan), sort_keys=True)
        assert resume.digest(plan) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        (1, "1"),
        (None, "None"),
        (ABSENT, "ABSENT"),
        ([1], [True]),
        ([1], "[1]"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_values_that_are_written_otherwise_are_told_apart(one: object, other: object) -> None:
    assert content_key(one) != content_key(other)
