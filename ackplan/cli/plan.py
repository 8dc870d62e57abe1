"""What `plan`, `apply`, `destroy` and `graph` share: the options of a plan, and its formats."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Decorator, Settings
from ackplan.cli.policy_options import policy_option

if TYPE_CHECKING:
    from ackplan.app.baseline import Baseline
    from ackplan.app.worlds import Here
    from ackplan.plan.model import Plan
    from ackplan.record import Record

PLAN_FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "dot", "mermaid", "svg", "html")
_NAMES = (
    click.option("--target", multiple=True, metavar="NAME", help="Only this cluster and what it depends on."),
    click.option("--exclude", multiple=True, metavar="NAME", help="Not this cluster nor what depends on it."),
    click.option("--skip-blocked", is_flag=True, help="Leave out what is refused and what depends on it."),
)
_VANISHED = (
    click.option("--allow-vanished", is_flag=True, help="Go on though most of what is recorded is gone at once."),
)
_NODES = (
    click.option("--node-names", type=click.Choice(["auto", "id", "name"]), default="auto", show_default=True,
                 envvar="ACKPLAN_NODE_NAMES", help="How calls name nodes to remove: by instance or by node name."),
)  # fmt: skip
_FULL = (
    click.option("--destroy", is_flag=True, help="Plan to delete every recorded cluster."),
    click.option("--refresh-only", is_flag=True, help="Plan to bring the record up to date, nothing else."),
    click.option("--replace", multiple=True, metavar="NAME", help="Delete this cluster and create it again."),
    click.option("--adopt", multiple=True, metavar="NAME", help="Take over a live cluster of this name."),
    click.option("--no-refresh", is_flag=True, help="Take the record for what is live; no network."),
)


def plan_options(*, full: bool, policies: bool = True) -> Decorator:
    """Adds the options of a plan; the command gets PlanOptions under the name `choices`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*positional: Any, **given: Any) -> Any:
            from ackplan.app.plan import PlanOptions

            names = [name for name in given if name in PlanOptions.__dataclass_fields__]
            choices = PlanOptions(**{name: given.pop(name) for name in names})
            if choices.destroy and choices.refresh_only:
                raise click.UsageError("--destroy and --refresh-only can't go together")
            return function(*positional, choices=choices, **given)

        decorated: Callable[..., Any] = wrapper
        for option in reversed(
            (*_NAMES, *_VANISHED, *((*_FULL, *_NODES) if full else ()), *((policy_option(),) if policies else ()))
        ):
            decorated = option(decorated)
        return decorated

    return decorate


def baseline_now(settings: Settings, here: Here | None = None) -> Baseline:
    """The record and what an interrupted run left. It must be of the world that is `here`."""
    from ackplan.app.baseline import of_workspace
    from ackplan.project.wiring import workspace

    return of_workspace(workspace(settings), here)


def on_record(settings: Settings) -> Record:
    """What is recorded; nothing where the record can't be used: what is live does not hang on it."""
    from ackplan.core.diagnostics import Failure
    from ackplan.record import Record

    try:
        return baseline_now(settings).record
    except Failure:
        return Record("")


def shown(settings: Settings, plan: Plan, record: Record) -> str:
    """The plan in the format asked for."""
    from ackplan.render.terraform import plan as json_plan

    if settings.format == "json":
        return json_plan.dumps(json_plan.plan_json(plan, record, settings.limits))
    return drawn(settings, plan)


def drawn(settings: Settings, plan: Plan) -> str:
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
            return markdown.plan_markdown(plan, limits=settings.limits)
        case form if form in FORMS:
            return FORMS[form](of_plan(plan), [change.cluster for change in plan.changes])
        case "dot":
            return formats.dot(plan.steps, omitted(plan))
        case "mermaid":
            return formats.mermaid(plan.steps, omitted(plan))
        case "svg":
            return svg.svg(plan.steps, omitted(plan))
        case "html":
            return html.plan_html(plan, limits=settings.limits)
        case _:
            return text.plan_text(plan, color=settings.color, limits=settings.limits)
