"""Resources with their values, as `planned_values`, `prior_state` and a state have them.

The workers that a cluster of the guide counts are shown besides as the node pool which the API makes of them, so that
rules about node pools hold for both generations of clusters. They stand in a module of their own, and go with their
cluster: `resource_changes` has no entry of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TypeVar

from ackplan.core.address import parse
from ackplan.core.catalog import Kind
from ackplan.core.catalog.terraform_names import WorkersPool, address_of, workers_of
from ackplan.core.json_types import JsonObject
from ackplan.plan.model import Change, Plan
from ackplan.record import Record, RecordedCluster
from ackplan.render.terraform import provider
from ackplan.render.terraform.lazy_lists import LazyList
from ackplan.render.terraform.naming import TerraformNaming
from ackplan.render.terraform.provider import Identity, Ids

E = TypeVar("E", bound=Mapping[str, object])


@dataclasses.dataclass(frozen=True, slots=True)
class ShownResource:
    """A resource with its values, as it is or will be."""

    kind: Kind
    short: str
    parameters: JsonObject
    ids: Ids
    depends_on: tuple[str, ...] = ()


def by_address(entries: Iterable[E | None]) -> list[E]:
    return sorted((entry for entry in entries if entry is not None), key=lambda entry: str(entry["address"]))


def module(shown: Iterable[ShownResource], naming: TerraformNaming) -> dict[str, object]:
    """The root module with these resources, and the module of what their workers become."""
    resources = [(provider.address(each.kind, each.short), each) for each in shown]
    workers: dict[str, list[tuple[str, WorkersPool, ShownResource]]] = {}
    for _, each in resources:
        pool = None if naming.former else workers_of(each.kind)
        if pool:
            address = f"module.{pool.module}.{address_of(pool.type, each.short)}"
            workers.setdefault(f"module.{pool.module}", []).append((address, pool, each))
    children = [{"address": name, "resources": _of_workers(entries, naming)} for name, entries in workers.items()]
    resources.sort(key=itemgetter(0))
    listed = LazyList(lambda _: (_resource(each, naming) for _, each in resources))
    root: dict[str, object] = {"resources": listed} if resources else {}
    return {**root, "child_modules": children} if children else root


def _of_workers(entries: list[tuple[str, WorkersPool, ShownResource]], naming: TerraformNaming) -> LazyList:
    ordered = sorted(entries, key=itemgetter(0))
    return LazyList(lambda _: (_workers(address, each, pool, naming) for address, pool, each in ordered))


def planned(changes: Iterable[Change], naming: TerraformNaming) -> Iterator[ShownResource]:
    """What will be there after these changes."""
    for change in changes:
        yield ShownResource(change.kind, change.name, change.after or {}, naming.ids_after(change))


def recorded(entries: Mapping[str, RecordedCluster], naming: TerraformNaming) -> Iterator[ShownResource]:
    """What is recorded."""
    for name, entry in entries.items():
        parent = parse(name).parent
        named = (*((parent.short,) if parent else ()), *entry.depends_on)
        needs = tuple(provider.address(entries[other].kind, other) for other in named if other in entries)
        yield ShownResource(entry.kind, name, entry.parameters, naming.ids_before(name, entry.cluster_id), needs)


def prior(plan: Plan, record: Record) -> Mapping[str, RecordedCluster]:
    """What is recorded or adopted, as far as it is still live, with what the plan saw of it."""
    entries = {**record.entries}
    for change in plan.changes:
        values = change.after if plan.mode == "refresh-only" and change.after is not None else change.before
        if values is None:
            entries.pop(change.name, None)
        else:
            entry = entries.get(change.name) or RecordedCluster(change.cluster_id, change.kind, {})
            entries[change.name] = dataclasses.replace(entry, parameters=values)
    return entries


def _resource(shown: ShownResource, naming: TerraformNaming) -> dict[str, object]:
    kind = shown.kind
    attributes = naming.attributes(kind, shown.short, shown.parameters, shown.ids)
    valued = _valued(provider.identity(kind.resource, parse(shown.short)), kind, attributes)
    return {**valued, "depends_on": list(shown.depends_on)} if shown.depends_on else valued


def _workers(address: str, shown: ShownResource, pool: WorkersPool, naming: TerraformNaming) -> dict[str, object]:
    """The node pool of a cluster's workers, named after the cluster."""
    named: Identity = {"address": address, "mode": "managed", "type": pool.type, "name": shown.short}
    attributes = naming.workers(pool, shown.kind, shown.parameters, shown.ids["id"])
    return {**_valued(named, shown.kind, attributes), "depends_on": [provider.address(shown.kind, shown.short)]}


def _valued(named: Identity, kind: Kind, attributes: JsonObject) -> dict[str, object]:
    return {
        **named,
        "provider_name": provider.PROVIDER_NAME,
        "schema_version": 0,
        "values": dict(attributes),
        "sensitive_values": provider.sensitive(kind, attributes),
    }
