"""`ackplan fleet`: the workspaces of a repository, each in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from ackplan.cli.approval import auto_approve
from ackplan.cli.fleet_options import FleetChoice, fleet_options, shared_options
from ackplan.cli.help_page import Group
from ackplan.cli.options import Settings, duration, format_option, options
from ackplan.cli.otel_option import otel_option
from ackplan.cli.policy_options import policy_option
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.workspaces.model import WorkspaceEntry

_FORMATS = ("text", "json", "markdown", "html")
_SKIP = click.option("--skip-blocked", is_flag=True, help="Leave out what is refused and what depends on it.")
_VANISHED = click.option(
    "--allow-vanished", is_flag=True, help="Go on though most of what a workspace records is gone at once."
)


@click.group("fleet", cls=Group)
def command() -> None:
    """Plan, apply and watch all workspaces of a repository, as workspaces.yaml lists them.

    Each runs in a process of its own, with its own credentials. One that fails stops only those that depend on it.
    """


@command.command("plan")
@options(api=True, runs=True, several=True)
@format_option(*_FORMATS)
@otel_option
@fleet_options
@policy_option()
@_SKIP
@_VANISHED
@click.option("--out", default="", metavar="DIR", help="Write each plan to DIR, with an index, for fleet apply.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes in any workspace.")
def _plan(settings: Settings, choice: FleetChoice, *, policy: tuple[str, ...], out: str, **rest: bool) -> int:
    """Show what would change in each workspace. Changes nothing. Exit 1 when any workspace failed."""
    from ackplan.cli.fleet_plans import PlanFolder, saved
    from ackplan.cli.fleet_run import FleetRun, drawn, exit_code, selected
    from ackplan.cli.loop import run_async
    from ackplan.workspaces.runner import WorkspaceOrder

    folder = PlanFolder.of_option(settings, out)
    if folder is not None:
        folder.check()
    workspaces, selection = selected(settings, choice, policy)
    run = FleetRun(workspaces, selection, shared_options(settings, policy), choice.jobs, "plan", settings, choice.on)

    def order(entry: WorkspaceEntry) -> WorkspaceOrder:
        return WorkspaceOrder(entry, "plan", ("--detailed-exitcode", *(folder.words(entry) if folder else ())))

    fleet = run_async(run.run(order, {}))
    if folder is not None:
        fleet = folder.keep(fleet)
    click.echo(drawn(settings, fleet))
    if fleet.index is not None:
        click.echo(saved(fleet, out), err=True)
    return exit_code(fleet, detailed=rest["detailed_exitcode"])


class _ApplyChoices(TypedDict):
    """What the options of `fleet apply` say of the run."""

    policy: tuple[str, ...]
    auto_approve: bool
    fail_fast: bool
    lock_timeout: float
    report: str
    sha256: str
    skip_blocked: bool
    allow_vanished: bool


@command.command("apply")
@options(api=True, runs=True, several=True)
@format_option(*_FORMATS)
@otel_option
@fleet_options
@policy_option()
@_SKIP
@_VANISHED
@auto_approve
@click.option("--fail-fast", is_flag=True, help="After a failure in a workspace start nothing new there.")
@click.option("--report", default="", metavar="FILE", help="Write what was done to FILE: a page, or JSON.")
@click.option(
    "--lock-timeout",
    default="0s",
    callback=duration,
    envvar="ACKPLAN_LOCK_TIMEOUT",
    metavar="DURATION",
    help="Wait this long for another run to end.",
)
@click.option("--sha256", default="", metavar="DIGEST", help="Carry DIR out only where this is its index's SHA-256.")
@click.argument("folder", metavar="[DIR]", required=False, default="")
def _apply(settings: Settings, choice: FleetChoice, folder: str, **how: Unpack[_ApplyChoices]) -> int:
    """Carry out the plans in DIR, as fleet plan wrote them: exactly those, or nothing. Without it: plan, ask, apply."""
    from ackplan.cli.fleet_apply import FleetOrder, apply_kept, apply_now, to_go_on
    from ackplan.cli.fleet_report import FleetReport
    from ackplan.cli.fleet_run import drawn, exit_code

    if folder and (how["skip_blocked"] or how["allow_vanished"]):
        raise click.UsageError(
            phrase("plans of a folder were narrowed when they were made: plan options don't go with them")
        )
    if how["sha256"] and not folder:
        raise click.UsageError(phrase("--sha256 is of the index in a folder of plans"))
    words = (*(["--fail-fast"] if how["fail_fast"] else []), f"--lock-timeout={how['lock_timeout']:.15g}")
    order = FleetOrder(folder, how["sha256"], how["auto_approve"], how["policy"], words)
    report = FleetReport(settings, how["report"])
    report.check()
    with tempfile.TemporaryDirectory(prefix="ackplan-reports-") as reports:
        fleet = (apply_kept if folder else apply_now)(settings, choice, order, Path(reports))
        report.write(fleet, Path(reports))
    click.echo(drawn(settings, fleet))
    if fleet.failed:
        to_go_on(order)
    return exit_code(fleet, detailed=False)


@command.command("drift")
@options(api=True, several=True)
@format_option(*_FORMATS)
@otel_option
@fleet_options
@_VANISHED
@click.option("--keep", is_flag=True, help="Keep each result where the workspace's record is, for the board.")
@click.option(
    "--schedule", default="", metavar="CRON", help="With --engine: begin one at these times (UTC); off: none."
)
def _drift(settings: Settings, choice: FleetChoice, schedule: str, **rest: bool) -> int:  # noqa: ARG001 - passed on
    """Show how live clusters of each workspace changed. Exit 2 when some did, 1 when any workspace failed."""
    if schedule:
        from ackplan.cli.engine_schedule import scheduled

        click.echo(scheduled(settings, choice, schedule), err=True)
        return 0
    from ackplan.cli.fleet_run import FleetRun, drawn, exit_code, selected
    from ackplan.cli.loop import run_async
    from ackplan.workspaces.runner import WorkspaceOrder

    workspaces, selection = selected(settings, choice)
    run = FleetRun(workspaces, selection, shared_options(settings), choice.jobs, "drift", settings, choice.on)
    fleet = run_async(run.run(lambda entry: WorkspaceOrder(entry, "drift"), {}))
    click.echo(drawn(settings, fleet))
    return exit_code(fleet, detailed=True)
