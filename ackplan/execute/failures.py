"""How steps fail, as diagnostics: each says what to do next."""

from __future__ import annotations

from ackplan.core.answers import Cluster
from ackplan.core.call import Pinned
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.error_codes import error_code
from ackplan.execute.ports import ApiError
from ackplan.plan.model import Step

_AGAIN = "Look at it: ackplan clusters {name}; then run: ackplan apply"


class StepFailed(Exception):
    """Ends a step: it failed, for this reason. `open`: its call may still go on. Never leaves this package."""

    def __init__(self, diagnostic: Diagnostic, *, open: bool = False) -> None:  # noqa: A002 - a call is open or settled
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic
        self.open = open


def _fault(step: Step, code: str, summary: str, detail: str, cure: str = _AGAIN) -> Diagnostic:
    return error(code, summary, detail, cure.format(name=step.cluster), cluster=step.cluster)


def refused(step: Step, fault: ApiError) -> Diagnostic:
    cure = error_code(fault.code).cure or "Mend what it names"
    return _fault(step, "ACK5001", "The API refused or failed", str(fault), f"{cure}; then run: ackplan apply")


def refused_failed(step: Step, fault: ApiError) -> Diagnostic:
    cure = "Mend it in the console, then: ackplan apply; or replace it: ackplan plan --replace {name}"
    return _fault(step, "ACK5014", "The API refused a call on a failed cluster", str(fault), cure)


def another(step: Step, cluster: Cluster) -> Diagnostic:
    where = f" in {cluster.region_id}" if cluster.region_id else ""
    detail = f"{cluster.cluster_id} is {cluster.name}{where}, not {step.cluster}; nothing was done to it by this step"
    cure = "Plan again: the plan says which of the two the record means"
    return _fault(step, "ACK5016", "Id is another cluster's", detail, cure)


def gone(step: Step) -> Diagnostic:
    detail = f"{step.cluster_id or 'it'} is not there any more: the API said so twice"
    return _fault(step, "ACK5002", "Cluster is gone", detail, "Plan again")


def not_gone(step: Step) -> Diagnostic:
    detail = f"{step.cluster_id} is there, or was created too recently to be told gone; it stays recorded"
    cure = "See that these credentials may list all clusters; then plan again"
    return _fault(step, "ACK5015", "Cluster is not gone", detail, cure)


def moved(step: Step, size: Pinned, workers: int | None) -> Diagnostic:
    detail = f"planned for {size.before} workers, found {'unknown' if workers is None else workers}"
    return _fault(step, "ACK5010", "Size moved since the plan", detail, "Plan again")


def lost(step: Step, fault: ApiError | None) -> Diagnostic:
    detail = f"{fault}; it can't be told whether it took effect" if fault else "no answer"
    return _fault(step, "ACK5003", "Answer was lost", detail, "Nothing is repeated blindly. " + _AGAIN)


def wrong_size(step: Step, size: Pinned, workers: int | None) -> Diagnostic:
    detail = f"{'unknown' if workers is None else workers} workers, wanted {size.after}"
    return _fault(step, "ACK5004", "Size is not what was asked for", detail)


def still_there(step: Step, nodes: str) -> Diagnostic:
    return _fault(step, "ACK5011", "Nodes are still there", nodes)


def not_ready(step: Step, state: str) -> Diagnostic:
    return _fault(step, "ACK5005", "Cluster did not get ready", f"its state is {state}")


def not_deleted(step: Step, state: str) -> Diagnostic:
    return _fault(step, "ACK5012", "Cluster was not deleted", f"its state is {state}")


def task_failed(step: Step, task_id: str, code: str, message: str) -> Diagnostic:
    why = f"{code} {message}".strip() or "neither it nor the cluster's log says why"
    return _fault(step, "ACK5013", "Task failed", f"task {task_id}: {why}")


def secret(step: Step, why: str) -> Diagnostic:
    return _fault(step, "ACK5006", "Secret can't be used", why, "Set it where the spec says, then: ackplan apply")


def not_attached(step: Step, why: str) -> Diagnostic:
    return _fault(step, "ACK5007", "Instances were not attached", why, "Look at these, then run: ackplan apply")


def too_long(step: Step, seen_last: str, *, called: bool) -> Diagnostic:
    fate = "it may still go on" if called else "nothing was sent"
    detail = "; ".join(filter(None, (f"{step.traits.name} is not done after {step.timeout} seconds", seen_last, fate)))
    return _fault(step, "ACK5008", "Took too long", detail, "Run: ackplan apply, which takes it up again")
