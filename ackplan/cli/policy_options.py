"""The option `--policy`, and what judging by policies needs of the command line: time, Rego engine, the plan's JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Decorator, Settings

if TYPE_CHECKING:
    from ackplan.app.plan import Planned
    from ackplan.plan.model import Plan
    from ackplan.record import Record


def policy_option() -> Decorator:
    """Adds `--policy`; the command gets a tuple under the name `policy`."""
    return click.option(
        "--policy",
        multiple=True,
        envvar="ACKPLAN_POLICY",
        show_envvar=True,
        metavar="FILE",
        help="Hold the plan against a policy: a .yaml or .rego file, a folder, or builtin:recommended; repeatable.",
    )


def judged(settings: Settings, names: tuple[str, ...], planned: Planned, record: Record) -> Planned:
    """The plan with what the named policies find. Raises Failure for policies that are wrong."""
    plan = judged_plan(settings, names, planned.plan, record, planned.spec.clusters)
    return dataclasses.replace(planned, plan=plan)


def judged_plan(settings: Settings, names: tuple[str, ...], plan: Plan, record: Record, wanted: Any) -> Plan:
    """As `judged`, for a plan whose spec may not be at hand: places are then unknown."""
    if not names:
        return plan
    from ackplan.app import policies as policing
    from ackplan.cli.clock import now
    from ackplan.rego import evaluate
    from ackplan.render.terraform.plan import plan_json

    policies = policing.load(names, settings.chdir)
    return policing.held(plan, wanted, record, policies, policing.Judges(now(), evaluate, plan_json))
