"""What a board shows, as JSON data: texts that are printable and bounded, times as they are, no secret.

All of it comes from a store that others write to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from ackplan.app.cluster_history import ClusterEvent, ClusterMove, RecordChange, RecordedMove
from ackplan.app.survey import Dated, WorkspaceSurvey
from ackplan.core import catalog
from ackplan.core.provenance import link_of
from ackplan.core.world import LOOPBACK, World
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import InFlight
from ackplan.record.notes import Author, DriftCheck, DriftedCluster, LastRun, PlanNote
from ackplan.render.board.shapes import (
    SANDBOX,
    AuthorData,
    CallData,
    CheckData,
    ClusterData,
    DriftedData,
    EventData,
    LockData,
    MoveData,
    PendingData,
    RunData,
    VersionData,
    WorkspaceData,
    WorldData,
)
from ackplan.render.board.statuses import statuses_of, unchecked
from ackplan.render.facts.formatting import written
from ackplan.render.facts.safe import shortened

FORMAT: Final = 1
_LONGEST: Final = 200
_MOST_REGIONS = 20
_MOST_CALLS = 200
# The times that datetime can tell.
_LATEST = 253_402_300_799.0


def workspace_data(seen: WorkspaceSurvey, now: float, check_age: float, name: str = "") -> WorkspaceData:
    """The data of one workspace. `now` in seconds since 1970; a drift check is too old after `check_age` seconds.

    `name` is what it is called, where that is not its name in the store.
    """
    record = seen.record
    return {
        "store": _word(seen.store),
        "name": _word(name or seen.name),
        "workspace": _word(seen.name),
        "statuses": [status.value for status in statuses_of(seen, now, check_age)],
        "faults": [shortened(str(fault), 1000) for fault in seen.faults[:3]],
        "unchecked": "" if seen.faults or not record.entries else unchecked(seen, now, check_age),
        "world": _world(record),
        "serial": record.serial,
        "clusters": len(record.clusters),
        "nested": len(record.nested),
        "run": _run(seen.run, seen.changes),
        "interrupted": _word(seen.head.fate) if seen.head and not (seen.holder and not seen.holder.hold) else "",
        "lock": _lock(seen.holder, lives=True) or (_lock(seen.left, lives=False) if seen.head else None),
        "calls": [_call(call) for call in seen.flying[:_MOST_CALLS]],
        "check": _check(seen.check, now, holds=seen.check_holds),
        "plans": [_plan(plan, now) for plan in seen.plans],
        "versions": [_version(change) for change in seen.changes],
        "entries": [*_entries(record, seen.changes)],
    }


def moment(seconds: float) -> str:
    """A time since 1970 as RFC 3339, in UTC; the first or the last one that can be told for what is none."""
    if not 0 <= seconds <= _LATEST:
        seconds = _LATEST if seconds > 0 else 0.0
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _word(text: str, longest: int = _LONGEST) -> str:
    return shortened(text, longest)


def _world(record: Record) -> WorldData:
    world: World = record.world
    endpoint = SANDBOX if world.endpoint == LOOPBACK else world.endpoint
    regions = sorted({entry.region for entry in record.clusters.values()} - {""})[:_MOST_REGIONS]
    return {"account": _word(world.account), "endpoint": _word(endpoint), "regions": [_word(each) for each in regions]}


def _run(noted: Dated[LastRun] | None, changes: Sequence[RecordChange]) -> RunData | None:
    """The run that was noted, or what wrote the record since: an earlier ackplan, or a command that is no run."""
    newest = changes[0].text if changes else None
    if noted and not (newest and newest.when > _word(noted.value.ended)):
        run = noted.value
        counts = {"done": run.done, "failed": run.failed, "skipped": run.skipped}
        return {
            **_author(run.author),
            "what": _word(run.what),
            "when": _word(run.ended),
            "exit": run.exit,
            "counts": counts,
        }
    if newest is None or not newest.when:
        return None
    author = _author(Author(newest.who, newest.job))
    return {**author, "what": _word(newest.what), "when": _word(newest.when), "exit": None, "counts": {}}


def _author(author: Author) -> AuthorData:
    return {"who": _word(author.who), "job": link_of(author.job)}


def _lock(holder: Holder | None, *, lives: bool) -> LockData | None:
    if holder is None:
        return None
    facts = {"id": holder.id, "who": holder.who, "what": holder.what, "since": holder.since}
    words = {key: _word(text) for key, text in facts.items()}
    return {
        "id": words["id"],
        "who": words["who"],
        "what": words["what"],
        "since": words["since"],
        "job": link_of(holder.job),
        "hold": holder.hold,
        "lives": lives,
    }


def _call(call: InFlight) -> CallData:
    facts = call.facts
    return {
        "cluster": _word(call.name),
        "operation": _word(facts.operation),
        "sent": moment(facts.sent_at) if facts.sent_at is not None else "",
        "run": _word(call.run),
        "request": _word(facts.request_id),
        "task": _word(facts.task_id or ""),
        "answered": call.answered,
    }


def _check(kept: Dated[DriftCheck] | None, now: float, *, holds: bool) -> CheckData | None:
    if kept is None:
        return None
    check = kept.value
    return {
        **_author(check.author),
        "when": moment(kept.kept_at),
        "age": _age(kept.kept_at, now),
        "complete": check.complete,
        "holds": holds,
        "looked": check.looked,
        "total": check.total,
        "drifted": [_drifted(cluster) for cluster in check.drifted],
    }


def _age(since: float, now: float) -> float:
    return round(min(max(0.0, now - since), _LATEST))


def _drifted(cluster: DriftedCluster) -> DriftedData:
    moved: list[MoveData] = [
        {"name": _word(each.name), "before": _word(each.before), "after": _word(each.after)} for each in cluster.moved
    ]
    notes = [_word(note) for note in cluster.notes]
    return {"name": _word(cluster.name), "gone": cluster.gone, "parameters": moved, "notes": notes}


def _plan(kept: Dated[PlanNote], now: float) -> PendingData:
    plan = kept.value
    return {
        **_author(plan.author),
        "name": f"store:{_word(plan.digest)}",
        "when": moment(kept.kept_at),
        "age": _age(kept.kept_at, now),
        "mode": _word(plan.mode),
        "complete": plan.complete,
        "actions": {_word(action): number for action, number in plan.actions.items()},
        "blocked": plan.blocked,
    }


def _version(change: RecordChange) -> VersionData:
    text = change.text
    counts: dict[str, int] = {}
    for move in change.moves:
        counts[move.event.value] = counts.get(move.event.value, 0) + 1
    return {
        **_author(Author(text.who, text.job)),
        "serial": change.serial,
        "when": _word(text.when),
        "what": _word(text.what),
        "counts": counts,
        "first": change.is_first,
    }


def _entries(record: Record, changes: Sequence[RecordChange]) -> Iterator[ClusterData]:
    """What is recorded, by name, and then what was deleted."""
    secrets = frozenset(chain(*(each.kind.catalog.secret_names for each in record.entries.values())))
    secrets |= catalog.DEFAULT.secret_names
    events: dict[str, list[EventData]] = {}
    for number, change in enumerate(changes):
        for move in change.moves:
            events.setdefault(move.name, []).append(_event(number, move, secrets))
    for name in sorted(record.entries):
        entry = record.entries[name]
        yield {
            "name": _word(name),
            "kind": _word(entry.kind.title),
            "region": _word(entry.region),
            "id": _word(entry.cluster_id),
            "recorded": True,
            "history": events.pop(name, []),
        }
    for name in sorted(events):
        yield {"name": _word(name), "kind": "", "region": "", "id": "", "recorded": False, "history": events[name]}


def _event(version: int, move: ClusterMove, secrets: frozenset[str]) -> EventData:
    moves = move.parameters if move.event in {ClusterEvent.CHANGED, ClusterEvent.REPLACED} else ()
    return {"version": version, "event": move.event.value, "parameters": [_parameter(each, secrets) for each in moves]}


def _parameter(move: RecordedMove, secrets: frozenset[str]) -> MoveData:
    before, after = (_word(written(value, secret=move.name in secrets)) for value in (move.before, move.after))
    return {"name": _word(move.name), "before": before, "after": after}
