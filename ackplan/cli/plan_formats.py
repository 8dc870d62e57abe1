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
    if settings.format == "json":
        from ackplan.render.terraform import plan as json_plan

        return json_plan.dumps(json_plan.with_costs(json_plan.plan_outline(plan, record, settings.limits), costs))
    return drawn(settings, plan, costs)


def drawn(settings: Settings, plan: Plan, costs: Costs | None = None) -> str:
    """The plan in a format that needs nothing but the plan."""
    # Whoever shows a plan in one format does not wait for what makes the others.
    match settings.format:
        case "text":
            from ackplan.render import text

            return text.plan_text(plan, color=settings.color, limits=settings.limits, costs=costs)
        case "markdown":
            from ackplan.render.markdown import plan as markdown

            return markdown.plan_markdown(plan, limits=settings.limits, costs=costs)
        case "html":
            from ackplan.render.page import html

            return html.plan_html(plan, limits=settings.limits, costs=costs)
        case "dot" | "mermaid" | "svg" as form:
            return _graph(form, plan)
        case form:
            from ackplan.render.findings.content import of_plan
            from ackplan.render.findings.forms import FORMS

            return FORMS[form](of_plan(plan), [change.name for change in plan.changes])


def _graph(form: str, plan: Plan) -> str:
    from ackplan.render.facts.summary import omitted
    from ackplan.render.graph import formats, svg

    graph = {"dot": formats.dot, "mermaid": formats.mermaid, "svg": svg.svg}[form]
    return graph(plan.steps, omitted(plan))
