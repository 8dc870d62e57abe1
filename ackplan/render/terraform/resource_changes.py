"""`resource_changes` and `resource_drift` of the plan's JSON: one entry a cluster, as Terraform has one a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import ABSENT, Absent
from ackplan.plan.model import Change
from ackplan.render.terraform import provider

_REASONS = {
    (Action.REPLACE, Reason.CANNOT_UPDATE): "replace_because_cannot_update",
    (Action.REPLACE, Reason.REQUESTED): "replace_by_request",
    (Action.REPLACE, Reason.CREATE_FAILED): "replace_because_tainted",
    (Action.DELETE, Reason.NOT_IN_SPEC): "delete_because_no_resource_config",
}

_ACTIONS: Mapping[Action, tuple[str, ...]] = {
    Action.NOOP: ("no-op",),
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.REPLACE: ("delete", "create"),
    Action.DELETE: ("delete",),
    Action.ADOPT: ("no-op",),
    Action.FORGET: ("forget",),
    Action.RECORD: ("no-op",),
}

Attributes = dict[str, Json]


class ChangeContent(TypedDict):
    """`change` of an entry."""

    actions: list[str]
    before: Attributes | None
    after: Attributes | None
    after_unknown: dict[str, Json]
    before_sensitive: Json
    after_sensitive: Json
    replace_paths: NotRequired[list[list[str]]]
    importing: NotRequired[dict[str, str]]


class ResourceChange(TypedDict):
    """An entry of `resource_changes` or `resource_drift`."""

    address: str
    mode: str
    type: str
    name: str
    provider_name: str
    change: ChangeContent
    previous_address: NotRequired[str]
    action_reason: NotRequired[str]


def resource_change(change: Change, mode: str) -> ResourceChange:
    """What happens to one cluster. A refused change is there with the actions that it would have."""
    before, after = _sides(change, mode)
    inner = _change(_actions(change, before, after), before, after)
    if change.action in {Action.CREATE, Action.REPLACE}:
        inner["after_unknown"]["id"] = True
    paths = _replace_paths(change)
    if paths:
        inner["replace_paths"] = paths
    if change.reason is Reason.ADOPTION:
        inner["importing"] = {"id": change.cluster_id}
    entry = _entry(change.kind, change.name, inner)
    recorded = change.recorded
    if recorded is not None and recorded.kind != change.kind:
        entry["previous_address"] = provider.address(recorded.kind, change.name)
    reason = _REASONS.get((change.action, change.reason))
    if reason:
        entry["action_reason"] = reason
    return entry


def drift_of(change: Change, mode: str) -> ResourceChange | None:
    """How the live cluster moved away from the record; None where it did not, or was never recorded."""
    recorded = change.recorded
    if recorded is None or not (change.drifted or change.reason is Reason.GONE):
        return None
    before = provider.attributes(recorded.kind, change.name, recorded.parameters, recorded.cluster_id)
    if change.reason in {Reason.VANISHED, Reason.GONE}:
        return _entry(recorded.kind, change.name, _change(["delete"], before, None))
    live: dict[str, Json | Absent] = dict(recorded.parameters)
    for parameter in change.parameters:
        if parameter.side is Side.LIVE:
            live[parameter.name] = parameter.after if mode == "refresh-only" else parameter.before
    shown = {name: value for name, value in live.items() if value is not ABSENT}
    after = provider.attributes(recorded.kind, change.name, shown, recorded.cluster_id)
    return _entry(recorded.kind, change.name, _change(["update"], before, after))


def _sides(change: Change, mode: str) -> tuple[Attributes | None, Attributes | None]:
    """Attributes before and after. A refresh takes what is live as given: it changes nothing then."""
    name, replaced = change.name, change.action is Action.REPLACE
    before = _attributes(change.kind, name, change.before, change.cluster_id)
    after = _attributes(change.kind, name, change.after, "" if replaced else change.cluster_id)
    return (after, after) if mode == "refresh-only" and after is not None else (before, after)


def _attributes(kind: Kind, name: str, parameters: JsonObject | None, cluster_id: str) -> Attributes | None:
    return None if parameters is None else provider.attributes(kind, name, parameters, cluster_id)


def _actions(change: Change, before: Attributes | None, after: Attributes | None) -> list[str]:
    """A change of the record alone is one of the state, where an attribute changes, and none otherwise."""
    if change.action is Action.RECORD and before != after:
        return ["update"]
    return list(_ACTIONS[change.action])


def _entry(kind: Kind, name: str, change: ChangeContent) -> ResourceChange:
    return {
        "address": provider.address(kind, name),
        "mode": "managed",
        "type": kind.resource,
        "name": name,
        "provider_name": provider.PROVIDER_NAME,
        "change": change,
    }


def _change(actions: list[str], before: Attributes | None, after: Attributes | None) -> ChangeContent:
    return {
        "actions": actions,
        "before": before,
        "after": after,
        "after_unknown": {} if after is None else provider.outline(after),
        "before_sensitive": False if before is None else provider.sensitive(before),
        "after_sensitive": False if after is None else provider.sensitive(after),
    }


def _replace_paths(change: Change) -> list[list[str]]:
    if change.action is not Action.REPLACE:
        return []
    names = provider.provider_names(change.kind)
    return [[names.get(p.name, p.name)] for p in change.parameters if p.effect is Effect.REPLACE]
