"""Errors and warnings in the forms that review tools read: SARIF 2.1.0, JUnit's XML, annotations of GitHub's workflows.

The same diagnostics give the same text, in the order given. Nothing in a diagnostic can add a finding, end a line or
make a link: each form's own escapes are used, and every unprintable character is written out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from ackplan import __version__
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Plan
from ackplan.render.facts.safe import printable

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub takes no finding without a place. One that has none is put at the start of the file that a spec has by default.
NO_PLACE = "ackplan.yaml"
_CI_VALUE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_CI_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def of_plan(plan: Plan) -> tuple[Diagnostic, ...]:
    """All that is wrong with a plan: its own errors and warnings, then why changes are blocked."""
    return (*plan.diagnostics, *(diagnostic for change in plan.changes for diagnostic in change.blocked))


def message(diagnostic: Diagnostic) -> str:
    """What is wrong and what to do, on one line; without code, place and summary, which have fields of their own."""
    subject = ": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)
    said = ". ".join(part for part in (diagnostic.detail or diagnostic.summary, diagnostic.cure) if part)
    return printable(": ".join(part for part in (subject, said) if part))


def sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """A SARIF log of one run, as JSON. Each result has a place, for code scanning takes none without."""
    found = list(diagnostics)
    rules = {_rule_id(diagnostic): diagnostic for diagnostic in reversed(found)}
    codes = sorted(rules)
    driver = {"name": "ackplan", "version": __version__, "rules": [_rule(rules[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(_rule_id(diagnostic))) for diagnostic in found],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rule_id(diagnostic: Diagnostic) -> str:
    """The code, and of a policy the rule below it, as SARIF has hierarchies of rules (3.5.4)."""
    return f"{diagnostic.code}/{diagnostic.rule}" if diagnostic.rule else diagnostic.code


def _rule(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "id": printable(_rule_id(diagnostic)),
        "shortDescription": {"text": _sarif_text(diagnostic.summary) or "Unnamed"},
        "defaultConfiguration": {"level": diagnostic.severity.value},
    }


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _place(diagnostic)}
    if diagnostic.cluster:
        name = printable(diagnostic.cluster)
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": name, "kind": "resource"}]
    return {
        "ruleId": printable(_rule_id(diagnostic)),
        "ruleIndex": index,
        "level": diagnostic.severity.value,
        "message": {"text": _sarif_text(message(diagnostic)) or "Unnamed"},
        "locations": [location],
        "partialFingerprints": {"ackplan/v1": _fingerprint(diagnostic)},
    }


def _place(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    file = quote(printable(span.file if span else NO_PLACE).replace("\\", "/"), safe="/")
    region = {"startLine": max(1, span.line), "startColumn": max(1, span.column)} if span else {"startLine": 1}
    return {"artifactLocation": {"uri": file or NO_PLACE}, "region": region}


def _sarif_text(text: str) -> str:
    """Plain text: brackets that would be read as a link are escaped as SARIF says (3.11.6)."""
    safe = printable(text)
    if "](" not in safe:
        return safe
    return safe.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _fingerprint(diagnostic: Diagnostic) -> str:
    """Stays the same when lines move."""
    file = diagnostic.span.file if diagnostic.span else ""
    facts = (_rule_id(diagnostic), diagnostic.cluster, diagnostic.parameter, file)
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest()


def junit(diagnostics: Iterable[Diagnostic], clusters: Iterable[str] = (), suite: str = "ackplan") -> str:
    """A test suite: a failed case for each error, a passed one for each warning and for each cluster without either.

    A warning's words stand in the output of its case. `clusters` are all that were looked at.
    """
    found = list(diagnostics)
    named = {diagnostic.cluster for diagnostic in found}
    cases = [_case(diagnostic, suite) for diagnostic in found]
    cases += [_passed(name, suite) for name in clusters if name not in named]
    counts = _counts(cases)
    root = Xml.Element("testsuites", {"name": suite, **counts})
    group = Xml.SubElement(root, "testsuite", {"name": suite, **counts, "skipped": "0"})
    group.extend(cases)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _counts(cases: Sequence[Xml.Element]) -> dict[str, str]:
    failures = sum(case.find("failure") is not None for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": "0"}


def _case(diagnostic: Diagnostic, suite: str) -> Xml.Element:
    subject = diagnostic.cluster or (diagnostic.span.file if diagnostic.span else suite)
    name = ": ".join(part for part in (subject, diagnostic.parameter, _rule_id(diagnostic)) if part)
    case = Xml.Element("testcase", {"classname": suite, "name": printable(name), "time": "0"})
    if diagnostic.span:
        case.set("file", printable(diagnostic.span.file))
        case.set("line", str(diagnostic.span.line))
    if diagnostic.is_error:
        attributes = {"type": printable(diagnostic.code), "message": printable(diagnostic.summary)}
        Xml.SubElement(case, "failure", attributes).text = printable(str(diagnostic))
    else:
        Xml.SubElement(case, "system-out").text = printable(str(diagnostic))
    return case


def _passed(cluster: str, suite: str) -> Xml.Element:
    return Xml.Element("testcase", {"classname": suite, "name": printable(cluster), "time": "0"})


def github(diagnostics: Iterable[Diagnostic], notice: str = "") -> str:
    """Workflow commands, one a line: an annotation for each finding, and one for `notice`. Empty without either."""
    lines = [_annotation(diagnostic) for diagnostic in diagnostics]
    if notice:
        lines.append(f"::notice title=ackplan::{printable(notice).translate(_CI_VALUE)}")
    return "\n".join(lines)


def _annotation(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = {"file": span.file, "line": str(span.line), "col": str(span.column)} if span else {}
    properties = {**place, "title": f"{diagnostic.code} {diagnostic.summary}"}
    given = ",".join(f"{key}={printable(value).translate(_CI_PROPERTY)}" for key, value in properties.items())
    return f"::{diagnostic.severity.value} {given}::{message(diagnostic).translate(_CI_VALUE)}"
