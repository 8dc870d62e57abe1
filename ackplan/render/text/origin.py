"""Which world a plan is for and where it comes from, as the last lines of a text."""

from __future__ import annotations

from ackplan.core.language import phrase
from ackplan.core.provenance import Provenance
from ackplan.plan.model import Plan
from ackplan.render.facts.plan_origin import job, origin, target
from ackplan.render.text.style import Style


def made_lines(provenance: Provenance) -> tuple[str, str]:
    """Who made it when, and in which CI job; each may be empty."""
    return origin(provenance), job(provenance)


def origin_text(plan: Plan, style: Style) -> str:
    """One line, and a second and a third where it was noted who made the plan, and in which CI job."""
    world = target(plan)
    lines = (phrase("It is for {target}.", target=world) if world else "", *made_lines(plan.provenance))
    said = "\n".join(filter(None, lines))
    return style("dim", said) if said else ""
