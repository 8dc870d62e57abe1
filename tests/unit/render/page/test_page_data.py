"""The data of every sort of page are as `schemas/page.schema.json` says, and so are the types that its script has."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from jsonschema import Draft202012Validator

from ackplan.app.drift import Drift
from ackplan.core.answers import Retry
from ackplan.core.diagnostics import error
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.render.facts.view import Note
from ackplan.render.page.cluster_data import note_data
from ackplan.render.page.compact import compact
from ackplan.render.page.html import RunFacts, drift_html, plan_html, report_html
from tests.page.declarations import OUTPUT, declarations
from tests.page.schema import SCHEMA, data_of, faults
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet
from tests.unit.render.hostile import MIXED, TEXTS, poisoned
from tests.unit.render.markdown.test_render_markdown import many

FLEETS = {name: fleet for name, fleet in vars(fleets).items() if isinstance(fleet, Fleet)} | {"MIXED": MIXED}
FACTS = RunFacts("a1b2", "ci@runner", "2026-01-02T03:04:05Z", "2026-01-02T03:24:05Z")


@pytest.mark.parametrize("mode", ["normal", "destroy", "refresh-only"])
@pytest.mark.parametrize("name", FLEETS)
def test_a_plans_data_are_as_the_schema_says(name: str, mode: str) -> None:
    fleet = FLEETS[name]
    planned = fleet.plan(mode=mode)
    assert faults(plan_html(planned)) == []
    assert faults(plan_html(planned, view="graph")) == []


@pytest.mark.parametrize("text", TEXTS)
def test_texts_from_outside_do_not_change_what_the_data_are(text: str) -> None:
    assert faults(plan_html(poisoned(text))) == []


def test_a_large_plans_data_are_as_the_schema_says() -> None:
    assert faults(plan_html(many(50))) == []


@pytest.mark.parametrize("name", FLEETS)
@pytest.mark.parametrize("status", Status)
def test_a_runs_data_are_as_the_schema_says(name: str, status: Status) -> None:
    planned = FLEETS[name].plan()
    retries = (Retry("Throttling", "R-0", 2.5), Retry("", "", 0.0))
    fault = error("ACK5003", "The API refused the call", "Throttling")
    full = Outcome(status, (fault,), "c-1", ("R-1",), ("T-1",), True, 102.0, 7.5, retries)
    for outcomes in ({}, {step.id: full for step in planned.steps}, {s.id: Outcome(status) for s in planned.steps}):
        for errors in ((), (fault,)):
            page = report_html(planned, Result(outcomes, 12.0, errors=errors), FACTS)
            assert faults(page) == []


@pytest.mark.parametrize("name", FLEETS)
def test_drifts_data_are_as_the_schema_says(name: str) -> None:
    fleet = FLEETS[name]
    back = {change.name: change for change in fleet.plan().changes}
    drift = Drift(fleet.plan(mode="refresh-only"), back)
    assert faults(drift_html(drift)) == []
    assert faults(drift_html(dataclasses.replace(drift, back={}))) == []


def test_what_is_not_as_the_schema_says_is_found() -> None:
    page = plan_html(MIXED.plan())
    data = data_of(page)

    def changed(**parts: object) -> str:
        return page.replace(page.partition('id="data">')[2].partition("</script>")[0], json.dumps(data | parts))

    assert faults(changed()) == []
    assert faults(changed(surplus=1))
    assert faults(changed(seconds="10"))
    assert faults(changed(texts=["one"]))
    assert faults(changed(notes={"drift": data["notes"]["drift"]}))
    assert faults(changed(steps=[{**data["steps"][0], "needs": [99]}]))


def test_the_types_of_the_script_are_those_of_the_schema() -> None:
    assert OUTPUT.read_text("utf-8") == declarations(), "python -m tests.page.declarations writes it anew"


def test_every_definition_of_the_schema_is_used_and_none_lets_more_in() -> None:
    text = SCHEMA.read_text("utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == set(schema["$defs"])
    objects = [part for part in (schema, *schema["$defs"].values()) if part.get("type") == "object"]
    assert all(part["additionalProperties"] is False for part in objects)


def test_every_note_has_its_words_and_its_tone() -> None:
    notes = note_data()
    assert {note["text"] for note in notes.values()} == set(Note)
    assert [name for name, note in notes.items() if "minor" in note] == ["recorded_only"]


def test_what_is_empty_is_left_out_and_a_zero_is_not() -> None:
    full = {"zero": 0, "none": None, "no": False, "text": "", "list": [], "map": {}, "yes": True, "point": 0.0}
    assert compact(full) == {"zero": 0, "yes": True, "point": 0.0}
