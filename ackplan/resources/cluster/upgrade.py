"""Upgrades the control plane of a cluster: checked before, sent once, seen by the version that the cluster shows."""

from __future__ import annotations

from ackplan.core.diagnostics import warning
from ackplan.core.upgrade_check import UpgradeCheck
from ackplan.core.work import Upgrade
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.step_run import StepContext
from ackplan.resources.cluster.modify import is_so, send
from ackplan.resources.cluster.precheck import begin_check, look_at_check
from ackplan.resources.target_values import target_of

_SHOWN = 5
# Where an upgrade failed, another one is the way out.
_FAILED = "updating_failed"


async def upgrade(context: StepContext, work: Upgrade) -> None:
    """To the next version of the way, unless the cluster has it already."""
    aimed = target_of(context.step.after, work.call.operation)
    cluster = await context.ready(mends=_FAILED)
    if aimed is None or not aimed.shown_whole(cluster.attributes):
        await _check(context, work)
        task_id = await send(context, work.call, aimed)
        if not await context.effective(task_id, lambda: is_so(context, aimed)):
            raise StepFailed(failures.not_changed(context.step))
    await context.settled(context.step.after)


async def _check(context: StepContext, work: Upgrade) -> None:
    """Fails the step where the API's own check finds what an upgrade would fail by; says what else it finds."""
    api, home = context.ports.api, (context.cluster_id, work.call.region)
    check_id = await begin_check(api, home, work.version)
    check: UpgradeCheck | None = None

    async def ended() -> bool:
        nonlocal check
        check = await look_at_check(api, home, check_id)
        return check is not None

    await context.until(ended, context.step.timeout)
    if check is not None:
        _judge(context, check)


def _judge(context: StepContext, check: UpgradeCheck) -> None:
    if check.failed:
        why = "; ".join(finding.message for finding in check.grave[:_SHOWN])
        raise StepFailed(failures.check_failed(context.step, why))
    if check.findings:
        messages = "; ".join(finding.message for finding in check.findings[:_SHOWN])
        context.diagnostics.append(warning("ACK5021", said=messages, cluster=context.step.name))
