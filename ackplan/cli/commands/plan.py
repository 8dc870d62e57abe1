"""`ackplan plan`: what would change, and why."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan import PLAN_FORMATS, Asked, plan_options

if TYPE_CHECKING:
    from ackplan.adapters.local.output_files import Output
    from ackplan.plan.model import Plan


@click.command("plan")
@options(spec=True, state=True, api=True, runs=True)
@format_option(*PLAN_FORMATS)
@plan_options(full=True)
@click.option("--out", default="", metavar="FILE", help="Write the plan to FILE, for apply.")
@click.option("--same-as", default="", metavar="FILE", help="Exit 1 unless this plan is the one in FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def command(settings: Settings, asked: Asked, out: str, same_as: str, detailed_exitcode: bool) -> int:  # noqa: FBT001
    """Show what would change, and why. Changes nothing."""
    from ackplan.adapters.local.output_files import Sort
    from ackplan.cli.hints import with_planfile
    from ackplan.cli.output_options import output
    from ackplan.cli.plan import plan_now, read_plan, shown
    from ackplan.cli.wiring import run_async

    file = output(settings, out, Sort.PLAN) if out else None
    if file is not None:
        file.check()
    reviewed = read_plan(settings, same_as).plan if same_as else None
    planned, record = run_async(plan_now(settings, asked, shown=not (out or same_as) and settings.format == "text"))
    plan = planned.plan
    if file is not None:
        _write(file, plan, record)
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
        raise Failure(
            error("ACK3085", "Plan is not the reviewed one", f"{file}: {apart}", "Have the new plan reviewed")
        )


def _write(file: Output, plan: Any, record: Any) -> None:
    from ackplan.plan.codec import encode_file
    from ackplan.render.terraform.plan import plan_json

    file.write(encode_file(plan, plan_json(plan, record), record))
