"""Finds calls that a run left without an answer among the tasks of their clusters.

One that adds nodes and is seen so is in flight for as long as its task runs, whatever the time that a call without an
answer is given. What no task shows is left as it was: a list that lags proves nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ackplan.app.baseline import Baseline
from ackplan.app.observe import Observer, together
from ackplan.core.address import parse
from ackplan.core.aims import Grown, Joined
from ackplan.core.answers import Task
from ackplan.execute.lost_calls import NOTHING, Trace, running_task
from ackplan.record.journal import Entry, Facts, InFlight, Phase


async def with_tasks(observer: Observer, before: Baseline) -> tuple[Baseline, tuple[Entry, ...]]:
    """The baseline with the tasks of such calls, and entries that keep them. Never raises for what can't be read."""
    lost = [call for call in before.flying if _is_lost(call)]
    traces = [_trace(call, before) for call in lost]
    tasks = await together(running_task(observer.api, trace) for trace in traces)
    entries = tuple(_answered(lost, tasks))
    tasks_of = {(entry.run, entry.step): entry.facts.task_id for entry in entries}
    flying = tuple(
        dataclasses.replace(call, answered=True, facts=dataclasses.replace(call.facts, task_id=tasks_of[call.key]))
        if call.key in tasks_of
        else call
        for call in before.flying
    )
    return dataclasses.replace(before, flying=flying), entries


def _is_lost(call: InFlight) -> bool:
    """Whether it adds nodes to something inside of a cluster, and nobody heard of it."""
    return call.nested and not call.answered and isinstance(call.aim, Grown | Joined) and call.facts.sent_at is not None


def _trace(call: InFlight, before: Baseline) -> Trace:
    address = parse(call.name)
    home, recorded = before.record.clusters.get(address.root.short), before.record.nested.get(call.name)
    try:
        operation = recorded.kind.catalog.operation(call.facts.operation) if recorded is not None else None
    except LookupError:  # a journal may name any
        operation = None
    if home is None or recorded is None or operation is None or call.facts.sent_at is None:
        return NOTHING
    about = frozenset({recorded.cluster_id, address.name} - {""})
    return Trace(home.cluster_id, home.region, operation.task_types, about, call.facts.sent_at)


def _answered(lost: Sequence[InFlight], tasks: Sequence[Task | None]) -> Sequence[Entry]:
    return [
        Entry(call.run, call.step, call.name, Phase.ANSWER, Facts(task_id=task.task_id))
        for call, task in zip(lost, tasks, strict=True)
        if task is not None
    ]
