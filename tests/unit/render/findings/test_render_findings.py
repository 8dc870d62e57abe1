"""Findings for review tools: the right shape, the right place, and nothing in a message that becomes another finding."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan import __version__
from ackplan.core.diagnostics import Diagnostic, Severity, Span, error, warning
from ackplan.render.findings import github, junit, sarif
from ackplan.render.findings.content import of_plan
from tests.unit.render import fleets
from tests.unit.render.hostile import MIXED, TEXTS

TYPO = error(
    "ACK1050",
    "Unknown parameter",
    '"nmu_of_nodes"',
    "Did you mean num_of_nodes?",
    span=Span("fleet/web shop.yaml", 12, 5),
    cluster="shop",
    parameter="nmu_of_nodes",
)
NOTE = warning("ACK3030", "An earlier apply was interrupted", "run 1234", "ackplan apply finishes it")


def test_findings_of_a_plan_are_its_own_and_those_of_its_changes() -> None:
    planned = MIXED.plan()
    assert [d.code for d in of_plan(planned)] == ["ACK2057", "ACK2003"]
    assert of_plan(fleets.CREATE.plan()) == ()


def test_sarif_result() -> None:
    (run,) = json.loads(sarif.log([TYPO]))["runs"]
    assert run["tool"]["driver"] == {
        "name": "ackplan",
        "version": __version__,
        "rules": [
            {
                "id": "ACK1050",
                "shortDescription": {"text": "Unknown parameter"},
                "defaultConfiguration": {"level": "error"},
            }
        ],
    }
    (result,) = run["results"]
    print_of = result.pop("partialFingerprints")["ackplan/v1"]
    assert re.fullmatch("[0-9a-f]{64}", print_of)
    assert result == {
        "ruleId": "ACK1050",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": 'shop: nmu_of_nodes: "nmu_of_nodes". Did you mean num_of_nodes?'},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "fleet/web%20shop.yaml"},
                    "region": {"startLine": 12, "startColumn": 5},
                },
                "logicalLocations": [{"name": "shop", "fullyQualifiedName": "shop", "kind": "resource"}],
            }
        ],
    }


def test_sarif_has_one_rule_a_code_and_a_place_for_every_result() -> None:
    log = json.loads(sarif.log([TYPO, NOTE, TYPO]))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["ACK1050", "ACK3030"]
    assert [(rules[r["ruleIndex"]], r["level"]) for r in run["results"]] == [
        ("ACK1050", "error"),
        ("ACK3030", "warning"),
        ("ACK1050", "error"),
    ]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "ackplan.yaml"}, "region": {"startLine": 1}}
    assert log["version"] == "2.1.0"


def test_sarif_of_nothing_is_a_run_without_results() -> None:
    (run,) = json.loads(sarif.log([]))["runs"]
    assert run["results"] == []


def test_a_fingerprint_stays_when_lines_move_and_tells_parameters_apart() -> None:
    moved = error(
        TYPO.code, TYPO.summary, span=Span("fleet/web shop.yaml", 40, 1), cluster="shop", parameter="nmu_of_nodes"
    )
    other = error(TYPO.code, TYPO.summary, span=TYPO.span, cluster="shop", parameter="vpc")
    (run,) = json.loads(sarif.log([TYPO, moved, other]))["runs"]
    prints = [result["partialFingerprints"]["ackplan/v1"] for result in run["results"]]
    assert prints[0] == prints[1] != prints[2]


def test_sarif_messages_hold_no_links() -> None:
    found = error("ACK1", "x", "[click](https://evil.example)")
    (run,) = json.loads(sarif.log([found]))["runs"]
    assert run["results"][0]["message"]["text"] == "\\[click\\](https://evil.example)"


def cases(text: str) -> list[Xml.Element]:
    root = Xml.fromstring(text)
    assert root.tag == "testsuites"
    (suite,) = root
    found = list(suite)
    failed = [case for case in found if case.find("failure") is not None]
    for counted in (root, suite):
        assert (counted.get("tests"), counted.get("failures")) == (str(len(found)), str(len(failed)))
    return found


def test_junit_has_a_case_for_each_finding_and_each_clean_cluster() -> None:
    failed, warned, clean = cases(junit.report([TYPO, NOTE], ["shop", "data"], "ackplan validate"))
    assert dict(failed.attrib) == {
        "classname": "ackplan validate",
        "name": "shop: nmu_of_nodes: ACK1050",
        "time": "0",
        "file": "fleet/web shop.yaml",
        "line": "12",
    }
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "ACK1050", "message": "Unknown parameter"}
    assert failure.text == str(TYPO)
    assert warned.get("name") == "ackplan validate: ACK3030"
    assert warned.findtext("system-out") == str(NOTE)
    assert warned.find("failure") is None
    assert (clean.get("name"), list(clean)) == ("data", [])


def test_junit_of_nothing_is_an_empty_suite() -> None:
    assert cases(junit.report([])) == []


def test_github_annotations() -> None:
    assert github.commands([TYPO, NOTE], "2 to create, 50% done").splitlines() == [
        (
            "::error file=fleet/web shop.yaml,line=12,col=5,title=ACK1050 Unknown parameter::"
            'shop: nmu_of_nodes: "nmu_of_nodes". Did you mean num_of_nodes?'
        ),
        "::warning title=ACK3030 An earlier apply was interrupted::run 1234. ackplan apply finishes it",
        "::notice title=ackplan::2 to create, 50%25 done",
    ]
    assert github.commands([]) == ""


def test_properties_of_annotations_are_escaped() -> None:
    found = error("ACK1", "a: b, c%", "d: e, f%", span=Span("x,line=9:y.yaml", 1, 2))
    assert github.commands([found]) == (
        "::error file=x%2Cline=9%3Ay.yaml,line=1,col=2,title=ACK1 a%3A b%2C c%25::d: e, f%25"
    )


def hostile(text: str) -> Diagnostic:
    return Diagnostic(
        Severity.ERROR, f"A{text}", texts=(text, text, text), span=Span(f"f{text}", 1, 2), cluster=text, parameter=text
    )


def check(text: str) -> None:
    """One finding in, one finding out, whatever is in it."""
    found = hostile(text)
    log: dict[str, Any] = json.loads(sarif.log([found]))
    (result,) = log["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri)
    assert unquote(uri).isprintable()
    assert result["message"]["text"]
    (case,) = cases(junit.report([found]))
    assert case.get("file") == "f" + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    line = github.commands([found])
    assert line.isprintable()
    properties = line.split("::")[1].partition(" ")[2].split(",")
    assert [item.partition("=")[0] for item in properties] == ["file", "line", "col", "title"]
    assert all(":" not in item for item in properties)


@pytest.mark.parametrize("text", TEXTS)
def test_known_attacks_make_no_finding_more(text: str) -> None:
    check(text)


@given(st.text(st.characters(codec=None), max_size=30) | st.text(":,%=\n\r<>&]['\"(", max_size=20))
def test_any_text_makes_no_finding_more(text: str) -> None:
    check(text)
