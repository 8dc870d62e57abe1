"""`ackplan fleet apply`: plans all workspaces, asks once, and applies exactly that; or applies plans that were kept.

Without a folder each apply plans anew under its lock, takes in what a killed run left, and goes on only where that
gives the plan that was approved. With one, each gets its plan file by the digest in the index.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from ackplan.cli import hints
from ackplan.cli.console import confirm
from ackplan.cli.fleet_options import FleetChoice, shared_options
from ackplan.cli.fleet_run import FleetRun, drawn, selected
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings
from ackplan.cli.printing import say
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.language import phrase
from ackplan.documents.files import display, read_regular
from ackplan.render.facts.words import counted
from ackplan.workspaces.fleet_index import (
    FILE,
    MAX_BYTES,
    STORE,
    FleetIndex,
    IndexedPlan,
    decode_index,
    moved_entries,
    plan_name,
)
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending, FleetResult, PlanFacts, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder
from ackplan.workspaces.selection import Selection

_PLAN_BYTES = 1 << 30
_REPORT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class FleetOrder:
    """What the options say of an apply. `words` go to each workspace's."""

    folder: str = ""
    sha256: str = ""
    approved: bool = False
    policies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def apply_now(settings: Settings, choice: FleetChoice, order: FleetOrder, reports: Path) -> FleetResult:
    """Plans, asks, applies what was shown. Whoever approves unseen has each planned and applied at once.

    Raises Failure.
    """
    workspaces, selection = selected(settings, choice, order.policies)
    shared = shared_options(settings, order.policies)
    run = FleetRun(workspaces, selection, shared, choice.jobs, "apply", settings, choice.on)
    if choice.on.url:
        return _on_engine(settings, run, order, reports)
    if not order.approved:
        return _asked(settings, run, order, reports)

    def carry_out(entry: WorkspaceEntry) -> WorkspaceOrder:
        return WorkspaceOrder(entry, "apply", (*order.words, "--auto-approve", f"--report={reports / entry.name}"))

    return run_async(run.run(carry_out, {}))


def _asked(settings: Settings, run: FleetRun, order: FleetOrder, reports: Path) -> FleetResult:
    with tempfile.TemporaryDirectory(prefix="ackplan-fleet-") as name:
        plans = {entry.name: str(Path(name) / plan_name(entry)) for entry in run.selection.entries}

        def plan(entry: WorkspaceEntry) -> WorkspaceOrder:
            return WorkspaceOrder(entry, "plan", ("--detailed-exitcode", f"--out={plans[entry.name]}"))

        def carry_out(entry: WorkspaceEntry) -> WorkspaceOrder | None:
            if planned[entry.name].ending is not Ending.CHANGED:
                return None
            words = ("--auto-approve", f"--same-as={plans[entry.name]}", f"--report={reports / entry.name}")
            return WorkspaceOrder(entry, "apply", (*order.words, *words))

        fleet = run_async(run.run(plan, {}))
        if fleet.interrupted or not fleet.changed:
            return fleet
        _show(settings, dataclasses.replace(fleet, verb="plan"))
        changing = counted(len(fleet.of(Ending.CHANGED)), "workspace")
        confirm(phrase("Do you want to apply these plans, in {workspaces}?", workspaces=changing), approved=False)
        planned = {result.name: result for result in fleet.results}
        return run_async(run.run(carry_out, planned))


def _on_engine(settings: Settings, run: FleetRun, order: FleetOrder, reports: Path) -> FleetResult:
    """Plans are made by workers, kept in the store, shown, approved, and applied by their digests."""

    def plan(entry: WorkspaceEntry) -> WorkspaceOrder:
        return WorkspaceOrder(entry, "plan", ("--detailed-exitcode", f"--out={STORE}"))

    def carry_out(entry: WorkspaceEntry) -> WorkspaceOrder | None:
        kept = planned[entry.name].kept
        if planned[entry.name].ending is not Ending.CHANGED or kept is None:
            return None
        words = (f"--report={reports / entry.name}", f"--sha256={kept.digest}", kept.location)
        return WorkspaceOrder(entry, "apply", (*order.words, *words))

    followed = dataclasses.replace(run.on, detach=False)
    fleet = run_async(dataclasses.replace(run, verb="plan", on=followed).run(plan, {}))
    if fleet.interrupted or not fleet.changed:
        return dataclasses.replace(fleet, verb="apply")
    if not order.approved:
        _show(settings, fleet)
    changing = counted(len(fleet.of(Ending.CHANGED)), "workspace")
    confirm(phrase("Do you want to apply these plans, in {workspaces}?", workspaces=changing), approved=order.approved)
    planned = {result.name: result for result in fleet.results}
    return run_async(run.run(carry_out, planned))


def _show(settings: Settings, fleet: FleetResult) -> None:
    """What is to be approved: where standard output is a document's, on standard error."""
    shown = drawn(dataclasses.replace(settings, format="text"), fleet)
    click.echo(shown, err=settings.format != "text")


def apply_kept(settings: Settings, choice: FleetChoice, order: FleetOrder, reports: Path) -> FleetResult:
    """Applies the plans of a folder, or nothing where one of them or what it is for is another one. Raises Failure."""
    workspaces, selection = selected(settings, choice, order.policies)
    folder = settings.path(order.folder)
    index = _index(folder, order.sha256)
    selection = _indexed(selection, index)
    chosen = [index.plans[entry.name] for entry in selection.entries]
    changing = {plan.name: plan for plan in chosen if plan.ending is Ending.CHANGED}
    moved = moved_entries(index, workspaces, changing)
    faults = (
        *_unknown(index, workspaces.entries),
        *moved,
        *(f for plan in changing.values() for f in _faults(folder, plan)),
    )
    if faults:
        raise Failure(*faults)
    done = {name for name, plan in changing.items() if _applied(folder, plan)}
    ready = {entry.name: _ready(entry, index.plans[entry.name], done) for entry in selection.entries}

    def carry_out(entry: WorkspaceEntry) -> WorkspaceOrder | None:
        plan = changing.get(entry.name)
        if plan is None or entry.name in done:
            return None
        file = plan.location if plan.location.startswith(STORE) else str((folder / plan.location).absolute())
        words = (*order.words, f"--report={_report(folder, plan)}", f"--sha256={plan.digest}", file)
        return WorkspaceOrder(entry, "apply", words)

    shared = shared_options(settings, order.policies)
    run = FleetRun(workspaces, selection, shared, choice.jobs, "apply", settings, choice.on)
    try:
        return run_async(run.run(carry_out, ready))
    finally:
        for plan in changing.values():
            _link(_report(folder, plan), reports / plan.name)


def _index(folder: Path, sha256: str) -> FleetIndex:
    path = folder / FILE
    name, data = display(path), read_regular(path, MAX_BYTES)
    if data is None:
        raise Failure(error("ACK8012.missing", file=name, folder=display(folder)))
    digest = hashlib.sha256(data).hexdigest()
    if sha256 and sha256 != digest:
        raise Failure(error("ACK8013.index", file=name, digest=digest))
    return decode_index(data, name)


def _indexed(selection: Selection, index: FleetIndex) -> Selection:
    """Those of the selection that were planned."""
    entries = tuple(entry for entry in selection.entries if entry.name in index.plans)
    unplanned = {entry.name: "it was not planned" for entry in selection.entries if entry.name not in index.plans}
    return dataclasses.replace(selection, entries=entries, left_out={**selection.left_out, **unplanned})


def _unknown(index: FleetIndex, entries: Mapping[str, WorkspaceEntry]) -> Iterator[Diagnostic]:
    yield from (error("ACK8013.gone", name=name) for name in index.plans if name not in entries)


def _faults(folder: Path, plan: IndexedPlan) -> Iterator[Diagnostic]:
    """What keeps a plan from being the one of the index; each process looks again at the bytes that it reads."""
    if plan.location.startswith(STORE):
        return
    path = folder / (plan.location or f"{plan.name}.plan")
    data = read_regular(path, _PLAN_BYTES) if plan.location else None
    if data is None:
        yield error("ACK8013.file", name=plan.name, file=display(path))
        return
    digest = hashlib.sha256(data).hexdigest()
    if digest != plan.digest:
        yield error("ACK8013.digest", file=display(path), digest=digest)


def _report(folder: Path, plan: IndexedPlan) -> Path:
    """The report of a plan's apply, which tells the next one that it is done."""
    return (folder / f"{plan.name}.{plan.digest[:16]}.report.json").absolute()


def _applied(folder: Path, plan: IndexedPlan) -> bool:
    """Whether an earlier apply carried this plan out: all of it."""
    data = read_regular(_report(folder, plan), _REPORT_BYTES)
    try:
        document = json.loads(data or b"null")
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("complete") is True


def _ready(entry: WorkspaceEntry, plan: IndexedPlan, done: set[str]) -> WorkspaceResult:
    """The result of a workspace that is not run."""
    if plan.ending is Ending.UNCHANGED or plan.name in done:
        facts = PlanFacts("applied before" if plan.name in done else "")
        return WorkspaceResult(entry, Ending.UNCHANGED, facts)
    finding = error("ACK8014", span=entry.span, ending=phrase(plan.ending.value))
    return WorkspaceResult(entry, Ending.FAILED, diagnostics=(finding,), findings=1)


def _link(report: Path, name: Path) -> None:
    """Gives the report of a run to whoever puts all of them together."""
    if report.is_file() and not name.exists():
        name.symlink_to(report)


def to_go_on(order: FleetOrder) -> None:
    """What to do after an apply that did not finish. A plan of which a part was done is no plan any more."""
    verb = "plan" if order.folder else "apply"
    again = hints.given(click.get_current_context()).complete(f"ackplan fleet {verb}")
    out = f" --out {shlex.quote(order.folder)}" if order.folder else ""
    say(phrase("The records say what was done. To continue: {command}", command=f"{again}{out}"))
