"""What a board shows, as data: golden for a workspace in trouble, harmless for one that means harm."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import pytest

from ackplan.core.provenance import link_of
from ackplan.record.holder import Holder
from ackplan.render.board.data import moment, workspace_data
from ackplan.render.board.statuses import WorkspaceStatus, statuses_of
from tests.unit.render.board.surveys import NOW, hostile, in_order, in_trouble, unreadable

_DAY = 86_400.0
GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", ["in_order", "in_trouble", "unreadable"])
def test_the_data_are_golden(name: str) -> None:
    survey = {"in_order": in_order, "in_trouble": in_trouble, "unreadable": unreadable}[name]()
    text = json.dumps(workspace_data(survey, NOW, _DAY), indent=2, ensure_ascii=False) + "\n"
    assert text == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


def statuses(survey: object, **changed: object) -> list[str]:
    return [status.value for status in statuses_of(dataclasses.replace(survey, **changed), NOW, _DAY)]  # type: ignore[type-var]


def test_statuses_say_what_holds_the_gravest_first() -> None:
    holder = Holder("1", "lin", 1, "ackplan apply", "2026-05-01T08:00:00Z")
    frozen = dataclasses.replace(holder, hold=True)
    trouble = in_trouble()
    assert statuses(in_order()) == ["in order"]
    assert statuses(in_order(), check=None) == ["not checked"]
    assert statuses(in_order(), check_holds=False) == ["not checked"]
    assert statuses(in_order(), holder=holder) == ["running"]
    assert statuses(in_order(), holder=frozen) == ["held"]
    assert statuses(in_order(), record=dataclasses.replace(in_order().record, clusters={})) == ["empty"]
    assert statuses(trouble) == ["interrupted", "drifted", "plan pending", "not checked"]
    assert statuses(trouble, holder=holder)[0] == "drifted"
    assert statuses(trouble, holder=frozen)[:2] == ["interrupted", "drifted"]
    assert statuses(trouble, head=None)[0] == "failed"
    assert statuses(unreadable()) == ["unreadable"]


def test_each_status_has_words_and_a_tone() -> None:
    for status in WorkspaceStatus:
        assert status.words
        assert status.tone


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://ci.example.com/jobs/42?x=1#y", True),
        ("http://ci", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("https://user:secret@ci.example.com/", False),
        ("https:///path", False),
        ("https://[::1", False),
        ("https://ci.example.com/\u202e", False),
        ("https://ci.example.com/a b", False),
        ("//ci.example.com", False),
        (" https://ci.example.com", False),
        ("https://ci.example.com/" + "x" * 600, False),
        ("", False),
    ],
)
def test_only_the_web_is_linked(address: str, leads: object) -> None:
    assert link_of(address) == (address if leads else "")


def test_every_text_is_printable_and_bounded() -> None:
    def check(value: object) -> None:
        if isinstance(value, str):
            assert value.isprintable(), value
            assert len(value) <= 1100
        elif isinstance(value, dict):
            for key, inner in value.items():
                check(key)
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    data = workspace_data(hostile(), NOW, _DAY)
    check(data)
    assert [version["job"] for version in data["versions"]] == ["", ""]
    assert data["lock"] is not None
    assert data["lock"]["job"] == ""


def test_secrets_and_what_refers_to_them_are_no_values() -> None:
    text = json.dumps(workspace_data(in_order(), NOW, _DAY))
    assert "ACK_NODE_PASSWORD" not in text
    assert "(sensitive value)" in text


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1e300, "9999-12-31T23:59:59Z"),
        (-5.0, "1970-01-01T00:00:00Z"),
        (math.nan, "1970-01-01T00:00:00Z"),
        (math.inf, "9999-12-31T23:59:59Z"),
        (10**400, "9999-12-31T23:59:59Z"),
    ],
)
def test_any_time_can_be_told(seconds: float, shown: str) -> None:
    assert moment(seconds) == shown


def test_any_age_can_be_told() -> None:
    survey = in_order()
    assert survey.check is not None
    for kept_at in (math.inf, -math.inf, 1e300, -1e300):
        check = dataclasses.replace(survey.check, kept_at=kept_at)
        data = workspace_data(dataclasses.replace(survey, check=check), NOW, _DAY)
        assert data["check"] is not None
        assert data["check"]["age"] >= 0
