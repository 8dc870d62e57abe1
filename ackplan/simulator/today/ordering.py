"""The body of today's create call: which kind of cluster it orders, and what older names in it mean.

A body with workers in it is one of the guide's. Today's has node pools; parameters that the SDK calls deprecated still
count where they say something that another one says now, and are passed over where they say nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import bundle, faulty, refusals, todays
from ackplan.simulator.json_types import Json, JsonObject, inner, objects, text, texts
from ackplan.simulator.today.unset_values import is_typed, pruned, unset

CREATE = "create_cluster"
# Tells a body that has come this way from one of the guide's.
MARK = "(today)"
_POOL = "create-node-pool"
_MASTERS = {
    "master_count": "size",
    "master_instance_types": "instance_types",
    "master_system_disk_category": "system_disk_category",
    "master_system_disk_size": "system_disk_size",
    "master_system_disk_performance_level": "system_disk_performance_level",
    "master_system_disk_snapshot_policy_id": "system_disk_snapshot_policy_id",
    "master_instance_charge_type": "charge_type",
    "master_period": "period",
    "master_period_unit": "period_unit",
    "master_auto_renew": "auto_renew",
    "master_auto_renew_period": "auto_renew_period",
    "key_pair": "key_pair",
    "login_password": "login_password",
}
_LOGINS = {"key_pair", "login_password"}
# Taken, and of no consequence here.
_PASSED_OVER = frozenset(
    {
        *("access_control_list", "auto_renew", "auto_renew_period", "charge_type", "cis_enabled", "client_token"),
        *("cloud_monitor_flags", "control_plane_config", "cpu_policy", "disable_rollback", "format_disk", "image_id"),
        *("image_type", "instances", "keep_instance_name", "key_pair", "load_balancer_spec", "logging_type"),
        *("login_password", "node_name_mode", "nodepools", "os_type", "period", "period_unit", "platform"),
        *("pod_vswitch_ids", "rds_instances", "security_hardening_os", "service_discovery_types", "soc_enabled"),
        *("taints", "timeout_mins", "user_ca", "user_data"),
    }
)


def is_ordered(operation: str, body: Mapping[str, Json]) -> bool:
    """Whether a create call orders one of today's clusters: no serverless one of the guide, and none with workers."""
    if operation != CREATE or not _is_todays_type(body):
        return False
    workers = (value for name, value in body.items() if name.startswith("worker_") or name == "num_of_nodes")
    return all(unset(value) for value in workers)


def _is_todays_type(body: Mapping[str, Json]) -> bool:
    return isinstance(body.get("cluster_type"), str) and body["cluster_type"] != "Ask"


def check(body: Mapping[str, Json], *, lenient: bool) -> JsonObject:
    """The body in today's words, marked as such. Raises Refusal 400, which names the parameter.

    `lenient`: the call comes from one of today's typed clients.
    """
    schema = schema_of(body)
    if is_typed(body, schema):
        body, lenient = {name: pruned(value) for name, value in body.items()}, True
    parameters, words = bundle.properties(schema), _in_todays_words(body)
    strangers = set(words) - set(parameters) - _PASSED_OVER
    if not lenient and (meaning := sorted(name for name in strangers if not unset(words[name]))):
        raise faulty.unknown(meaning[0])
    checked = todays.check({name: words[name] for name in words if name in parameters}, schema, lenient=lenient)
    pools = _pools(body, lenient=lenient)
    return {**checked, **({"nodepools": pools} if pools else {}), MARK: True}


def schema_of(body: Mapping[str, Json]) -> str:
    """The schema of the kind that `cluster_type` and `profile` say. Raises Refusal 400 where there is no such kind."""
    given = body["cluster_type"], body.get("profile") or ""
    plain = None
    for name in bundle.bodies_today(CREATE):
        constants = bundle.properties(name)
        profile = inner(constants, "profile").get("const", "") if "profile" in constants else ""
        if (inner(constants, "cluster_type")["const"], profile) == given:
            return name
        if inner(constants, "cluster_type")["const"] == given[0] and not profile:
            plain = name
    if plain is None:
        raise refusals.invalid("cluster_type", "there is no such type of cluster")
    return plain


def more(body: Mapping[str, Json], guide: str) -> JsonObject:
    """What a typed client's body with workers says of a cluster besides what the guide knows. Raises Refusal 400."""
    if not _is_todays_type(body):
        return {}
    schema = schema_of(body)
    names = set(bundle.properties(schema)) - set(bundle.properties(guide))
    besides = {name: value for name, value in _in_todays_words(body).items() if name in names and not unset(value)}
    for name, value in besides.items():
        for fault in bundle.validator(schema, "#/$defs/properties").iter_errors({name: value}):
            faulty.refuse(fault)
    return {**besides, MARK: True}


def _in_todays_words(body: Mapping[str, Json]) -> JsonObject:
    words = dict(body)
    if body.get("cluster_type") == "Kubernetes":
        masters = {new: body[old] for old, new in _MASTERS.items() if not unset(body.get(old))}
        words = {name: value for name, value in body.items() if name not in _MASTERS or name in _LOGINS}
        words["control_plane_config"] = body.get("control_plane_config") or masters
    if unset(words.get("vswitch_ids")) and not unset(body.get("master_vswitch_ids")):
        words["vswitch_ids"] = list(dict.fromkeys(texts(body, "master_vswitch_ids")))
    if not unset(body.get("zone_id")):
        words.setdefault("zone_ids", [body["zone_id"]])
    if not unset(body.get("nat_gateway")):
        words["snat_entry"] = True
    if not unset(body.get("enable_rrsa")):
        words.setdefault("rrsa_config", {"enabled": True})
    if not unset(body.get("custom_san")):
        words.setdefault("extra_sans", text(body, "custom_san").split(","))
    replaced = {"master_vswitch_ids", "zone_id", "nat_gateway", "enable_rrsa", "custom_san"}
    return {name: value for name, value in words.items() if name not in replaced}


def _pools(body: Mapping[str, Json], *, lenient: bool) -> list[Json]:
    """The node pools that come with the cluster, each as the call that makes one has it."""
    if body.get("nodepools") in (None, []):
        return []
    try:
        pools = objects(body, "nodepools")
    except ValueError:
        raise refusals.invalid("nodepools", "a list of objects is expected") from None
    return [dict(todays.check(_without_unset(pool), _POOL, lenient=lenient)) for pool in pools]


def _without_unset(pool: Mapping[str, Json]) -> JsonObject:
    parameters = bundle.properties(_POOL)
    return {name: value for name, value in pool.items() if name in parameters or not unset(value)}
