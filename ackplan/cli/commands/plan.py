"""`ackplan plan`: what would change, and why."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan_formats import PLAN_FORMATS
from ackplan.cli.plan_options import plan_options

if TYPE_CHECKING:
    from ackplan.app.plan import PlanOptions
    from ackplan.plan.model import Plan


@click.command("plan")
@options(spec=True, state=True, api=True, runs=True)
@format_option(*PLAN_FORMATS)
@plan_options(full=True)
@click.option("--out", default="", metavar="FILE", help="Write the plan to FILE, for apply.")
@click.option("--same-as", default="", metavar="FILE", help="Exit 1 unless this plan is the one in FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def command(settings: Settings, choices: PlanOptions, out: str, same_as: str, detailed_exitcode: bool) -> int:  # noqa: FBT001
    """Show what would change, and why. Changes nothing."""
    from ackplan.adapters.local.output_files import Sort
    from ackplan.app.plan import Purpose
    from ackplan.cli.hints import with_planfile
    from ackplan.cli.loop import run_async
    from ackplan.cli.output_options import output
    from ackplan.cli.plan_formats import shown
    from ackplan.project.plan_files import plan_file
    from ackplan.project.project import Project

    file = output(settings, out, Sort.PLAN) if out else None
    if file is not None:
        file.check()
    project = Project(settings)
    reviewed = project.saved_plan(same_as).plan if same_as else None
    purpose = Purpose.SHOWN if not (out or same_as) and settings.format == "text" else Purpose.KEPT
    proposal = run_async(project.propose(choices, purpose))
    plan, record = proposal.plan, proposal.before.record
    if file is not None:
        file.write(plan_file(plan, record))
    click.echo(shown(settings, plan, record))
    if out and plan.applicable:
        click.echo(
            f"Saved the plan to {out}. To carry it out: {with_planfile('ackplan apply')} {shlex.quote(out)}",
            err=True,
        )
    if reviewed is not None:
        _check_same(reviewed, plan, same_as)
    if not plan.applicable:
        if out:
            click.echo(f"Saved the plan to {out}. It can't be applied: it is for review only.", err=True)
        return 1
    return 2 if detailed_exitcode and (plan.acting or plan.skipped) else 0


def _check_same(reviewed: Plan, plan: Plan, file: str) -> None:
    from ackplan.core.diagnostics import Failure, error
    from ackplan.plan.equality import parted

    apart = "; ".join(parted(reviewed, plan))
    if apart:
        raise Failure(error("ACK3085", file=file, differences=apart))
