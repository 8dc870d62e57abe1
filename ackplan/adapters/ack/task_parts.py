"""Reads a task out of an answer: what it is, how far it is, what happened in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ackplan.adapters.ack.answer_fields import shown, text
from ackplan.adapters.ack.task_reason import objects, reason
from ackplan.core.answers import Task, TaskEvent, TaskStage
from ackplan.core.json_types import JsonObject
from ackplan.core.states import task_end

# More stages or events than anybody reads; the last events count.
_MOST: Final = 100


def task_of(fields: JsonObject, task_id: str) -> Task:
    """The task that an answer tells of. Raises Malformed where it has no state."""
    state = text(fields, "state", required=True)
    end = task_end(state)
    code, message = reason(fields, end)
    return Task(
        task_id=task_id,
        cluster_id=shown(fields, "cluster_id"),
        task_type=shown(fields, "task_type"),
        state=end.value if end else state,
        created=shown(fields, "created"),
        updated=shown(fields, "updated"),
        error_code=code,
        error_message=message,
        target=_target(fields),
        subjects=tuple(filter(None, (shown(part, "data") for part in objects(fields.get("task_result"))[:_MOST]))),
        stage=shown(fields, "current_stage"),
        stages=tuple(_stages(fields)),
        events=tuple(_events(fields)),
    )


def _target(fields: JsonObject) -> str:
    target = fields.get("target")
    named = shown(target, "id") if isinstance(target, dict) else ""
    return "" if named == shown(fields, "cluster_id") else named


def _stages(fields: JsonObject) -> Iterator[TaskStage]:
    for part in objects(fields.get("stages"))[:_MOST]:
        name = shown(part, "name") or shown(part, "message")
        yield TaskStage(name, shown(part, "state"), shown(part, "start_time"), shown(part, "end_time"))


def _events(fields: JsonObject) -> Iterator[TaskEvent]:
    for part in objects(fields.get("events"))[-_MOST:]:
        words = shown(part, "message") or shown(part, "action")
        yield TaskEvent(shown(part, "timestamp"), shown(part, "level"), shown(part, "reason"), words)
