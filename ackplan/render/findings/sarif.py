"""A SARIF 2.1.0 log, as code scanning and editors read it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from urllib.parse import quote

from ackplan import __version__
from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.safe import printable
from ackplan.render.findings.content import message, rule_id

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub takes no finding without a place. One that has none is put at the start of the file that a spec has by default.
NO_PLACE = "ackplan.yaml"


def log(diagnostics: Iterable[Diagnostic]) -> str:
    """A SARIF log of one run, as JSON. Each result has a place, for code scanning takes none without."""
    found = list(diagnostics)
    rules = {rule_id(diagnostic): diagnostic for diagnostic in reversed(found)}
    codes = sorted(rules)
    driver = {"name": "ackplan", "version": __version__, "rules": [_rule(rules[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(rule_id(diagnostic))) for diagnostic in found],
    }
    whole = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, indent=2)


def _rule(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "id": printable(rule_id(diagnostic)),
        "shortDescription": {"text": _sarif_text(diagnostic.summary) or "Unnamed"},
        "defaultConfiguration": {"level": diagnostic.severity.value},
    }


def _result(diagnostic: Diagnostic, index: int) -> dict[str, object]:
    location: dict[str, object] = {"physicalLocation": _place(diagnostic)}
    if diagnostic.cluster:
        name = printable(diagnostic.cluster)
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": name, "kind": "resource"}]
    return {
        "ruleId": printable(rule_id(diagnostic)),
        "ruleIndex": index,
        "level": diagnostic.severity.value,
        "message": {"text": _sarif_text(message(diagnostic)) or "Unnamed"},
        "locations": [location],
        "partialFingerprints": {"ackplan/v1": _fingerprint(diagnostic)},
    }


def _place(diagnostic: Diagnostic) -> dict[str, object]:
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
    facts = (rule_id(diagnostic), diagnostic.cluster, diagnostic.parameter, file)
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest()
