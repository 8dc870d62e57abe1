"""`ackplan plan`: what would change, and why."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Final

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.otel_option import otel_option
from ackplan.cli.plan_formats import PLAN_FORMATS
from ackplan.cli.plan_options import plan_options
from ackplan.cli.price_option import price_option
from ackplan.cli.summary_option import plan_in_short, summary_option
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.app.plan import PlanOptions, Proposal
    from ackplan.plan.model import Plan

_NEXT: Final = (
    "To plan again and apply: ackplan apply. To keep just this plan and carry it out later, plan with --out FILE."
)


@click.command("plan", cls=Command)
@options(spec=True, state=True, api=True, runs=True)
@format_option(*PLAN_FORMATS)
@plan_options(full=True)
@click.option("--check-upgrades", is_flag=True, help="Have the API check the clusters that are upgraded; wait for it.")
@click.option(
    "--out", default="", metavar="FILE", help="Write the plan to FILE, for apply; store: keeps it where the record is."
)
@click.option("--same-as", default="", metavar="FILE", help="Exit 1 unless this plan is the one in FILE.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@otel_option
@price_option
@summary_option
def command(
    settings: Settings,
    choices: PlanOptions,
    *,
    out: str,
    same_as: str,
    detailed_exitcode: bool,
    summary: bool,
) -> int:
    """Show what would change, and why. Changes nothing."""
    from ackplan.app.plan import Purpose
    from ackplan.cli.loop import run_async
    from ackplan.cli.plan_formats import shown
    from ackplan.cli.price_option import costs, price_list
    from ackplan.project.project import Project

    kept = _Kept(settings, out) if out else None
    listed = price_list(settings)
    project = Project(settings)
    reviewed = project.saved_plan(same_as).plan if same_as else None
    purpose = Purpose.SHOWN if not (out or same_as) and settings.format == "text" else Purpose.KEPT
    proposal = run_async(project.propose(choices, purpose))
    plan, record = proposal.plan, proposal.before.record
    place, digest = kept.keep(proposal) if kept else ("", "")
    in_short = plan_in_short(settings, plan, place, digest) if summary else ""
    click.echo(in_short or shown(settings, plan, record, costs(plan, listed)))
    if kept:
        click.echo(_saved(plan, place), err=True)
    elif plan.applicable and plan.acting and settings.format == "text" and sys.stdout.isatty():
        click.echo(hint(phrase(_NEXT)), err=True)
    if reviewed is not None:
        from ackplan.cli.reviewed_plan import check_same

        check_same(reviewed, plan, same_as)
    if not plan.applicable:
        return 1
    return 2 if detailed_exitcode and (plan.acting or plan.skipped) else 0


class _Kept:
    """Where a plan is kept: a file, or the store of the record. Raises Failure where a file can't be written."""

    def __init__(self, settings: Settings, out: str) -> None:
        from ackplan.adapters.local.output_files import Sort
        from ackplan.cli.output_options import output
        from ackplan.project.plan_files import STORE

        self._settings, self._out = settings, out
        self._file = output(settings, out, Sort.PLAN) if out != STORE else None
        if self._file is not None:
            self._file.check()

    def keep(self, proposal: Proposal) -> tuple[str, str]:
        """Keeps it; the place that an apply names, and the digest of the plan file."""
        from ackplan.project.plan_files import STORE, keep_plan, plan_file

        plan, record = proposal.plan, proposal.before.record
        if self._file is None:
            place = keep_plan(self._settings, plan, record)
            return place, place.removeprefix(STORE)
        pieces = plan_file(plan, record)
        self._file.write(pieces)
        return self._out, pieces.digest


def _saved(plan: Plan, out: str) -> str:
    """What to say of a plan that was kept."""
    from ackplan.cli.hints import with_planfile

    if not plan.applicable:
        return phrase("Saved the plan to {place}. It can't be applied: it is for review only.", place=out)
    if not plan.acting:
        return phrase("Saved the plan to {place}. There is nothing in it to carry out.", place=out)
    command = f"{with_planfile('ackplan apply')} {shlex.quote(out)}"
    return phrase("Saved the plan to {place}. To carry it out: {command}", place=out, command=command)
