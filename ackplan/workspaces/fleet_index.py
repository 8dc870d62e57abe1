"""The index of a fleet's plans: which plan file is each workspace's, by its digest, and what it was made for.

Whoever applies the plans holds them against it. It comes from a pipeline's artifact or a colleague: its shape is
checked, and it can name no file but those beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ackplan import __version__
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.json_types import Json, JsonObject, mapping
from ackplan.workspaces.model import WorkspaceEntry, Workspaces
from ackplan.workspaces.result import Ending, FleetResult, WorkspaceResult

FORMAT: Final = 1
FILE: Final = "fleet.json"
MAX_BYTES: Final = 32 << 20
STORE: Final = "store:"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class IndexedPlan:
    """A workspace in an index: how planning it ended, and its plan file, where it has one.

    `location` is the name of a file beside the index, or `store:DIGEST`. `settings` are what its entry said.
    """

    name: str
    ending: Ending
    headline: str
    location: str
    digest: str
    settings: JsonObject


@dataclass(frozen=True, slots=True)
class FleetIndex:
    """An index that was read. `commit` is what was checked out; `left_out` are workspaces that were not planned."""

    plans: Mapping[str, IndexedPlan]
    commit: str
    left_out: Mapping[str, str]


def plan_name(entry: WorkspaceEntry) -> str:
    """The name of a workspace's plan file beside the index."""
    return f"{entry.name}.plan"


def encode_index(fleet: FleetResult) -> bytes:
    """The index of a plan of many workspaces."""
    document = {
        "ackplan_fleet": FORMAT,
        "ackplan_version": __version__,
        "commit": fleet.commit,
        "workspaces": {result.name: _encoded(result) for result in fleet.results},
        "left_out": dict(fleet.selection.left_out),
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def _encoded(result: WorkspaceResult) -> dict[str, object]:
    kept, plan = result.kept, result.plan
    location = "" if kept is None else kept.location if kept.location.startswith(STORE) else plan_name(result.entry)
    return {
        "result": result.ending.value,
        "headline": plan.headline,
        "plan": location,
        "sha256": kept.digest if kept else "",
        "world": {"account": plan.account, "endpoint": plan.endpoint, "region": plan.region},
        "settings": result.entry.settings(),
    }


def decode_index(data: bytes, file: str) -> FleetIndex:
    """The index in a file's bytes. Raises Failure for what is none."""
    try:
        document: Json = json.loads(data)
        return _decoded(mapping(document), file)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Failure(error("ACK8012.shape", file=file)) from None


def _decoded(document: JsonObject, file: str) -> FleetIndex:
    if document["ackplan_fleet"] != FORMAT:
        version = str(document.get("ackplan_version", ""))
        raise Failure(error("ACK8012.format", file=file, version=version, own=__version__))
    plans = {name: _plan(name, mapping(entry)) for name, entry in mapping(document["workspaces"]).items()}
    left_out = {name: str(why) for name, why in mapping(document["left_out"]).items()}
    return FleetIndex(plans, str(document["commit"]), left_out)


def _plan(name: str, entry: JsonObject) -> IndexedPlan:
    location, digest = str(entry["plan"]), str(entry["sha256"])
    fits = location in {"", f"{name}.plan", STORE + digest}
    if not (_NAME.fullmatch(name) and fits and (not location or _DIGEST.fullmatch(digest))):
        raise ValueError("a plan is beside the index, or in a store")
    settings = mapping(entry["settings"])
    return IndexedPlan(name, Ending(entry["result"]), str(entry["headline"]), location, digest, settings)


def moved_entries(index: FleetIndex, workspaces: Workspaces, names: Iterable[str]) -> tuple[Diagnostic, ...]:
    """What these workspaces say now that they did not when the plans were made: it would be another account's run."""
    return tuple(fault for name in names for fault in _moved(index.plans[name], workspaces.entries.get(name)))


def _moved(plan: IndexedPlan, entry: WorkspaceEntry | None) -> Iterable[Diagnostic]:
    if entry is None:
        yield error("ACK8013.gone", name=plan.name)
        return
    before, now = dict(plan.settings), entry.settings()
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    if keys:
        yield error("ACK8013.entry", span=entry.span, name=plan.name, keys=", ".join(keys))
