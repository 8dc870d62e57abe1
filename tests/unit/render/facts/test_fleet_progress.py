"""How far a command over many workspaces is: counts, the longest, and an estimate once enough is done."""

from __future__ import annotations

from ackplan.render.facts.fleet_progress import FleetProgress, fleet_counts, fleet_time_left
from ackplan.render.facts.safe import width
from ackplan.render.text.fleet_progress import fleet_view
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending, WorkspaceResult


def result(name: str, ending: Ending = Ending.APPLIED) -> WorkspaceResult:
    return WorkspaceResult(WorkspaceEntry(name, name), ending)


def test_counts_are_of_workspaces() -> None:
    progress = FleetProgress(6, 0.0)
    for name in ("a", "b", "c", "d"):
        progress.started(name, 1.0)
    progress.ended(result("a"))
    progress.ended(result("b", Ending.FAILED))
    progress.ended(result("e", Ending.SKIPPED))
    standing = progress.at(10.0)
    assert fleet_counts(standing) == "1 of 6 workspaces done, 2 running, 1 waiting, 1 failed, 1 skipped"
    assert [each.name for each in standing.longest] == ["c", "d"]


def test_an_estimate_takes_steps_of_those_under_way_into_account() -> None:
    progress = FleetProgress(4, 0.0)
    progress.started("a", 0.0)
    assert fleet_time_left(progress.at(60.0)) == ""
    progress.step("a", 5, 10)
    assert fleet_time_left(progress.at(60.0)) == "about 7m left"
    progress.ended(result("a"))
    assert fleet_time_left(progress.at(120.0)) == "about 6m left"
    for name in ("b", "c", "d"):
        progress.started(name, 120.0)
        progress.ended(result(name))
    assert fleet_time_left(progress.at(130.0)) == "ends soon"


def test_a_view_fits_every_terminal() -> None:
    progress = FleetProgress(2000, 0.0)
    for number in range(40):
        progress.started(f"华东-生产-集群-{number:04}-" + "x" * 60, 0.0)
        progress.step(f"华东-生产-集群-{number:04}-" + "x" * 60, 3, 1200)
    for columns in (1, 20, 60, 200):
        for rows in (4, 10, 40):
            lines = fleet_view(progress.at(5000.0), columns, rows, color=False)
            assert len(lines) < rows
            assert all(width(line) < max(columns, 2) for line in lines)
