"""What was found, by what it is: what many clusters share is told once, with their names and its cure.

What policies found goes by rule, all else by its code. Rules of the team's own files come before those that ackplan
brings, errors before warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ackplan.core.diagnostics import Diagnostic, Severity
from ackplan.core.language import phrase
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import counted_resources

_BUILT_IN = "builtin:"


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """What one rule (`FILE/RULE`) found: at least one finding, all of one code and severity.

    `rule` is empty for what ackplan itself found.
    """

    rule: str
    findings: tuple[Diagnostic, ...]

    @property
    def first(self) -> Diagnostic:
        return self.findings[0]

    @property
    def severity(self) -> Severity:
        return self.first.severity

    @property
    def clusters(self) -> tuple[str, ...]:
        """The names of what breaks the rule; none where it is about the plan as a whole."""
        return tuple(dict.fromkeys(printable(each.cluster) for each in self.findings if each.cluster))

    @property
    def counted(self) -> str:
        """`5 clusters`; empty where none is named."""
        return counted_resources("/" in name for name in self.clusters) if self.clusters else ""

    @property
    def cures(self) -> tuple[str, ...]:
        """What to do about it, each way once."""
        return tuple(dict.fromkeys(each.cure for each in self.findings if each.cure))

    @property
    def details(self) -> tuple[tuple[str, tuple[Diagnostic, ...]], ...]:
        """What is wrong, each wording once, with the findings that say it; the rule stands above."""
        wordings: dict[str, list[Diagnostic]] = {}
        for each in self.findings:
            wordings.setdefault(self._said(each), []).append(each)
        return tuple((text, tuple(findings)) for text, findings in wordings.items())

    def _said(self, finding: Diagnostic) -> str:
        parameter = printable(finding.parameter) + phrase(": ") if finding.parameter else ""
        return parameter + finding.detail.removeprefix(f"{self.rule}: ")


def by_rule(diagnostics: Iterable[Diagnostic]) -> tuple[tuple[Diagnostic, ...], tuple[RuleFindings, ...]]:
    """What no rule found, in its order; and what rules found, a value for each rule."""
    others, ruled = list[Diagnostic](), dict[tuple[str, str, Severity], list[Diagnostic]]()
    for each in diagnostics:
        if each.rule:
            ruled.setdefault((each.rule, each.code, each.severity), []).append(each)
        else:
            others.append(each)
    groups = [RuleFindings(printable(rule), tuple(findings)) for (rule, _, _), findings in ruled.items()]
    return tuple(others), tuple(sorted(groups, key=_weight))


def by_code(diagnostics: Iterable[Diagnostic]) -> tuple[tuple[Diagnostic, ...], tuple[RuleFindings, ...]]:
    """Of what no rule found: what stands alone, and what was found more than once, a value for each sort."""
    sorts: dict[tuple[str, Severity, str], list[Diagnostic]] = {}
    for each in diagnostics:
        sorts.setdefault((each.code, each.severity, each.summary), []).append(each)
    groups = [RuleFindings("", tuple(findings)) for findings in sorts.values() if len(findings) > 1]
    alone = tuple(findings[0] for findings in sorts.values() if len(findings) == 1)
    return alone, tuple(sorted(groups, key=lambda group: group.severity is not Severity.ERROR))


def own_first(rules: Sequence[str]) -> tuple[str, ...]:
    """The names of rules, those of the team's own files first."""
    return tuple(sorted(map(printable, rules), key=_is_built_in))


def _weight(group: RuleFindings) -> tuple[bool, bool]:
    return _is_built_in(group.rule), group.severity is not Severity.ERROR


def _is_built_in(rule: str) -> bool:
    return rule.startswith(_BUILT_IN)
