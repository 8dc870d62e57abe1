"""`python -m benchmarks`: every phase on every fleet, start-up, growth, apply, rehearse; a table, JSON, targets.

`python -m benchmarks short` measures what a change is held against in two minutes: 10,000 plain clusters, a plan of
2,000 of today's without changes, start-up, and how `validate` of faults grows. It exits 1 where a ratio is worse than
in the baseline by more than noise explains, or where a command grows faster than the fleet. `compare FILE` does that
with results that are there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import growing, startup, verdict
from benchmarks.fleets import SHAPES
from benchmarks.phases import PHASES

RESULTS = Path(".benchmarks/latest.json")
BASELINE = Path("benchmarks/baseline.json")
PLOT = Path("docs/images/performance.png")
_TODAY = 2000
_CREATES, _PATHS, _REHEARSED = (2000, 256), (1000, 1000), 500
_STORED = (1000, 100)
# Creates, and how many calls a second the API takes.
_THROTTLED = (200, 200)
_PIPELINE = 10_000


def measured(module: str, *arguments: object) -> Any:
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def fleet(count: int, shape: str, runs: int, phases: Iterable[str] = tuple(PHASES)) -> dict[str, Any]:
    """The phases on one fleet. They take turns, so that noise meets all alike."""
    found: dict[str, list[dict[str, float]]] = {phase: [] for phase in phases}
    for _ in range(runs):
        for phase, entries in found.items():
            entries.append(measured("phases", phase, count, shape))
    floor = statistics.median(entry["seconds"] for entry in found["events"])
    results = {}
    for phase, entries in found.items():
        seconds = statistics.median(entry["seconds"] for entry in entries)
        peak = statistics.median(entry["kib"] for entry in entries)
        results[f"{shape}/{count}/{phase}"] = {"seconds": seconds, "ratio": seconds / floor, "peak": peak}
        print(
            f"{shape:10} {count:>7,} {phase:10} {seconds:8.2f} {seconds / floor:8.2f} {peak / count:8.1f}", flush=True
        )
    return results


def run(sizes: list[int], shapes: list[str], runs: int, phases: Iterable[str], *, apply: bool) -> dict[str, Any]:
    """Every phase on fleets of these sizes and shapes, and these `phases` on one of today's clusters."""
    print(f"{'fleet':10} {'size':>7} {'phase':10} {'seconds':>8} {'x floor':>8} {'KiB each':>8}")
    results: dict[str, Any] = {"phases": {}}
    for count in sizes:
        for shape in shapes:
            results["phases"] |= fleet(count, shape, runs)
    results["phases"] |= fleet(_TODAY, "today", runs, phases)
    results["startup"] = startup.measure(2 * runs + 1)
    results["growing"] = growing.measure(growing.CASES if apply else growing.SHORT)
    if apply:
        results["apply"] = {
            "rate": measured("applying", "rate", *_CREATES),
            "path": measured("applying", "path", *_PATHS),
        }
        results["throttling"] = measured("throttling", *_THROTTLED)
        results["stores"] = measured("stores", *_STORED)
        print(f"stores: {json.dumps(results['stores'])}")
        results["pipeline"] = measured("pipeline", _PIPELINE)
        results["rehearse"] = measured("rehearsing", _REHEARSED)
        results["board"] = measured("board")
        results["fleet"] = measured("workspaces")
        for name in ("apply", "throttling", "rehearse", "board", "fleet"):
            print(f"{name}: {json.dumps(results[name])}")
    return results


def show_targets(results: dict[str, Any]) -> None:
    print()
    for name, value, bound, holds in verdict.targets(results):
        print(f"{'holds ' if holds else 'MISSED'} {name}: {value:.2f} (target {bound:g})")


def compared(results: dict[str, Any]) -> int:
    slower = verdict.worse(results, json.loads(BASELINE.read_text("utf-8")))
    print("\n".join(["Slower than the baseline:", *slower]) if slower else "Nothing is slower than the baseline.")
    return 1 if slower else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=["all", "short", "compare", "plot"])
    parser.add_argument("file", nargs="?", type=Path, default=RESULTS, help="results to compare or to draw")
    parser.add_argument("--sizes", default="100,1000,10000,30000")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-apply", action="store_true")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    if given.what == "compare":
        return compared(json.loads(given.file.read_text("utf-8")))
    if given.what == "plot":
        from benchmarks.plot import draw

        draw(json.loads(given.file.read_text("utf-8")), PLOT)
        return 0
    short = given.what == "short"
    sizes = [10_000] if short else [int(size) for size in given.sizes.split(",")]
    shapes = ["plain"] if short else given.shapes.split(",")
    phases = ("events", "unchanged") if short else tuple(PHASES)
    results = run(sizes, shapes, given.runs, phases, apply=not short and not given.no_apply)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    show_targets(results)
    return compared(results) if short else 0


if __name__ == "__main__":
    sys.exit(main())
