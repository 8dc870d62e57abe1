"""A run of many workspaces as an engine keeps it: JSON without a secret, read by workers and by whoever follows it.

It comes from a server that others may write to as well: every shape is checked, and nothing of it is a word of a
command line before `engine_words` has looked at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.diagnostics import Failure, error
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending
from ackplan.workspaces.selection import Selection

FORMAT: Final = 1
VERBS: Final = ("plan", "apply", "drift")
# A payload that is larger is refused by servers as they come.
MAX_BYTES: Final = 1_800_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"([0-9a-f]{40,64})?")


@dataclass(frozen=True, slots=True)
class EngineTask:
    """One workspace of a run. `digest` is that of the plan to apply; `ready` how it ended where it is not run."""

    entry: WorkspaceEntry
    digest: str = ""
    ready: Ending | None = None


@dataclass(frozen=True, slots=True)
class EngineTerms:
    """What holds for every workspace of a run.

    `state` is the store of those that name none, without a password; `commit` what workers have to have checked out,
    empty where the spec is not needed. A lock lasts for `lock_ttl` seconds; a worker that told of no progress for
    `silence` seconds is taken for dead. `kept`: plans go to the store; `reported`: reports do.
    """

    verb: str
    version: str
    words: tuple[str, ...] = ()
    state: str = ""
    commit: str = ""
    lock_ttl: float = 30.0
    silence: float = 40.0
    kept: bool = False
    reported: bool = False


@dataclass(frozen=True, slots=True)
class EngineRun:
    """`jobs` workspaces run at a time at most. A history holds `page` of them, then another one is begun.

    Without tasks a worker lists them from its checkout: those that `patterns` name.
    """

    terms: EngineTerms
    tasks: tuple[EngineTask, ...] = ()
    jobs: int = 1
    page: int = 500
    along: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    patterns: tuple[str, ...] | None = None

    @property
    def selection(self) -> Selection:
        return Selection(tuple(task.entry for task in self.tasks), self.along, self.left_out, self.notes)


def encode_run(run: EngineRun) -> dict[str, Json]:
    """The run as JSON."""
    return {
        "ackplan_run": FORMAT,
        "terms": encode_terms(run.terms),
        "workspaces": [encode_task(task) for task in run.tasks],
        "jobs": run.jobs,
        "page": run.page,
        "along": list(run.along),
        "left_out": dict(run.left_out),
        "notes": list(run.notes),
        "patterns": None if run.patterns is None else list(run.patterns),
    }


def encode_terms(terms: EngineTerms) -> dict[str, Json]:
    """What holds for every workspace, as JSON."""
    return {
        "verb": terms.verb,
        "version": terms.version,
        "words": list(terms.words),
        "state": terms.state,
        "commit": terms.commit,
        "lock_ttl": terms.lock_ttl,
        "silence": terms.silence,
        "kept": terms.kept,
        "reported": terms.reported,
    }


def encode_task(task: EngineTask) -> dict[str, Json]:
    """One workspace, as JSON."""
    entry = task.entry
    return {
        "name": entry.name,
        "settings": {key: _plain(value) for key, value in entry.settings().items()},
        "needs": list(entry.depends_on),
        "digest": task.digest,
        "ready": task.ready.value if task.ready else "",
    }


def _plain(value: object) -> Json:
    return [str(part) for part in value] if isinstance(value, list) else str(value)


def decode_run(document: Json) -> EngineRun:
    """The run that an engine keeps. Raises Failure for what is none."""
    try:
        return _run(mapping(document))
    except (KeyError, TypeError, ValueError):
        raise Failure(error("ACK8206.shape")) from None


def _run(document: JsonObject) -> EngineRun:
    if document["ackplan_run"] != FORMAT:
        raise ValueError("another format")
    patterns = document["patterns"]
    return EngineRun(
        decode_terms(document["terms"]),
        tuple(map(decode_task, items(document["workspaces"]))),
        whole(document["jobs"]),
        whole(document["page"]),
        texts(document["along"]),
        {name: str(why) for name, why in mapping(document["left_out"]).items()},
        texts(document["notes"]),
        None if patterns is None else texts(patterns),
    )


def decode_terms(value: Json) -> EngineTerms:
    """What holds for every workspace. Raises KeyError, TypeError and ValueError for what has another shape."""
    terms = mapping(value)
    verb, commit = str(terms["verb"]), str(terms["commit"])
    if verb not in VERBS or not _COMMIT.fullmatch(commit):
        raise ValueError("no such run")
    return EngineTerms(
        verb,
        str(terms["version"]),
        texts(terms["words"]),
        str(terms["state"]),
        commit,
        _seconds(terms["lock_ttl"]),
        _seconds(terms["silence"]),
        terms["kept"] is True,
        terms["reported"] is True,
    )


def decode_task(value: Json) -> EngineTask:
    """One workspace. Raises KeyError, TypeError and ValueError for what has another shape."""
    task = mapping(value)
    name, digest, ready = (str(task[key]) for key in ("name", "digest", "ready"))
    settings = mapping(task["settings"])
    if not (_NAME.fullmatch(name) and (not digest or _DIGEST.fullmatch(digest))):
        raise ValueError("no workspace of a run")
    path, profile, region, endpoint, state, record = (
        str(settings.get(key, "")) for key in ("path", "profile", "region", "endpoint", "state", "record")
    )
    if not _NAME.fullmatch(record):
        raise ValueError("no name of a record")
    files, var_files = (texts(settings.get(key, ())) for key in ("files", "var_files"))
    entry = WorkspaceEntry(name, path, profile, region, endpoint, state, record, files, var_files, texts(task["needs"]))
    return EngineTask(entry, digest, Ending(ready) if ready else None)


def whole(value: Json) -> int:
    """A number of things. Raises TypeError and ValueError for another value."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number is expected")
    if value < 0:
        raise ValueError("below zero")
    return value


def _seconds(value: Json) -> float:
    if not isinstance(value, int | float) or not 0 < value <= 86_400:
        raise ValueError("seconds are expected")
    return float(value)
