"""A task as its answer shows it (DescribeTaskInfo): how far it is, its stages, what happened, what became of what.

The fields are those of today's client. Which stages a kind of task has, how long each takes, and that those to come are
listed as `initial` is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ackplan.simulator.clock import stamp
from ackplan.simulator.injection.effect import SUCCEEDED
from ackplan.simulator.json_types import Json, JsonObject, texts
from ackplan.simulator.machine import Operation
from ackplan.simulator.records import Task

PAUSED, CANCELED = "paused", "canceled"
GOING = frozenset({"running", "pending", PAUSED})
# Stages by the type of the task, each with the share of the whole at which it ends.
_STAGES: Mapping[str, Sequence[tuple[str, float]]] = {
    Operation.CREATE: (("prepare_vpc", 0.2), ("init_master", 0.7), ("join_nodes", 1.0)),
    Operation.SCALE_OUT: (("create_instances", 0.4), ("join_nodes", 1.0)),
    Operation.ATTACH: (("prepare_instances", 0.4), ("join_nodes", 1.0)),
    Operation.REMOVE: (("drain_nodes", 0.6), ("remove_nodes", 1.0)),
    Operation.DELETE: (("remove_nodes", 0.5), ("release_resources", 1.0)),
    "cluster_upgrade": (("precheck", 0.1), ("upgrade_master", 0.6), ("upgrade_nodes", 1.0)),
    "nodepool_upgrade": (("precheck", 0.1), ("upgrade_nodes", 1.0)),
}
_USUAL = (("prepare", 0.1), ("carry_out", 1.0))


def share(task: Task, now: float) -> float:
    """How much of it is done, from 0 to 1; of one that has failed or was canceled, how much had been."""
    before = _number(task.payload, "share", 0.0 if task.state in GOING else 0.5)
    if task.state in SUCCEEDED:
        return 1.0
    begun = _number(task.payload, "resumed", task.created)
    if task.due is None or task.due <= begun or task.state == PAUSED:
        return before if task.state in {*GOING, CANCELED} or "share" in task.payload else 0.5
    until = _number(task.payload, "until", 1.0)
    return before + (until - before) * min(1.0, max(0.0, (now - begun) / (task.due - begun)))


def stage(task: Task, now: float) -> str:
    """The stage that it is in, or was in when it ended without success; empty for one that has succeeded."""
    done = share(task, now)
    return next((name for name, until in _stages(task) if done < until), "")


def ended(task: Task, name: str, now: float) -> bool:
    """Whether a stage is behind it."""
    done = share(task, now)
    return any(done >= until for each, until in _stages(task) if each == name)


def _stages(task: Task) -> Sequence[tuple[str, float]]:
    return _STAGES.get(task.operation, _USUAL)


def _number(payload: Mapping[str, Json], name: str, default: float) -> float:
    value = payload.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def summary(task: Task) -> JsonObject:
    """What a list of tasks shows of it."""
    answer: JsonObject = {
        "task_id": task.task_id,
        "task_type": task.operation,
        "state": task.state,
        "created": stamp(task.created),
        "updated": stamp(task.updated),
    }
    return {**answer, "error": task.error} if _failed(task) and not task.bare else answer


def _failed(task: Task) -> bool:
    return task.error is not None and task.due is None and task.state != "running"


def document(task: Task, now: float) -> JsonObject:
    """All of it, as it is at that instant."""
    target: JsonObject = {"id": task.cluster_id, "type": "cluster"}
    answer: JsonObject = {
        **summary(task),
        "cluster_id": task.cluster_id,
        "target": task.payload.get("target", target),
        "parameters": task.payload.get("parameters", {}),
        "current_stage": stage(task, now),
        "stages": list(_shown(task, now)),
        "events": list(_events(task)),
    }
    if results := _results(task):
        answer["task_result"] = results
    if _failed(task) and task.bare:
        answer["task_result"] = [{"data": task.cluster_id, "status": "failed"}]
    return answer


def _results(task: Task) -> list[JsonObject]:
    """Of each instance or add-on that it is about, how it went."""
    status = "initial" if task.state in GOING else "success" if task.state in SUCCEEDED else "failed"
    named = [*texts(task.payload, "instances"), *texts(task.payload, "subjects")]
    return [{"data": name, "status": status} for name in named]


def _shown(task: Task, now: float) -> Iterator[JsonObject]:
    done, since = share(task, now), 0.0
    for name, until in _stages(task):
        begun = done > since or (since == 0.0 and task.state in GOING)
        over = done >= until
        state = "success" if over else task.state if begun else "initial"
        yield {
            "state": state,
            "message": name,
            "start_time": _at(task, since) if begun else "",
            "end_time": _at(task, until) if over else "",
            "outputs": {},
        }
        since = until


def _at(task: Task, part: float) -> str:
    """When so much of it was done, as the client's description has it: `YYYY-MM-DD HH:mm:ss`."""
    end = task.updated if task.due is None else task.due
    instant = task.created + (max(end, task.created) - task.created) * part
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _events(task: Task) -> Iterator[JsonObject]:
    yield _event(task.created, "start", "info", "Started")
    marks = task.payload.get("marks", [])
    for mark in marks if isinstance(marks, list) else []:
        if isinstance(mark, Mapping):
            yield _event(_number(mark, "at", task.created), str(mark["action"]), "info", str(mark["reason"]))
    if task.state not in GOING:
        good = task.state in SUCCEEDED
        reason = str((task.error or {}).get("code", "Succeeded" if good else "Ended"))
        yield _event(task.updated, "end", "info" if good else "error", reason)


def _event(instant: float, action: str, level: str, reason: str) -> JsonObject:
    when = str(int(instant * 1000))
    message = f"{action}: {reason}"
    return {
        "action": action,
        "level": level,
        "message": message,
        "reason": reason,
        "source": "task",
        "timestamp": when,
    }
