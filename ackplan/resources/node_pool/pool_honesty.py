"""Whether a step that changes a pool's nodes sends what the plan shows."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ackplan.core.json_types import JsonObject, items, mapping, texts
from ackplan.core.kubernetes_version import means
from ackplan.core.values import alike
from ackplan.core.work import Attach, Detach, ScaleIn, ScaleOut, Upgrade
from ackplan.plan.model import Change, Step
from ackplan.resources.node_pool.rolling import upgrade_body

_LISTS = ("instance_ids", "nodes")


def says(change: Change, step: Step) -> bool:
    """Whether the call of one of a pool's own works is that of this change, and of no other."""
    work, call = step.work, step.call
    if call is None:
        return False
    match work:
        case ScaleOut(_, size):
            return call.body == {"count": size.after - size.before} and not call.query
        case Attach(_, instances):
            return not call.query and _is_of_a_group(change, instances, call.body or {})
        case Detach(_, instances):
            return _named(call.query) == sorted(instances) and call.query.get("release_node") == "false"
        case ScaleIn(_, size, instances):
            named = _named(call.query) == sorted(instances) and len(instances) == size.before - size.after
            return named and call.query.get("release_node") == _release(change)
        case Upgrade():
            (parameter,) = change.kind.inherited
            wanted = str((change.after or {}).get(parameter, ""))
            body = upgrade_body(parameter, work.version, _own(change))
            return not call.query and alike(call.body, body) and means(wanted, work.version)
        case _:
            return False


def _named(query: Mapping[str, str]) -> list[str]:
    return sorted(str(node) for name in _LISTS if name in query for node in json.loads(query[name]))


def _own(change: Change) -> JsonObject:
    entry = change.steps[-1].after if change.steps else None
    return entry.own if entry is not None else {}


def _release(change: Change) -> str | None:
    said = mapping(_own(change).get("scale_in", {})).get("release_node")
    return None if said is None else "true" if said is True else "false"


def _is_of_a_group(change: Change, instances: tuple[str, ...], body: JsonObject) -> bool:
    rest = {key: value for key, value in body.items() if key != "instances"}
    if list(texts(body.get("instances", ()))) != list(instances):
        return False
    groups = [mapping(group) for group in items(_own(change).get("attach", ()))]
    return any(
        alike(rest, {key: value for key, value in group.items() if key != "instances"})
        and set(instances) <= set(texts(group.get("instances", ())))
        for group in groups
    )
