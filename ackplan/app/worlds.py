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
    """A world that something is of, and the message for a command that speaks to another one."""

    world: World
    message: str

    def against(self, here: World) -> Diagnostic:
        return error(self.message, world=self.world, here=here)


def of_record(record: Record) -> Claim:
    return Claim(record.world, message="ACK3016")


def of_plan(pins: Pins) -> Claim:
    return Claim(pins.world, message="ACK6010")


def of_spec(account: str) -> Claim:
    return Claim(World(account), message="ACK2013")


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
