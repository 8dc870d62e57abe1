"""An error or a warning on a page, with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.rule_findings import RuleFindings
from ackplan.render.facts.safe import printable
from ackplan.render.page.compact import Data, compact


def finding_data(diagnostic: Diagnostic) -> Data:
    """What it says, printable. `subject` is its cluster and its parameter."""
    return compact(
        {
            "severity": diagnostic.severity.value,
            "code": printable(diagnostic.code),
            "cluster": printable(diagnostic.cluster),
            "subject": printable(": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)),
            "summary": printable(diagnostic.summary),
            "detail": printable(diagnostic.detail),
            "cure": printable(diagnostic.cure),
            "place": printable(str(diagnostic.span)) if diagnostic.span else "",
        }
    )


def rule_data(rule: RuleFindings) -> Data:
    """A rule of a policy, or a sort of findings of ackplan's own, with all that was found, its cures once."""
    return compact(
        {
            "rule": rule.rule or printable(rule.first.summary),
            "severity": rule.severity.value,
            "code": printable(rule.first.code),
            "summary": printable(rule.first.summary) if rule.rule else "",
            "counted": rule.counted,
            "details": [_wording(text, findings) for text, findings in rule.details],
            "cures": [printable(cure) for cure in rule.cures],
        }
    )


def _wording(text: str, findings: Sequence[Diagnostic]) -> Data:
    names = dict.fromkeys(printable(finding.cluster) for finding in findings if finding.cluster)
    places = dict.fromkeys(printable(str(finding.span)) for finding in findings if finding.span)
    return compact({"text": printable(text), "names": list(names), "places": list(places)})
