"""The calls of the API: method and path from the catalog, and what only the client needs to know of each.

Ids and paths are checked here, before they get into a request: an id from a spec, a record or an answer must not
be able to name another path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ackplan.adapters.ack.answer_fields import ID
from ackplan.adapters.ack.api_errors import NotSent
from ackplan.adapters.ack.exchange import MIB, ApiCall
from ackplan.core.catalog import DEFAULT

_PATH = re.compile(r"/[A-Za-z0-9._~:-]+(?:/[A-Za-z0-9._~:-]+)*")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
# Thirty thousand clusters of two thousand bytes each.
_LIST: Final = 64 * MIB


def call(
    name: str,
    region: str,
    ids: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    body: object = None,
) -> ApiCall:
    """The call of an operation of the catalog. `ids` are those that its path needs, by their names there.

    Raises NotSent for what is no id, ValueError for a name that the path does not have, or one too few.
    """
    description = DEFAULT.operation(name)
    path = description.path_of({place: _checked_id(name, identifier) for place, identifier in (ids or {}).items()})
    return ApiCall(
        operation=name,
        method=description.method,
        path=path,
        changes=description.changes,
        region=_checked_region(name, region),
        query=query or {},
        body=body,
        action=description.action,
        limit=_LIST if name in {"list_clusters", "list_nodes"} else MIB,
        missing_by_status=name == "get_task",
    )


def logs_call(region: str, cluster_id: str) -> ApiCall:
    """The call for a cluster's log, which the contract does not have (DescribeClusterLogs of today's clients)."""
    name = "list_logs"
    path = f"/clusters/{_checked_id(name, cluster_id)}/logs"
    return ApiCall(name, "GET", path, changes=False, region=_checked_region(name, region), action="DescribeClusterLogs")


def page_call(region: str, query: Mapping[str, str]) -> ApiCall:
    """The call for a page of today's list of clusters (DescribeClustersV1), another path of the guide's operation."""
    name, action = "list_clusters", "DescribeClustersV1"
    where = _checked_region(name, region)
    return ApiCall(
        name, "GET", "/api/v1/clusters", changes=False, region=where, query=query, action=action, limit=_LIST
    )


def any_call(method: str, path: str, region: str, query: Mapping[str, str] | None, body: object) -> ApiCall:
    """A call that the user spells out. Raises NotSent for a path that is not a plain one."""
    name = f"{method} {path}" if _PATH.fullmatch(path) else "call"
    if method not in {"GET", "POST", "PUT", "DELETE"}:
        raise NotSent("MethodRefused", "the method has to be GET, POST, PUT or DELETE", operation=name)
    if name == "call" or {".", ".."} & set(path.split("/")):
        why = "the path has to begin with / and to consist of letters, digits and . _ ~ : -; a query is given apart"
        raise NotSent("PathRefused", why, operation=name)
    return ApiCall(
        operation=name,
        method=method,
        path=path,
        changes=method != "GET",
        region=_checked_region(name, region),
        query=query or {},
        body=body,
        limit=_LIST,
    )


def _checked_id(name: str, identifier: str) -> str:
    if not ID.fullmatch(identifier):
        why = "an id consists of 1 to 128 letters, digits, hyphens and underscores; nothing was sent"
        raise NotSent("IdRefused", why, operation=name)
    return identifier


def _checked_region(name: str, region: str) -> str:
    if not _REGION.fullmatch(region):
        why = "a region consists of letters, digits and hyphens, as cn-beijing does; nothing was sent"
        raise NotSent("RegionRefused", why, operation=name)
    return region
