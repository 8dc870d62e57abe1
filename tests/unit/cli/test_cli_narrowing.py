"""A narrowed plan says in every format what it leaves out, and never that all is well; what can't be done is an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import Command, command_line, simulator

FORMATS = ("text", "json", "markdown", "html", "sarif", "junit", "github", "dot", "mermaid", "svg")
HEAD = "ackplan: 1\nregion: cn-beijing\nclusters:\n"
JOB = '  {}: {{cluster_type: Ask, nat_gateway: "true"{}}}\n'


def spec(**clusters: str) -> str:
    return HEAD + "".join(JOB.format(name, more) for name, more in clusters.items())


Run = Callable[..., Command]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Commands in a project that recorded `idle` and `other`."""
    with simulator(time_scale=100_000) as served:

        def ackplan(*arguments: str, wanted: str = "") -> Command:
            if wanted:
                (tmp_path / "ackplan.yaml").write_text(wanted)
            environment = {**served.credentials, "ACKPLAN_ENDPOINT": served.url}
            return command_line(tmp_path, *arguments, environment=environment)

        assert ackplan("apply", "--auto-approve", wanted=spec(idle="", other="")).code == 0
        yield ackplan


MORE = spec(idle="", other="", later="", last=", depends_on: [later]")
REFUSED = spec(idle="", other=", private_zone: true", last=", depends_on: [other]")


def data(done: Command) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("wanted", "options", "named"),
    [
        (MORE, ("--target", "idle"), ("--target", "later", "last")),
        (MORE, ("--exclude", "later"), ("--exclude", "later", "last")),
        (REFUSED, ("--skip-blocked",), ("--skip-blocked", "other", "ACK2003", "last")),
        (spec(idle="", other=""), ("--no-refresh",), ("--no-refresh", "not looked at")),
        (spec(idle="", other=""), ("--target", "idle"), ("--target", "1 without changes")),
    ],
)
def test_every_format_says_what_is_left_out(
    run: Run, form: str, wanted: str, options: tuple[str, ...], named: tuple[str, ...]
) -> None:
    said = run("plan", "--format", form, *options, wanted=wanted)
    assert said.code == 0, said
    for name in named:
        assert name in said.out
    assert "Live clusters match the spec" not in said.out
    assert "the fleet is as the spec wants it" not in said.out


@pytest.mark.parametrize(
    ("options", "complete"),
    [
        ((), True),
        (("--skip-blocked",), True),
        (("--target", "idle"), False),
        (("--exclude", "idle"), False),
        (("--no-refresh",), False),
        (("--destroy", "--target", "idle"), False),
        (("--refresh-only", "--target", "idle"), False),
    ],
)
def test_the_json_says_whether_it_is_the_whole(run: Run, options: tuple[str, ...], complete: bool) -> None:
    planned = data(run("plan", "--format", "json", *options))
    assert planned["complete"] is complete
    assert planned["ackplan"].get("narrowed", []) == ([] if complete else [options[-2 if len(options) > 1 else -1]])


def test_a_plan_file_keeps_what_was_left_out(run: Run) -> None:
    planned = run("plan", "--target", "later", "--out", "it.plan", wanted=MORE)
    assert run("show", "it.plan").out == planned.out
    assert data(run("show", "--format", "json", "it.plan"))["ackplan"]["left_out"] == [
        {"cluster": "idle", "option": "--target", "action": "no-op", "why": ""},
        {"cluster": "last", "option": "--target", "action": "create", "why": ""},
        {"cluster": "other", "option": "--target", "action": "no-op", "why": ""},
    ]


@pytest.mark.parametrize(
    ("wanted", "options", "code"),
    [
        (REFUSED, ("--skip-blocked",), 2),
        (REFUSED, ("--skip-blocked", "--exclude", "other"), 0),
        (REFUSED, ("--skip-blocked", "--target", "idle"), 0),
        (spec(idle="", other=""), ("--skip-blocked",), 0),
        (MORE, ("--target", "idle"), 0),
    ],
)
def test_what_is_refused_and_skipped_is_no_clean_plan(
    run: Run, wanted: str, options: tuple[str, ...], code: int
) -> None:
    assert run("plan", "--detailed-exitcode", *options, wanted=wanted).code == code


def test_drift_that_did_not_look_everywhere_says_so(run: Run) -> None:
    for form in ("text", "markdown", "html", "json", "sarif", "junit", "github"):
        said = run("drift", "--target", "idle", "--format", form)
        assert said.code == 0
        assert "No drift.\n" not in said.out
        assert "--target" in (said.err if form == "text" else said.out), form
    assert run("drift").out.startswith("No drift.\n")


@pytest.mark.parametrize(
    ("wanted", "options", "why"),
    [
        (MORE, ("--adopt", "idle"), "already recorded, as c"),
        (MORE, ("--adopt", "later"), "no live cluster has this name"),
        (MORE, ("--replace", "later"), "created anyway"),
        (spec(idle=""), ("--replace", "other"), "not in the spec"),
        (spec(idle=""), ("--adopt", "other"), "not in the spec"),
        (MORE, ("--replace", "idle", "--target", "other"), "--target leaves the cluster out of this plan"),
        (MORE, ("--replace", "idle", "--exclude", "idle"), "--exclude leaves the cluster out of this plan"),
        (MORE, ("--destroy", "--replace", "idle"), "a plan to destroy"),
        (MORE, ("--destroy", "--adopt", "idle"), "a plan to destroy"),
        (MORE, ("--refresh-only", "--replace", "idle"), "when only the record is refreshed"),
    ],
)
def test_what_can_t_take_effect_is_an_error(run: Run, wanted: str, options: tuple[str, ...], why: str) -> None:
    refused = run("plan", *options, wanted=wanted)
    assert refused.code == 1, refused
    assert "ACK2015" in refused.out
    assert why in refused.out
    applied = run("apply", "--auto-approve", *options)
    assert applied.code == 1
    assert "ACK2015" in applied.out


def test_what_takes_effect_is_none(run: Run) -> None:
    assert run("plan", "--replace", "idle").code == 0
    assert run("state", "rm", "idle").code == 0
    assert run("plan", "--adopt", "idle").code == 0
    assert run("plan", "--adopt", "idle", "--replace", "idle").code == 0
    assert run("plan", "--skip-blocked", "--replace", "other", wanted=REFUSED).code == 0
