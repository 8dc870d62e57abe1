"""The formats of a plan, which `plan`, `show`, `drift` and `graph` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.cli.options import Settings

if TYPE_CHECKING:
    from ackplan.plan.costs import Costs
    from ackplan.plan.model import Plan
    from ackplan.record import Record

PLAN_FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "dot", "mermaid", "svg", "html")


def shown(settings: Settings, plan: Plan, record: Record, costs: Costs | None = None) -> str:
    """The plan in the format asked for; with what it costs where that is known."""
    from ackplan.render.terraform import plan as json_plan

    if settings.format == "json":
        return json_plan.dumps(json_plan.with_costs(json_plan.plan_json(plan, record, settings.limits), costs))
    return drawn(settings, plan, costs)


def drawn(settings: Settings, plan: Plan, costs: Costs | None = None) -> str:
    """The plan in a format that needs nothing but the plan."""
    from ackplan.render import text
    from ackplan.render.facts.summary import omitted
    from ackplan.render.findings.content import of_plan
    from ackplan.render.findings.forms import FORMS
    from ackplan.render.graph import formats, svg
    from ackplan.render.markdown import plan as markdown
    from ackplan.render.page import html

    match settings.format:
        case "markdown":
            return markdown.plan_markdown(plan, limits=settings.limits, costs=costs)
        case form if form in FORMS:
            return FORMS[form](of_plan(plan), [change.name for change in plan.changes])
        case "dot":
            return formats.dot(plan.steps, omitted(plan))
        case "mermaid":
            return formats.mermaid(plan.steps, omitted(plan))
        case "svg":
            return svg.svg(plan.steps, omitted(plan))
        case "html":
            return html.plan_html(plan, limits=settings.limits, costs=costs)
        case _:
            return text.plan_text(plan, color=settings.color, limits=settings.limits, costs=costs)
