"""Draws what was measured: how the phases grow with the fleet, beside their floor and their targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.verdict import FLOORS

_PHASES = {"events": "#8c8c8c", "validate": "#0072b2", "unchanged": "#009e73", "changed": "#d55e00"}


def draw(results: dict[str, Any], path: Path) -> None:
    """Writes a PNG."""
    mpl.use("agg")
    mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    from matplotlib import pyplot

    figure, (grown, ratios) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    _grown(grown, results["phases"])
    _ratios(ratios, results["phases"])
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _grown(axes: Any, phases: dict[str, Any]) -> None:
    for phase, color in _PHASES.items():
        counts = sorted(int(key.split("/")[1]) for key in phases if key.startswith("plain/") and key.endswith(phase))
        seconds = [phases[f"plain/{count}/{phase}"]["seconds"] for count in counts]
        axes.plot(counts, seconds, marker="o", markersize=3, color=color, label=phase)
    axes.set(xscale="log", yscale="log", xlabel="clusters", ylabel="processor seconds", title="Plain fleets")
    axes.legend(frameon=False)


def _ratios(axes: Any, phases: dict[str, Any]) -> None:
    names = [phase for phase in _PHASES if f"plain/10000/{phase}" in phases]
    values = [phases[f"plain/10000/{phase}"]["ratio"] for phase in names]
    axes.barh(names, values, color=[_PHASES[name] for name in names])
    for row, name in enumerate(names):
        most = FLOORS.get(f"plain/10000/{name}")
        axes.text(values[row] - 0.1, row, f"{values[row]:.1f}", va="center", ha="right", color="white")
        if most is not None:
            axes.plot([most, most], [row - 0.4, row + 0.4], color="black", linewidth=1)
    axes.set(xlabel="times the bare event parse (line: target)", title="10,000 clusters", xlim=(0, 7))
    axes.invert_yaxis()
