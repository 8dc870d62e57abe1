"""Performs one step: written down before it is sent, answered, waited for, taken into the record.

A changing call whose answer is lost is never simply repeated. First it is looked what became of it: a create by its
name, a scaling by the size that was pinned in the plan, an attach or a removal by the nodes, a delete by the state.
"""

from __future__ import annotations

from ackplan.core import tracing
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.work import Create
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.outcomes import Outcome, Run, Status
from ackplan.execute.ports import ApiError, SecretUnreadable
from ackplan.execute.slots import Place
from ackplan.execute.step_run import Ports, StepContext
from ackplan.execute.waiter import Stopped, TookTooLong, Watch
from ackplan.plan.model import Step
from ackplan.record.journal import Phase


def _refused(context: StepContext, fault: ApiError) -> Diagnostic:
    if fault.missing and not isinstance(context.step.work, Create):
        return failures.gone(context.step)
    if context.failed and context.called:
        return failures.refused_failed(context.step, fault)
    return failures.refused(context.step, fault)


# The code of a call that was not sent because the run is being stopped.
STOPPED = "Stopped"


class Performer:
    """Performs the steps of one run. `ids` are the clusters that the run, or the one it goes on with, created.

    `accepted` says when these were accepted. `tried` are calls that an earlier run may have sent, by operation and
    cluster, and until when they may take effect.
    """

    def __init__(self, ports: Ports, watch: Watch, run: Run) -> None:
        self._ports = ports
        self._watch = watch
        self._run = run.id
        self._ids = dict(run.ids)
        self._accepted = dict(run.accepted)
        self._tried = dict(run.tried)

    async def perform(self, step: Step, place: Place) -> Outcome:
        """The same as `_performed`, within a span."""
        kind = step.traits.name
        with tracing.span(f"step {kind}", step=step.id, kind=kind, cluster=step.name, run=self._run) as span:
            outcome = await self._performed(step, place)
            span.set("cluster_id", outcome.cluster_id)
            span.set("outcome", outcome.status.value)
            if outcome.status is Status.FAILED:
                span.fail(next((finding.code for finding in outcome.diagnostics), "Failed"))
            return outcome

    async def _performed(self, step: Step, place: Place) -> Outcome:
        """The step's outcome; its place is given up while it only waits.

        Raises nothing but cancellation, bugs, and Failure when the journal can't be written.
        """
        clock = self._ports.clock
        started = clock.now()
        cluster_id = step.cluster_id or self._ids.get(step.name, "")
        context = StepContext(step, self._ports, self._watch, self._run, self._ids, place, cluster_id, started=started)
        parent = step.address.parent
        context.parent_id = step.parent_id or (self._ids.get(parent.short, "") if parent else "")
        context.accepted_at = step.accepted_at if step.cluster_id else self._accepted.get(step.name, "")
        context.late = self._tried.get((step.call.operation, step.name)) if step.call else None
        status = await self._status(context)
        self._accepted[step.name] = context.accepted_at
        return Outcome(
            status,
            tuple(context.diagnostics),
            context.cluster_id,
            tuple(filter(None, dict.fromkeys(context.request_ids))),
            tuple(context.task_ids),
            context.called,
            started,
            clock.now() - started,
            tuple(context.retries),
        )

    @staticmethod
    async def _status(context: StepContext) -> Status:
        step = context.step
        try:
            await context.type.perform(context)
        except Stopped:
            return Status.INTERRUPTED
        except TookTooLong as fault:
            context.diagnostics.append(failures.too_long(step, str(fault), called=context.called))
        except ApiError as fault:
            context.heard(fault)
            if fault.code == STOPPED:
                return Status.INTERRUPTED
            context.diagnostics.append(_refused(context, fault))
        except SecretUnreadable as fault:
            context.diagnostics.append(failures.secret(step, str(fault)))
        except StepFailed as failed:
            context.diagnostics.append(failed.diagnostic)
            if context.called and not failed.open:
                await context.write(Phase.SETTLED, error=failed.diagnostic.code)
        else:
            return Status.DONE
        return Status.FAILED
