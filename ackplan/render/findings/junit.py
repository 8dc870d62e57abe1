"""A JUnit test suite in XML, as continuous integration shows test results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.safe import printable
from ackplan.render.findings.content import rule_id


def report(diagnostics: Iterable[Diagnostic], clusters: Iterable[str] = (), suite: str = "ackplan") -> str:
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
    name = ": ".join(part for part in (subject, diagnostic.parameter, rule_id(diagnostic)) if part)
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
