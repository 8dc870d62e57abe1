"""What there is of one cluster: which of its three sides, and how they belong together. `decide` knows each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ackplan.core.actions import Reason
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.upgrade_check import UpgradeCheck
from ackplan.plan.new_parameters import NewParameters
from ackplan.plan.upgrade_route import UpgradeRoute
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class New:
    """Wanted, and nowhere yet."""

    desired: Wanted


@dataclass(frozen=True, slots=True)
class Vanished:
    """Wanted and recorded, and not live any more."""

    desired: Wanted
    recorded: RecordedCluster


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Recorded, and to go. `desired` is what the spec says of a cluster that is destroyed with all others."""

    recorded: RecordedCluster
    live: Cluster | None
    desired: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """Wanted, recorded and live. `nodes` are its live nodes where they were read."""

    desired: Wanted
    recorded: RecordedCluster
    live: Cluster
    nodes: Sequence[Node] | None = None


@dataclass(frozen=True, slots=True)
class Namesake:
    """Wanted, and another live cluster has its name. `ambiguous`: several have. `recorded` is one that vanished."""

    desired: Wanted
    recorded: RecordedCluster | None
    live: Cluster
    nodes: Sequence[Node] | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """Wanted, and what is live under its name is being deleted."""

    desired: Wanted
    recorded: RecordedCluster | None
    live: Cluster


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Recorded, and what is live may be another cluster, or can't be seen: nothing is done."""

    name: str
    recorded: RecordedCluster
    live: Cluster
    reason: Reason
    why: Diagnostic
    desired: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Wanted and not recorded, while the live cluster of its name is recorded under another one."""

    desired: Wanted
    why: Diagnostic


Sides = New | Vanished | Unwanted | Present | Namesake | Leaving | Doubtful | Held


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster's sides, and what was asked for it by options. `destroy`: all clusters are to go.

    `new` makes the parameters of new clusters, for all clusters of a plan.
    """

    name: str
    sides: Sides
    replace: bool = False
    adopt: bool = False
    destroy: bool = False
    node_names: str = "auto"
    route: UpgradeRoute | None = None
    check: UpgradeCheck | None = None
    new: NewParameters = field(default_factory=NewParameters)


@dataclass(frozen=True, slots=True)
class Finding:
    """The live clusters that a name leads to: `by_id` is the one recorded, `namesake` another one of the name.

    `nodes` are those of the one that counts, where they were read. `holder` is the name of the other entry that has
    the id of the namesake, `ambiguous` says that there are several namesakes.
    """

    by_id: Cluster | None = None
    namesake: Cluster | None = None
    nodes: Sequence[Node] | None = None
    holder: str = ""
    ambiguous: bool = False


def sides_of_recorded(
    name: str, recorded: RecordedCluster, desired: Wanted | None, live: Finding, *, destroy: bool = False
) -> Sides:
    """The sides of a recorded cluster. `destroy`: it is to go, whatever the spec says of it."""
    doubt = doubt_of(name, recorded, desired, live)
    if doubt is not None:
        return doubt
    if desired is None or destroy:
        return Unwanted(recorded, live.by_id, desired)
    if live.namesake is not None:
        return _of_namesake(desired, recorded, live.namesake, live)
    if live.by_id is None or live.by_id.gone:
        return Vanished(desired, recorded)
    if live.by_id.leaving:
        return Leaving(desired, recorded, live.by_id)
    return Present(desired, recorded, live.by_id, live.nodes)


def sides_of_new(desired: Wanted, live: Finding) -> Sides:
    """The sides of a cluster of the spec that is not recorded."""
    if live.namesake is None:
        return New(desired)
    if live.holder:
        return Held(desired, refusals.held(desired.name, None, live.namesake, live.holder, desired))
    return _of_namesake(desired, None, live.namesake, live)


def _of_namesake(desired: Wanted, recorded: RecordedCluster | None, namesake: Cluster, live: Finding) -> Sides:
    if namesake.leaving:
        return Leaving(desired, recorded, namesake)
    return Namesake(desired, recorded, namesake, live.nodes, live.ambiguous)


def doubt_of(name: str, recorded: RecordedCluster, desired: Wanted | None, live: Finding) -> Doubtful | None:
    """Why nothing can be done with a recorded cluster: what is live under its id or name may not be it."""
    found = live.by_id
    if found is not None and not is_same(name, recorded, found):
        why = refusals.mistaken(name, recorded, found, desired)
        return Doubtful(name, recorded, found, Reason.MISTAKEN, why, desired)
    if found is not None and is_unseen(recorded, found):
        return Doubtful(name, recorded, found, Reason.UNSEEN, refusals.unseen(name, recorded, desired), desired)
    if live.holder and live.namesake is not None:
        why = refusals.held(name, recorded, live.namesake, live.holder, desired)
        return Doubtful(name, recorded, live.namesake, Reason.MISTAKEN, why, desired)
    return None


def is_same(name: str, recorded: RecordedCluster, live: Cluster) -> bool:
    """Whether a live cluster of the recorded id is the recorded one: id, name and region belong together."""
    return live.is_named(name, recorded.region)


def is_unseen(recorded: RecordedCluster, live: Cluster) -> bool:
    """Whether a cluster that was complete is not shown by any read, and too young to be told gone."""
    return live.hidden and recorded.created


def is_protected(sides: Unwanted | Present | Namesake) -> bool:
    """Whether a delete is refused: the spec's word counts, else the record's."""
    said = sides.desired.lifecycle.prevent_destroy if sides.desired else None
    return said if said is not None else bool(sides.recorded and sides.recorded.prevent_destroy)
