"""Values: what differs looks different, and no secret is in any of it."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.core.values import ABSENT
from ackplan.render.facts.formatting import compared, parts, redacted, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, "(not set)"),
        (None, "null"),
        (False, "false"),
        (True, "true"),
        (0, "0"),
        (1, "1"),
        ("", '""'),
        ("0", '"0"'),
        ("true", '"true"'),
        ("null", '"null"'),
        ("(not set)", '"(not set)"'),
        ([], "[]"),
        ({}, "{}"),
        ([""], '[""]'),
        ([{"name": "flannel"}, {"name": "x", "config": None}], '[{name: "flannel"}, {name: "x", config: null}]'),
        ('say "hi"', '"say \\"hi\\""'),
        ("商店", '"商店"'),
        ("a\nb\x1b[0m\u202e", '"a\\nb\\u001b[0m\\u202e"'),
    ],
)
def test_values_are_told_apart(value: Any, text: str) -> None:
    assert written(value) == text


def test_a_secret_shows_neither_value_nor_source() -> None:
    assert written({"env": "NODE_PASSWORD"}, secret=True) == "(sensitive value)"
    assert written("hunter2!A", secret=True) == "(sensitive value)"
    assert written(ABSENT, secret=True) == "(not set)"


def test_secrets_are_hidden_at_any_depth() -> None:
    attach = [{"instances": ["i-a"], "password": {"env": "ECS_ROOT"}, "nested": {"login_password": "hunter2!A"}}]
    assert "ECS_ROOT" not in written(attach)
    assert "hunter2" not in written(attach)
    assert redacted(attach) == [
        {
            "instances": ["i-a"],
            "password": "(sensitive value)",
            "nested": {"login_password": "(sensitive value)"},
        }
    ]


def test_lists_are_compared_element_by_element() -> None:
    before, after = parts(["a", "b", "c"]), parts(["a", "c", "d"])
    assert list(compared(before, after)) == [(" ", '"a"'), ("-", '"b"'), (" ", '"c"'), ("+", '"d"')]
    assert parts({"team": "shop", "password": "x"}) == ('team: "shop"', "password: (sensitive value)")
