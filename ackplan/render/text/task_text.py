"""Tasks of the API as a terminal shows them: how far each is, and of one its stages and events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from ackplan.core.answers import Task
from ackplan.core.language import phrase
from ackplan.render.text.table import table

_HEAD = ("TASK", "CLUSTER", "TYPE", "STATE", "DONE", "CREATED", "UPDATED", "TARGET", "ERROR")
_MILLISECONDS = 13


def tasks_table(tasks: Iterable[Task]) -> str:
    """Tasks in the order given, each with its error where it has one."""
    rows = [
        (
            t.task_id,
            t.cluster_id,
            t.task_type,
            t.state,
            "" if t.percent is None else f"{t.percent}%",
            t.created,
            t.updated,
            t.target,
            f"{t.error_code} {t.error_message}".strip(),
        )
        for t in tasks
    ]
    return table(_HEAD, rows) if rows else phrase("No tasks.")


def task_text(task: Task) -> str:
    """One task with its stages and its events, as far as the answer tells of them."""
    return "\n\n".join([tasks_table([task]), *_parts(task)])


def _parts(task: Task) -> Iterator[str]:
    if task.stages:
        rows = [(s.name, s.state, s.begun, s.ended) for s in task.stages]
        yield table(("STAGE", "STATE", "BEGAN", "ENDED"), rows)
    if task.events:
        rows = [(_when(e.at), e.level, e.reason, e.message) for e in task.events]
        yield table(("WHEN", "LEVEL", "EVENT", "MESSAGE"), rows)


def _when(at: str) -> str:
    """An instant in milliseconds since 1970 as the API writes others, anything else as it came."""
    if len(at) != _MILLISECONDS or not (at.isascii() and at.isdigit()):
        return at
    return datetime.fromtimestamp(int(at) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
