"""An error or a warning on a page, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    cures = [printable(cure) for cure in rule.cures]
    told_each = not rule.rule and len(cures) > 1
    return compact(
        {
            "rule": rule.rule or printable(rule.first.summary),
            "severity": rule.severity.value,
            "code": printable(rule.first.code),
            "summary": printable(rule.first.summary) if rule.rule else "",
            "counted": rule.counted,
            "details": [_wording(text, each) for text, each in (_with_cures(rule) if told_each else rule.details)],
            "cures": [] if told_each else cures,
        }
    )


def _with_cures(rule: RuleFindings) -> Iterator[tuple[str, Sequence[Diagnostic]]]:
    """What is wrong and what to do about it, where that is another thing for each cluster."""
    for text, findings in rule.details:
        by_cure: dict[str, list[Diagnostic]] = {}
        for each in findings:
            by_cure.setdefault(each.cure, []).append(each)
        yield from ((f"{text} → {cure}" if cure else text, each) for cure, each in by_cure.items())


def _wording(text: str, findings: Sequence[Diagnostic]) -> Data:
    names = dict.fromkeys(printable(finding.cluster) for finding in findings if finding.cluster)
    places = dict.fromkeys(printable(str(finding.span)) for finding in findings if finding.span)
    return compact({"text": printable(text), "names": list(names), "places": list(places)})
