"""Kubeconfigs that end and can be taken back (DescribeClusterUserKubeconfig of today, revoking, states, expiry).

Whoever signs is the account itself. How long a kubeconfig is valid unless told otherwise is assumed; that it is
longer than the three days that can be asked for is documented.
"""

from __future__ import annotations

from ackplan.simulator import downloads, paging, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.clock import stamp
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, number, text
from ackplan.simulator.records import Cluster

# The account's id.
ACCOUNT = "200000000000000001"
_KIND = "kubeconfig"
_USUAL_HOURS = 3 * 365 * 24
_SHORTEST, _LONGEST = 15, 4320
_MOST, _SHOWN = 50, 10


def hand_out(ledger: Ledger, cluster_id: str, minutes: int | None = None, *, private: bool = False) -> JsonObject:
    """A kubeconfig, and until when it is valid: for so many minutes, or until the user's own limit."""
    cluster = downloads.opened(ledger, cluster_id, "kubeconfig")
    held = _held(ledger, cluster)
    usual = float(str(held.values["ends"]))
    ends = ledger.now() + 60.0 * minutes if minutes else usual
    ledger.store.keep_belonging(held)
    config = downloads.config(ledger, cluster, number(held.values, "turn"), private=private)
    return {"config": config, "expiration": stamp(ends)}


def turn(ledger: Ledger, cluster_id: str) -> int:
    """How often the account's kubeconfig of a cluster was revoked."""
    held = ledger.store.belonging(_KIND, cluster_id, ACCOUNT)
    return number(held.values, "turn") if held else 0


def _held(ledger: Ledger, cluster: Cluster) -> Belonging:
    """What whoever signs has: a new one where the last was revoked, or has ended."""
    held = ledger.store.belonging(_KIND, cluster.cluster_id, ACCOUNT)
    if held is None or held.values["revoked"] is True or float(str(held.values["ends"])) <= ledger.now():
        values: JsonObject = {"ends": ledger.now() + 3600.0 * _USUAL_HOURS, "revoked": False}
        return Belonging(_KIND, cluster.cluster_id, ACCOUNT, {**values, "turn": turn(ledger, cluster.cluster_id)})
    return held


def _get(ledger: Ledger, call: Invocation) -> Json:
    minutes = None
    if call.query.get("TemporaryDurationMinutes"):
        minutes = paging.number(call.query, "TemporaryDurationMinutes", _SHORTEST, _LONGEST)
        if minutes < _SHORTEST:
            raise refusals.invalid("TemporaryDurationMinutes", f"it is below {_SHORTEST}")
    return hand_out(ledger, call.cluster_id, minutes, private=call.flag("PrivateIpAddress"))


def _revoke(ledger: Ledger, call: Invocation) -> Json:
    cluster = downloads.opened(ledger, call.cluster_id, "revoke")
    held = _held(ledger, cluster)
    held.values = {**held.values, "revoked": True, "turn": turn(ledger, cluster.cluster_id) + 1}
    ledger.store.keep_belonging(held)
    return {}


def _expire(ledger: Ledger, call: Invocation) -> Json:
    """Raises Refusal 400 for somebody who has none (assumed)."""
    cluster = downloads.opened(ledger, call.cluster_id, "expire")
    held = ledger.store.belonging(_KIND, cluster.cluster_id, text(call.body, "user"))
    if held is None or held.values["revoked"] is True:
        raise refusals.invalid("user", "it has no kubeconfig of this cluster")
    held.values["ends"] = ledger.now() + 3600.0 * number(call.body, "expire_hour")
    ledger.store.keep_belonging(held)
    return {}


def _list(ledger: Ledger, call: Invocation) -> Json:
    cluster = call.seen(ledger)
    page, size = paging.number(call.query, "pageNumber", 1), paging.number(call.query, "pageSize", _SHOWN, _MOST)
    services = call.flag("cloudServiceKubeConfig")
    held = [] if services else ledger.store.belongings(_KIND, cluster.cluster_id)
    states = [_state(ledger, one) for one in held if one.values["revoked"] is False]
    info: JsonObject = {"page_number": page, "page_size": size, "total_count": len(states)}
    return {"page": info, "states": states[(page - 1) * size : page * size]}


def _state(ledger: Ledger, held: Belonging) -> JsonObject:
    ends = float(str(held.values["ends"]))
    return {
        "account_id": held.name,
        "account_name": "root",
        "account_display_name": "root",
        "account_state": "Active",
        "account_type": "RootAccount",
        "cert_expire_time": stamp(ends),
        "cert_state": "Unexpired" if ends > ledger.now() else "Expired",
        "cloud_service_name": "",
        "cloud_service_roles": [],
        "revokable": True,
    }


KUBECONFIGS = Group(
    changes={"revoke_kubeconfig": _revoke, "expire_kubeconfig": _expire},
    reads={"kubeconfig": _get, "list_kubeconfigs": _list},
)
