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
}
STARTUP = {"--help": 8.0, "version": 8.0, "validate, 3 clusters": 15.0}
GROWTH = 1.15
# Whole commands, of which a faster start is taken off: that makes them noisier than the phases.
GROWN = 1.3
KIB_EACH = 30.0
RATE, PATH = 0.5, 1.05
REHEARSED = 3.0


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
    apply = results.get("apply", {})
    if "rate" in apply:
        share = apply["rate"]["of calls"]
        yield "apply: share of the bare loop's calls a second", share, RATE, share >= RATE
    if "path" in apply:
        times = apply["path"]["of critical path"]
        yield "apply: times of the critical path", times, PATH, times <= PATH
    if "rehearse" in results:
        times = results["rehearse"]["ratio"]
        yield "rehearse of 500: times the apply in the sandbox", times, REHEARSED, times <= REHEARSED


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
