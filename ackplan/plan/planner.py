"""From the sides of a fleet to a plan. Pure: reads nothing, calls nothing, and takes the same time every day.

Each type of resource plans its own; here their shares become one plan: ordered, narrowed, and pinned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ackplan.core.actions import Action
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.resource import Registry, ResourceType
from ackplan.core.upgrade_check import UpgradeCheck
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Pins, Plan
from ackplan.plan.narrowing import idle_requests, narrowed_by, omissions
from ackplan.plan.offered import Offered
from ackplan.plan.order import wire
from ackplan.plan.select import select
from ackplan.plan.upgrade_route import UpgradeRoute
from ackplan.record import Record
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Sides:
    """Wanted, recorded and live. `nodes` holds the nodes of those clusters that `nodes_needed` asked for.

    `nested` are what the spec wants inside of clusters, by their short names; `inside` what is live there, by type
    and short name. `routes` are the ways of clusters that are to be upgraded, by their names; `offers` what the API
    offers of what is inside of clusters, as far as it was asked. `checks` are the last ones of clusters to be upgraded.
    `pinned`: the plan will be held against what is live later.
    """

    wanted: Mapping[str, Wanted]
    record: Record
    live: Sequence[Cluster]
    spec_digest: str = ""
    nodes: Mapping[str, Sequence[Node]] = field(default_factory=dict)
    nested: Mapping[str, Wanted] = field(default_factory=dict)
    inside: Mapping[str, Mapping[str, LiveResource]] = field(default_factory=dict)
    routes: Mapping[str, UpgradeRoute] = field(default_factory=dict)
    offers: Mapping[str, Offered] = field(default_factory=dict)
    checks: Mapping[str, UpgradeCheck] = field(default_factory=dict)
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of this plan. `mode` is `normal`, `destroy` or `refresh-only`.

    `refresh`: what is live was looked at. `scale_in`: how workers to remove are chosen where the spec does not say it.
    """

    mode: str = "normal"
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replace: frozenset[str] = frozenset()
    adopt: frozenset[str] = frozenset()
    skip_blocked: bool = False
    node_names: str = "auto"
    refresh: bool = True
    scale_in: str = ""


class Share(Protocol):
    """What a plan says of the resources of one type."""

    @property
    def names(self) -> Collection[str]:
        """All that are wanted or recorded, by their short names."""
        ...

    @property
    def changes(self) -> Sequence[Change]:
        """What happens to each that is planned for, not ordered among those of other names yet."""
        ...

    @property
    def unmanaged(self) -> int:
        """How many are live that nobody wants or has recorded."""
        ...

    def fingerprint(self, name: str) -> str:
        """Tells whether the live side of this one moved since."""
        ...

    def doubts(self) -> Iterable[Diagnostic]:
        """What is wrong with the sides, whatever the plan is narrowed to."""
        ...

    def cautions(self, changes: Sequence[Change]) -> Iterable[Diagnostic]:
        """What whoever reviews these changes has to know."""
        ...


class PlannedType(ResourceType, Protocol):
    """What planning asks of a type of resource."""

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> Share:
        """Its share of the plan. `planned` are the changes of what its resources may be inside of."""
        ...


def plan(sides: Sides, options: Options, types: Registry[PlannedType]) -> Plan:
    """The plan for this fleet. Blocked changes and errors are in it; it never raises for what the sides hold."""
    shares = _shares(sides, options, types)
    names = {name for share in shares for name in share.names}
    unknown = tuple(unknown_names(names, options))
    planned = [change for share in shares for change in share.changes]
    if any(share.names for share in shares[1:]):
        planned.sort(key=lambda change: change.name)
    whole, problems = wire(planned)
    changes, left_out = select(whole, options.targets, options.excludes, skip_blocked=options.skip_blocked)
    narrowed = narrowed_by(options.targets, options.excludes, left_out, refresh=options.refresh)
    requests = {"--replace": options.replace & names, "--adopt": options.adopt & names}
    idle = idle_requests(options.mode, requests, whole, left_out, sides.record)
    omitted = () if unknown else omissions(narrowed, left_out)
    doubts = [doubt for share in shares for doubt in share.doubts()]
    said = (*unknown, *doubts, *idle, *problems, *omitted, *_cautions(shares, changes))
    prints = _fingerprints(shares, changes) if sides.pinned else {}
    pins = Pins(sides.record.lineage, sides.record.serial, sides.spec_digest, prints)
    unmanaged = sum(share.unmanaged for share in shares)
    return Plan(options.mode, changes, pins, unmanaged, said, narrowed=narrowed, left_out=left_out)


def _shares(sides: Sides, options: Options, types: Registry[PlannedType]) -> list[Share]:
    """Of each type its share, those of resources that others are inside of first."""
    shares: list[Share] = []
    planned: dict[str, Change] = {}
    for each in types:
        share = each.share(sides, options, planned)
        planned |= {change.name: change for change in share.changes}
        shares.append(share)
    return shares


def _cautions(shares: Sequence[Share], changes: Sequence[Change]) -> Iterator[Diagnostic]:
    if len(shares) == 1:
        yield from shares[0].cautions(changes)
        return
    for share in shares:
        names = frozenset(share.names)
        yield from share.cautions([change for change in changes if change.name in names])


def _fingerprints(shares: Sequence[Share], changes: Sequence[Change]) -> dict[str, str]:
    acting = [change.name for change in changes if change.action is not Action.NOOP]
    if len(shares) == 1:
        return {name: shares[0].fingerprint(name) for name in acting}
    owners = {name: share for share in shares for name in share.names}
    return {name: owners[name].fingerprint(name) for name in acting}


def unknown_names(planned: Collection[str], options: Options) -> Iterator[Diagnostic]:
    """An error for each name in the options that is not one of these."""
    given = {
        "--target": options.targets,
        "--exclude": options.excludes,
        "--replace": sorted(options.replace),
        "--adopt": sorted(options.adopt),
    }
    for flag, names in given.items():
        for name in names:
            if name not in planned:
                yield error("ACK2010", flag=flag, name=name)
