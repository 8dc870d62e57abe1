"""`python -m benchmarks`: every phase on every size, medians and ratios to the bare event parse of the same run.

Writes `.benchmarks/latest.json`; with `--compare FILE` exits 1 where a ratio is worse than the one in FILE by more than
a half. Only ratios are compared, never seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.fleets import SHAPES
from benchmarks.phases import PHASES

ROOM = 1.5
RESULTS = Path(".benchmarks/latest.json")
BASELINE = Path("benchmarks/baseline.json")


def measure(phase: str, count: int, shape: str, runs: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.phases", phase, str(count), shape]
    found = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(runs)
    ]
    seconds = statistics.median(entry["seconds"] for entry in found)
    return {"seconds": seconds, "kib": max(entry["kib"] for entry in found)}


def startup(arguments: list[str], runs: int = 7) -> float:
    """The median seconds of a whole process."""
    import time

    spans = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def run(sizes: list[int], runs: int) -> dict[str, Any]:
    results: dict[str, Any] = {"phases": {}, "startup": {}}
    print(f"{'fleet':22} {'phase':10} {'seconds':>8} {'x floor':>8} {'KB a cluster':>13}")
    for count in sizes:
        for shape in SHAPES:
            floor = 1.0
            for phase in PHASES:
                entry = measure(phase, count, shape, runs)
                floor = entry["seconds"] if phase == "events" else floor
                entry["ratio"] = entry["seconds"] / floor
                results["phases"][f"{shape}/{count}/{phase}"] = entry
                each = entry["kib"] / count
                label = f"{shape} {count:,}"
                print(f"{label:22} {phase:10} {entry['seconds']:8.2f} {entry['ratio']:8.2f} {each:13.1f}")
    bare = startup(["-c", "pass"])
    for label, arguments in (("--help", ["-m", "ackplan", "--help"]), ("version", ["-m", "ackplan", "version"])):
        ratio = startup(arguments) / bare
        results["startup"][label] = ratio
        print(f"{'start-up':22} {label:10} {ratio * bare:8.3f} {ratio:8.2f}   (times of python -c pass)")
    return results


def worse(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """What got slower than the baseline, by more than noise explains."""
    found = []
    for key, entry in before["phases"].items():
        mine = now["phases"].get(key)
        if mine and not key.endswith("/events") and mine["ratio"] > entry["ratio"] * ROOM:
            found.append(f"{key}: {mine['ratio']:.2f} times the floor, {entry['ratio']:.2f} in the baseline")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--compare", type=Path)
    given = parser.parse_args()
    results = run([int(size) for size in given.sizes.split(",")], given.runs)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", "utf-8")
    if given.compare is None:
        return 0
    slower = worse(results, json.loads(given.compare.read_text("utf-8")))
    print("\n".join(["Slower than the baseline:", *slower]) if slower else "Nothing is slower than the baseline.")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
