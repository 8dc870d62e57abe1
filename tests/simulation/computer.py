"""The machine that ackplan runs on: a disk that keeps what was written, and lives that end when it is least wanted."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ackplan.adapters.ack.api_errors import Unreachable
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.app.plan import PlanOptions
from ackplan.core.aims import Born, Grown
from ackplan.core.diagnostics import Failure, error
from ackplan.record import Record
from ackplan.record.codec import decode, encode
from ackplan.record.entries import entry_of, entry_text
from ackplan.record.journal import Entry, Leftover, RunHead, fold
from ackplan.record.versions import Version
from ackplan.resources.types import BUILT_IN
from ackplan.spec.desired import Wanted
from tests.quiet_workspace import QuietWorkspace

from .account import Account, answer_of


class Killed(BaseException):
    """This life is over: nothing that it still does leads anywhere."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a life: its writes and calls are counted, and at one of these numbers it happens (0: never).

    `dies`: killed. `struck`: killed at this changing call, when it is written down (1), sent (2) or answered (3); one
    that was sent takes `late` seconds more on its way.
    `full`: from there on the disk takes nothing more. `offline`: the network is away for a while. `pressed`: seconds
    after which Ctrl-C is pressed, once for each. `stalls`: at this write its computer stands still for so many seconds;
    `halts`: once so many calls are committed, before it hears of it.
    """

    dies: int = 0
    struck: tuple[int, int] = (0, 0)
    late: float = 0.0
    full: int = 0
    offline: tuple[int, int] = (0, 0)
    pressed: tuple[float, ...] = ()
    stalls: tuple[int, float] = (0, 0.0)
    halts: tuple[int, float] = (0, 0.0)


@dataclass
class Life:
    """One run of a command. `wanted` is the spec that it goes by, `choices` what its options say.

    `astray`: its credentials are another account's. `begun` is when it began.
    `tried` are the clusters that the run before it may have made, `creating` those and what this one meant to make,
    `created` what it did make, `refused` those of which it was told that their names are taken. `stopping` says that Ctrl-C
    was pressed, `unwritten` are calls that it sent and had not written down. By cluster's id: `sizes` and `nodes` are
    those that it saw last, `sent` the size that was written down for a scale-out that it sent.
    """

    fate: Fate
    wanted: Mapping[str, Wanted]
    choices: PlanOptions = field(default_factory=PlanOptions)
    disturbed: bool = False
    astray: bool = False
    begun: float = 0.0
    stopping: bool = False
    dead: bool = False
    count: int = 0
    changing: int = 0
    intents: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)
    sent_late: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    creating: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, frozenset[str]] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        if self.dead:
            raise Killed

    def tick(self, *, struck: bool = False) -> None:
        """One more write or call, or one more half of it: this may have been the last, and is where it is `struck`."""
        self.check()
        self.count += 1
        if struck or self.count == self.fate.dies:
            self.dead = True
            self.died.set()
            raise Killed

    def need_room(self) -> None:
        """Raises the Failure of a full disk."""
        if self.fate.full and self.count >= self.fate.full:
            raise Failure(error("ACK3012", "Can't use the journal", "the disk is full"))


@dataclass
class Disk:
    """What lasts. Every text that was ever written is in `written`."""

    record: str = ""
    head: RunHead | None = None
    rows: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def row(self, entry: Entry) -> str:
        text = entry_text(entry)
        self.written.append(text)
        return text

    def leftover(self) -> Leftover:
        return Leftover(self.head, tuple(entry_of(row, BUILT_IN) for row in self.rows))

    def intends(self, operation: str) -> set[str]:
        """The clusters of which it is written down that this is about to be done to them."""
        _, flying = fold(Record(""), self.leftover().entries)
        return {call.name for call in flying if call.facts.operation == operation}


def _written(name: str, intends: set[str]) -> bool:
    """Whether it is written down that this is done to the cluster of this name, or to something inside of it."""
    return name in intends or any(other.startswith(f"{name}/") for other in intends)


@dataclass
class MemoryRecord:
    """A RecordStore on the disk."""

    disk: Disk
    life: Life

    def read(self) -> Record:
        self.life.check()
        return decode(self.disk.record, "state/default.json", BUILT_IN) if self.disk.record else Record("")

    def write(self, record: Record, *, expect: Record) -> Record:
        current = self.read()
        assert current == expect, "someone else wrote the record, and there is no one else"
        self.life.tick()
        self.life.need_room()
        lineage = record.lineage or current.lineage or "lineage"
        written = dataclasses.replace(record, lineage=lineage, serial=expect.serial + 1)
        self.disk.record = encode(written)
        self.disk.written.append(self.disk.record)
        self.life.tick()
        return written


@dataclass
class MemoryJournal:
    """A JournalStore on the disk."""

    disk: Disk
    life: Life

    def read(self) -> Leftover:
        self.life.check()
        return self.disk.leftover()

    def open(self, head: RunHead) -> None:
        self._change(head, self.disk.rows)

    def replace(self, head: RunHead | None, entries: Sequence[Entry]) -> None:
        self._change(head, [self.disk.row(entry) for entry in entries])

    def append(self, entries: Sequence[Entry]) -> None:
        self._change(self.disk.head, [*self.disk.rows, *map(self.disk.row, entries)])

    async def write(self, entry: Entry) -> None:
        await asyncio.sleep(0)
        self.append([entry])
        if isinstance(entry.facts.aim, Born):
            self.life.creating.add(entry.name)
        await asyncio.sleep(0)

    def close(self) -> None:
        """Nothing is held open."""

    def _change(self, head: RunHead | None, rows: list[str]) -> None:
        self.life.tick()
        self.life.need_room()
        self.disk.head, self.disk.rows = head, rows
        self.life.tick()


@dataclass
class MemoryWorkspace(QuietWorkspace):
    """A Workspace of one writer, whom nobody disturbs."""

    record: MemoryRecord
    journal: MemoryJournal
    name: str = "default"
    store: str = "memory"

    def lock(self, _what: str, _timeout: float = 0.0) -> contextlib.AbstractAsyncContextManager[None]:
        return contextlib.nullcontext()

    def history(self, _most: int) -> tuple[Version, ...]:
        return ()


@dataclass
class Wire:
    """The client's way to the account: a Carrier. It sees what is on the disk when a call is sent."""

    account: Account
    life: Life
    disk: Disk

    async def send(self, call: ApiCall, headers: Mapping[str, str], body: bytes | None) -> Answer:
        life = self.life
        life.changing += call.changes
        number, last = life.fate.struck
        last *= call.changes and life.changing == number
        life.tick(struck=last == 1)
        if life.fate.offline[0] <= life.count < life.fate.offline[1]:
            raise Unreachable("ConnectionFailed", "no connection", operation=call.operation)
        if call.changes:
            self._look(call)
        late = life.fate.late if last == 2 else 0.0
        travelling = self.account.post(call, headers, body, life, late)
        life.tick(struck=last == 2)
        answer = await answer_of(call, travelling)
        life.tick(struck=last == 3)
        self._saw(call, answer)
        return answer

    def _saw(self, call: ApiCall, answer: Answer) -> None:
        """Keeps what an answer told of a cluster, where it can be read."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told, cluster_id = json.loads(answer.body), call.path.split("/")[2:3]
            if call.operation == "get_cluster" and answer.status == 200:
                self.life.sizes[told["cluster_id"]] = int(told["size"])
            if call.operation == "list_nodes" and answer.status == 200:
                self.life.nodes[cluster_id[0]] = frozenset(node["instance_id"] for node in told["nodes"])

    def _look(self, call: ApiCall) -> None:
        if call.operation == "scale_out":
            self._pin(call.path.split("/")[-1])
        if self.life.stopping:
            self.life.sent_late.append(call.operation)
        name = call.body["name"] if call.operation == "create_cluster" else self.account.name_of(call.path)
        if name and not _written(name, self.disk.intends(call.operation)) and call.operation != "run_check":
            self.life.unwritten.append(f"{call.operation} {name}")

    def _pin(self, cluster_id: str) -> None:
        name = self.account.name_of(f"/clusters/{cluster_id}")
        _, flying = fold(Record(""), self.disk.leftover().entries)
        sizes = [call.aim.size for call in flying if isinstance(call.aim, Grown) and call.name == name]
        if sizes:
            self.life.sent[cluster_id] = sizes[-1].before + sizes[-1].masters
