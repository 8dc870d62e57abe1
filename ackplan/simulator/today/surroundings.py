"""What lies around a cluster: the cloud resources it is made of, where its API server is, and what a deletion leaves.

Of what a deletion leaves only ECS instances go on to exist here: one that is kept can be attached again. The rest the
deletion's task tells, and `World.left`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ackplan.simulator import changing, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster
from ackplan.simulator.today import founding, query_lists, showing
from ackplan.simulator.today.reshaping import accepted

_KINDS = ("SLB", "ALB", "SLS_Data", "SLS_ControlPlane", "PrivateZone")
_RETAIN = "retain"
_MODES = ("delete", _RETAIN)
_DONE = "CREATE_COMPLETE"
# Of resources that a deletion leaves.
_MOST = 1000


def _resources(ledger: Ledger, call: Invocation) -> Json:
    call.flag("with_addon_resources")
    cluster = call.seen(ledger)
    if cluster.kind == "foreign":
        return []
    return [_resource(cluster, *one) for one in _parts(ledger, cluster)]


def _parts(ledger: Ledger, cluster: Cluster) -> Iterator[tuple[str, str, bool]]:
    """Type and id of each resource, and whether it was made for the cluster."""
    ordered, shown = cluster.ordered, cluster.attributes
    vpc = ordered.get("vpcid") or ordered.get("vpc_id")
    yield "VPC", str(shown.get("vpc_id", "")), not vpc
    for vswitch in filter(None, str(shown.get("vswitch_id", "")).split(",")):
        yield "VSWITCH", vswitch, not vpc
    yield "SecurityGroup", str(shown.get("security_group_id", "")), "security_group_id" not in ordered
    if cluster.state == State.INITIAL:
        return
    yield "SLB", str(shown.get("external_loadbalancer_id", "")), "load_balancer_id" not in ordered
    if cluster.settings.get("public_endpoint"):
        yield "EIP", ledger.ids.resource("eip", cluster.cluster_id), True
    if cluster.settings.get("snat"):
        yield "ALIYUN::VPC::NatGateway", ledger.ids.resource("ngw", cluster.cluster_id), True
    yield "ALIYUN::ROS::Stack", f"k8s-for-cs-{cluster.cluster_id}", True


def _resource(cluster: Cluster, kind: str, instance_id: str, new: bool) -> JsonObject:  # noqa: FBT001 - a row's part
    return {
        "cluster_id": cluster.cluster_id,
        "created": cluster.attributes.get("created", ""),
        "instance_id": instance_id,
        "resource_info": "",
        "resource_type": kind,
        "state": _DONE,
        "auto_create": int(new),
        "dependencies": [],
        "creator_type": "system" if new else "user",
        "delete_behavior": {"delete_by_default": new, "changeable": new},
    }


def _endpoints(ledger: Ledger, call: Invocation) -> Json:
    return showing.endpoints(call.seen(ledger))


def _delete(ledger: Ledger, call: Invocation) -> Json:
    return accepted(changing.delete(ledger, call.cluster_id, call.fate, wish(ledger, call)))


def wish(ledger: Ledger, call: Invocation) -> JsonObject:
    """What is to stay of the cluster that is deleted, for its task, which tells it. Raises Refusal 400.

    `left` are those of its cloud resources that stay. What was not made for it is never removed.
    """
    options = query_lists.values(call, "delete_options", _MOST)
    for option in options:
        _check_option(option)
    ids = [str(one) for one in query_lists.values(call, "retain_resources", _MOST)]
    everything, balancers = call.flag("retain_all_resources"), call.flag("keep_slb")
    modes = {str(option["resource_type"]): option["delete_mode"] for option in options if isinstance(option, Mapping)}
    if balancers:
        modes.setdefault("SLB", _RETAIN)
    cluster = ledger.find(call.cluster_id)
    left: list[Json] = [
        {"resource_type": kind, "instance_id": name}
        for kind, name, new in (() if cluster.kind == "foreign" else _parts(ledger, cluster))
        if not new or everything or name in ids or modes.get(kind) == _RETAIN
    ]
    told: JsonObject = {
        "delete_options": list(options),
        "retain_resources": list(ids),
        "retain_all_resources": everything,
    }
    return {"keeps_all": everything, "kept": list(ids), "left": left, "parameters": told if call.query else {}}


def _check_option(option: Json) -> None:
    if not isinstance(option, Mapping) or not set(option) <= {"resource_type", "delete_mode"}:
        raise refusals.invalid("delete_options", "each has resource_type and delete_mode")
    if option.get("resource_type") not in _KINDS or option.get("delete_mode") not in _MODES:
        raise refusals.invalid("delete_options", f"a type is one of {', '.join(_KINDS)}, a mode one of the two")


def _renew(ledger: Ledger, cluster: Cluster, wanted: Json) -> None:
    """A cluster of a live state that says `today: true`."""
    if wanted is True:
        founding.renew(ledger, cluster)


GROUP = Group(
    seeds={"today": _renew},
    changes={"delete_cluster": _delete},
    reads={"list_cluster_resources": _resources, "get_endpoints": _endpoints},
)
