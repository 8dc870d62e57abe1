"""Checks of a cluster before a change (RunClusterCheck, GetClusterCheck, ListClusterChecks).

`Succeeded`, its message and the shape of a finding are documented. That a check that finds an error is `Failed`, and
what it looks at, is assumed. A check changes nothing and is no task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ackplan.simulator import machine, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.clock import stamp
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, inner, objects, text
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.upkeep import check_findings, kubelets, version_table
from ackplan.simulator.upkeep.check_findings import Found

_KIND = "check"
_MINUTES = 0.5
_TYPES = ("ClusterUpgrade", "MasterUpgrade", "NodePoolUpgrade", "ClusterMigrate")


def _run(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster.cluster_id, "check")
    if cluster.state not in {State.RUNNING, State.UPDATING_FAILED}:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, "check")
    kind, target = text(call.body, "type"), text(call.body, "target", "")
    if kind == "NodePoolUpgrade":
        kubelets.check_pool(ledger, cluster, target)
    serial = ledger.serial("check")
    seconds = machine.spread(_MINUTES, ledger.ids.fraction("check", serial)) / ledger.time_scale
    check_id = f"{int(ledger.now() * 1e9)}-{cluster.cluster_id}-clustercheck-{ledger.ids.text('check', serial, 5)}"
    results = [*check_findings.known(ledger, cluster), *_planned(cluster, call)]
    values: JsonObject = {
        "type": kind,
        "target": target,
        "ends": ledger.now() + seconds,
        "found": [one.kept() for one in results],
    }
    ledger.store.keep_belonging(Belonging(_KIND, cluster.cluster_id, check_id[:128], values))
    return {"check_id": check_id[:128]}


def _planned(cluster: Cluster, call: Invocation) -> Iterator[Found]:
    """What is to be said of the version that is planned, and that the cluster is there."""
    yield Found("ClusterResource", "normal", "", cluster.cluster_id)
    options = inner(call.body, "options") if "options" in call.body else {}
    target = str(options.get("next_version", ""))
    if not target:
        return
    try:
        version_table.check_step(version_table.of(cluster), target)
    except Refusal as refusal:
        yield Found("ClusterVersion", "error", refusal.message, target[:64])


def _entry(check: Belonging, now: float) -> JsonObject:
    """A check without what it has found."""
    ends = float(str(check.values["ends"]))
    failed = any(one["level"] == "error" for one in objects(check.values, "found"))
    status, message = ("Failed", "task failed") if failed else ("Succeeded", "task succeed")
    if now < ends:
        status, message = "Running", "task running"
    return {
        "check_id": check.name,
        "type": text(check.values, "type"),
        "status": status,
        "message": message,
        "created_at": stamp(check.since),
        "finished_at": stamp(ends) if now >= ends else "",
    }


def _list(ledger: Ledger, call: Invocation) -> Json:
    cluster = call.seen(ledger)
    kind, target = call.query.get("type", ""), call.query.get("target", "")
    if kind not in {"", *_TYPES}:
        raise refusals.invalid("type", f"it is none of {', '.join(_TYPES)}")
    checks: Sequence[Belonging] = ledger.store.belongings(_KIND, cluster.cluster_id)
    fitting = [one for one in checks if kind in {"", one.values["type"]} and target in {"", one.values["target"]}]
    return {"checks": [_entry(one, ledger.now()) for one in reversed(fitting)]}


def _get(ledger: Ledger, call: Invocation) -> Json:
    cluster = call.seen(ledger)
    check = ledger.store.belonging(_KIND, cluster.cluster_id, call.places["check_id"])
    if check is None:
        raise Refusal(404, "ErrorCheckNotFound", f"there is no check {call.places['check_id'][:64]}")
    entry = _entry(check, ledger.now())
    return {**entry, "check_items": _items(check) if entry["finished_at"] else {}}


def _items(check: Belonging) -> JsonObject:
    """The findings by their groups."""
    groups: dict[str, list[Json]] = {}
    for said in objects(check.values, "found"):
        one = Found(*(text(said, name) for name in ("group", "level", "message", "target")))
        groups.setdefault(one.group, []).append(one.item())
    return {**groups}


def _sow(ledger: Ledger, cluster: Cluster, value: Json) -> None:
    """`checks` of a live cluster: a list of `check_id`, `type`, `target`, `finished_at` and what it has `found`.

    That is a list as `findings` is. Raises ValueError for anything else.
    """
    for one in objects({"checks": value}, "checks"):
        ended = text(one, "finished_at", "")
        values: JsonObject = {
            "type": text(one, "type"),
            "target": text(one, "target", ""),
            "ends": datetime.fromisoformat(ended).timestamp() if ended else ledger.now(),
            "found": check_findings.entries(one.get("found", [])),
        }
        ledger.store.keep_belonging(Belonging(_KIND, cluster.cluster_id, text(one, "check_id"), values))


CHECKS = Group(
    changes={"run_check": _run},
    reads={"list_checks": _list, "get_check": _get},
    seeds={"findings": check_findings.sow, "checks": _sow},
)
