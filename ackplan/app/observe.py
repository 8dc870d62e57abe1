"""Reads what is live, for plan, drift, apply and recovery alike. A list alone is never believed.

What is recorded and not listed is asked for by its id: a cluster that is there makes the list a part of the truth, and
many that are gone at once mean that somebody looks at the wrong account.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from ackplan.core import tracing
from ackplan.core.aims import Gone
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.execute.ports import ApiReader, Clock
from ackplan.execute.presence import REAL, Listing, Patience, Subject, absence, look_up, read
from ackplan.record import Record, RecordedCluster
from ackplan.record.journal import InFlight
from ackplan.resources.types import BUILT_IN, ResourceTypes

if TYPE_CHECKING:
    from ackplan.app.checker import Checker

T = TypeVar("T")
# Where a list lacks more clusters than this, a few are asked for first: they tell what the rest would.
_MANY = 20
_SAMPLE = 5
_SHOWN = 5
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Observed:
    """The live clusters, recorded ones that no list showed among them, and what is wrong with the lists."""

    live: tuple[Cluster, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks. `place` is, as text, which account, endpoint and region; `allow_vanished`: go on though most of what
    is recorded is gone at once. `types` are those that are looked for. `checker` checks upgrades, where that is
    wanted."""

    api: ApiReader
    clock: Clock
    patience: Patience = REAL
    place: object = ""
    allow_vanished: bool = False
    types: ResourceTypes = BUILT_IN
    checker: Checker | None = None

    async def observe(self, record: Record, regions: Iterable[str] = (), flying: Iterable[InFlight] = ()) -> Observed:
        """What is live, in these regions and in those of the record. Raises Failure and ApiError.

        Takes a few seconds longer where something recorded is gone. Of a cluster whose deletion is among the calls in
        flight no read lags behind its creation.
        """
        with tracing.span("look at what is live"):
            return await self._observed(record, regions, flying)

    async def _observed(self, record: Record, regions: Iterable[str], flying: Iterable[InFlight]) -> Observed:
        entries = record.clusters
        recorded = {entry.region for entry in entries.values()}
        listed = await self._whole(await Listing(self.api).clusters({*regions, *recorded, *_regions(flying)}), record)
        by_id = {cluster.cluster_id: cluster for cluster in listed}
        unlisted = [_subject(name, e) for name, e in entries.items() if e.cluster_id and not _shows(by_id, e)]
        doomed = {call.name for call in flying if isinstance(call.aim, Gone)}
        unlisted = [replace(s, accepted_at="") if s.name in doomed else s for s in unlisted]
        if not unlisted:
            return Observed(listed)
        found = await self._asked(unlisted, len(entries))
        gone = {subject.cluster_id for subject in unlisted} - {cluster.cluster_id for cluster in found}
        live = (*(cluster for cluster in listed if cluster.cluster_id not in gone), *found)
        return Observed(live, tuple(self._partial(found, unlisted)))

    async def _whole(self, listed: Sequence[Cluster], record: Record) -> tuple[Cluster, ...]:
        """The list with all that is compared: of today's clusters it shows less than their own answers do."""
        todays = {entry.cluster_id for entry in record.clusters.values() if entry.kind.section_key}
        those = [c for c in listed if c.cluster_id in todays and not c.gone and not c.leaving]
        details = await together(read(self.api, Subject(c.name, c.cluster_id, c.region_id)) for c in those)
        fuller = {c.cluster_id: _filled(c, detail) for c, detail in zip(those, details, strict=True)}
        return tuple(fuller.get(cluster.cluster_id, cluster) for cluster in listed)

    async def _asked(self, unlisted: Sequence[Subject], recorded: int) -> list[Cluster]:
        """Those that are there after all. Raises Failure where so many are gone that the account must be another."""
        first = unlisted[:_SAMPLE] if len(unlisted) > _MANY else unlisted
        answers = await together(read(self.api, subject) for subject in first)
        there = [cluster for cluster in answers if cluster is not None and not cluster.gone]
        if there and len(first) < len(unlisted):
            raise Failure(self._not_whole([cluster.name for cluster in there], len(unlisted)))
        gone = len(unlisted) - len(there) - sum(map(self._recent, unlisted))
        if gone > 2 and gone * 2 > recorded and not self.allow_vanished:
            raise Failure(self._vanished(unlisted, gone, recorded))
        looks = await together(look_up(self.api, self.clock, self.patience, subject) for subject in unlisted)
        return [cluster for cluster in looks if cluster is not None]

    def _recent(self, subject: Subject) -> bool:
        """Whether lists and reads may lag behind its creation yet."""
        return absence(self.patience, self.clock, subject.accepted_at).hidden_until > self.clock.now()

    def _partial(self, found: Sequence[Cluster], unlisted: Sequence[Subject]) -> Iterator[Diagnostic]:
        recent = {subject.cluster_id for subject in unlisted if self._recent(subject)}
        names = {subject.cluster_id: subject.name for subject in unlisted}
        kept = [c.cluster_id for c in found if c.cluster_id not in recent and not c.leaving]
        if kept:
            yield self._not_whole(sorted(names[cluster_id] for cluster_id in kept), len(kept))

    def _not_whole(self, names: Sequence[str], count: int) -> Diagnostic:
        return error("ACK2020.not_whole", names=_some(names), count=count if count > 1 else 0, place=self.place)

    def _vanished(self, unlisted: Sequence[Subject], gone: int, recorded: int) -> Diagnostic:
        regions = _some(sorted({subject.region for subject in unlisted} - {""}))
        names = _some([subject.name for subject in unlisted])
        return error("ACK2021", gone=gone, recorded=recorded, names=names, regions=regions, place=self.place)


def _regions(flying: Iterable[InFlight]) -> Iterator[str]:
    """Where the calls in flight may have made something that no record has."""
    for call in flying:
        if call.facts.after is not None:
            yield call.facts.after.region


async def living(
    api: ApiReader, record: Record, regions: Iterable[str] = (), names: Iterable[str] | None = None
) -> tuple[tuple[Cluster, ...], tuple[str, ...]]:
    """What is live in these regions and in those of the record, and the names of recorded clusters that no list showed.

    These were asked for by id, all of them or those of `names`, and are there under the recorded name. Raises ApiError.
    """
    entries = record.clusters
    recorded = {entry.region for entry in entries.values()}
    listed = await Listing(api).clusters({*regions, *recorded})
    by_id = {cluster.cluster_id: cluster for cluster in listed}
    unlisted = [_subject(name, e) for name, e in entries.items() if e.cluster_id and not _shows(by_id, e)]
    asked = (
        unlisted
        if names is None
        else [subject for subject in unlisted if {subject.name, subject.cluster_id} & {*names}]
    )
    first = asked[:_SAMPLE] if len(asked) > _MANY else asked
    found = await together(read(api, subject) for subject in first)
    if len(first) < len(asked) and any(found):
        found += await together(read(api, subject) for subject in asked[_SAMPLE:])
    there = [
        cluster
        for subject, cluster in zip(asked, found, strict=False)
        if cluster is not None and not cluster.gone and cluster.is_named(subject.name, subject.region)
    ]
    return (*listed, *there), tuple(cluster.name for cluster in there)


def partly(names: Sequence[str]) -> Diagnostic:
    """That lists lack these clusters, which are there by id: others may be missing as well."""
    return warning("ACK2020.partly", names=_some(names))


def _filled(listed: Cluster, detail: Cluster | None) -> Cluster:
    """A listed cluster with what its own answer shows; as it is where there is none, or one of another cluster."""
    if detail is None or not detail.is_named(listed.name, listed.region_id):
        return listed
    shown = {name: value for name, value in detail.attributes.items() if value is not None}
    return replace(listed, attributes={**listed.attributes, **shown})


def _subject(name: str, entry: RecordedCluster) -> Subject:
    return Subject(name, entry.cluster_id, entry.region, entry.accepted_at)


def _shows(by_id: dict[str, Cluster], entry: RecordedCluster) -> bool:
    listed = by_id.get(entry.cluster_id)
    return listed is not None and not listed.gone


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more


async def together(looks: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of all looks, so many at a time. Where one fails the others are stopped, and its error is raised."""
    pending = list(looks)
    results: dict[int, T] = {}
    waiting = iter(enumerate(pending))

    async def look() -> None:
        for number, each in waiting:
            results[number] = await each

    tasks = [asyncio.create_task(look()) for _ in range(min(len(pending), _AT_ONCE))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in pending:
            each.close()
    return [results[number] for number in range(len(pending))]
