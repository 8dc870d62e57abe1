"""Whether a cluster is there: a fact about its id, never about a list.

Real lists are stale, hold a part only, and lag behind what was created; reads by id lag too. So a cluster is gone only
where its own region answers by code that there is none, twice, some seconds apart, and not soon after its creation was
accepted. Planning, waiting, forgetting, deleting and recovery all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ackplan.core.answers import Cluster
from ackplan.core.states import HIDDEN
from ackplan.execute.ports import ApiError, ApiReader, Clock
from ackplan.record.lateness import LATEST

_SOONEST = 0.05


@dataclass(frozen=True, slots=True)
class Patience:
    """How far the cloud may lag, in seconds. `factor` scales all of it: a sandbox runs faster than the cloud.

    `poll` is the first pause before what was begun is looked at, `confirm` lies between two answers that a cluster is
    not there, for `grace` after its accepted creation none of them counts, and a call that nobody heard an answer of
    may take effect, and show, for `late`.
    """

    factor: float = 1.0

    @property
    def poll(self) -> float:
        return max(_SOONEST, 2.0 * self.factor)

    @property
    def confirm(self) -> float:
        return 5.0 * self.factor

    @property
    def grace(self) -> float:
        return 300.0 * self.factor

    @property
    def late(self) -> float:
        return LATEST * self.factor


# The cloud's own.
REAL = Patience()


@dataclass(slots=True)
class Absence:
    """What answers about one id add up to. `since`: since when none shows the cluster, on the clock of the caller.

    `hidden_until` is when the grace of its creation ends on that clock.
    """

    confirm: float
    hidden_until: float = float("-inf")
    since: float | None = None

    def seen(self) -> None:
        """The cluster was there."""
        self.since = None

    def missing(self, now: float) -> bool:
        """There was an answer, by its code, that it is not there. Whether it is gone by now."""
        if now < self.hidden_until:
            return False
        if self.since is None:
            self.since = now
            return self.confirm <= 0
        return now - self.since >= self.confirm


def absence(patience: Patience, clock: Clock, accepted_at: str = "") -> Absence:
    """Of a cluster whose creation was accepted at this time (ISO 8601; empty: long ago)."""
    age = clock.wall() - _seconds(accepted_at)
    # A clock that was set back since does not make the grace longer.
    left = min(patience.grace - age, patience.grace)
    return Absence(patience.confirm, clock.now() + left)


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


@dataclass(frozen=True, slots=True)
class Subject:
    """A cluster that is asked for: where, and since when it is to be there."""

    name: str
    cluster_id: str
    region: str = ""
    accepted_at: str = ""

    def hidden(self) -> Cluster:
        """The cluster as far as it is known while no read shows it."""
        return Cluster(self.cluster_id, self.name, HIDDEN, self.region, None, None)


async def look_up(api: ApiReader, clock: Clock, patience: Patience, subject: Subject) -> Cluster | None:
    """The cluster as it is now; None where it is gone. One that may not be visible yet has the state HIDDEN.

    Takes a few seconds where it is not there. Raises ApiError.
    """
    answers = absence(patience, clock, subject.accepted_at)
    while True:
        cluster = await read(api, subject)
        if cluster is not None:
            return None if cluster.gone else cluster
        if answers.missing(clock.now()):
            return None
        if answers.since is None:
            return subject.hidden()
        await clock.sleep(answers.since + answers.confirm - clock.now())


async def read(api: ApiReader, subject: Subject) -> Cluster | None:
    """The answer about its id; None where there is none of that id. Raises ApiError for every other answer."""
    try:
        return await api.get_cluster(subject.cluster_id, subject.region)
    except ApiError as fault:
        if fault.missing:
            return None
        raise


@dataclass(slots=True)
class Listing:
    """Lists an account's clusters, whether its API shows all regions at once or each by itself.

    `wide`: a list showed a cluster of another region than it was asked for, so one list tells of all regions.
    """

    api: ApiReader
    wide: bool = field(default=False)

    async def clusters(self, regions: Iterable[str]) -> tuple[Cluster, ...]:
        """All that the lists of these regions show; of the client's own region where none is named."""
        listed: dict[str, Cluster] = {}
        for region in sorted(set(filter(None, regions))) or [""]:
            for cluster in await self.api.list_clusters(region):
                listed.setdefault(cluster.cluster_id, cluster)
                self.wide = self.wide or bool(region and cluster.region_id and cluster.region_id != region)
            if self.wide:
                break
        return tuple(listed.values())
