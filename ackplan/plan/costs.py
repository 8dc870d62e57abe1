"""What a plan changes of the costs of a month, as far as a price list has prices.

Counted are the instances, disks and clusters that the plan makes, and those that it removes and whose instances are
released. Attached instances are there before and after: they cost the same. Of several instance types of workers the
dearest with a price counts, for the cloud may take any of them; one without a price is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ackplan.core.catalog import Kind
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.work import Create, Delete, GoAlong, Modify, ScaleIn, ScaleOut, releases
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.price_list import DISK, FEE, INSTANCE, PriceList
from ackplan.plan.worker_totals import count_in, lost_workers

_TYPES = "instance_types"
_SPEC = "cluster_spec"


class Item(NamedTuple):
    """`quantity` of one priced thing: positive where it is added. Disks are counted in GiB.

    `others` are what may come in its place.
    """

    sort: str
    name: str
    quantity: int
    others: tuple[str, ...] = ()


class Unpriced(NamedTuple):
    """What the sums are without: `name` in a region, for want of a price; or all workers of `workers_of`."""

    name: str = ""
    region: str = ""
    workers_of: str = ""


@dataclass(frozen=True, slots=True)
class ClusterCost:
    """What a month of one cluster costs more (`added`) and less (`removed`)."""

    name: str
    added: Decimal
    removed: Decimal

    @property
    def change(self) -> Decimal:
        return self.added - self.removed


@dataclass(frozen=True, slots=True)
class Costs:
    """The change of a month's costs. `unpriced` names what is added or removed and not in the sums.

    `dearest` are the clusters whose workers may be of several types of different prices: the dearest is in the sums.
    """

    currency: str
    clusters: tuple[ClusterCost, ...]
    unpriced: tuple[Unpriced, ...] = ()
    dearest: tuple[str, ...] = ()

    @property
    def added(self) -> Decimal:
        return sum((cost.added for cost in self.clusters), Decimal())

    @property
    def removed(self) -> Decimal:
        return sum((cost.removed for cost in self.clusters), Decimal())

    @property
    def change(self) -> Decimal:
        return self.added - self.removed


def costs_of(plan: Plan, prices: PriceList) -> Costs:
    """Of all changes that are not blocked, by the clusters that they are of."""
    added: dict[str, Decimal] = {}
    removed: dict[str, Decimal] = {}
    unpriced: dict[Unpriced, None] = {}
    dearest: dict[str, None] = {}
    for change in plan.changes:
        name, region = change.address.root.name, _region(change)
        for item in _items(change):
            if isinstance(item, Unpriced):
                unpriced[item] = None
                continue
            amounts = {each: prices.monthly(region, item.sort, each) for each in (item.name, *item.others)}
            unpriced.update({Unpriced(each, region): None for each, amount in amounts.items() if amount is None})
            priced = {amount for amount in amounts.values() if amount is not None}
            if len(priced) > 1:
                dearest[name] = None
            sums = added if item.quantity > 0 else removed
            if priced:
                sums[name] = sums.get(name, Decimal()) + max(priced) * abs(item.quantity)
    names = sorted({*added, *removed})
    costs = (ClusterCost(name, added.get(name, Decimal()), removed.get(name, Decimal())) for name in names)
    return Costs(prices.currency, tuple(costs), tuple(unpriced), tuple(sorted(dearest)))


def _region(change: Change) -> str:
    """Where a change takes place: what is inside of a cluster is where that is."""
    regions = (step.region for step in change.steps)
    return change.kind.region_of(change.after or change.before or {}) or next(filter(None, regions), "")


def _items(change: Change) -> Iterator[Item | Unpriced]:
    """What a change adds and removes; and workers whose number or type nobody knows."""
    if change.is_blocked:
        return
    for step in change.steps:
        yield from _of_step(change, step)


def _of_step(change: Change, step: Step) -> Iterator[Item | Unpriced]:
    before, after = change.before or {}, change.after or {}
    match step.work:
        case Create():
            yield from _workers(change, after, count_in(change.kind, after), 1)
            yield from _beside_workers(change.kind, after, 1)
        case ScaleOut(size=size):
            yield from _workers(change, after, size.moved, 1)
        case ScaleIn(call=call, size=size, instances=instances) if releases(call):
            yield from _workers(change, before, len(instances) or size.moved, -1)
        case Delete() | GoAlong():
            yield from _workers(change, before, _released(change), -1)
            yield from _beside_workers(change.kind, before, -1)
        case Modify(call=call) if _spec(before) != _spec(after) and _SPEC in (call.body or {}):
            yield from _fee(before, -1)
            yield from _fee(after, 1)


def _released(change: Change) -> int | None:
    """The workers that go with what is deleted, without instances that were attached."""
    lost = lost_workers(change)
    attached = len(change.recorded.attached) if change.recorded else 0
    return None if lost is None else max(0, lost - attached)


def _workers(change: Change, parameters: JsonObject, number: int | None, sign: int) -> Iterator[Item | Unpriced]:
    prefixes = [prefix for prefix in _prefixes(change.kind) if not _is_of_masters(change.kind, prefix)]
    if not prefixes:
        # A cluster with pools has workers of its pools alone.
        return
    if number is None:
        yield Unpriced(workers_of=change.name)
    elif number:
        types = parameters.get(prefixes[0] + _TYPES)
        listed = tuple(each for each in types if isinstance(each, str)) if isinstance(types, list) else ()
        if listed:
            yield Item(INSTANCE, listed[0], sign * number, listed[1:])
        else:
            yield Unpriced(workers_of=change.name)
        yield from _disks(parameters, prefixes[0], sign * number)


def _beside_workers(kind: Kind, parameters: JsonObject, sign: int) -> Iterator[Item | Unpriced]:
    """Masters, and what the cluster costs by itself."""
    for prefix in filter(lambda prefix: _is_of_masters(kind, prefix), _prefixes(kind)):
        types = parameters.get(prefix + _TYPES)
        listed = [each for each in types if isinstance(each, str)] if isinstance(types, list) else []
        masters = _masters(kind, parameters, prefix)
        for number in range(masters if listed else 0):
            yield Item(INSTANCE, listed[min(number, len(listed) - 1)], sign)
        yield from _disks(parameters, prefix, sign * masters)
    yield from _fee(parameters, sign)


def _masters(kind: Kind, parameters: JsonObject, prefix: str) -> int:
    size = parameters.get(f"{prefix}size")
    return kind.masters(parameters) or (size if isinstance(size, int) else 0)


def _fee(parameters: JsonObject, sign: int) -> Iterator[Item]:
    spec = _spec(parameters)
    if spec:
        yield Item(FEE, spec, sign)


def _spec(parameters: JsonObject) -> str:
    return str(parameters.get(_SPEC) or "")


def _disks(parameters: JsonObject, prefix: str, number: int) -> Iterator[Item]:
    """The disks of so many instances, in GiB; one whose category or size is not said is left to the instance."""
    yield from _disk(
        parameters.get(f"{prefix}system_disk_category"), parameters.get(f"{prefix}system_disk_size"), number
    )
    yield from _disk(parameters.get(f"{prefix}data_disk_category"), parameters.get(f"{prefix}data_disk_size"), number)
    disks = parameters.get(f"{prefix}data_disks")
    for disk in disks if isinstance(disks, list) else ():
        if isinstance(disk, Mapping):
            yield from _disk(disk.get("category"), disk.get("size"), number)


def _disk(category: Json | None, size: Json | None, number: int) -> Iterator[Item]:
    if isinstance(category, str) and isinstance(size, int | str) and str(size).isdecimal() and number:
        yield Item(DISK, category, number * int(size))


def _prefixes(kind: Kind) -> Iterable[str]:
    """What the parameters of each sort of its instances begin with: `worker_`, `scaling_group.`."""
    return [name.removesuffix(_TYPES) for name in kind.parameters if _is_types(name)]


def _is_types(name: str) -> bool:
    return name.endswith(_TYPES) and "excluded" not in name and name.count(".") < 2


def _is_of_masters(kind: Kind, prefix: str) -> bool:
    """Those of a kind that counts no workers are its masters: its workers are in pools."""
    masters = kind.masters_parameter
    return kind.count_parameter is None or (masters is not None and masters.name.startswith(prefix))
