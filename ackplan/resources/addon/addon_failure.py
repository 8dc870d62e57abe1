"""Why a change of an add-on took no effect: the answer to new settings names no task, but there is one all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ackplan.core.answers import Task
from ackplan.core.json_types import Json
from ackplan.execute.ports import ApiError, ApiReader

_LOOKED_AT: Final = 5


async def failed_task(api: ApiReader, home: tuple[str, str], name: str) -> Task | None:
    """The newest task of a cluster that is about this add-on, where it failed; None where nothing tells so."""
    cluster_id, region = home
    try:
        for task in (await api.list_tasks(cluster_id, region))[:_LOOKED_AT]:
            if _is_about(await api.read("get_task", {"task_id": task.task_id}, region), name):
                whole = await api.get_task(task.task_id, region)
                return whole if whole.failed else None
    except ApiError:
        pass
    return None


def _is_about(answer: Json, name: str) -> bool:
    results = answer.get("task_result") if isinstance(answer, Mapping) else None
    listed = results if isinstance(results, list) else []
    return any(isinstance(each, Mapping) and each.get("data") == name for each in listed)
