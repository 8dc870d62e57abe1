"""The use case of `plan`: reads the three sides, lets the pure planner decide, and holds the plan against policies.

There is one way to make a plan, whether it is shown, kept in a file, or run at once. It changes nothing anywhere.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ackplan import spec
from ackplan.app.ahead import looked_ahead, spec_for
from ackplan.app.baseline import Baseline, as_recorded, beside, stale
from ackplan.app.check_reads import read_checks
from ackplan.app.found_tasks import with_tasks
from ackplan.app.host import Host
from ackplan.app.look_inside import Inside, inside_as_recorded, look_inside
from ackplan.app.node_reads import read_nodes
from ackplan.app.observe import Observed, Observer, together
from ackplan.app.read_spec import choosing
from ackplan.app.version_reads import read_routes
from ackplan.app.worlds import of_spec
from ackplan.core import tracing
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, warning
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.model import Plan
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record
from ackplan.record.codec import digest
from ackplan.record.entries import digest_of
from ackplan.record.journal import CallKey, Entry, InFlight
from ackplan.record.lateness import left
from ackplan.record.shared_ids import shared_ids
from ackplan.resources.cluster.recovery import named_nodes, recover
from ackplan.resources.cluster.share import nodes_needed, upgrades_needed
from ackplan.resources.nested.recovery import recover as recover_inside


class Purpose(enum.Enum):
    """What a plan is made for: to be shown alone, to be kept and held against the record later, or to be run now."""

    SHOWN = "shown"
    KEPT = "kept"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan is to be about, and which policies it is held against: the options of `ackplan plan`.

    A plan that is not refreshed takes the record for what is live. `node_names` says how calls name nodes to remove,
    `scale_in` by which strategy they are chosen where the spec says nothing of that.
    `check_upgrades` has the API check the clusters that are upgraded, and waits for that.
    """

    destroy: bool = False
    refresh_only: bool = False
    target: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    skip_blocked: bool = False
    no_refresh: bool = False
    allow_vanished: bool = False
    node_names: str = "auto"
    scale_in: str = ""
    policy: tuple[str, ...] = ()
    check_upgrades: bool = False

    def planner(self) -> Options:
        """As the planner takes them."""
        mode = "destroy" if self.destroy else "refresh-only" if self.refresh_only else "normal"
        return Options(
            mode,
            self.target,
            self.exclude,
            frozenset(self.replace),
            frozenset(self.adopt),
            self.skip_blocked,
            self.node_names,
            refresh=not self.no_refresh,
            scale_in=self.scale_in,
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan and what it was made of. `recovered` settle the calls that an interrupted run left in flight; `observed`
    is None where the record was taken for what is live."""

    plan: Plan
    spec: spec.Spec
    before: Baseline
    recovered: tuple[Entry, ...] = ()
    observed: Observed | None = None


def check_distinct(record: Record) -> None:
    """Raises Failure where two entries are of one cluster: what is done to the one would be done to the other."""
    shared = tuple(shared_ids(record))
    if shared:
        raise Failure(*shared)


@dataclass(frozen=True, slots=True)
class AlreadyRead:
    """What was looked at a moment ago, and the spec as `spec_for` reads it; None for what is still to be read."""

    observed: Observed | None = None
    loaded: spec.Spec | None = None


NOTHING_READ = AlreadyRead()


async def propose(host: Host, options: PlanOptions, purpose: Purpose = Purpose.KEPT) -> Proposal:
    """A plan made now, without the lock. Raises Failure and ApiError."""
    loaded = looked_ahead(host, options)
    async with host.open_api(offline=options.no_refresh) as (api, here):
        before = beside(host.workspace, here)
        checks = options.check_upgrades
        observer = host.observer(api, here, allow_vanished=options.allow_vanished, checks=checks)
        return await drawn_up(host, before, observer, (options, loaded), purpose)


async def drawn_up(
    host: Host, before: Baseline, observer: Observer, source: tuple[PlanOptions, spec.Spec], purpose: Purpose
) -> Proposal:
    """The plan that the options ask for of the spec, held against their policies. Raises Failure and ApiError."""
    options, loaded = source
    planner = options.planner()
    proposal = await make_plan(host.inputs, before, observer, planner, purpose=purpose, read=AlreadyRead(loaded=loaded))
    proposal = dataclasses.replace(proposal, plan=traced(proposal.plan, host))
    if not options.policy:
        return proposal
    from ackplan.app.policies import Evidence, judged

    observed, wanted = proposal.observed, {**proposal.spec.clusters, **proposal.spec.nested}
    api, live = (observer.api, observed.live) if observed is not None else (None, ())
    plan = await judged(host, options.policy, proposal.plan, Evidence(before.record, api, live, wanted))
    return dataclasses.replace(proposal, plan=plan)


def traced(plan: Plan, host: Host) -> Plan:
    """The plan with where it comes from."""
    return dataclasses.replace(plan, provenance=host.provenance)


async def make_plan(
    inputs: spec.Inputs,
    before: Baseline,
    observer: Observer,
    options: Options,
    *,
    purpose: Purpose = Purpose.KEPT,
    read: AlreadyRead = NOTHING_READ,
) -> Proposal:
    """The plan for the spec. Where it is not to be refreshed the record is taken for what is live.

    Raises Failure and ApiError.

    To be run now: calls of an earlier run may be on their way yet. `read` is what need not be read again.
    """
    loaded = read.loaded or spec_for(inputs, options.mode)
    observed = read.observed
    if loaded.lacking and options.mode == "refresh-only":
        # A refresh looks at no value of the spec.
        loaded = dataclasses.replace(loaded, clusters={}, nested={})
    loaded = choosing(loaded, options.scale_in)
    check_distinct(before.record)
    before.here.hold(of_spec(loaded.account))
    looking = observer if options.refresh else None
    if looking is not None and observed is None:
        regions = {wanted.region for wanted in loaded.clusters.values()} - {""}
        observed = await looking.observe(before.record, regions, before.flying)
    live = observed.live if observed is not None else as_recorded(before.record)
    before, arrived = await with_tasks(looking, before) if looking is not None else (before, ())
    coming = await coming_calls(looking, before) if looking is not None and purpose is Purpose.RUN else frozenset()
    live, record, recovered = await recovered_clusters(before, looking, live, coming)
    inside: Inside = {}
    if observer.types.nested:
        inside, record, more = await _inside(before, observer, (loaded, live, record), coming, looks=options.refresh)
        recovered = (*recovered, *more)
    recovered = (*arrived, *recovered)
    kept = purpose is not Purpose.SHOWN
    digested = loaded.digest() if kept else ""
    sides = Sides(loaded.clusters, record, live, digested, nested=loaded.nested, inside=inside, pinned=kept)
    if looking is not None:
        live, nodes = await read_nodes(looking, record, live, nodes_needed(sides, options))
        sides = dataclasses.replace(sides, live=live, nodes=nodes)
        sides = await _asked(looking, sides, options)
    with tracing.span("compare"):
        planned = plan(sides, options, observer.types)
    looked = observed.diagnostics if observed is not None else ()
    notes = (*loaded.diagnostics, *_interrupted(before), *looked, *planned.diagnostics)
    return Proposal(
        _pinned(_noted(planned, notes), loaded, inputs, before, kept=kept),
        loaded,
        before,
        recovered,
        observed,
    )


async def _asked(looking: Observer, sides: Sides, options: Options) -> Sides:
    """The sides with what the API offers: the ways of upgrades, checked, and what can be done inside of clusters."""
    upgrading = upgrades_needed(sides, options)
    routes = await read_routes(looking.api, upgrading)
    checks = await read_checks(looking, upgrading, routes)
    sides = dataclasses.replace(sides, routes=routes, checks=checks)
    offers = await together(each.offers(looking.api, sides, options) for each in looking.types.nested)
    merged = {name: offered for of_type in offers for name, offered in of_type.items()}
    return dataclasses.replace(sides, offers=merged) if merged else sides


async def _inside(
    before: Baseline,
    observer: Observer,
    sides: tuple[spec.Spec, tuple[Cluster, ...], Record],
    coming: frozenset[CallKey],
    *,
    looks: bool,
) -> tuple[Inside, Record, tuple[Entry, ...]]:
    """What is live inside of clusters, and the record with what became of the calls in flight there."""
    loaded, live, record = sides
    if not looks:
        return inside_as_recorded(observer.types, record), record, ()
    names = [call.name for call in before.flying if call.nested]
    inside = await look_inside(observer, record, names, live, loaded.nested)
    return inside, *recovered_inside(before, record, inside, coming)


def recovered_inside(
    before: Baseline, record: Record, inside: Inside, coming: frozenset[CallKey]
) -> tuple[Record, tuple[Entry, ...]]:
    """What became of the calls in flight to what is inside of clusters."""
    every = {name: resource for of_type in inside.values() for name, resource in of_type.items()}
    flying = [call for call in before.flying if call.nested]
    return recover_inside(record, flying, every, stale=stale(before.leftover, before.stored), coming=coming)


async def recovered_clusters(
    before: Baseline, observer: Observer | None, live: tuple[Cluster, ...], coming: frozenset[CallKey]
) -> tuple[tuple[Cluster, ...], Record, tuple[Entry, ...]]:
    """The live list, the record with what became of the calls in flight, and the entries that settle these."""
    nodes: Mapping[str, Sequence[Node]] = {}
    if observer is not None:
        live, nodes = await read_nodes(observer, before.record, live, named_nodes(before.record, before.flying, live))
    moved = stale(before.leftover, before.stored)
    record, recovered = recover(before.record, before.flying, live, nodes, stale=moved, coming=coming)
    return live, record, recovered


async def coming_calls(observer: Observer, before: Baseline) -> frozenset[CallKey]:
    """The calls in flight that may take effect yet: sent not long ago, and their tasks, where they have one, run."""
    now = observer.clock.wall()
    recent = [call for call in before.flying if left(call, now)]
    running = await together(_is_running(observer.api, before, call) for call in recent)
    return frozenset(call.key for call, runs in zip(recent, running, strict=True) if runs)


async def _is_running(api: ApiReader, before: Baseline, call: InFlight) -> bool:
    """Whether the task of a call may be running: one that can't be read may."""
    task_id, entry = call.facts.task_id, before.record.clusters.get(call.name)
    if not task_id:
        return True
    try:
        return (await api.get_task(task_id, entry.region if entry else "")).running
    except ApiError:
        return True


def _noted(planned: Plan, notes: Sequence[Diagnostic]) -> Plan:
    return dataclasses.replace(planned, diagnostics=tuple(notes))


def _pinned(planned: Plan, loaded: spec.Spec, inputs: spec.Inputs, before: Baseline, *, kept: bool) -> Plan:
    """The plan with the files of the spec and the record that it was made of, and what it is for."""
    pins = dataclasses.replace(planned.pins, spec_files=loaded.sources, spec_paths=tuple(inputs.paths))
    pins = dataclasses.replace(pins, workspace=before.workspace, world=before.here.meant)
    if kept:
        pins = dataclasses.replace(pins, record=digest(before.stored), journal=digest_of(before.leftover))
    return dataclasses.replace(planned, pins=pins)


def _interrupted(before: Baseline) -> tuple[Diagnostic, ...]:
    """What to say of the journal that is left, of a run that died, or that ended before all of its calls did; and of a
    record that is gone."""
    head = before.leftover.head
    if head is None:
        return () if before.lost is None else (before.lost,)
    if before.running:
        return (warning("ACK3035", run=head.id, holder=before.running),)
    calls = ", ".join(call.step for call in before.flying) or "none"
    return (warning("ACK3031.plan" if head.ended else "ACK3030.plan", run=head.id, calls=calls),)
