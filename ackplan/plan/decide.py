"""Decides what happens to one cluster: the table 'what a difference becomes' of the contract, row by row.

What is refused is decided and compiled all the same, so that a reviewer sees it in full, and marked blocked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.values import ABSENT
from ackplan.core.work import Action, Reason, Side
from ackplan.diff import Difference, ParameterChange, compare, replacing
from ackplan.diff.workers import MASTER, choose
from ackplan.plan import refusals, steps
from ackplan.plan.conditions import unfit
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster's three sides. `live` is the recorded cluster, `namesake` another live one of the same name.

    `holder` is the name of the other entry that has the id of the namesake.
    """

    name: str
    wanted: Wanted | None
    recorded: RecordedCluster | None
    live: Cluster | None
    namesake: Cluster | None = None
    nodes: Sequence[Node] | None = None
    holder: str = ""
    ambiguous: bool = False
    replace: bool = False
    adopt: bool = False
    destroy: bool = False
    node_names: str = "auto"

    @property
    def protected(self) -> bool:
        """Whether a delete is refused: the spec's word counts, else the record's."""
        said = self.wanted.lifecycle.prevent_destroy if self.wanted else None
        return said if said is not None else bool(self.recorded and self.recorded.prevent_destroy)


def decide(case: Case) -> Change:
    """What happens to this cluster. Something is wanted or recorded of it."""
    if case.recorded is not None and case.live is not None and not is_same(case.name, case.recorded, case.live):
        return mistaken(case.name, case.recorded, case.live, case.wanted)
    if case.recorded is not None and case.live is not None and is_unseen(case.recorded, case.live):
        return unseen(case.name, case.recorded, case.live, case.wanted)
    if case.holder and case.namesake is not None:
        return held(case.name, case.recorded, case.namesake, case.holder, case.wanted)
    if case.recorded is not None and (case.wanted is None or case.destroy):
        return _unwanted(case, case.recorded)
    assert case.wanted is not None  # noqa: S101 - a case has one of the two
    if case.namesake is not None:
        return _namesake(case, case.wanted, case.namesake)
    if case.live is None or case.live.gone:
        return _create(case, case.wanted)
    assert case.recorded is not None  # noqa: S101 - `live` is found through the record
    if case.live.leaving:
        return _create(case, case.wanted, case.live)
    return _existing(case, case.wanted, case.recorded, case.live)


def is_same(name: str, recorded: RecordedCluster, live: Cluster) -> bool:
    """Whether a live cluster of the recorded id is the recorded one: id, name and region belong together."""
    return live.is_named(name, recorded.region)


def is_unseen(recorded: RecordedCluster, live: Cluster) -> bool:
    """Whether a cluster that was complete is not shown by any read, and too young to be told gone."""
    return live.hidden and recorded.created


def unseen(name: str, recorded: RecordedCluster, live: Cluster, wanted: Wanted | None) -> Change:
    """Nothing is done while it can't be told whether the cluster is there."""
    return _left_alone(name, recorded, live, Reason.UNSEEN, refusals.unseen(name, recorded, wanted))


def mistaken(name: str, recorded: RecordedCluster, live: Cluster, wanted: Wanted | None) -> Change:
    """Nothing is done where the recorded id is another cluster's."""
    return _left_alone(name, recorded, live, Reason.MISTAKEN, refusals.mistaken(name, recorded, live, wanted))


def held(name: str, recorded: RecordedCluster | None, live: Cluster, holder: str, wanted: Wanted | None) -> Change:
    """Nothing is done, and nothing forgotten, where the cluster of this name is recorded under another one."""
    why = refusals.held(name, recorded, live, holder, wanted)
    if recorded is not None:
        return _left_alone(name, recorded, live, Reason.MISTAKEN, why)
    assert wanted is not None  # noqa: S101 - what is neither wanted nor recorded is not decided on
    return _refused(wanted, why, Reason.MISTAKEN)


def _left_alone(name: str, recorded: RecordedCluster, live: Cluster, reason: Reason, why: Diagnostic) -> Change:
    return Change(
        name,
        recorded.kind,
        Action.NOOP,
        reason,
        recorded.cluster_id,
        blocked=(why,),
        before=recorded.parameters,
        after=recorded.parameters,
        live_state=live.state,
        depends_on=recorded.depends_on,
    )


def _unwanted(case: Case, recorded: RecordedCluster) -> Change:
    live = case.live
    if live is None or live.gone:
        return Change(
            case.name,
            recorded.kind,
            Action.FORGET,
            Reason.GONE,
            recorded.cluster_id,
            steps=steps.forget(case.name, recorded),
            before=recorded.parameters,
            depends_on=recorded.depends_on,
        )
    reason = Reason.DESTROY if case.destroy else Reason.NOT_IN_SPEC
    return Change(
        case.name,
        recorded.kind,
        Action.DELETE,
        reason,
        live.cluster_id,
        steps=steps.delete(case.name, recorded, live, reason),
        blocked=tuple(_guards(case, live, "delete")),
        before=recorded.parameters,
        live_state=live.state,
        depends_on=recorded.depends_on,
    )


def _create(case: Case, wanted: Wanted, leaving: Cluster | None = None) -> Change:
    """A cluster that is nowhere, or on its way out (`leaving`)."""
    vanished = case.recorded is not None
    reason, side = (Reason.VANISHED, Side.LIVE) if vanished else (Reason.NEW, Side.SPEC)
    before = steps.await_gone(wanted, leaving) if leaving else ()
    return Change(
        case.name,
        wanted.kind,
        Action.CREATE,
        reason,
        parameters=tuple(creation(wanted, side)),
        steps=steps.create(wanted, reason, side, before),
        notes=("a cluster of this name is being deleted: its creation waits",) if leaving else (),
        after=wanted.parameters,
        depends_on=wanted.depends_on,
    )


def creation(wanted: Wanted, side: Side) -> Iterator[ParameterChange]:
    """Every parameter of a cluster that is to be created, as a change from nothing."""
    for name, value in wanted.parameters.items():
        parameter = wanted.kind.parameters[name]
        yield ParameterChange(name, ABSENT, value, parameter.effect, side, parameter.secret)


def _namesake(case: Case, wanted: Wanted, live: Cluster) -> Change:
    """The name is taken by a live cluster that is not recorded."""
    if live.leaving:
        return _create(case, wanted, live)
    if (
        live.cluster_type is not None
        and catalog.DEFAULT.kind_of_live({**live.attributes, "cluster_type": live.cluster_type}) is None
    ):
        return _refused(wanted, refusals.taken(wanted, live))
    if case.ambiguous:
        return _refused(wanted, refusals.ambiguous(wanted))
    if not (case.adopt or wanted.lifecycle.adopt):
        return _refused(wanted, refusals.not_recorded(wanted, case.recorded, live))
    return _adopt(case, wanted, live)


def _refused(wanted: Wanted, why: Diagnostic, reason: Reason = Reason.NOT_RECORDED) -> Change:
    return Change(
        wanted.name,
        wanted.kind,
        Action.NOOP,
        reason,
        blocked=(why,),
        after=wanted.parameters,
        depends_on=wanted.depends_on,
    )


def _adopt(case: Case, wanted: Wanted, live: Cluster) -> Change:
    """Recorded as the spec describes it, as far as it can't be seen; what can be seen is compared."""
    nodes = {node.instance_id for node in case.nodes or ()}
    attached = tuple(instance for instance in wanted.attached if instance in nodes)
    kind, parameters = wanted.kind, dict(wanted.parameters)
    counting, masters = kind.count_parameter, kind.masters_parameter
    if masters is not None and case.nodes is not None:
        parameters[masters.name] = sum(node.role == MASTER for node in case.nodes)
    if counting is not None and live.size is not None:
        parameters[counting.name] = max(0, live.size - kind.masters(parameters) - len(attached))
    parameters |= wanted.kind.beside_of(live.attributes)
    assumed = RecordedCluster(live.cluster_id, wanted.kind, parameters, wanted.own, attached)
    change = _existing(case, wanted, assumed, live)
    if change.action is Action.REPLACE or change.is_blocked:
        return dataclasses.replace(change, reason=Reason.ADOPTION) if change.is_blocked else change
    todo = change.steps or steps.record(wanted.name, _complete(assumed, wanted), Reason.ADOPTION, Side.SPEC)
    action = Action.UPDATE if any(step.call for step in todo) else Action.ADOPT
    since = live.attributes.get("created")
    return Change(
        case.name,
        wanted.kind,
        action,
        Reason.ADOPTION,
        live.cluster_id,
        parameters=change.parameters,
        steps=todo,
        notes=(f"takes over {live.cluster_id}" + (f", live since {since}" if since else ""),),
        before=change.before,
        after=change.after,
        live_state=live.state,
        depends_on=wanted.depends_on,
    )


def _complete(entry: RecordedCluster, wanted: Wanted) -> RecordedCluster:
    beside = {name: entry.parameters[name] for name in wanted.kind.beside if name in entry.parameters}
    parameters = {**wanted.parameters, **beside}
    return RecordedCluster(entry.cluster_id, wanted.kind, parameters, wanted.own, entry.attached)


def _existing(case: Case, wanted: Wanted, recorded: RecordedCluster, live: Cluster) -> Change:
    difference = compare(wanted, recorded, live, case.nodes)
    if live.state == "failed" and not recorded.created:
        return _replace(case, wanted, recorded, difference, Reason.CREATE_FAILED)
    if case.replace:
        return _replace(case, wanted, recorded, difference, Reason.REQUESTED)
    if difference.replacing:
        return _replace(case, wanted, recorded, difference, Reason.CANNOT_UPDATE)
    return _update(case, wanted, recorded, difference)


def _guards(case: Case, live: Cluster, what: str, *, failed: bool = False) -> Iterator[Diagnostic]:
    """What refuses that the live cluster is deleted; where its creation `failed`, only the API does."""
    if case.protected and not failed:
        yield refusals.protected(case.name, case.wanted, what)
    if live.protected and not live.condition.leaving:
        yield refusals.deletion_protected(case.name, case.wanted, live, what)


def _replace(case: Case, wanted: Wanted, recorded: RecordedCluster, difference: Difference, reason: Reason) -> Change:
    live = case.live or case.namesake
    assert live is not None  # noqa: S101 - only what is live is replaced
    blocked = list(_guards(case, live, "replace", failed=reason is Reason.CREATE_FAILED))
    if reason is Reason.CANNOT_UPDATE and not wanted.lifecycle.replace_allowed:
        blocked += [refusals.cannot_change(wanted, change) for change in difference.replacing]
    removal = steps.delete(case.name, recorded, live, reason)
    changes = replacing(wanted, recorded, live, case.nodes)
    side = Side.LIVE if reason is Reason.CREATE_FAILED else Side.SPEC
    return Change(
        case.name,
        wanted.kind,
        Action.REPLACE,
        reason,
        live.cluster_id,
        parameters=changes,
        steps=steps.create(wanted, reason, side, removal),
        blocked=tuple(blocked),
        before={**recorded.parameters, **_before(changes)},
        after=wanted.parameters,
        live_state=live.state,
        depends_on=wanted.depends_on,
    )


def _update(case: Case, wanted: Wanted, recorded: RecordedCluster, difference: Difference) -> Change:
    live = case.live or case.namesake
    assert live is not None  # noqa: S101 - only what is live is updated
    released, blocked = _release(case, wanted, recorded, difference)
    merged = {**recorded.parameters, **wanted.parameters}
    if difference.empty and recorded.created:
        return Change(
            case.name,
            wanted.kind,
            Action.NOOP,
            Reason.UNCHANGED,
            live.cluster_id,
            blocked=tuple(_disputed(wanted, live, difference, case.nodes or ())),
            notes=tuple(_notes(live)),
            before=merged,
            after=merged,
            live_state=live.state,
            depends_on=wanted.depends_on,
        )
    reason = _why(difference) if recorded.created else Reason.UNFINISHED
    size = next((c.side for c in difference.changes if c.effect is Effect.SCALE), Side.SPEC)
    named = sent_as(case.nodes or (), case.node_names)
    todo = steps.update(steps.Update(wanted, recorded, live, difference.workers, released, reason, size, named))
    blocked += [refusals.lacking(wanted, name) for name in steps.lacking(todo)]
    blocked += unfit(wanted, live, todo)
    blocked += _disputed(wanted, live, difference, case.nodes or ())
    return Change(
        case.name,
        wanted.kind,
        Action.UPDATE if any(step.call for step in todo) or _resized(difference) else Action.RECORD,
        reason,
        live.cluster_id,
        parameters=difference.changes,
        steps=todo,
        blocked=tuple(blocked),
        notes=tuple(_notes(live)),
        before={**recorded.parameters, **_before(difference.changes)},
        after=merged,
        live_state=live.state,
        depends_on=wanted.depends_on,
    )


def _resized(difference: Difference) -> bool:
    return any(change.effect is Effect.SCALE for change in difference.changes)


def _before(changes: Sequence[ParameterChange]) -> dict[str, Any]:
    """The create parameters that differ, as they are now; ackplan's own keys are not among them."""
    own = catalog.DEFAULT.own_keys
    return {c.name: c.before for c in changes if c.before is not ABSENT and c.name not in own}


def _why(difference: Difference) -> Reason:
    sides = {change.side for change in difference.changes}
    if difference.workers is not None and (difference.workers.returned or difference.size_drifted):
        sides.add(Side.LIVE)
    if not sides:
        return Reason.LEFT_OVER
    if sides == {Side.LIVE}:
        return Reason.DRIFTED
    return Reason.SPEC_AND_DRIFT if Side.LIVE in sides else Reason.SPEC_CHANGED


def _notes(live: Cluster) -> Iterator[str]:
    if not live.condition.known:
        yield f"the live state is {live.state}, {live.condition.says}: apply waits for another"
    elif live.busy:
        yield f"the cluster is busy ({live.state}): apply waits, and checks the size again before it acts"
    elif live.state != "running":
        yield f"the live state is {live.state}: {live.condition.says}"


def _recount(wanted: Wanted, difference: Difference) -> bool:
    counting = wanted.kind.count_parameter
    return counting is not None and any(change.name == counting.name for change in difference.changes)


def _release(
    case: Case, wanted: Wanted, recorded: RecordedCluster, difference: Difference
) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The workers to give up, and what stands against it."""
    workers = difference.workers
    if workers is None:
        return (), []
    if workers.live is None:
        moved = workers.attach or workers.detach or _recount(wanted, difference)
        return (), [refusals.size_unknown(wanted)] if moved else []
    if workers.delta >= 0:
        return (), []
    need = -workers.delta
    if wanted.scale_in is None:
        return (), [refusals.unnamed(wanted, workers.live, workers.wanted, need)]
    if workers.disputed:
        return (), []
    since = str(case.live.attributes.get("created") or "") if case.live else ""
    chosen = choose(wanted.scale_in, need, case.nodes or (), _teams_own(wanted, recorded), since)
    short = need - len(chosen.nodes)
    released = tuple(node.key for node in chosen.nodes)
    return released, [refusals.too_few_named(wanted, need, short, chosen.spared)] if short else []


def _teams_own(wanted: Wanted, recorded: RecordedCluster) -> frozenset[str]:
    """The instances that spec or record show to be the team's own."""
    applied = recorded.own.get("attach") or ()
    once = [i for group in applied if isinstance(group, dict) for i in group.get("instances") or ()]
    return frozenset((*wanted.attached, *recorded.attached, *once))


def sent_as(nodes: Sequence[Node], by: str) -> dict[str, str]:
    """How calls name each node: by `name`, by `id`, or (`auto`) by its name only where it is no instance."""
    names = {node.key: node.name if by == "name" and node.name else node.key for node in nodes}
    return {key: name for key, name in names.items() if key != name}


def _disputed(wanted: Wanted, live: Cluster, difference: Difference, nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    """Nothing is scaled where size and nodes of the live cluster disagree; that they do is said anyway."""
    workers = difference.workers
    if workers is not None and workers.disputed:
        yield refusals.disputed(wanted, live, len(nodes), blocks=workers.delta != 0)
