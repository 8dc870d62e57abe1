"""Waits for many clusters with few calls.

One loop serves all who wait: each round one list tells most clusters' states (a few single reads where only a few
wait). A list is never believed about what it lacks: that is asked for by id, some at a time. A task is asked for when
its cluster has come to rest, or when its turn comes: a task that fails early is seen soon. Of a new cluster that works
it is not asked for: it never worked before, so that no stale answer can say so. The pause between rounds
grows with the age of the youngest wait: a part of it, within bounds, and half of that after a round that ended some
wait, for what began together ends at about the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ackplan.core.answers import Cluster, Task, with_percent
from ackplan.execute.ports import ApiError, ApiReader, Clock
from ackplan.execute.presence import Absence, Listing, Patience, Subject, absence, read

_FEW = 3
# Of a few waits the tasks are asked for each so many rounds; of many, so many in each round.
_ROUNDS, _TURNS = 4, 2
# How many clusters that a list lacks are asked for by id in one round.
_SINGLE_READS = 20
_LONGEST_PAUSE = 15.0
_SHARE = 0.04
_SHARE_AFTER_NEWS = 0.02
# Who waits is told of every ten seconds; of many, each more rarely, so that no more lines than these come in that time.
_PROGRESS_EVERY = 10.0
_LINES = 32
# So many answers in a row that can't be read, or that know no such task, will not change any more.
_UNREADABLE = 5
_NO_TASK = 3
_UNREADABLE_CODES = frozenset({"AnswerUnreadable", "AnswerTooLarge"})


class Stopped(Exception):
    """The run is being stopped; what was waited for goes on without us."""


class TookTooLong(Exception):
    """The deadline passed before the cluster came to rest; says how it was seen last."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a wait ended: the cluster at rest (None: it is gone) and its task's last answer, if it has one."""

    cluster: Cluster | None
    task: Task | None


@dataclass(eq=False, slots=True)
class _Wait:
    subject: Subject
    absence: Absence
    task_id: str | None
    since: float
    deadline: float
    future: asyncio.Future[Settled]
    progress: Callable[[float, str], None]
    told: float
    new: bool
    task: Task | None = None
    no_task: int = 0
    unreadable: int = 0
    asked: float = float("-inf")
    state: str = ""

    @property
    def tasks_unknown(self) -> bool:
        return self.no_task >= _NO_TASK

    @property
    def follows_task(self) -> bool:
        return self.task_id is not None and not self.tasks_unknown

    def is_told_by(self, cluster: Cluster) -> bool:
        """Whether the cluster's state says how the wait ends, without its task."""
        return not self.follows_task or (self.new and cluster.condition.works)

    @property
    def seen_last(self) -> str:
        """In words, for whoever waited too long."""
        task = f"task {self.task.task_id} is {self.task.state}" if self.task and self.task.running else ""
        return "; ".join(filter(None, (f"the cluster's state is {self.state}" if self.state else "", task)))


# What a round learnt of one cluster: the answer, the error, or (None) that there is none of this id.
_Sight = Cluster | ApiError | None


class Watch:
    """The one poller of a run. `wait` may be called by any number of steps at once."""

    def __init__(self, api: ApiReader, clock: Clock, patience: Patience) -> None:
        self._api = api
        self._clock = clock
        self._patience = patience
        self._listing = Listing(api)
        self._waits: list[_Wait] = []
        self._loop: asyncio.Task[None] | None = None
        self._turn = self._rounds = 0
        self._news = False
        self._stopped = False
        self.note: Callable[[str], None] = lambda _text: None

    def check(self) -> None:
        """Raises Stopped once the run is being stopped: nothing more may be sent then."""
        if self._stopped:
            raise Stopped

    async def wait(
        self,
        subject: Subject,
        task_id: str | None,
        deadline: float,
        progress: Callable[[float, str], None],
        *,
        new: bool = False,
    ) -> Settled:
        """Returns when the cluster is at rest or gone and its task ended; a `new` one, when it works or that.

        Raises Stopped, TookTooLong, ApiError.
        """
        self.check()
        now = self._clock.now()
        future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        absent = absence(self._patience, self._clock, subject.accepted_at)
        wait = _Wait(subject, absent, task_id, now, deadline, future, progress, now, new)
        self._waits.append(wait)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._run())
        try:
            return await future
        finally:
            self._waits.remove(wait)

    def stop(self) -> None:
        """Ends every wait, now and later, with Stopped."""
        self._stopped = True
        self._end_all(Stopped())

    async def close(self) -> None:
        self.stop()
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    def _end_all(self, why: Exception) -> None:
        for wait in self._waits:
            if not wait.future.done():
                wait.future.set_exception(why)

    async def _run(self) -> None:
        while open_waits := [wait for wait in self._waits if not wait.future.done()]:
            await self._clock.sleep(self._pause(open_waits))
            open_waits = [wait for wait in open_waits if not wait.future.done()]
            try:
                await self._round(open_waits)
            except ApiError as fault:
                for wait in open_waits:
                    self._failed(wait, fault)
            except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, or would wait for ever
                self._end_all(fault)
            self._check_deadlines()

    def _pause(self, waits: list[_Wait]) -> float:
        youngest = min(self._clock.now() - wait.since for wait in waits)
        share = _SHARE_AFTER_NEWS if self._news else _SHARE
        return min(max(youngest * share, self._patience.poll), _LONGEST_PAUSE)

    async def _round(self, waits: list[_Wait]) -> None:
        sights = await self._sights(waits)
        turn = self._next_turn(waits)
        seen = [(wait, sights[wait.subject.cluster_id]) for wait in waits if wait.subject.cluster_id in sights]
        asked = [w for w, sight in seen if isinstance(sight, Cluster) and (w in turn or _ends_by_task(w, sight))]
        await asyncio.gather(*map(self._ask_task, asked))
        for wait, sight in seen:
            self._settle(wait, sight)
        self._news = any(wait.future.done() for wait, _ in seen)

    async def _sights(self, waits: list[_Wait]) -> Mapping[str, _Sight]:
        """What is to be learnt now, by id; a cluster whose turn to be asked for did not come is not in it."""
        by_id = {wait.subject.cluster_id: wait for wait in waits}
        if len(by_id) <= _FEW:
            return await self._by_id(by_id.values())
        listed = await self._listing.clusters({wait.subject.region for wait in waits})
        sights: dict[str, _Sight] = {c.cluster_id: c for c in listed if c.cluster_id in by_id}
        unlisted = sorted((w for key, w in by_id.items() if key not in sights), key=lambda wait: wait.asked)
        return {**sights, **await self._by_id(unlisted[:_SINGLE_READS])}

    async def _by_id(self, waits: Iterable[_Wait]) -> dict[str, _Sight]:
        waits = tuple(waits)
        for wait in waits:
            wait.asked = self._clock.now()
        sights = await asyncio.gather(*(self._read(wait.subject) for wait in waits))
        return {wait.subject.cluster_id: sight for wait, sight in zip(waits, sights, strict=True)}

    async def _read(self, subject: Subject) -> _Sight:
        try:
            return await read(self._api, subject)
        except ApiError as fault:
            return fault

    def _next_turn(self, waits: list[_Wait]) -> list[_Wait]:
        """The waits whose task is asked for this round though their clusters are busy: of a few all, but rarely."""
        with_tasks = [wait for wait in waits if wait.follows_task]
        self._rounds += 1
        if not with_tasks or (len(with_tasks) <= _FEW and self._rounds % _ROUNDS != 1):
            return []
        start = self._turn % len(with_tasks)
        self._turn += _TURNS
        return (with_tasks + with_tasks)[start : start + min(_TURNS, len(with_tasks))]

    async def _ask_task(self, wait: _Wait) -> None:
        if wait.task_id is None or wait.tasks_unknown:
            return
        try:
            wait.task = await self._api.get_task(wait.task_id, wait.subject.region)
            wait.no_task = wait.unreadable = 0
        except ApiError as fault:
            if fault.http_status == 404:
                wait.no_task += 1
            else:
                self._failed(wait, fault)

    def _failed(self, wait: _Wait, fault: ApiError) -> None:
        """An error instead of an answer: a refusal ends the wait, and so does an answer that stays unreadable."""
        refused = 400 <= fault.http_status < 500 and fault.http_status != 429
        wait.unreadable = wait.unreadable + 1 if fault.code in _UNREADABLE_CODES else 0
        if wait.future.done():
            return
        if wait.unreadable >= _UNREADABLE or (refused and not wait.unreadable):
            wait.future.set_exception(fault)
        else:
            self.note(f"polling: {fault}")

    def _settle(self, wait: _Wait, sight: _Sight) -> None:
        if wait.future.done():
            return
        if isinstance(sight, ApiError):
            self._failed(wait, sight)
        elif sight is None:
            if wait.absence.missing(self._clock.now()):
                wait.future.set_result(Settled(None, wait.task))
        elif sight.gone:
            wait.future.set_result(Settled(None, wait.task))
        else:
            wait.absence.seen()
            wait.unreadable *= wait.follows_task
            self._tell(wait, sight)
            self._settle_seen(wait, sight)

    def _settle_seen(self, wait: _Wait, cluster: Cluster) -> None:
        ended = wait.task is not None and not wait.task.running
        failed = wait.task is not None and wait.task.failed
        if failed or (not cluster.busy and (ended or wait.is_told_by(cluster))):
            wait.future.set_result(Settled(cluster, wait.task))

    def _tell(self, wait: _Wait, cluster: Cluster) -> None:
        now, wait.state = self._clock.now(), cluster.state
        if now - wait.told >= _PROGRESS_EVERY * max(1.0, len(self._waits) / _LINES):
            wait.told = now
            wait.progress(now - wait.since, with_percent(cluster.state, wait.task))

    def _check_deadlines(self) -> None:
        now = self._clock.now()
        for wait in self._waits:
            if now > wait.deadline and not wait.future.done():
                wait.future.set_exception(TookTooLong(wait.seen_last))


def _ends_by_task(wait: _Wait, cluster: Cluster) -> bool:
    return not cluster.busy and not wait.is_told_by(cluster)
