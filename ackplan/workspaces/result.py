"""What came of one workspace, and of all of them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from ackplan.core.diagnostics import Diagnostic
from ackplan.core.provenance import Provenance
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.selection import Selection


class Ending(enum.Enum):
    """How a workspace's run ended, as the summary calls it."""

    UNCHANGED = "no changes"
    CHANGED = "changes"
    DRIFTED = "drifted"
    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """One cluster of a workspace that something happens to. `tone` is what: `create`, `scale`, ..., or `blocked`.

    `parameters` are the first that change in place, `more` how many others do.
    """

    name: str
    tone: str
    reason: str
    parameters: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Caution:
    """What a reviewer must see first of a workspace's plan; `names` are clusters, the first of `number`."""

    tone: str
    text: str
    names: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan file: where it is (a path, or `store:DIGEST`) and its SHA-256."""

    location: str
    digest: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A workspace's plan in short. `changes` are the first of `changing`; seconds are what an apply would take."""

    headline: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    changes: tuple[ClusterChange, ...] = ()
    changing: int = 0
    clusters: int = 0
    unmanaged: int = 0
    cautions: tuple[Caution, ...] = ()
    omitted: tuple[str, ...] = ()
    expected_seconds: float = 0.0
    account: str = ""
    endpoint: str = ""
    region: str = ""
    workers_added: int = 0
    workers_removed: int = 0
    regions: tuple[str, ...] = ()
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class StepCounts:
    """How the steps of an apply ended."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
    run: str = ""


@dataclass(frozen=True, slots=True)
class WorkspaceResult:
    """What came of one workspace. `diagnostics` are the first of `findings`; `said` is what a process that gave no
    result left on standard error. `behind` are the workspaces that it was skipped for.
    """

    entry: WorkspaceEntry
    ending: Ending
    plan: PlanFacts = field(default_factory=PlanFacts)
    kept: KeptPlan | None = None
    steps: StepCounts | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    findings: int = 0
    said: str = ""
    seconds: float = 0.0
    behind: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def failed(self) -> bool:
        """Whether what depends on it can't go on."""
        return self.ending in {Ending.FAILED, Ending.SKIPPED, Ending.INTERRUPTED}

    @property
    def changed(self) -> bool:
        return self.ending in {Ending.CHANGED, Ending.DRIFTED}


@dataclass(frozen=True, slots=True)
class FleetResult:
    """What came of all workspaces, in the order of the selection. `verb` is `plan`, `apply` or `drift`.

    `seconds` and `jobs` are of the whole; `index` is the file that holds the digests of kept plans.
    """

    verb: str
    selection: Selection
    results: tuple[WorkspaceResult, ...]
    seconds: float = 0.0
    jobs: int = 1
    interrupted: bool = False
    index: KeptPlan | None = None
    commit: str = ""
    provenance: Provenance = field(default=Provenance())

    def of(self, *endings: Ending) -> tuple[WorkspaceResult, ...]:
        return tuple(result for result in self.results if result.ending in endings)

    @property
    def failed(self) -> bool:
        return any(result.failed for result in self.results)

    @property
    def changed(self) -> bool:
        return any(result.changed for result in self.results)

    @property
    def complete(self) -> bool:
        """Whether all workspaces were looked at, and all of each."""
        return not self.selection.left_out and not self.failed and not any(r.plan.omitted for r in self.results)

    def counts(self) -> Iterator[tuple[str, int]]:
        """What happens to how many clusters, over all workspaces, in the order in which plans have it."""
        totals: dict[str, int] = {}
        for result in self.results:
            for tone, number in result.plan.counts:
                totals[tone] = totals.get(tone, 0) + number
        yield from totals.items()

    @property
    def workers(self) -> tuple[int, int]:
        """How many workers all plans add, and how many they remove."""
        plans = [result.plan for result in self.results]
        return sum(plan.workers_added for plan in plans), sum(plan.workers_removed for plan in plans)
