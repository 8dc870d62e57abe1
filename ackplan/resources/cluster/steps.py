"""Compiles what a cluster needs into steps: each with the exact call, and the record entry that it leaves behind.

The steps of one cluster run one after another: attach, scale out, detach, scale in; room is made before it is given up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ackplan.core.actions import Reason, Side
from ackplan.core.address import CLUSTER, Address
from ackplan.core.answers import Cluster
from ackplan.core.call import Pinned
from ackplan.core.catalog.deletion import deletion_query
from ackplan.core.work import (
    TRAITS,
    AwaitGone,
    AwaitReady,
    Create,
    Delete,
    Detach,
    Forget,
    Modify,
    ScaleIn,
    ScaleOut,
    Upgrade,
    WriteRecord,
)
from ackplan.plan import in_place
from ackplan.plan.chain import Chain
from ackplan.plan.model import Step, replaced
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import scale_out
from ackplan.resources.parameter_sides import own_after
from ackplan.resources.upgraded import upgraded_parameter
from ackplan.resources.worker_steps import attach
from ackplan.resources.workers import Workers
from ackplan.spec.desired import Wanted


def _at(name: str) -> Address:
    return Address(CLUSTER, name)


def create(wanted: Wanted, reason: Reason, side: Side, before: Sequence[Step] = ()) -> tuple[Step, ...]:
    """Create, then attach. `before` are steps that must be done first (a delete, a wait)."""
    chain = Chain(_at(wanted.name), wanted.kind, "", wanted.region, wanted.own, reason, side, steps=tuple(before))
    chain.entry = RecordedCluster("", wanted.kind, wanted.parameters, wanted.own)
    chain.add(Create(chain.call(Create, wanted.kind.body(wanted.parameters))))
    attach(chain, wanted.attach, wanted.attached, side)
    return chain.steps


def delete(
    name: str, recorded: RecordedCluster, live: Cluster, reason: Reason, desired: Wanted | None = None
) -> tuple[Step, ...]:
    """Delete, or only wait where the cluster is being deleted already.

    What is to stay the spec says, and of a cluster that is in no spec the record.
    """
    region = recorded.kind.region_of(recorded.parameters, live.region_id)
    side = Side.LIVE if reason is Reason.CREATE_FAILED else Side.SPEC
    chain = Chain(
        _at(name),
        recorded.kind,
        live.cluster_id,
        region,
        recorded.own,
        reason,
        side,
        accepted_at=recorded.accepted_at,
    )
    if live.leaving:
        chain.accepted_at = ""
    own = recorded.own if desired is None else desired.own
    query = deletion_query(recorded.kind.catalog, own, TRAITS[Delete].operation)
    chain.add(AwaitGone() if live.leaving else Delete(chain.call(Delete, query=query)))
    return chain.steps


def await_gone(wanted: Wanted, live: Cluster) -> tuple[Step, ...]:
    """Waits until a cluster that is being deleted has given its name free."""
    chain = Chain(_at(wanted.name), wanted.kind, live.cluster_id, live.region_id, wanted.own, Reason.NEW, Side.LIVE)
    chain.add(AwaitGone())
    return chain.steps


def forget(name: str, recorded: RecordedCluster) -> tuple[Step, ...]:
    accepted = recorded.accepted_at
    chain = Chain(
        _at(name),
        recorded.kind,
        recorded.cluster_id,
        recorded.region,
        recorded.own,
        Reason.GONE,
        Side.LIVE,
        accepted_at=accepted,
    )
    chain.add(Forget())
    return chain.steps


def record(name: str, entry: RecordedCluster, reason: Reason, side: Side) -> tuple[Step, ...]:
    chain = Chain(_at(name), entry.kind, entry.cluster_id, entry.region, entry.own, reason, side, entry=entry)
    chain.add(WriteRecord())
    return chain.steps


@dataclass(frozen=True, slots=True)
class Update:
    """What an update in place has to do. `released` are the workers chosen to be removed.

    `sent_as` is how calls name a node, where that is not what tells it from the others. `settings` are the parameters
    that are changed in place, `versions` those that it is upgraded over.
    """

    wanted: Wanted
    recorded: RecordedCluster
    live: Cluster
    workers: Workers | None
    released: tuple[str, ...]
    reason: Reason
    side_of_size: Side
    sent_as: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[ParameterChange, ...] = ()
    versions: tuple[str, ...] = ()

    def named(self, nodes: Iterable[str]) -> list[str]:
        return [self.sent_as.get(node, node) for node in nodes]


def update(todo: Update) -> tuple[Step, ...]:
    """Settings, then attach, scale out, detach, scale in, as far as needed; the last step leaves the whole entry.

    Where nothing is called, one step brings the record up to date.
    """
    wanted, workers = todo.wanted, todo.workers
    chain = Chain(
        _at(wanted.name),
        wanted.kind,
        todo.live.cluster_id,
        wanted.kind.region_of(todo.recorded.parameters, todo.live.region_id),
        wanted.own,
        todo.reason,
        todo.side_of_size,
        entry=_start(todo),
        accepted_at=todo.recorded.accepted_at,
    )
    if not todo.recorded.created:
        chain.add(AwaitReady(), side=Side.LIVE)
    _setting_steps(chain, todo)
    _upgrade_steps(chain, todo)
    if workers is not None:
        _worker_steps(chain, todo, workers, wanted.kind.masters(todo.recorded.parameters or wanted.parameters))
    before = chain.entry or _start(todo)
    final = RecordedCluster(
        before.cluster_id,
        wanted.kind,
        {**todo.recorded.parameters, **wanted.parameters},
        own_after(wanted, todo.recorded),
        before.attached,
        before.created,
        accepted_at=before.accepted_at,
    )
    if not chain.steps:
        return record(wanted.name, final, todo.reason, todo.side_of_size)
    last = replaced(chain.steps[-1], after=final)
    return (*chain.steps[:-1], last)


def _start(todo: Update) -> RecordedCluster:
    """The record entry before the first step: what the live nodes show to be attached."""
    attached = todo.recorded.attached
    if todo.workers is not None:
        kept = [instance for instance in attached if instance not in todo.workers.returned]
        attached = (*kept, *todo.workers.joined)
    if todo.recorded.created and attached == todo.recorded.attached:
        return todo.recorded
    return dataclasses.replace(todo.recorded, attached=attached, created=True)


def _setting_steps(chain: Chain, todo: Update) -> None:
    """One step for each call that changes parameters in place."""
    kind, entry = todo.wanted.kind, chain.entry
    if entry is None or not todo.settings:
        return
    changed = {change.name for change in todo.settings}
    for operation, body in in_place.bodies(kind, todo.wanted.parameters, changed).items():
        mine = [c for c in todo.settings if in_place.operation_of(kind, kind.parameters[c.name]) == operation]
        values = {change.name: todo.wanted.parameters[change.name] for change in mine}
        entry = chain.entry = dataclasses.replace(entry, kind=kind, parameters={**entry.parameters, **values})
        side = Side.LIVE if all(change.side is Side.LIVE for change in mine) else Side.SPEC
        work = Modify(chain.call(Modify, body, operation))
        chain.add(work, label=in_place.part_of(operation, kind), side=side)


def _upgrade_steps(chain: Chain, todo: Update) -> None:
    """One step for each version on the way: the control plane; the nodes of pools follow."""
    parameter = upgraded_parameter(todo.wanted.kind)
    for version in todo.versions if parameter else ():
        if parameter is None or chain.entry is None:
            return
        values = {**chain.entry.parameters, parameter.name: version}
        chain.entry = dataclasses.replace(chain.entry, kind=todo.wanted.kind, parameters=values)
        body = {"next_version": version, "master_only": True}
        chain.add(Upgrade(chain.call(Upgrade, body)), label=version)


def _worker_steps(chain: Chain, todo: Update, workers: Workers, masters: int) -> None:
    present = workers.live
    known_before = set(todo.recorded.attached)
    if workers.attach:
        drifted = all(instance in known_before for instance in workers.attach)
        attach(chain, todo.wanted.attach, workers.attach, Side.LIVE if drifted else Side.SPEC)
        present = present + len(workers.attach) if present is not None else None
    if workers.delta > 0 and present is not None:
        body = scale_out.body(todo.wanted, todo.live, workers.delta)
        chain.add(ScaleOut(chain.call(ScaleOut, body), Pinned(present, present + workers.delta, masters)))
        present += workers.delta
    if workers.detach and chain.entry is not None:
        left = tuple(i for i in chain.entry.attached if i not in workers.detach)
        chain.entry = dataclasses.replace(chain.entry, attached=left)
        body = {"nodes": todo.named(workers.detach), "release_node": False}
        chain.add(Detach(chain.call(Detach, body), workers.detach), side=Side.SPEC)
        present = present - len(workers.detach) if present is not None else None
    if todo.released and present is not None:
        body = {"nodes": todo.named(todo.released)}
        release = todo.wanted.scale_in.release_node if todo.wanted.scale_in else None
        if release is not None:
            body["release_node"] = release
        size = Pinned(present, present - len(todo.released), masters)
        chain.add(ScaleIn(chain.call(ScaleIn, body), size, todo.released))
