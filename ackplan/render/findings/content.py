"""What every form says of a diagnostic: which of a plan there are, each one's rule and its words on one line."""

from __future__ import annotations

from ackplan.core.diagnostics import Diagnostic
from ackplan.core.language import phrase
from ackplan.plan.model import Plan
from ackplan.render.facts.safe import printable


def of_plan(plan: Plan) -> tuple[Diagnostic, ...]:
    """All that is wrong with a plan: its own errors and warnings, then why changes are blocked."""
    return (*plan.diagnostics, *(diagnostic for change in plan.changes for diagnostic in change.blocked))


def message(diagnostic: Diagnostic) -> str:
    """What is wrong and what to do, on one line; without code, place and summary, which have fields of their own."""
    subject = phrase(": ").join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)
    said = phrase(". ").join(part for part in (diagnostic.detail or diagnostic.summary, diagnostic.cure) if part)
    return printable(phrase(": ").join(part for part in (subject, said) if part))


def rule_id(diagnostic: Diagnostic) -> str:
    """The code, and of a policy the rule below it, as SARIF has hierarchies of rules (3.5.4)."""
    return f"{diagnostic.code}/{diagnostic.rule}" if diagnostic.rule else diagnostic.code
