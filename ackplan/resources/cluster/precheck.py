"""The API's own check of a cluster before its upgrade: begun, and looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ackplan.core.upgrade_check import UpgradeCheck, check_in, has_ended
from ackplan.execute.ports import Api, ApiReader, Sent

TYPE: Final = "ClusterUpgrade"


async def begin_check(api: Api, home: tuple[str, str], version: str) -> str:
    """Begins a check of a cluster (`home`: its id and region) before it goes to this version. Its id. Raises ApiError.

    A check changes nothing: it is no call to be found again.
    """
    cluster_id, region = home

    async def nothing() -> None:
        """Nothing is written down."""

    body = {"type": TYPE, "options": {"next_version": version}}
    answer = await api.change("run_check", region, Sent({"id": cluster_id}, body, new_id="check_id"), nothing)
    return answer.cluster_id or ""


async def look_at_check(api: ApiReader, home: tuple[str, str], check_id: str) -> UpgradeCheck | None:
    """A check that was begun; None while it goes on. Raises ApiError."""
    cluster_id, region = home
    return check_in(await api.read("get_check", {"id": cluster_id, "check_id": check_id}, region))


async def latest_check(api: ApiReader, home: tuple[str, str]) -> UpgradeCheck | None:
    """The check that ended last; None where there is none. Raises ApiError.

    No answer tells for which version it was.
    """
    cluster_id, region = home
    answer = await api.read("list_checks", {"id": cluster_id}, region, {"type": TYPE})
    listed = answer.get("checks") if isinstance(answer, Mapping) else None
    entries = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    over = {str(each.get("finished_at", "")): str(each.get("check_id", "")) for each in entries if has_ended(each)}
    check_id = over[max(over)] if over else ""
    return await look_at_check(api, home, check_id) if check_id else None
