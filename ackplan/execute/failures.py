"""How steps fail, as diagnostics: each says what to do next."""

from __future__ import annotations

from typing import Final

from ackplan.core.answers import Cluster, Task
from ackplan.core.call import Pinned
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.error_codes import error_code
from ackplan.execute.ports import ApiError
from ackplan.plan.model import Step

NOT_CHANGED: Final = "ACK5019"


class StepFailed(Exception):
    """Ends a step: it failed, for this reason. `open`: its call may still go on. Never leaves this package."""

    def __init__(self, diagnostic: Diagnostic, *, open: bool = False) -> None:  # noqa: A002 - a call is open or settled
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic
        self.open = open


def refused(step: Step, fault: ApiError) -> Diagnostic:
    cure = error_code(fault.code).cure
    if cure:
        return error("ACK5001.code", fault=fault, remedy=cure, cluster=step.name)
    return error("ACK5001.other", fault=fault, cluster=step.name)


def refused_failed(step: Step, fault: ApiError) -> Diagnostic:
    return error("ACK5014", fault=fault, cluster=step.name)


def another(step: Step, cluster: Cluster) -> Diagnostic:
    live, region = cluster.name, cluster.region_id
    return error("ACK5016", cluster_id=cluster.cluster_id, live=live, region=region, cluster=step.name)


def gone(step: Step) -> Diagnostic:
    return error("ACK5002", cluster_id=step.cluster_id or "it", cluster=step.name)


def not_gone(step: Step) -> Diagnostic:
    return error("ACK5015", cluster_id=step.cluster_id, cluster=step.name)


def moved(step: Step, size: Pinned, workers: int | None) -> Diagnostic:
    return error("ACK5010", before=size.before, workers=_counted(workers), cluster=step.name)


def lost(step: Step, fault: ApiError | None) -> Diagnostic:
    if fault is None:
        return error("ACK5003.silence", cluster=step.name)
    return error("ACK5003.fault", fault=fault, cluster=step.name)


def wrong_size(step: Step, size: Pinned, workers: int | None) -> Diagnostic:
    return error("ACK5004", workers=_counted(workers), after=size.after, cluster=step.name)


def _counted(workers: int | None) -> int | str:
    return "unknown" if workers is None else workers


def still_there(step: Step, nodes: str) -> Diagnostic:
    return error("ACK5011", nodes=nodes, cluster=step.name)


def not_ready(step: Step, state: str) -> Diagnostic:
    return error("ACK5005", state=state, cluster=step.name)


def not_deleted(step: Step, state: str) -> Diagnostic:
    return error("ACK5012", state=state, cluster=step.name)


def task_failed(step: Step, task_id: str, code: str, message: str) -> Diagnostic:
    why = f"{code} {message}".strip()
    if not why:
        return error("ACK5013.silent", task_id=task_id, cluster=step.name)
    return error("ACK5013.reason", task_id=task_id, why=why, cluster=step.name)


def paused(step: Step, task: Task) -> Diagnostic:
    percent = "" if task.percent is None else task.percent
    why = f"{task.error_code} {task.error_message}".strip()
    return error("ACK5022", task_id=task.task_id, percent=percent, why=why, cluster=step.name)


def secret(step: Step, why: str) -> Diagnostic:
    return error("ACK5006.step", why=why, cluster=step.name)


def not_attached(step: Step, why: str) -> Diagnostic:
    return error("ACK5007", why=why, cluster=step.name)


def too_long(step: Step, seen_last: str, *, called: bool) -> Diagnostic:
    return error(
        "ACK5008.called" if called else "ACK5008.unsent",
        work=step.traits.name,
        timeout=step.timeout,
        last=seen_last,
        cluster=step.name,
    )


def not_changed(step: Step) -> Diagnostic:
    return error(NOT_CHANGED, cluster=step.name)


def check_failed(step: Step, why: str) -> Diagnostic:
    return error("ACK5020", why=why, cluster=step.name)


def not_performed(step: Step) -> Diagnostic:
    """The type of the resource has no such work: a plan file that nobody vouches for, or a bug of the type."""
    return error("ACK5018", work=step.traits.name, cluster=step.name)
