"""Holds results against the targets and against the baseline. Only ratios are compared, never seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# A ratio may be this much worse than in the baseline: what noise of a shared machine explains, and no more.
ROOM = 1.35
# At most, by fleet and phase: times of the bare event parse.
FLOORS = {
    "plain/10000/validate": 2.5,
    "plain/10000/unchanged": 6.0,
    "plain/10000/changed": 6.0,
    "plain/10000/saved": 8.0,
    # Of today's, each with five node pools and two add-ons.
    "today/2000/unchanged": 7.0,
    "today/2000/changed": 9.0,
    "today/2000/saved": 10.0,
}
# Whole commands on 10,000 clusters: times of the event parse at most, and MiB.
PIPELINE = {
    "plan --out, creates": (7.0, 250.0),
    "plan --out, changes": (9.0, 250.0),
    "show, text": (5.0, 300.0),
    "show, json": (8.0, 300.0),
    "show, markdown": (5.0, 300.0),
    "show, html": (9.0, 300.0),
    "apply until the first call": (5.0, 300.0),
    "fmt --check": (12.0, 300.0),
    "validate, each value wrong": (8.0, 300.0),
    "validate, each value wrong in its own way": (8.0, 300.0),
    "import --all": (9.0, 300.0),
    "export --all": (9.0, 300.0),
}
POLICIES = 1.4
STARTUP = {"--help": 4.0, "version": 5.0, "validate, 3 clusters": 9.0, "plan, 100 clusters": 25.0}
GROWTH = 1.15
# Whole commands, of which a faster start is taken off: that makes them noisier than the phases.
GROWN = 1.3
KIB_EACH = 30.0
RATE, PATH = 0.75, 1.05
# An apply of creates at an API that throttles, by the pace that adapts: times of the same with all calls at once.
THROTTLED = 1.2
REHEARSED = 3.0
# An apply over a store that is so far away, as times of the same over a folder.
STORED = {"postgresql, 1 ms": 1.3, "postgresql, 20 ms": 1.8, "s3, 30 ms": 1.6}
PACED = 1.02
TAKE_OVER, LARGE_RECORD = 1.0, 3.0
# A plan of 100 workspaces of 200 clusters, as times of the sum of its plans divided by the cores; MiB.
FLEET, PARENT = 1.2, 150.0
# Of 100,000 clusters in 500 workspaces: seconds, megabytes, milliseconds until the first page is painted.
BOARD = {"seconds": 30.0, "megabytes": 20.0, "painted": 1000.0}


def targets(results: dict[str, Any]) -> Iterator[tuple[str, float, float, bool]]:
    """Every target that was measured: its name, the value, the bound, whether it holds."""
    phases = results["phases"]
    for key, most in FLOORS.items():
        if key in phases:
            ratio = phases[key]["ratio"]
            yield f"{key}: times the event parse", ratio, most, ratio <= most
    for key, times in growth(phases).items():
        yield f"{key}: times linear growth from 1,000", times, GROWTH, times <= GROWTH
    for key, times in results.get("growing", {}).items():
        yield f"{key}: times linear growth to ten times the size", times, GROWN, times <= GROWN
    for key, entry in phases.items():
        shape, count, phase = key.split("/")
        if shape == "plain" and int(count) >= 10_000 and phase != "events":
            each = entry["peak"] / int(count)
            yield f"{key}: KiB a cluster", each, KIB_EACH, each <= KIB_EACH
    for key, most in STARTUP.items():
        if key in results.get("startup", {}):
            times = results["startup"][key]
            yield f"{key}: times of python -c pass", times, most, times <= most
    yield from _applies(results)
    yield from _stores(results.get("stores", {}))
    if "rehearse" in results:
        times = results["rehearse"]["ratio"]
        yield "rehearse of 500: times the apply in the sandbox", times, REHEARSED, times <= REHEARSED
    yield from _pipeline(results.get("pipeline", {}))
    yield from board_targets(results.get("board"))
    yield from _fleet(results.get("fleet"))


def _applies(results: dict[str, Any]) -> Iterator[tuple[str, float, float, bool]]:
    apply = results.get("apply", {})
    if "rate" in apply:
        share = apply["rate"]["of calls"]
        yield "apply: share of the bare loop's calls a second", share, RATE, share >= RATE
    if "path" in apply:
        times = apply["path"]["of critical path"]
        yield "apply: times of the critical path", times, PATH, times <= PATH
    if "throttling" in results:
        times = results["throttling"]["times"]
        yield "apply at an API that throttles: times of --rate 1000", times, THROTTLED, times <= THROTTLED


def _pipeline(measured: dict[str, dict[str, float]]) -> Iterator[tuple[str, float, float, bool]]:
    for name, (most, mib) in PIPELINE.items():
        if name in measured:
            found = measured[name]
            yield f"{name}: times the event parse", found["times"], most, found["times"] <= most
            yield f"{name}: MiB", found["mib"], mib, found["mib"] <= mib
    if measured:
        times = measured["plan with the pack of policies"]["seconds"] / measured["plan"]["seconds"]
        yield "plan with the pack of policies: times the plan", times, POLICIES, times <= POLICIES


def _fleet(measured: dict[str, float] | None) -> Iterator[tuple[str, float, float, bool]]:
    if measured:
        ratio, parent = measured["ratio"], measured["parent"]
        yield "fleet plan: times its plans by the cores", ratio, FLEET, ratio <= FLEET
        yield "fleet plan: MiB of the parent", parent, PARENT, parent <= PARENT


def board_targets(board: dict[str, Any] | None) -> Iterator[tuple[str, float, float, bool]]:
    """Those of a board, where one was measured."""
    if board:
        values = {**board, "megabytes": board["bytes"] / 1e6}
        for name, most in BOARD.items():
            yield f"board of {board['clusters']:,} clusters: {name}", values[name], most, values[name] <= most


def _stores(measured: dict[str, dict[str, float]]) -> Iterator[tuple[str, float, float, bool]]:
    for name, times in measured.get("apply", {}).items():
        yield f"apply, {name}: times the folder's", times, STORED[name], times <= STORED[name]
    for name, times in measured.get("paced", {}).items():
        yield f"apply at 20 calls a second, {name}: times the folder's", times, PACED, times <= PACED
    for name, seconds in measured.get("take over", {}).items():
        yield f"take-over, {name}: seconds beyond the lease", seconds, TAKE_OVER, seconds <= TAKE_OVER
    for name, seconds in measured.get("record", {}).items():
        yield f"record of 30,000, {name}: seconds", seconds, LARGE_RECORD, seconds <= LARGE_RECORD


def growth(phases: dict[str, Any]) -> dict[str, float]:
    """How much more each cluster of a plain fleet costs than one of 1,000, above what the floor itself does."""
    found = {}
    for phase in ("validate", "unchanged", "changed"):
        small = phases.get(f"plain/1000/{phase}")
        for count in (10_000, 30_000):
            large = phases.get(f"plain/{count}/{phase}")
            if small and large:
                found[f"plain/{count}/{phase}"] = large["seconds"] / count / (small["seconds"] / 1000)
    return found


def worse(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """What is slower than in the baseline, by more than noise explains, or grows faster than the fleet."""
    pairs = [
        (key, now["phases"][key]["ratio"], entry["ratio"])
        for key, entry in before["phases"].items()
        if key in now["phases"] and not key.endswith("/events")
    ]
    pairs += [(key, now["startup"][key], times) for key, times in before["startup"].items() if key in now["startup"]]
    slower = [f"{key}: {mine:.2f} times the floor, {base:.2f} in the baseline" for key, mine, base in pairs
              if mine > base * ROOM]  # fmt: skip
    grown = [
        f"{key}: {times:.2f} times linear" for key, times in now.get("growing", {}).items() if times > GROWN * ROOM
    ]
    return slower + grown
