"""A machine that runs workspaces for an engine: what it takes, where it works, what it runs.

An order comes from a server that others may write to. This machine decides by its own settings: it opens only stores,
and signs calls only for addresses, that it was started with or that its checkout names.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ackplan.adapters.local.child_runner import ChildRunner
from ackplan.adapters.local.git import checked_out, is_altered
from ackplan.adapters.stores.store_url import scheme_of, store_url
from ackplan.core.diagnostics import Failure, error, printable
from ackplan.documents.files import read_regular
from ackplan.project.engine_notes import EngineNotes
from ackplan.project.project_settings import ProjectSettings
from ackplan.workspaces.child_end import ChildEnd, result_of_end
from ackplan.workspaces.child_words import SharedOptions, without_engine
from ackplan.workspaces.engine_run import EngineRun, EngineTask
from ackplan.workspaces.engine_words import check_words, policies
from ackplan.workspaces.model import FILE
from ackplan.workspaces.result import Ending, WorkspaceResult
from ackplan.workspaces.runner import Progress, WorkspaceOrder
from ackplan.workspaces.selection import select
from ackplan.workspaces.task_host import TaskEnd, TaskOrder
from ackplan.workspaces.workspaces_file import read_workspaces

_REPORT_BYTES = 64 << 20
# The workspace is locked; the lock was lost; the store does not answer.
_LOCKED, _LOST = "ACK3021", "ACK3101"
# The record is not the one that the plan was made on.
_MOVED = "ACK6004"
# Of the time after which an attempt without progress is given up: how much of it may be spent on waiting for the lock.
_PART = 0.9


@dataclass(frozen=True, slots=True)
class EngineHost:
    """`settings` are those of this machine: the folder that it works in, its store. `profiles` are those it serves."""

    settings: ProjectSettings
    environment: Mapping[str, str]
    profiles: tuple[str, ...] = ("",)

    @property
    def has_checkout(self) -> bool:
        return (self.settings.chdir / FILE).is_file()

    def process(self, order: TaskOrder) -> HostedProcess:
        """Raises Failure for an order that this machine does not take."""
        if order.task.entry.profile not in self.profiles:
            raise Failure(error("ACK8205.profile", profile=printable(order.task.entry.profile) or "none"))
        workspaces = read_workspaces(self.settings.chdir) if self.has_checkout else None
        entries = workspaces.entries.values() if workspaces else ()
        own = (self.environment.get(f"ACKPLAN_{name}", "") for name in ("ENDPOINT", "STS_ENDPOINT"))
        addresses = {*own, *(entry.endpoint for entry in entries)}
        check_words(order.task, order.terms, addresses)
        state = self._state(order, {entry.state for entry in entries if scheme_of(entry.state)})
        needed = order.terms.verb != "apply" or bool(policies(order.terms.words))
        fault = self._unlike(order.terms.commit)
        if needed and fault is not None:
            raise fault
        return HostedProcess(self, order, state, in_checkout=fault is None)

    def listed(self, run: EngineRun) -> EngineRun:
        """The run with the workspaces that the checkout has now. Raises Failure."""
        workspaces = read_workspaces(self.settings.chdir)
        selection = select(workspaces, run.patterns or ())
        fault = self._unlike(commit := checked_out(self.settings.chdir))
        if fault is not None:
            raise fault
        terms = dataclasses.replace(run.terms, commit=commit)
        tasks = tuple(EngineTask(entry) for entry in selection.entries)
        return dataclasses.replace(
            run, terms=terms, tasks=tasks, along=selection.along, left_out=selection.left_out, patterns=None
        )

    def _state(self, order: TaskOrder, listed: set[str]) -> str:
        """The store to name to the process; empty where its environment names it. Raises Failure for another one."""
        own, wanted = self.settings.state, order.task.entry.state or order.terms.state
        shown = store_url(wanted).shown
        if scheme_of(own) and store_url(own).shown == shown:
            return "" if self.environment.get("ACKPLAN_STATE") == own else own
        if wanted in listed and not store_url(wanted).has_password:
            return wanted
        raise Failure(error("ACK8205.store", store=shown))

    def _unlike(self, commit: str) -> Failure | None:
        """Why the checkout is not what a run was begun with."""
        folder = self.settings.chdir
        if not self.has_checkout:
            return Failure(error("ACK8204.none"))
        own = checked_out(folder)
        if not commit or own != commit:
            return Failure(error("ACK8204.commit", own=own or "nothing", wanted=commit or "nothing"))
        return Failure(error("ACK8204.altered", own=own)) if is_altered(folder) else None


class HostedProcess:
    """The process of one workspace."""

    def __init__(self, host: EngineHost, order: TaskOrder, state: str, *, in_checkout: bool) -> None:
        self._order = order
        self._settings = host.settings
        self._checkout = in_checkout
        entry = dataclasses.replace(order.task.entry, state=state)
        self._entry = entry if in_checkout else dataclasses.replace(entry, path=".", files=(), var_files=())
        self._environment = {**without_engine(host.environment), **({"ACKPLAN_STATE": state} if state else {})}
        self._notes = EngineNotes(host.settings, order.task.entry.record, state)
        self._runner: ChildRunner | None = None

    def interrupt(self) -> None:
        if self._runner is not None:
            self._runner.interrupt()

    async def run(self, progress: Progress) -> TaskEnd:
        """How it ended. Raises Failure where it was not begun. Cancelled, the process is killed."""
        with tempfile.TemporaryDirectory(prefix="ackplan-worker-") as name:
            folder = Path(name)
            empty = folder / "empty"
            empty.mkdir()
            root = self._settings.chdir.resolve() if self._checkout else empty
            order = WorkspaceOrder(self._entry, self._order.terms.verb, tuple(self._words(folder)))
            self._check_paths(root)
            shared = SharedOptions("", tuple(self._shared(root)))
            self._runner = ChildRunner(root, shared, self._environment)
            try:
                end = await self._runner.end_of(order, progress)
            except OSError as fault:
                raise Failure(error("ACK8011.start", why=fault.strerror or str(fault))) from None
            return await asyncio.to_thread(self._judged, order, end, folder)

    def _check_paths(self, root: Path) -> None:
        """Raises Failure for a path that is not in the checkout, or leads out of it."""
        entry, real = self._entry, root.resolve()
        inside = (Path(entry.path), *(Path(entry.path) / name for name in (*entry.files, *entry.var_files)))
        for path in (*inside, *map(Path, policies(self._order.terms.words))):
            if not (root / path).resolve().is_relative_to(real):
                raise Failure(error("ACK8205.path", path=printable(str(path))))
        if not (root / entry.path).is_dir():
            raise Failure(error("ACK8010", path=entry.path))

    def _shared(self, root: Path) -> Iterator[str]:
        """The options of the run, and those of this machine."""
        for word in self._order.terms.words:
            name = word.removeprefix("--policy=")
            yield f"--policy={root / name}" if name != word and not name.startswith("builtin:") else word
        yield f"--lock-ttl={self._order.terms.lock_ttl:.15g}"
        for option in ("ca-file", "identity"):
            file = self._environment.get(f"ACKPLAN_{option.upper().replace('-', '_')}", "")
            if file:
                yield f"--{option}={Path(file).absolute()}"

    def _words(self, folder: Path) -> Iterator[str]:
        terms, digest = self._order.terms, self._order.task.digest
        if terms.verb == "plan":
            yield "--detailed-exitcode"
            if terms.kept:
                yield "--out=store:"
        if terms.verb == "apply":
            if self._order.again:
                yield f"--lock-timeout={terms.silence * _PART:.15g}"
            if terms.reported:
                yield f"--report={folder / 'report.json'}"
            yield f"--sha256={digest}"
            yield f"store:{digest}"

    def _judged(self, order: WorkspaceOrder, end: ChildEnd, folder: Path) -> TaskEnd:
        """What came of the workspace; whether it is to be tried again."""
        result, digest = result_of_end(order, end), self._order.task.digest
        if order.verb == "apply":
            if self._order.again and (_codes(result) == {_MOVED} or result.ending is Ending.UNCHANGED):
                # An earlier attempt did all of it, and ended before the engine heard of it.
                done = self._notes.outcome(digest)
                if done:
                    return TaskEnd(ChildEnd(0, done, ""), failed=False)
            self._keep_report(folder, digest)
        passing = {_LOST, *((_LOCKED,) if self._order.again else ())}
        codes = ", ".join(sorted(_codes(result) & passing))
        return TaskEnd(end, result.failed, again=codes)

    def _keep_report(self, folder: Path, digest: str) -> None:
        report = read_regular(folder / "report.json", _REPORT_BYTES)
        if report:
            with contextlib.suppress(Failure):
                self._notes.keep_report(digest, report)


def _codes(result: WorkspaceResult) -> set[str]:
    return {finding.code for finding in result.diagnostics if finding.is_error}
