"""`resource_changes` and `resource_drift` of the plan's JSON: one entry a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import parse
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json
from ackplan.core.values import ABSENT, Absent
from ackplan.plan.model import Change, Plan
from ackplan.render.terraform import provider
from ackplan.render.terraform.lazy_lists import LazyList
from ackplan.render.terraform.naming import TerraformNaming
from ackplan.render.terraform.provider import Attributes

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


class ChangeContent(TypedDict):
    """`change` of an entry."""

    actions: list[str]
    before: Attributes | None
    after: Attributes | None
    after_unknown: dict[str, Json]
    before_sensitive: Json
    after_sensitive: Json
    replace_paths: NotRequired[list[list[str | int]]]
    importing: NotRequired[dict[str, str]]


class ResourceChange(provider.Identity):
    """An entry of `resource_changes` or `resource_drift`."""

    provider_name: str
    change: ChangeContent
    previous_address: NotRequired[str]
    action_reason: NotRequired[str]


def resource_changes(plan: Plan, naming: TerraformNaming) -> LazyList:
    """What happens to each resource, in the order of their addresses."""
    ordered = sorted(plan.changes, key=lambda change: provider.address(change.kind, change.name))
    return LazyList(lambda _: (resource_change(change, plan.mode, naming) for change in ordered))


def resource_change(change: Change, mode: str, naming: TerraformNaming) -> ResourceChange:
    """What happens to one resource. A refused change is there with the actions that it would have."""
    before, after = _sides(change, mode, naming)
    inner = _change(change.kind, _actions(change, before, after), before, after)
    if after is not None and change.action in {Action.CREATE, Action.REPLACE}:
        inner["after_unknown"] |= provider.unknown_ids(change.kind, after)
    paths = _replace_paths(change, naming)
    if paths:
        inner["replace_paths"] = paths
    if change.reason is Reason.ADOPTION:
        inner["importing"] = {"id": provider.id_of(change.kind, naming.ids_before(change.name, change.cluster_id))}
    entry = _entry(change.kind, change.name, inner)
    recorded = change.recorded
    if recorded is not None and recorded.kind != change.kind:
        entry["previous_address"] = provider.address(recorded.kind, change.name)
    reason = _REASONS.get((change.action, change.reason))
    if reason:
        entry["action_reason"] = reason
    return entry


def drift_of(change: Change, mode: str, naming: TerraformNaming) -> ResourceChange | None:
    """How the live resource moved away from the record; None where it did not, or was never recorded."""
    recorded = change.recorded
    if recorded is None or not (change.drifted or change.reason is Reason.GONE):
        return None
    ids = naming.ids_before(change.name, recorded.cluster_id)
    before = naming.attributes(recorded.kind, change.name, recorded.parameters, ids)
    if change.reason in {Reason.VANISHED, Reason.GONE}:
        return _entry(recorded.kind, change.name, _change(recorded.kind, ["delete"], before, None))
    live: dict[str, Json | Absent] = dict(recorded.parameters)
    for parameter in change.parameters:
        if parameter.side is Side.LIVE:
            live[parameter.name] = parameter.after if mode == "refresh-only" else parameter.before
    shown = {name: value for name, value in live.items() if value is not ABSENT}
    after = naming.attributes(recorded.kind, change.name, shown, ids)
    return _entry(recorded.kind, change.name, _change(recorded.kind, ["update"], before, after))


def _sides(change: Change, mode: str, naming: TerraformNaming) -> tuple[Attributes | None, Attributes | None]:
    """Attributes before and after. A refresh takes what is live as given: it changes nothing then."""
    before, after = (
        None if side is None else naming.attributes(change.kind, change.name, side, ids)
        for side, ids in (
            (change.before, naming.ids_before(change.name, change.cluster_id)),
            (change.after, naming.ids_after(change)),
        )
    )
    return (after, after) if mode == "refresh-only" and after is not None else (before, after)


def _actions(change: Change, before: Attributes | None, after: Attributes | None) -> list[str]:
    """A change of the record alone is one of the state, where an attribute changes, and none otherwise."""
    if change.action is Action.RECORD and before != after:
        return ["update"]
    return list(_ACTIONS[change.action])


def _entry(kind: Kind, name: str, change: ChangeContent) -> ResourceChange:
    named = provider.identity(kind.resource, parse(name))
    entry: ResourceChange = {
        "address": named["address"],
        "mode": named["mode"],
        "type": named["type"],
        "name": named["name"],
        "provider_name": provider.PROVIDER_NAME,
        "change": change,
    }
    if "index" in named:
        entry["index"] = named["index"]
    return entry


def _change(kind: Kind, actions: list[str], before: Attributes | None, after: Attributes | None) -> ChangeContent:
    outline: dict[str, Json] = {} if after is None else provider.outline(after)
    return {
        "actions": actions,
        "before": before,
        "after": after,
        "after_unknown": outline,
        "before_sensitive": False if before is None else provider.sensitive(kind, before),
        "after_sensitive": False if after is None else provider.sensitive(kind, after, outline),
    }


def _replace_paths(change: Change, naming: TerraformNaming) -> list[list[str | int]]:
    if change.action is not Action.REPLACE:
        return []
    fixed = [p.name for p in change.parameters if p.effect is Effect.REPLACE]
    return [list(place.path) for name in fixed for place in provider.places(change.kind, name, former=naming.former)]
