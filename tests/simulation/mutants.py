"""What happens when something essential is missing: each of these has to be noticed by some story.

`seed` is a story that noticed it when this was written; a story may tell something else since then, and others are
looked at too.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from ackplan.api import sending
from ackplan.app import planning
from ackplan.execute import creating, deleting, nodes, scaling
from ackplan.execute.context import StepContext
from ackplan.execute.watch import Watch
from ackplan.plan import decide
from ackplan.record import recovery
from ackplan.record.journal import Entry, Phase
from ackplan.record.recovery import recover

from .computer import MemoryJournal


@dataclass(frozen=True)
class Mutant:
    """`target.name` is replaced by `instead`; a story that notices it says so with the words `noticed`.

    `also` are targets and names of guards behind it that stand in for it: those do nothing then.
    """

    what: str
    target: Any
    name: str
    instead: Any
    noticed: str
    seed: int = 0
    also: tuple[tuple[Any, str], ...] = ()

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.object(self.target, self.name, self.instead))
            for target, name in self.also:
                stack.enter_context(mock.patch.object(target, name, _nothing))
            yield


def _nothing(*_: Any) -> None:
    pass


async def _at_once(*_: Any) -> None:
    pass


async def _no(*_: Any) -> bool:
    return False


async def _look_once(context: StepContext, _task_id: str | None = None) -> Any:
    return await context.look()


async def _without_intents(journal: MemoryJournal, entry: Entry) -> None:
    if entry.phase is not Phase.INTENT:
        journal.append([entry])


async def _later(journal: MemoryJournal, entry: Entry) -> None:
    """Says that it is written, and writes it in a while."""
    asyncio.get_running_loop().call_later(1.0, _written_if_alive, journal, entry)


def _written_if_alive(journal: MemoryJournal, entry: Entry) -> None:
    if not journal.life.dead:
        journal.disk.rows.append(journal.disk.row(entry))


async def _always(context: StepContext) -> bool:
    await context.ready()
    return True


async def _all(context: StepContext) -> list[str]:
    if await context.late_call():
        await context.ready()
    return list(context.step.instances)


async def _as_answered(_context: StepContext, answer: Any) -> Any:
    return answer


def _with_nothing_live(record: Any, flying: Any, *_: Any, **__: Any) -> Any:
    return recover(record, flying, ())


_namesake = decide._namesake


def _unasked(case: decide.Case, wanted: Any, live: Any) -> Any:
    return _namesake(dataclasses.replace(case, adopt=True), wanted, live)


_intent = StepContext.intent


async def _with_body(context: StepContext) -> Mapping[str, Any]:
    body = await _intent(context)
    await context.write(Phase.INTENT, {"operation": context.call.operation, "body": body, "entry": context.step.entry})
    return body


_FREE: Callable[..., Any] = lambda _call, _now: False  # noqa: E731 - one of a row


_WRITTEN, _SIZE = "before it was written down", "are wanted"
MUTANTS = (
    Mutant("intents are kept", MemoryJournal, "write", _without_intents, _WRITTEN),
    Mutant("an intent is on disk before its call is sent", MemoryJournal, "write", _later, _WRITTEN),
    Mutant("calls in flight are recovered", planning, "recover", _with_nothing_live, "not recorded", 5),
    Mutant("a creation on its way is not forgotten", recovery, "on_its_way", _FREE, "bring it about", 1715),
    Mutant("a scale-out on its way is waited for", StepContext, "late_call", _no, _SIZE, 1558),
    Mutant("a lost create is looked for", creating, "_found", _as_answered, "though it is there", 60),
    Mutant("scaling looks first", scaling, "_to_do", _always, _SIZE, 1558),
    Mutant("attaching looks first", nodes, "_missing", _all, "twice", 274),
    Mutant("removing looks first", nodes, "_left", _all, "removes a node twice", 1695),
    Mutant("a stopped run sends nothing", sending.Sender, "stop", _nothing, "after Ctrl-C", 208, ((Watch, "check"),)),
    Mutant("a delete is waited for", deleting, "gone", _at_once, "twice", 18),
    Mutant("a create is waited for", StepContext, "running", _at_once, "which it depends on", 41),
    Mutant("a task is waited for", StepContext, "rest", _look_once, "is sent while the cluster is", 520),
    Mutant("what is protected stays", decide.Case, "protected", False, "is protected", 46),
    Mutant("adoption needs consent", decide, "_namesake", _unasked, "unasked", 63),
    Mutant("no secret is written down", StepContext, "intent", _with_body, "is told"),
)
