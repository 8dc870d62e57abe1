"""A fleet's command on an engine: begins a run, follows it as one of this machine is followed, and fetches reports."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from ackplan import __version__
from ackplan.cli.engine_options import EngineChoice
from ackplan.cli.fleet_console import FleetConsole
from ackplan.cli.options import Settings
from ackplan.cli.printing import say
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.language import phrase
from ackplan.documents.schema_words import listed
from ackplan.workspaces.child_words import SharedOptions, state_of
from ackplan.workspaces.dispatch import FleetView
from ackplan.workspaces.engine_run import EngineRun, EngineTask, EngineTerms
from ackplan.workspaces.engine_words import policies, sendable
from ackplan.workspaces.fleet_engine import FleetEngine, FollowedRun
from ackplan.workspaces.fleet_index import STORE
from ackplan.workspaces.model import WorkspaceEntry, Workspaces, is_store
from ackplan.workspaces.result import FleetResult, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder
from ackplan.workspaces.selection import Selection

# Seconds. A lock of a run on an engine is short: whoever takes a run over has to wait for it.
LOCK_TTL: Final = 30.0
_SILENCE: Final = 20.0
_PART = 4 / 3
# Workspaces that run at a time, where nobody says how many: the workers' places bound them.
JOBS: Final = 500
# Words of one workspace's command alone, or about files here.
_OF_ONE = ("--out=", "--same-as=", "--auto-approve", "--sha256=", STORE)

Orders = Callable[[WorkspaceEntry], WorkspaceOrder | None]


@dataclasses.dataclass(frozen=True, slots=True)
class EngineOrder:
    """What is to be run, and what all of it is given. `jobs` is 0 where nobody said how many at a time."""

    workspaces: Workspaces
    selection: Selection
    shared: SharedOptions
    verb: str
    jobs: int = 0

    @property
    def most(self) -> int:
        """How many workspaces run at a time at most."""
        return self.jobs or JOBS


async def run_on_engine(
    settings: Settings, on: EngineChoice, order: EngineOrder, orders: Orders, ready: Mapping[str, WorkspaceResult]
) -> FleetResult:
    """What came of each workspace; `orders` and `ready` as Dispatch has them. Raises Failure.

    Detached, the id is printed, and the command ends.
    """
    from ackplan.project.engines import open_engine

    run = composed(settings, order, orders, ready)
    engine = await open_engine(settings, on.url, dict(os.environ))
    await _warn(engine, run)
    name = await engine.start(run)
    if on.detach:
        click.echo(name)
        say(phrase("The run goes on by itself. To follow it: ackplan runs {run}", run=name))
        raise click.exceptions.Exit(0)
    say(phrase("Run {run}", run=name))
    fleet = await _followed(engine, name, stops=True)
    for entry in order.selection.entries:
        await asyncio.to_thread(_fetch_report, settings, order.shared, orders(entry))
    return dataclasses.replace(fleet, results=tuple(_known_before(result, ready) for result in fleet.results))


def _fetch_report(settings: Settings, shared: SharedOptions, order: WorkspaceOrder | None) -> None:
    """Puts the report of an apply, which its worker kept in the store, where one of this machine would have put it."""
    from ackplan.project.engine_notes import EngineNotes

    words = order.words if order else ()
    file = next((word.removeprefix("--report=") for word in words if word.startswith("--report=")), "")
    digest = next((word.removeprefix(STORE) for word in words if word.startswith(STORE)), "")
    if order is None or not file or not digest:
        return
    state = state_of(order.entry, os.environ, shared)
    report = EngineNotes(settings, order.entry.record, state).report(digest)
    if report:
        Path(file).write_bytes(report)


def _known_before(result: WorkspaceResult, ready: Mapping[str, WorkspaceResult]) -> WorkspaceResult:
    before = ready.get(result.name)
    return before if before is not None and before.ending is result.ending else result


async def followed(settings: Settings, on: EngineChoice, name: str) -> FleetResult:
    """What came of each workspace of a run that was begun before. Raises Failure."""
    from ackplan.project.engines import open_engine

    engine = await open_engine(settings, on.url, dict(os.environ))
    return await _followed(engine, name, stops=False)


async def _followed(engine: FleetEngine, name: str, *, stops: bool) -> FleetResult:
    """`stops`: an interrupt stops the run; else it ends following it."""
    console = _Console(0)
    following = asyncio.ensure_future(engine.follow(name, console.begin))
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if stops and not stopping:
            stopping.append(asyncio.ensure_future(_stopped(engine, name)))
        else:
            following.cancel()

    with console.running(stop):
        try:
            end = await following
        except asyncio.CancelledError:
            say(phrase("No longer following {run}. To see how it goes on: ackplan runs {run}", run=name))
            raise click.exceptions.Exit(130) from None
        finally:
            await asyncio.gather(*stopping, return_exceptions=True)
    if end.fault:
        raise Failure(error("ACK8210", run=name, how=end.fault))
    return _fleet(end)


async def _stopped(engine: FleetEngine, name: str) -> None:
    """Where it has ended meanwhile, there is nothing to stop."""
    with contextlib.suppress(Failure):
        await engine.cancel(name)


class _Console(FleetConsole):
    """A console whose number of workspaces is known once the run is."""

    AGAIN = "Press Ctrl-C again to stop following it."

    def begin(self, run: EngineRun) -> FleetView:
        self.counts_to(len(run.tasks))
        return self


def _fleet(end: FollowedRun) -> FleetResult:
    run = end.run
    return FleetResult(
        run.terms.verb, run.selection, end.results, end.seconds, run.jobs, end.stopped, commit=run.terms.commit
    )


async def _warn(engine: FleetEngine, run: EngineRun) -> None:
    """Says for which workspaces no worker is there: the run waits for one."""
    profiles = dict.fromkeys(task.entry.profile for task in run.tasks if task.ready is None)
    waiting = [name or phrase("(no profile)") for name in await engine.unserved(tuple(profiles))]
    if waiting:
        names = {"version": __version__, "profiles": listed(waiting)}
        say(phrase("No worker of ackplan {version} serves {profiles} now: the run waits for one.", **names))


def composed(settings: Settings, order: EngineOrder, orders: Orders, ready: Mapping[str, WorkspaceResult]) -> EngineRun:
    """The run as the engine keeps it. Raises Failure for what can't be run elsewhere."""
    selection = order.selection
    ordered = {entry.name: orders(entry) for entry in selection.entries}
    words = tuple(word for each in ordered.values() if each for word in each.words)
    faults = tuple(_local_plans(order.verb, ordered.values()))
    if faults:
        raise Failure(*faults)
    terms = terms_of(settings, order, words)
    tasks = tuple(_task(entry, ordered[entry.name], ready, settings.profile) for entry in selection.entries)
    commit = _commit(order.workspaces.root, needed=order.verb != "apply" or bool(policies(terms.words)))
    return EngineRun(
        dataclasses.replace(terms, commit=commit),
        tasks,
        order.most,
        along=selection.along,
        left_out=selection.left_out,
        notes=selection.notes,
    )


def terms_of(settings: Settings, order: EngineOrder, words: Iterable[str]) -> EngineTerms:
    """What holds for every workspace, but the commit; `words` are those of each one's command. Raises Failure."""
    faults = tuple(_in_folders(order))
    if faults:
        raise Failure(*faults)
    words = (*order.shared.words, *words)
    common = dict.fromkeys(word for word in words if not word.startswith(_OF_ONE))
    lock_ttl = settings.lock_ttl if _was_given("lock_ttl") else LOCK_TTL
    profile, root = f"--profile={settings.profile}", str(order.workspaces.root.resolve())
    return EngineTerms(
        order.verb,
        __version__,
        tuple(word for word in sendable(common, root) if word != profile),
        _store(order),
        "",
        lock_ttl,
        max(lock_ttl * _PART, _SILENCE if settings.patience is None else 1.0),
        kept=f"--out={STORE}" in words,
        reported=any(word.startswith("--report=") for word in words),
    )


def _was_given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is not None and source is not click.core.ParameterSource.DEFAULT


def _task(
    entry: WorkspaceEntry, order: WorkspaceOrder | None, ready: Mapping[str, WorkspaceResult], profile: str
) -> EngineTask:
    served = dataclasses.replace(entry, profile=entry.profile or profile)
    if order is None:
        return EngineTask(served, ready=ready[entry.name].ending)
    digest = next((word.removeprefix(STORE) for word in order.words if word.startswith(STORE)), "")
    return EngineTask(served, digest)


def _in_folders(order: EngineOrder) -> Iterator[Diagnostic]:
    for entry in order.selection.entries:
        state = state_of(entry, os.environ, order.shared)
        if not is_store(state):
            yield error("ACK8202", span=entry.span, name=entry.name, state=state)


def _local_plans(verb: str, orders: Iterable[WorkspaceOrder | None]) -> Iterator[Diagnostic]:
    for order in orders:
        if order is not None and verb == "plan":
            local = [word for word in order.words if word.startswith("--out=") and word != f"--out={STORE}"]
            yield from (error("ACK8203", where=word.removeprefix("--out=")) for word in local)
        elif order is not None and verb == "apply" and not any(word.startswith(STORE) for word in order.words):
            yield error("ACK8203", where=f"the plan of {order.entry.name}")


def _store(order: EngineOrder) -> str:
    """The store of the workspaces that name none, as others can read it."""
    from ackplan.adapters.stores.store_url import store_url

    state = order.shared.state or os.environ.get("ACKPLAN_STATE", "")
    return store_url(state).shown if is_store(state) else ""


def _commit(root: Path, *, needed: bool) -> str:
    """The commit that workers have to have; empty where they need none. Raises Failure."""
    from ackplan.adapters.local.git import checked_out, is_altered

    commit = checked_out(root)
    altered = bool(commit) and is_altered(root)
    if needed and not commit:
        raise Failure(error("ACK8204.untracked"))
    if needed and altered:
        raise Failure(error("ACK8204.altered", own=commit))
    return "" if altered else commit
