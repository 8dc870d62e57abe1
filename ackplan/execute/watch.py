"""Waits for many clusters with few calls.

One loop serves all who wait: each round one `GET /clusters` tells every cluster's state (a few single reads where
only a few wait), and a task is asked for when its cluster has come to rest, or when its turn comes: a task that fails
early is seen soon. The pause between rounds grows with the age of the youngest wait: a part of it, within bounds, and
half of that after a round that ended some wait, for what began together ends at about the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ackplan.execute.ports import ApiError, ApiReader, Clock
from ackplan.model.answers import Cluster, Task

_FEW = 3
_TURNS = 4
_PAUSE = (0.05, 15.0)
_SHARE = 0.04
_SHARE_AFTER_NEWS = 0.02
_PROGRESS_EVERY = 10.0


class Stopped(Exception):
    """The run is being stopped; what was waited for goes on without us."""


class TookTooLong(Exception):
    """The deadline passed before the cluster came to rest."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a wait ended: the cluster at rest (None: it is gone) and its task's last answer, if it has one."""

    cluster: Cluster | None
    task: Task | None


@dataclass(eq=False, slots=True)
class _Wait:
    cluster_id: str
    task_id: str | None
    since: float
    deadline: float
    future: asyncio.Future[Settled]
    progress: Callable[[float, str], None]
    told: float
    task: Task | None = None
    tasks_unknown: bool = False


class Watch:
    """The one poller of a run. `wait` may be called by any number of steps at once."""

    def __init__(self, api: ApiReader, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._waits: list[_Wait] = []
        self._loop: asyncio.Task[None] | None = None
        self._turn = 0
        self._news = False
        self._stopped = False
        self.note: Callable[[str], None] = lambda _text: None

    def check(self) -> None:
        """Raises Stopped once the run is being stopped: nothing more may be sent then."""
        if self._stopped:
            raise Stopped

    async def wait(
        self, cluster_id: str, task_id: str | None, deadline: float, progress: Callable[[float, str], None]
    ) -> Settled:
        """Returns when the cluster is at rest or gone and its task ended. Raises Stopped, TookTooLong, ApiError."""
        self.check()
        now = self._clock.now()
        future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        wait = _Wait(cluster_id, task_id, now, deadline, future, progress, now)
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
                if 400 <= fault.http_status < 500 and fault.http_status != 429:
                    self._end_all(fault)
                else:
                    self.note(f"polling: {fault}")
            except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, or would wait for ever
                self._end_all(fault)
            self._check_deadlines()

    def _pause(self, waits: list[_Wait]) -> float:
        youngest = min(self._clock.now() - wait.since for wait in waits)
        low, high = _PAUSE
        share = _SHARE_AFTER_NEWS if self._news else _SHARE
        return min(max(youngest * share, low), high)

    async def _round(self, waits: list[_Wait]) -> None:
        clusters = await self._clusters(waits)
        turn = self._next_turn(waits)
        seen = [(wait, clusters.get(wait.cluster_id)) for wait in waits if not wait.future.done()]
        asked = [wait for wait, cluster in seen if cluster is not None and (not cluster.busy or wait in turn)]
        answers = await asyncio.gather(*map(self._ask_task, asked), return_exceptions=True)
        for wait, cluster in seen:
            self._settle(wait, cluster)
        self._news = any(wait.future.done() for wait, _ in seen)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    async def _clusters(self, waits: list[_Wait]) -> dict[str, Cluster]:
        ids = list(dict.fromkeys(wait.cluster_id for wait in waits))
        if len(ids) > _FEW:
            return {cluster.cluster_id: cluster for cluster in await self._api.list_clusters()}
        found = {}
        for cluster_id in ids:
            try:
                found[cluster_id] = await self._api.get_cluster(cluster_id)
            except ApiError as fault:
                if fault.http_status != 404:
                    raise
        return found

    def _next_turn(self, waits: list[_Wait]) -> list[_Wait]:
        """The waits whose task is asked for this round though their clusters are busy."""
        with_tasks = [wait for wait in waits if wait.task_id and not wait.tasks_unknown]
        if not with_tasks:
            return []
        start = self._turn % len(with_tasks)
        self._turn += _TURNS
        return (with_tasks + with_tasks)[start : start + min(_TURNS, len(with_tasks))]

    async def _ask_task(self, wait: _Wait) -> None:
        if wait.task_id is None or wait.tasks_unknown:
            return
        try:
            wait.task = await self._api.get_task(wait.task_id)
        except ApiError as fault:
            if fault.http_status != 404:
                raise
            wait.tasks_unknown = True

    def _settle(self, wait: _Wait, cluster: Cluster | None) -> None:
        if wait.future.done():
            return
        if cluster is None or cluster.gone:
            wait.future.set_result(Settled(None, wait.task))
            return
        self._tell(wait, cluster)
        failed = wait.task is not None and wait.task.failed
        follows_task = wait.task_id is not None and not wait.tasks_unknown
        ended = wait.task is not None and not wait.task.running
        if failed or (not cluster.busy and (ended or not follows_task)):
            wait.future.set_result(Settled(cluster, wait.task))

    def _tell(self, wait: _Wait, cluster: Cluster) -> None:
        now = self._clock.now()
        if now - wait.told >= _PROGRESS_EVERY:
            wait.told = now
            wait.progress(now - wait.since, cluster.state)

    def _check_deadlines(self) -> None:
        now = self._clock.now()
        for wait in self._waits:
            if now > wait.deadline and not wait.future.done():
                wait.future.set_exception(TookTooLong())
