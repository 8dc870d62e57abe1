"""Upgrades the control plane of a cluster: checked before, sent once, seen by the version that the cluster shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ackplan.core.diagnostics import warning
from ackplan.core.json_types import Json
from ackplan.core.work import Upgrade
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import Sent
from ackplan.execute.step_run import StepContext
from ackplan.resources.cluster.modify import is_so, send, target_of

_CHECK = "ClusterUpgrade"
# What stops an upgrade, in the words of findings; anything else is said, and does not.
_GRAVE = frozenset({"error", "critical", "fatal"})
_ENDED = frozenset({"succeeded", "success", "failed", "fail"})
_SHOWN = 5


async def upgrade(context: StepContext, work: Upgrade) -> None:
    """To the next version of the way, unless the cluster has it already."""
    aimed = target_of(context.step.after, {work.call.operation})
    cluster = await context.ready()
    if aimed is None or not aimed.shown_whole(cluster):
        await _check(context, work)
        task_id = await send(context, work.call, aimed)
        if not await context.effective(task_id, lambda: is_so(context, aimed)):
            raise StepFailed(failures.not_changed(context.step))
    await context.settled(context.step.after)


async def _check(context: StepContext, work: Upgrade) -> None:
    """Fails the step where the API's own check finds what an upgrade would fail by; says what else it finds."""
    api, region = context.ports.api, work.call.region
    body = {"type": _CHECK, "options": {"next_version": work.version}}

    async def changes_nothing() -> None:
        """A check is no call to be found again."""

    sent = Sent({"id": context.cluster_id}, body, new_id="check_id")
    begun = await api.change("run_check", region, sent, changes_nothing)
    ids = {"id": context.cluster_id, "check_id": begun.cluster_id or ""}
    report: Mapping[str, Json] = {}

    async def ended() -> bool:
        nonlocal report
        answer = await api.read("get_check", ids, region)
        report = answer if isinstance(answer, Mapping) else {}
        return str(report.get("status", "")).lower() in _ENDED

    await context.until(ended, context.step.timeout)
    _judge(context, report)


def _judge(context: StepContext, report: Mapping[str, Json]) -> None:
    findings = tuple(_findings(report.get("check_items")))
    grave = [message for level, message in findings if level in _GRAVE]
    mild = [message for level, message in findings if level not in _GRAVE]
    if grave or str(report.get("status", "")).lower().startswith("fail"):
        why = "; ".join(grave[:_SHOWN]) or str(report.get("message", ""))
        raise StepFailed(failures.check_failed(context.step, why))
    if mild:
        context.diagnostics.append(warning("ACK5021", said="; ".join(mild[:_SHOWN]), cluster=context.step.name))


def _findings(items: Json) -> Iterator[tuple[str, str]]:
    """Level and text of each finding that says something, of whatever the answer has."""
    groups = items.values() if isinstance(items, Mapping) else ()
    for group in groups:
        for item in group if isinstance(group, list) else ():
            level = str(item.get("level", "")).lower() if isinstance(item, Mapping) else ""
            message = str(item.get("message", "")) if isinstance(item, Mapping) else ""
            if message and level not in {"", "normal", "advice"}:
                yield level, message
