"""A plan file is held against itself: what it shows is what it would send, and what it pins is what it was made on.

Its digest is no signature: who writes a file can make one that fits. So a step sends and records nothing but what the
change that is shown says, every body is one that its schema allows, and nothing that a plan always has is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from ackplan.app.step_consistency import faults_of_steps, own_keys
from ackplan.core.actions import Action, Reason
from ackplan.core.catalog import Catalog
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.values import ABSENT, alike
from ackplan.core.work import TRAITS, Create, Forget, Work, WriteRecord
from ackplan.plan.model import Change, Plan
from ackplan.plan.new_parameters import AllNew
from ackplan.record import Record, RecordedCluster
from ackplan.record.pin import is_made_on
from ackplan.resources.types import BUILT_IN, ResourceTypes

# What is done so that a cluster becomes as the spec wants it.
_WANTED = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE, Action.ADOPT, Action.RECORD})
_OF_MODE: Mapping[str, frozenset[Action]] = {
    "normal": frozenset(Action),
    "destroy": frozenset({Action.NOOP, Action.DELETE, Action.FORGET}),
    "refresh-only": frozenset({Action.NOOP, Action.RECORD, Action.FORGET}),
}


def contradictions(
    plan: Plan, record: Record | None, file: str, types: ResourceTypes = BUILT_IN
) -> tuple[Diagnostic, ...]:  # fmt: skip
    """Everything in a plan file that can't be so. `record` is the one in it; None in one of format 1."""
    found = [("", why) for why in (*_of_policies(plan), *_of_pins(plan, record))]
    entries = record.entries if record is not None else {}
    for change in plan.changes:
        recorded = entries.get(change.name)
        found += [(change.name, why) for why in _told(change, recorded, plan.mode, types)]
        found += [(change.name, why) for why in _of_home(change, entries)]
        if change.recorded is not recorded and record is not None and not _is_interrupted(plan):
            found.append((change.name, "it was planned on another entry than the record has"))
    return tuple(_altered(file, cluster, why) for cluster, why in dict.fromkeys(found))


def _told(change: Change, recorded: RecordedCluster | None, mode: str, types: ResourceTypes) -> Iterator[str]:
    """What can't be so of a change, values that are not of their type among it."""
    try:
        yield from _of_change(change, recorded, mode, types)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        yield f"{type(fault).__name__} in it"


def _altered(file: str, cluster: str, why: str) -> Diagnostic:
    return error("ACK6003.contradiction", file=file, why=why, cluster=cluster)


def _of_policies(plan: Plan) -> Iterator[str]:
    rules = {diagnostic.rule for diagnostic in plan.diagnostics}
    for judged in plan.policies:
        if judged.violations and judged.rule not in rules:
            yield f"what {judged.rule} found is missing"


def _of_pins(plan: Plan, record: Record | None) -> Iterator[str]:
    pins = plan.pins
    if plan.mode == "normal" and not pins.spec_files:
        yield "it does not pin the spec"
    if len({change.name for change in plan.changes}) != len(plan.changes):
        yield "a cluster is in it twice"
    if set(pins.live) != {change.name for change in plan.acting}:
        yield "it does not pin the live clusters that it plans for"
    if record is None:
        return
    counted = (pins.lineage, pins.serial) == (record.lineage, record.serial)
    if not counted or not (_is_interrupted(plan) or is_made_on(pins, record)):
        yield "it pins another record than it was made on"


def _is_interrupted(plan: Plan) -> bool:
    """Whether it was made on what a run left, which is in no record yet. Older plan files only have a warning of it."""
    return bool(plan.pins.journal) or any(diagnostic.code in {"ACK3030", "ACK3031"} for diagnostic in plan.diagnostics)


def _of_change(change: Change, recorded: RecordedCluster | None, mode: str, types: ResourceTypes) -> Iterator[str]:
    works = [type(step.work) for step in change.steps]
    if change.kind.name not in types.type_of(change.address).kinds:
        yield f"a {change.kind.name} is none of its type"
    if change.action not in _OF_MODE[mode]:
        yield f"a {mode} plan does not {change.action.value}"
    if any(change.action not in TRAITS[work].actions for work in works) or not _whole(change.action, works):
        yield f"these are not the steps of a {change.action.value}"
    yield from _of_parameters(change)
    yield from _of_names(change)
    yield from _of_desired(change, mode)
    if change.is_blocked:
        return
    if _is_refused(change, recorded, mode):
        yield "it is protected, and not refused"
    if not {WriteRecord, Forget}.issuperset(works) and recorded is not None and _is_stranger(change, recorded):
        yield f"{change.cluster_id} is not the recorded cluster"
    nested = types.nested_type_of(change.address)
    yield from nested.contradictions(change, recorded) if nested else faults_of_steps(change, recorded)


def _of_home(change: Change, entries: Mapping[str, RecordedCluster]) -> Iterator[str]:
    """What is inside of a cluster is changed in that cluster, and in no other."""
    parent = change.address.parent
    home = entries.get(parent.short) if parent else None
    allowed = {"", home.cluster_id if home else ""}
    if any(step.parent_id not in allowed for step in change.steps):
        yield "it is for another cluster than the one that it is inside of"
    regions = {each for step in change.steps for each in (step.region, step.call.region if step.call else step.region)}
    if home is not None and home.region and regions - {home.region}:
        yield "it is for another region than its cluster's"


def _whole(action: Action, works: list[type[Work]]) -> bool:
    """Whether all that an action is made of is there, once."""
    created, removed = works.count(Create), sum(TRAITS[work].removes for work in works)
    match action:
        case Action.CREATE:
            return created == 1
        case Action.REPLACE:
            return (created, removed) == (1, 1) and TRAITS[works[0]].removes
        case Action.DELETE | Action.FORGET | Action.ADOPT:
            return len(works) == 1
    return bool(works) or action is Action.NOOP


def _is_stranger(change: Change, recorded: RecordedCluster) -> bool:
    return (
        change.action in {Action.UPDATE, Action.REPLACE, Action.DELETE}
        and change.reason is not Reason.ADOPTION
        and (change.cluster_id != recorded.cluster_id)
    )


def _is_refused(change: Change, recorded: RecordedCluster | None, mode: str) -> bool:
    """Whether what stands in the record and in the entry to be recorded forbids this change."""
    if recorded is None or (change.reason is Reason.CREATE_FAILED and not recorded.created):
        return False
    if change.action is Action.DELETE:
        return mode == "normal" and recorded.prevent_destroy
    if change.action is not Action.REPLACE:
        return False
    lifecycle = own_keys(change).get("lifecycle", {})
    unasked = change.reason is not Reason.REQUESTED and lifecycle.get("replace") != "allow"
    return unasked or bool(lifecycle.get("prevent_destroy", recorded.prevent_destroy))


def _of_names(change: Change) -> Iterator[str]:
    """No name is shown twice, or that nothing has; a cluster is made under the name that it is shown with."""
    names = () if _is_all_new(change) else [parameter.name for parameter in change.parameters]
    if len({*names}) != len(names):
        yield "a parameter is shown twice"
    yield from (f"{name} is no parameter" for name in names if name not in _names_of(change.kind.catalog))
    naming = change.kind.name_parameter.name if change.address.parent is None else None
    if naming and change.action in {Action.CREATE, Action.REPLACE} and (change.after or {}).get(naming) != change.name:
        yield "it is made under another name"


def _of_desired(change: Change, mode: str) -> Iterator[str]:
    """What the spec wants is what the cluster will have, where something is done for it."""
    if change.desired is None or change.action not in _WANTED:
        return
    if mode != "normal":
        yield f"a {mode} plan does not look at what is wanted"
    wanted, after = change.desired.parameters, change.after or {}
    if wanted is not after and any(not alike(value, after.get(name, ABSENT)) for name, value in wanted.items()):
        yield "it is wanted otherwise than it is shown"


@functools.cache
def _names_of(api: Catalog) -> frozenset[str]:
    """Everything that the change of a parameter may be called."""
    return frozenset(api.own_keys).union(*(kind.parameters for kind in api.kinds))


def _is_all_new(change: Change) -> bool:
    """Whether its parameters were made of what the cluster will have."""
    return isinstance(change.parameters, AllNew) and change.parameters.tells(change.kind, change.after)


def _of_parameters(change: Change) -> Iterator[str]:
    """What is shown of the parameters is what the cluster will have."""
    if _is_all_new(change):
        return
    after, create = change.after or {}, change.kind.parameters
    shown = {parameter.name: parameter.after for parameter in change.parameters if parameter.name in create}
    for name, value in shown.items() if change.after is not None else ():
        gets = after.get(name, ABSENT)
        if value is not gets and not (alike(value, gets) or alike(value, create[name].canonical(gets))):
            yield f"{name} is shown with another value than it gets"
    if change.action is Action.CREATE:
        yield from (f"{name} is not shown" for name in sorted(after.keys() - shown.keys()))
    if change.action is Action.REPLACE:
        before = change.before or {}
        hidden = [
            name for name in after.keys() - shown.keys() if not _means_same(change, name, before.get(name, ABSENT))
        ]
        yield from (f"{name} is not shown" for name in sorted(hidden))


def _means_same(change: Change, name: str, before: Any) -> bool:
    parameter = change.kind.parameters.get(name)
    value = (change.after or {})[name]
    if parameter is None or parameter.secret:
        return parameter is not None
    before = parameter.unset(value) if before is ABSENT else before
    return before is not ABSENT and bool(parameter.canonical(before) == parameter.canonical(value))
