"""What the journal of a run means: which calls are in flight, and what the record is once the entries are taken in.

A step leaves up to three entries: `intent` before its call is sent, `answer` when the call was accepted, `settled`
when its effect is complete or has failed. An entry may carry what becomes of the cluster in the record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ackplan.core.aims import Aim, Born, Grown, Joined
from ackplan.record.model import Record, RecordedCluster

# The run and the step that a call belongs to.
CallKey = tuple[str, str]


class Phase(enum.Enum):
    INTENT = "intent"
    ANSWER = "answer"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call, never a secret. `sent_at` is in seconds since 1970.

    `aim` is what it is to bring about, None where that is not told; `after` the record entry that is aimed at.
    """

    aim: Aim | None = None
    after: RecordedCluster | None = None
    sent_at: float | None = None
    request_id: str = ""
    task_id: str | None = None
    call: str = ""

    @property
    def operation(self) -> str:
        """The operation that was called; empty where it is not known. `call` has one that clusters do not have."""
        return self.call or (self.aim.operation if self.aim else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `entry` is the cluster's new record entry, `removed` says that the cluster leaves the record.

    A step that failed is settled with its `error`. `recovered` tells an entry that settles a call of a run that died
    from one that says that its step is done.
    """

    run: str
    step: str
    name: str
    phase: Phase
    facts: Facts = field(default_factory=Facts)
    entry: RecordedCluster | None = None
    removed: bool = False
    error: str = ""
    recovered: bool = False

    @property
    def done(self) -> bool:
        """Whether the step ended in order."""
        return self.phase is Phase.SETTLED and not self.error and not self.recovered


@dataclass(frozen=True, slots=True)
class InFlight:
    """A call that was written down, and whose effect is not known to be complete."""

    run: str
    step: str
    name: str
    facts: Facts
    answered: bool

    @property
    def key(self) -> CallKey:
        return self.run, self.step

    @property
    def nested(self) -> bool:
        """Whether it is about something inside of a cluster."""
        return "/" in self.name

    @property
    def aim(self) -> Aim | None:
        return self.facts.aim


@dataclass(frozen=True, slots=True)
class RunHead:
    """Which run wrote the journal: of which plan (its digest), on top of which record (`record`: its digest).

    `plan` is empty once the run has ended and has left no more than its calls in flight.
    """

    id: str
    plan: str
    lineage: str
    serial: int
    record: str = ""

    @property
    def ended(self) -> bool:
        return not self.plan

    @property
    def fate(self) -> str:
        return f"run {self.id} {'ended with calls in flight' if self.ended else 'was interrupted'}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """What an earlier run left in the journal: its head and entries. Without a head there is nothing."""

    head: RunHead | None
    entries: tuple[Entry, ...]


NOTHING = Leftover(None, ())


def _after(call: InFlight, entry: Entry, recorded: RecordedCluster) -> InFlight | None:
    """A call in flight once a later run wrote down something of its cluster: what it aimed at is out of date then.

    None where it can't take effect any more, since the later run brought about what it was to bring about.
    """
    if call.name != entry.name or call.run == entry.run:
        return call
    if isinstance(call.aim, Born | Grown) and call.step == entry.step:
        return None
    if isinstance(call.aim, Joined) and set(call.aim.instances) <= set(recorded.attached):
        return None
    return call if isinstance(call.aim, Born) else replace(call, facts=replace(call.facts, after=None))


def _together(before: Facts, entry: Entry) -> Facts:
    """What is known of a call once an entry adds to it: an answer has what its intent lacks."""
    facts = entry.facts
    if facts.aim is None:
        facts = replace(facts, aim=before.aim, after=before.after, sent_at=before.sent_at, call=before.call)
    if entry.phase is not Phase.ANSWER:
        facts = replace(facts, request_id=before.request_id, task_id=before.task_id)
    return facts


def _of_the_same(before: RecordedCluster | None, after: RecordedCluster) -> RecordedCluster:
    """The new entry of a cluster; when it was accepted is known of it for good."""
    if before is None or before.cluster_id != after.cluster_id or after.accepted_at:
        return after
    return replace(after, accepted_at=before.accepted_at)


@dataclass(slots=True)
class _Folding:
    """The entries of a record and the calls in flight while a journal is taken in, both found by the resource, too."""

    entries: dict[str, RecordedCluster]
    flying: dict[tuple[str, str], InFlight] = field(default_factory=dict)
    _names: dict[str, set[str]] = field(default_factory=dict)
    _calls: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.entries:
            self._names.setdefault(_cluster(name), set()).add(name)

    def put(self, name: str, entry: RecordedCluster) -> None:
        self.entries[name] = _of_the_same(self.entries.get(name), entry)
        self._names.setdefault(_cluster(name), set()).add(name)

    def remove(self, gone: str) -> None:
        """Removes this and what was inside of it."""
        names = self._names.get(_cluster(gone), set())
        for name in [name for name in names if name == gone or name.startswith(f"{gone}/")]:
            names.remove(name)
            del self.entries[name]

    def outdate(self, entry: Entry, recorded: RecordedCluster) -> None:
        """What is in flight of the same resource, once something of it was written down."""
        for key in self._calls.get(entry.name, ()):
            call = self.flying.get(key)
            left = _after(call, entry, recorded) if call else None
            if left is not None:
                self.flying[key] = left
            else:
                self.flying.pop(key, None)

    def fly(self, key: tuple[str, str], entry: Entry) -> None:
        before = self.flying.get(key)
        self._calls.setdefault(entry.name, {})[key] = None
        facts = _together(before.facts, entry) if before else entry.facts
        self.flying[key] = InFlight(*key, entry.name, facts, entry.phase is Phase.ANSWER)


def _cluster(name: str) -> str:
    return name.partition("/")[0]


def fold(record: Record, entries: Iterable[Entry], *, stale: bool = False) -> tuple[Record, tuple[InFlight, ...]]:
    """The record with all entries taken in, and the calls in flight.

    `stale` says that the record was written by someone else since these entries: it wins for every cluster that it
    has, and clusters that it lacks are still added, for a cluster must never be lost. What recovery found is newer.
    """
    folding = _Folding(dict(record.entries))
    for entry in entries:
        key = (entry.run, entry.step)
        if entry.removed:
            if not stale:
                folding.remove(entry.name)
        elif entry.entry is not None and not (stale and entry.name in record.entries and not entry.recovered):
            folding.put(entry.name, entry.entry)
        if entry.entry is not None and entry.phase is not Phase.INTENT:
            folding.outdate(entry, entry.entry)
        if entry.phase is Phase.SETTLED:
            folding.flying.pop(key, None)
        else:
            folding.fly(key, entry)
    return record.with_entries(folding.entries), tuple(folding.flying.values())
