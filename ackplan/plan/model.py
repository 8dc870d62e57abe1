"""The plan as immutable values: changes a cluster, steps a change, pins that say what it was made against."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import Address
from ackplan.core.call import Call, Pinned
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Severity, has_errors
from ackplan.core.json_types import JsonObject
from ackplan.core.provenance import Provenance
from ackplan.core.work import TRAITS, Work, call_of, instances_of, size_of
from ackplan.core.work_traits import Traits
from ackplan.core.world import World
from ackplan.plan.live_sides import Live, LiveResource
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its `work`, and what all steps have. It starts when all of `needs` are done.

    `after` is the cluster's record entry once the step is done (None: it leaves the record); its `cluster_id` is empty
    where only the answer will tell. `parent_id` is the id of the cluster that it is inside of, empty where that is made
    in this run. `region` is where the cluster is asked for, `accepted_at` when its creation was
    accepted, where that is known. Seconds throughout.
    """

    id: str
    address: Address
    work: Work
    reason: Reason
    side: Side
    cluster_id: str = ""
    needs: tuple[str, ...] = ()
    expected_seconds: float = 0.0
    timeout: int = 3600
    after: RecordedCluster | None = None
    region: str = ""
    accepted_at: str = ""
    parent_id: str = ""

    @property
    def name(self) -> str:
        """The short form of its address."""
        return self.address.short

    @property
    def part(self) -> str:
        """What of the resource it is about, where several steps of one work are told apart; empty otherwise."""
        return self.id.removeprefix(f"{self.traits.name}:{self.address.short}").removeprefix(":")

    @property
    def traits(self) -> Traits:
        return TRAITS[type(self.work)]

    @property
    def call(self) -> Call | None:
        return call_of(self.work)

    @property
    def size(self) -> Pinned | None:
        return size_of(self.work)

    @property
    def instances(self) -> tuple[str, ...]:
        return instances_of(self.work)


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one cluster. A change with errors among `blocked` is shown in full and never carried out.

    The three sides are those that it was planned on. `desired` is None where the spec does not want the cluster, and
    where the plan does not look at what it wants (destroy, refresh-only); `recorded` where it was not recorded; `live`
    where there was no such cluster, and where nothing is done to it. `live` is what a rehearsal begins with.

    `before` and `after` are the cluster's create parameters as they are and as they will be, secrets as references;
    None where there is no cluster then. `notes` are what a reviewer should know besides.
    """

    address: Address
    kind: Kind
    action: Action
    reason: Reason
    cluster_id: str = ""
    parameters: tuple[ParameterChange, ...] = ()
    steps: tuple[Step, ...] = ()
    blocked: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    before: JsonObject | None = None
    after: JsonObject | None = None
    live_state: str = ""
    depends_on: tuple[str, ...] = ()
    desired: Wanted | None = None
    recorded: RecordedCluster | None = None
    live: Live | LiveResource | None = None

    @property
    def name(self) -> str:
        """The short form of its address."""
        return self.address.short

    @property
    def live_cluster(self) -> Live | None:
        """The live side of a cluster."""
        return self.live if isinstance(self.live, Live) else None

    @property
    def is_blocked(self) -> bool:
        return has_errors(self.blocked)

    @property
    def drifted(self) -> bool:
        moved = {Reason.VANISHED, Reason.DRIFTED, Reason.SPEC_AND_DRIFT}
        return self.reason in moved or any(change.side is Side.LIVE for change in self.parameters)


T = TypeVar("T", Step, Change)


def replaced(value: T, **fields: Any) -> T:
    """The step or change with other values in these fields: `dataclasses.replace` in a third of its time."""
    kind: Any = type(value)
    made: T = object.__new__(kind)
    for name, take, put in _slots(kind):
        put(made, fields[name] if name in fields else take(value))
    return made


@functools.cache
def _slots(kind: Any) -> tuple[tuple[str, Callable[[Any], Any], Callable[[Any, Any], None]], ...]:
    """Each field of a dataclass with slots, and what reads and writes it."""
    slots = [(field.name, getattr(kind, field.name)) for field in dataclasses.fields(kind)]
    return tuple((name, slot.__get__, slot.__set__) for name, slot in slots)


@dataclass(frozen=True, slots=True)
class Pins:
    """What a plan was made against. `live` is a fingerprint of each planned cluster's live side.

    `record` is the digest of the record's content; empty in a plan file of format 1. `spec_digest` is of what the spec
    means; `spec_files` are the digests of its files by their paths, and `spec_paths` where they were looked for (empty:
    where a spec is by default). `world` is the one that the live sides are of; its account is the one that the spec
    asks for where no other could be learnt. `journal` is the digest of what an interrupted run left, where the plan was
    made on that, too.
    """

    lineage: str
    serial: int
    spec_digest: str
    live: Mapping[str, str] = field(default_factory=dict)
    spec_files: Mapping[str, str] = field(default_factory=dict)
    spec_paths: tuple[str, ...] = ()
    workspace: str = "default"
    world: World = field(default_factory=World)
    record: str = ""
    journal: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule of a policy (`FILE/RULE`) that a plan was held against, and how many violations of it were found."""

    rule: str
    severity: Severity
    violations: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cluster that a narrowed plan leaves out by an option; `action` is what would happen to it, `why` what for.

    `why` is empty where the option names the cluster, or does not name it.
    """

    name: str
    option: str
    action: Action
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(filter(None, (self.action.value, self.why)))})"


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. `mode` is `normal`, `destroy` or `refresh-only`. `changes` are in the order of their names.

    `policies` are the rules that it was held against; what they found is among `diagnostics`. `narrowed` are the
    options that make it less than the whole, and `left_out` the clusters that they leave out. `provenance` is no part
    of what sets two plans apart.
    """

    mode: str
    changes: tuple[Change, ...]
    pins: Pins
    unmanaged: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    policies: tuple[Judged, ...] = ()
    narrowed: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    provenance: Provenance = field(default=Provenance(), compare=False)

    @property
    def acting(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)

    @property
    def blocked(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_blocked)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, those of blocked changes too."""
        return tuple(step for change in self.changes for step in change.steps)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do and nothing that can't be done."""
        return not self.acting and not self.blocked

    @property
    def skipped(self) -> tuple[LeftOut, ...]:
        """What is left out because it is refused, or waits for what is."""
        return tuple(left for left in self.left_out if left.option == "--skip-blocked")

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The rules of policies that do not let this plan pass."""
        return tuple(j.rule for j in self.policies if j.violations and j.severity is Severity.ERROR)

    @property
    def applicable(self) -> bool:
        return not self.blocked and not has_errors(self.diagnostics)

    def count(self, action: Action) -> int:
        return sum(change.action is action for change in self.changes)
