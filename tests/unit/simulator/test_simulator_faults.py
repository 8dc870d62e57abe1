"""The language of faults: which calls a rule meets, when it fires, and what it asks for."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ackplan.simulator.injection import file
from ackplan.simulator.injection import rules as faults
from ackplan.simulator.injection.rules import UNTOUCHED, Faults


def _rules(*rules: dict[str, Any], seed: int = 0) -> Faults:
    return Faults(file.check({"faults": list(rules)}), seed)


def _counting() -> Callable[[str], int]:
    counters: dict[str, Any] = defaultdict(lambda: itertools.count(1))
    return lambda name: next(counters[name])


def _hits(rules: Faults, calls: int, operation: str = "scale_out", cluster: str = "shop") -> list[int]:
    """Which of `calls` calls, from 1, something happens to."""
    count = _counting()
    plans = [rules.plan(operation, cluster, count) for _ in range(calls)]
    return [number for number, plan in enumerate(plans, 1) if plan != UNTOUCHED]


def test_triggers() -> None:
    assert _hits(_rules({"kind": "reset"}), 3) == [1, 2, 3]
    assert _hits(_rules({"kind": "reset", "nth": 2}), 4) == [2]
    assert _hits(_rules({"kind": "reset", "first": 2}), 4) == [1, 2]
    assert _hits(_rules({"kind": "reset", "probability": 0}), 50) == []
    assert _hits(_rules({"kind": "reset", "probability": 1}), 3) == [1, 2, 3]


def test_chance_comes_out_of_the_seed() -> None:
    rule = {"kind": "reset", "probability": 0.3}
    first = _hits(_rules(rule, seed=1), 200)
    assert 20 < len(first) < 100
    assert _hits(_rules(rule, seed=1), 200) == first
    assert _hits(_rules(rule, seed=2), 200) != first


def test_rules_meet_calls_by_operation_and_cluster() -> None:
    rules = _rules({"kind": "reset", "operation": "scale_out", "cluster": "shop-*"})
    assert _hits(rules, 1, "scale_out", "shop-prod") == [1]
    assert _hits(rules, 1, "attach", "shop-prod") == []
    assert _hits(rules, 1, "scale_out", "web") == []
    assert _hits(_rules({"kind": "reset", "operation": "*"}), 1, "list_clusters", "") == [1]


def test_only_matching_calls_are_counted() -> None:
    rules, count = _rules({"kind": "reset", "operation": "attach", "nth": 2}), _counting()
    plans = [rules.plan(operation, "shop", count) for operation in ("attach", "scale_out", "attach")]
    assert [plan != UNTOUCHED for plan in plans] == [False, False, True]


def test_an_edited_rule_counts_anew() -> None:
    count = _counting()
    first = _rules({"kind": "reset", "first": 1})
    edited = _rules({"kind": "hang", "first": 1})
    assert first.plan("attach", "shop", count).before == {"kind": "reset", "first": 1}
    assert first.plan("attach", "shop", count) == UNTOUCHED
    assert edited.plan("attach", "shop", count).before == {"kind": "hang", "first": 1}


def test_before_after_and_effects_come_together() -> None:
    plan = _rules(
        {"kind": "error", "when": "after", "status": 503},
        {"kind": "task_fails", "code": "OutOfStock", "state": "unavailable"},
        {"kind": "attach_fails", "instances": ["i-a*"], "code": "Broken"},
        {"kind": "cluster_state", "state": "failed"},
        {"kind": "clock_skew", "seconds": 1000},
        {"kind": "clock_skew", "seconds": -100},
    ).plan("attach", "shop", _counting())
    assert plan.before is None
    assert plan.after == {"kind": "error", "when": "after", "status": 503}
    assert plan.fate.error == {"code": "OutOfStock", "message": "the operation failed"}
    assert plan.fate.leaves == "unavailable"
    assert (plan.fate.spoils("i-a1"), plan.fate.spoils("i-b1"), plan.fate.spoilt_code) == (True, False, "Broken")
    assert (plan.state, plan.skew, plan.fate.stuck) == ("failed", 900, False)


@pytest.mark.parametrize("kind", ["garbage", "truncated", "html", "drip"])
def test_spoilt_answers_come_after_the_effect(kind: str) -> None:
    plan = _rules({"kind": kind}).plan("attach", "shop", _counting())
    assert (plan.before, plan.after) == (None, {"kind": kind})


def test_without_names_every_instance_is_spoilt() -> None:
    assert _rules({"kind": "attach_fails"}).plan("attach", "shop", _counting()).fate.spoils("i-any")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (None, "expected a mapping"),
        ({}, "faults is missing"),
        ({"faults": {}}, "faults: expected a list"),
        ({"faults": [{"operation": "attach"}]}, "faults[0]: kind is missing"),
        ({"faults": [{"kind": "explode"}]}, "faults[0].kind: explode is none of attach_fails, "),
        (
            {"faults": [{"kind": "reset"}, {"kind": "reset", "status": 500}]},
            "faults[1]: status is not known here; there are: ",
        ),
        ({"faults": [{"kind": "reset", "operation": "explode"}]}, "faults[0].operation: explode is none of "),
        ({"faults": [{"kind": "reset", "nth": 1, "first": 2}]}, "faults[0]: at most one of nth, first, probability"),
        ({"faults": [{"kind": "reset", "nth": 0}]}, "faults[0].nth: 0 is less than the minimum of 1"),
        ({"faults": [{"kind": "reset", "probability": 2}]}, "faults[0].probability: 2 is greater than"),
        ({"faults": [{"kind": "error", "status": 200}]}, "faults[0].status: 200 is less than"),
        ({"faults": [{"kind": "error", "when": "during"}]}, "faults[0].when: during is none of "),
        ({"faults": [{"kind": "clock_skew"}]}, "faults[0]: seconds is missing"),
        ({"faults": [], "more": 1}, "more is not known here; there are: faults, traits"),
    ],
)
def test_a_wrong_document_is_told_where(document: Any, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        file.check(document)
    assert str(caught.value).startswith(told)


def test_every_kind_is_described() -> None:
    for kind in file.KINDS:
        assert f"\n    {kind} " in (faults.__doc__ or ""), kind


def test_files_in_yaml_and_json(tmp_path: Path) -> None:
    document = {"faults": [{"kind": "error", "operation": "attach", "first": 2}]}
    (tmp_path / "faults.json").write_text(json.dumps(document))
    (tmp_path / "faults.yaml").write_text("faults:\n  - kind: error\n    operation: attach\n    first: 2\n")
    assert file.document_of(tmp_path / "faults.json") == document["faults"]
    assert file.document_of(tmp_path / "faults.yaml") == document["faults"]
    assert file.document_of(document) == document["faults"]
    assert file.document_of(None) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faults.yaml", "faults: ["),
        ("faults.yaml", "faults: !!python/object:os.system {}"),
        ("faults.yaml", "faults: [{kind: explode}]"),
        ("faults.json", "{"),
        ("faults.yaml", "[" * 1000),
        ("faults.yaml", "#" * (1 << 21)),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError) as caught:
        file.load(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    ("path", "why"),
    [("nowhere.yaml", "there is no such file"), ("/dev/zero", "not a regular file"), (".", "not a reg")],
)
def test_what_is_no_file_is_not_read(tmp_path: Path, path: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        file.load(tmp_path / path)


def test_all_that_is_wrong_is_told() -> None:
    with pytest.raises(ValueError) as caught:
        file.check({"faults": [{"kind": "explode"}, {"kind": "hang", "seconds": -1}], "more": 1})
    told = str(caught.value)
    assert "explode is none of" in told
    assert "faults[1].seconds: -1" in told
    assert "more is not known here" in told
