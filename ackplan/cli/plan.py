"""What `plan`, `apply`, `destroy` and `graph` share: the options of a plan, making one, showing one, reading one."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Decorator, Settings, inputs
from ackplan.cli.policy_options import judged, policy_option

if TYPE_CHECKING:
    from ackplan.app.plan import Known, Planned
    from ackplan.app.worlds import Here
    from ackplan.plan.codec import PlanFile
    from ackplan.plan.model import Plan
    from ackplan.plan.planner import Options
    from ackplan.record import Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a plan say."""

    destroy: bool = False
    refresh_only: bool = False
    target: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    skip_blocked: bool = False
    no_refresh: bool = False
    allow_vanished: bool = False
    node_names: str = "auto"
    policy: tuple[str, ...] = ()

    def options(self) -> Options:
        from ackplan.plan.planner import Options

        mode = "destroy" if self.destroy else "refresh-only" if self.refresh_only else "normal"
        return Options(
            mode,
            self.target,
            self.exclude,
            frozenset(self.replace),
            frozenset(self.adopt),
            self.skip_blocked,
            self.node_names,
            refresh=not self.no_refresh,
        )


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
    """Adds the options of a plan; the command gets an Asked under the name `asked`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*positional: Any, **given: Any) -> Any:
            names = [name for name in given if name in Asked.__dataclass_fields__]
            asked = Asked(**{name: given.pop(name) for name in names})
            if asked.destroy and asked.refresh_only:
                raise click.UsageError("--destroy and --refresh-only can't go together")
            return function(*positional, asked=asked, **given)

        decorated: Callable[..., Any] = wrapper
        for option in reversed(
            (*_NAMES, *_VANISHED, *((*_FULL, *_NODES) if full else ()), *((policy_option(),) if policies else ()))
        ):
            decorated = option(decorated)
        return decorated

    return decorate


def before_now(settings: Settings, here: Here | None = None) -> Known:
    """The record and what an interrupted run left. It must be of the world that is `here`."""
    from ackplan.app.plan import known
    from ackplan.cli.wiring import stores

    kept = stores(settings)
    return known(kept.record, kept.journal, here)


def beside_now(settings: Settings, here: Here | None = None) -> Known:
    """The same for a command that takes no lock, so that the run of the journal may be under way."""
    from ackplan.adapters.local.lock import held_by
    from ackplan.cli.wiring import lock_path

    before = before_now(settings, here)
    running = held_by(lock_path(settings)) if before.leftover.head is not None else ""
    return dataclasses.replace(before, running=running)


async def plan_now(settings: Settings, asked: Asked, *, shown: bool = False) -> tuple[Planned, Record]:
    """A plan made now, and the record that it was made on. `shown`: it is shown, and then forgotten."""
    from ackplan.app.plan import Purpose, make_plan
    from ackplan.cli.wiring import observer, open_world

    given = inputs(settings)
    async with open_world(settings, offline=asked.no_refresh) as (api, here):
        before = beside_now(settings, here)
        purpose = Purpose.SHOWN if shown else Purpose.KEPT
        looking = None if asked.no_refresh else observer(settings, api, asked, here)
        planned = await make_plan(given, before, looking, asked.options(), purpose=purpose)
    planned = dataclasses.replace(planned, plan=_of_workspace(planned.plan, settings.workspace))
    return judged(settings, asked.policy, planned, before.record), before.record


def _of_workspace(plan: Plan, workspace: str) -> Plan:
    return dataclasses.replace(plan, pins=dataclasses.replace(plan.pins, workspace=workspace))


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
    from ackplan.render.findings import github, junit, sarif
    from ackplan.render.findings.content import of_plan
    from ackplan.render.graph import formats, svg
    from ackplan.render.markdown import plan as markdown
    from ackplan.render.page import html

    match settings.format:
        case "markdown":
            return markdown.plan_markdown(plan, limits=settings.limits)
        case "sarif":
            return sarif.log(of_plan(plan))
        case "junit":
            return junit.report(of_plan(plan), [change.cluster for change in plan.changes])
        case "github":
            return github.commands(of_plan(plan))
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


def read_plan(settings: Settings, file: str) -> PlanFile:
    """What a plan file holds: what is shown of it, in any format, and what is sent are the same. Raises Failure."""
    from ackplan.app.consistency import contradictions
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import display, read_regular
    from ackplan.plan.codec import MAX_BYTES, decode_file

    path = settings.path(file)
    name, data = display(path), read_regular(path, MAX_BYTES)
    if data is None:
        raise Failure(error("ACK6001", "Not a plan file", f"{name} does not exist", "ackplan plan --out FILE"))
    text = data.decode("utf-8", "replace")
    del data  # the text of a large plan is enough to keep
    found = decode_file(text, name)
    del text
    faults = contradictions(found.plan, found.record, name)
    if faults:
        raise Failure(*faults)
    _check_written(found, name)
    return found


def _check_written(found: PlanFile, name: str) -> None:
    """Raises Failure unless the file is, byte for byte, what ackplan writes of the plan and the record in it."""
    from ackplan import __version__
    from ackplan.core.diagnostics import Failure, error
    from ackplan.plan.codec import is_written, of_another_version
    from ackplan.render.terraform import plan as json_plan

    version = found.shown.get("ackplan_version")
    try:
        if found.record is None:
            holds = json_plan.tells(found.shown, found.plan)
        else:
            derived = {**json_plan.plan_json(found.plan, found.record), "ackplan_version": version}
            holds = is_written(found, derived)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        holds = False
    if holds:
        return
    if version != __version__:
        raise Failure(of_another_version(f"{name} was written by ackplan {version}, this is {__version__}"))
    detail = f"{name}: its JSON tells of another plan than the one that apply would carry out"
    raise Failure(error("ACK6003", "Plan file was altered", detail, "Plan again"))
