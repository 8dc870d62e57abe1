"""What came of many workspaces, of every sort, with texts of the test's choice."""

from __future__ import annotations

from ackplan.core.diagnostics import Diagnostic, Severity, Span
from ackplan.core.provenance import Provenance
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import (
    Caution,
    ClusterChange,
    Ending,
    FleetResult,
    KeptPlan,
    PlanFacts,
    StepCounts,
    WorkspaceResult,
)
from ackplan.workspaces.selection import Selection

DIGEST = "5" * 64


def finding(text: str) -> Diagnostic:
    return Diagnostic(
        Severity.ERROR, "ACK1104", texts=("Unknown parameter", text, ""), span=Span(text, 9, 5), cluster=text
    )


def plan(text: str, changes: int = 2) -> PlanFacts:
    tones = ("delete", "scale")
    listed = tuple(ClusterChange(f"{text}{n}", tones[n % 2], "the spec changed", (text,), 3) for n in range(changes))
    caution = Caution("danger", "1 cluster will be destroyed", (text,), 1)
    counts = (("scale", changes // 2), ("delete", changes - changes // 2))
    return PlanFacts(
        "1 to scale, 1 to destroy", counts, listed, changes, 9, 1, (caution,), (text,), 630.0, "1234", "cs", "r", 2, 3
    )


def mixed(text: str = "web", verb: str = "plan") -> FleetResult:
    """One of each sort."""
    entries = {name: WorkspaceEntry(name, f"accounts/{name}", depends_on=("broken",) if name == "behind" else ())
               for name in ("broken", "behind", "shop", "games", "quiet", "stopped")}  # fmt: skip
    results = (
        WorkspaceResult(
            entries["broken"], Ending.FAILED, diagnostics=(finding(text),), findings=3, said=text, seconds=1.2
        ),
        WorkspaceResult(entries["behind"], Ending.SKIPPED, behind=("broken",)),
        WorkspaceResult(entries["shop"], Ending.CHANGED, plan(text), KeptPlan("shop.plan", DIGEST), seconds=61.0),
        WorkspaceResult(entries["games"], Ending.APPLIED, plan(text), steps=StepCounts(2, 0, 0, "r1"), seconds=0.4),
        WorkspaceResult(entries["quiet"], Ending.UNCHANGED, PlanFacts("No changes"), seconds=0.4),
        WorkspaceResult(entries["stopped"], Ending.INTERRUPTED),
    )
    selection = Selection(tuple(entries.values()), ("broken",), {"other": "--workspaces does not name it"}, (text,))
    return FleetResult(
        verb,
        selection,
        results,
        62.0,
        2,
        index=KeptPlan("plans/fleet.json", DIGEST),
        commit="abc (main)",
        provenance=Provenance("2026-05-04T08:30:00Z", text, "https://ci.example/7", "0123456789ab", text),
    )


def many(count: int, text: str = "web", ending: Ending = Ending.CHANGED) -> FleetResult:
    """A large fleet, in which something happens everywhere."""
    results = tuple(
        WorkspaceResult(WorkspaceEntry(f"w{n}", f"accounts/w{n}"), ending, plan(f"{text}-{n}-", 200), seconds=1.0)
        for n in range(count)
    )
    return FleetResult("plan", Selection(tuple(result.entry for result in results)), results, 9.0, 2)
