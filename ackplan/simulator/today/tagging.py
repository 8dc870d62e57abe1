"""Tags of clusters: all of one cluster at once, or some of several ones.

Tags of services are not to be taken away (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import ITEMS, Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, objects, text, texts
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.today import query_lists
from ackplan.simulator.today.reshaping import busy, settled, touch

_SET = "cluster_tags_update"
_MINUTES = 0.1
# Answers that name their request so, too.
_NAMED_OTHERWISE: JsonObject = {"RequestId": ""}
_OF_SERVICES = ("acs:", "aliyun", "ack.aliyun.com")
_PAGE = 100
_MOST_CLUSTERS, _MOST_TAGS = 50, 20


def _tags(cluster: Cluster) -> Sequence[Mapping[str, Json]]:
    return objects(cluster.attributes, "tags") if cluster.attributes.get("tags") else []


def _of_service(key: str) -> bool:
    return key.lower().startswith(_OF_SERVICES)


def _set(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster.cluster_id, _SET)
    wanted = [_whole(tag) for tag in objects(call.body, ITEMS)]
    busy(ledger, cluster, _SET)
    cluster.attributes["tags"] = [*wanted, *(tag for tag in _tags(cluster) if _of_service(text(tag, "key")))]
    touch(ledger, cluster)
    ledger.start(cluster, _SET, {}, call.fate, _MINUTES)
    return {}


def _whole(tag: Mapping[str, Json]) -> JsonObject:
    return {"key": tag["key"], "value": tag.get("value", "")}


def _is_set(ledger: Ledger, task: Task) -> None:
    touch(ledger, settled(ledger, task))


def _add(ledger: Ledger, call: Invocation) -> Json:
    added = {text(tag, "key"): _whole(tag) for tag in objects(call.body, "tags")}
    for cluster in _clusters(ledger, text(call.body, "region_id"), texts(call.body, "resource_ids")):
        kept = [tag for tag in _tags(cluster) if tag.get("key") not in added]
        cluster.attributes["tags"] = [*kept, *added.values()]
        touch(ledger, cluster)
    return dict(_NAMED_OTHERWISE)


def _take(ledger: Ledger, call: Invocation) -> Json:
    region, ids = _named(call)
    keys, everything = query_lists.values(call, "tag_keys", _MOST_TAGS), call.flag("all")
    if not keys and not everything:
        raise refusals.missing("tag_keys")
    for cluster in _clusters(ledger, region, ids):
        cluster.attributes["tags"] = [
            tag for tag in _tags(cluster) if _of_service(text(tag, "key")) or not (everything or tag.get("key") in keys)
        ]
        touch(ledger, cluster)
    return dict(_NAMED_OTHERWISE)


def _of_clusters(ledger: Ledger, call: Invocation) -> Json:
    """Each tag of each cluster, a page of them at a time; the token is where the next page begins."""
    region, ids = _named(call)
    wanted = [tag for tag in query_lists.values(call, "tags", _MOST_TAGS) if isinstance(tag, Mapping)]
    pairs = [
        _pair(cluster, tag)
        for cluster in _clusters(ledger, region, ids)
        if all(_has(cluster, tag) for tag in wanted)
        for tag in _tags(cluster)
    ]
    start = _start(call)
    more = {"next_token": str(start + _PAGE)} if len(pairs) > start + _PAGE else {"next_token": ""}
    return {"tag_resources": {"tag_resource": pairs[start : start + _PAGE]}, **more}


def _pair(cluster: Cluster, tag: Mapping[str, Json]) -> JsonObject:
    about: JsonObject = {"resource_id": cluster.cluster_id, "resource_type": "CLUSTER"}
    return {**about, "tag_key": tag.get("key", ""), "tag_value": tag.get("value", "")}


def _has(cluster: Cluster, wanted: Mapping[str, Json]) -> bool:
    """Whether it has this tag; one without a value is any of that key."""
    pairs = {(tag.get("key"), tag.get("value")) for tag in _tags(cluster)}
    if wanted.get("value"):
        return (wanted.get("key"), wanted["value"]) in pairs
    return any(key == wanted.get("key") for key, _ in pairs)


def _start(call: Invocation) -> int:
    token = call.query.get("next_token", "")
    if token and not (token.isascii() and token.isdigit() and len(token) < 10):
        raise refusals.invalid("next_token", "no answer had it")
    return int(token or 0)


def _named(call: Invocation) -> tuple[str, list[str]]:
    """The region and the clusters that a query names. Raises Refusal 400."""
    for name in ("region_id", "resource_type", "resource_ids"):
        if not call.query.get(name):
            raise refusals.missing(name)
    if call.query["resource_type"] != "CLUSTER":
        raise refusals.invalid("resource_type", "it is not CLUSTER")
    return call.query["region_id"], [str(one) for one in query_lists.values(call, "resource_ids", _MOST_CLUSTERS)]


def _clusters(ledger: Ledger, region: str, ids: Sequence[str]) -> list[Cluster]:
    clusters = [ledger.find(cluster_id) for cluster_id in ids]
    for cluster in clusters:
        if cluster.attributes.get("region_id") != region or cluster.state == State.DELETED:
            raise ledger.missing(cluster.cluster_id)
    return clusters


GROUP = Group(
    changes={"modify_cluster_tags": _set, "tag_resources": _add, "untag_resources": _take},
    reads={"list_tag_resources": _of_clusters},
    ends={_SET: _is_set},
)
