"""The specs among the examples: beside them stand lists of workspaces and files of variables."""

from __future__ import annotations

from pathlib import Path

import yaml


def example_specs() -> list[Path]:
    every = sorted((Path(__file__).parents[1] / "examples").rglob("*.yaml"))
    return [path for path in every if _is_spec(path)]


def _is_spec(path: Path) -> bool:
    keys = [key for root in yaml.safe_load_all(path.read_text("utf-8")) for key in root]
    return "ackplan" in keys and "workspaces" not in keys
