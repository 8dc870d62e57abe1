"""The world that a command speaks to, held against every world that it was meant for.

A record, a plan file and a spec each say which account they are about, the first two also by which endpoint. An id of
another account names nothing here, or something else: nothing is planned, changed or recorded across worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.world import World, account_told
from ackplan.execute.ports import ApiReader
from ackplan.plan.model import Pins
from ackplan.record import Record

NOWHERE = World()


@dataclass(frozen=True, slots=True)
class Claim:
    """A world that something is of. `code` and `summary` are said where this is another, `cure` what to do then."""

    world: World
    code: str
    summary: str
    what: str
    cure: str

    def against(self, here: World) -> Diagnostic:
        return error(self.code, self.summary, f"{self.what} is for {self.world}; this is {here}", self.cure)


def of_record(record: Record) -> Claim:
    cure = (
        "Give the --profile and the --endpoint that it was made with, or another --workspace; "
        "where its clusters are reached by another now: ackplan state rebind"
    )
    return Claim(record.world, "ACK3016", "Record is of another world", "the record", cure)


def of_plan(pins: Pins) -> Claim:
    cure = "Give the --profile and the --endpoint that it was made with, or plan again"
    return Claim(pins.world, "ACK6010", "Plan is for another world", "the plan", cure)


def of_spec(account: str) -> Claim:
    cure = "Give the --profile of that account, or correct account in the spec"
    return Claim(World(account), "ACK2013", "Account is not the one of the spec", "the spec", cure)


class Here:
    """The world that a command speaks to. Its account may become known only by what answers tell."""

    def __init__(self, world: World = NOWHERE) -> None:
        self.world = world
        self._claims: list[Claim] = []

    def hold(self, *claims: Claim) -> None:
        """From now on this has to be the world of these, too. Raises Failure for each that is of another."""
        self._claims += claims
        faults = list(self._faults())
        if faults:
            raise Failure(*faults)

    def hear(self, clusters: Iterable[Cluster]) -> None:
        """Takes in what live clusters tell of the account, where nothing else has. Raises Failure as `hold`."""
        account = "" if self.world.account else account_told(cluster.attributes for cluster in clusters)
        if account:
            self.world = replace(self.world, account=account)
            self.hold()

    def __str__(self) -> str:
        return str(self.world)

    @property
    def meant(self) -> World:
        """This world as files name it, with an account that is not known here taken from what this has to be."""
        world = replace(self.world, region="")
        for claim in self._claims:
            world = world.completed(World(claim.world.account))
        return world

    def _faults(self) -> Iterator[Diagnostic]:
        here = self.world
        for claim in self._claims:
            if not claim.world.meets(here):
                yield claim.against(here)
            here = here.completed(claim.world)


class Listening:
    """An API whose answers `here` hears of, whoever asks for them."""

    def __init__(self, api: ApiReader, here: Here) -> None:
        self._api = api
        self._here = here

    async def list_clusters(self, *region: str) -> tuple[Cluster, ...]:
        clusters = await self._api.list_clusters(*region)
        self._here.hear(clusters)
        return clusters

    async def get_cluster(self, *asked: str) -> Cluster:
        cluster = await self._api.get_cluster(*asked)
        self._here.hear((cluster,))
        return cluster

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)
