"""Wires adapters to use cases: stores, client and sandbox, as the options say."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from ackplan.adapters.ack.settings import DEFAULT_REGION
from ackplan.adapters.local import paths
from ackplan.adapters.local.atomic_files import check_within
from ackplan.adapters.local.lock import locked
from ackplan.adapters.local.record_store import LocalRecordStore
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.app.apply import Stores
from ackplan.app.observe import Observer
from ackplan.app.worlds import Here, Listening
from ackplan.cli.clock import RealClock, now, timestamp
from ackplan.cli.embedded import embedded
from ackplan.cli.options import Settings
from ackplan.core.diagnostics import Failure, error
from ackplan.core.world import LOOPBACK, World
from ackplan.execute.presence import Patience

if TYPE_CHECKING:
    from ackplan.adapters.ack import AckClient, ClientSettings
    from ackplan.adapters.ack.credentials import Credentials
    from ackplan.cli.plan import Asked

T = TypeVar("T")
# Calls a second that an account's quota bears beside other users of it, where nothing else is said.


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Runs a command's coroutine. KeyboardInterrupt comes through as itself.

    The result is carried past asyncio: when it restores the signal handler, it spells out the finished task, result
    and all, which takes longer than planning did where the result is a large plan.
    """
    results: list[T] = []

    async def run() -> None:
        results.append(await main)

    asyncio.run(run())
    return results[0]


def stores(settings: Settings, here: Here | None = None) -> Stores:
    """The record and the journal of the workspace. A record that is written takes on the world that is `here`."""
    beside, world = run_folder(settings), (lambda: here.world) if here else World
    _check_left(settings)
    record = LocalRecordStore(state_folder(settings), settings.workspace, beside, world)
    return Stores(record, SqliteJournal(beside / f"{settings.workspace}.journal"))


def _check_left(settings: Settings) -> None:
    """Raises Failure for what a run left where an earlier version had the journal: it would be done twice."""
    for folder in () if settings.sandbox else paths.former_run_folders(state_folder(settings), settings.chdir):
        journal = folder / f"{settings.workspace}.journal"
        if SqliteJournal(journal).read().head is not None:
            place = run_folder(settings)
            cure = f"Move it: mkdir -p {place} && mv {journal}* {place}/"
            raise Failure(error("ACK3034", "Journal lies in its former place", f"{journal}", cure))


def state_folder(settings: Settings) -> Path:
    """Where the record is: the sandbox has one of its own."""
    if settings.sandbox:
        check_within(settings.sandboxed, settings.chdir)
        return settings.sandboxed
    location = settings.state.removeprefix("file:").removeprefix("//")
    if "://" in location:
        raise click.UsageError(f"--state {settings.state}: only a local folder can hold the record")
    folder = settings.path(location)
    if not settings.state_named:
        check_within(folder, settings.chdir)
    return folder


def run_folder(settings: Settings) -> Path:
    """Where the journal, the lock and the backup of the record are: those of one record are never another's."""
    folder = state_folder(settings)
    if settings.sandbox:
        return folder
    beside = paths.run_folder(folder)
    check_within(beside, beside.parent)
    return settings.private if os.path.realpath(settings.private) == os.path.realpath(beside) else beside


def lock(settings: Settings, what: str, timeout: float) -> contextlib.AbstractAsyncContextManager[None]:
    return locked(lock_path(settings), what, timestamp(), timeout, RealClock().sleep)


def lock_path(settings: Settings) -> Path:
    return run_folder(settings) / f"{settings.workspace}.lock"


@contextlib.asynccontextmanager
async def open_api(settings: Settings, credentials: Credentials | None = None) -> AsyncIterator[AckClient]:
    """A client of the API that the options name: the sandbox inside this process, or the endpoint."""
    from ackplan.adapters import ack as api

    if not settings.sandbox:
        chain = credentials or _chain(settings)
        async with api.open_client(_client_settings(settings, settings.endpoint), chain) as client:
            yield client
        return
    kept = settings.sandboxed / "world.db"
    check_within(kept, settings.chdir)
    settings.sandboxed.mkdir(parents=True, exist_ok=True)
    async with embedded(db=kept, time_scale=settings.time_scale) as running:
        fixed = api.FixedCredentials("sandbox", "sandbox")
        async with api.open_client(_client_settings(settings, running.url), fixed) as client:
            yield client


def observer(settings: Settings, api: AckClient, asked: Asked, here: Here, clock: RealClock | None = None) -> Observer:
    """Who looks at what is live, as the options say."""
    return Observer(api, clock or RealClock(), patience(settings), here, asked.allow_vanished)


def patience(settings: Settings) -> Patience:
    """How far the cloud may lag; the sandbox runs faster than it."""
    if settings.patience is not None:
        return Patience(settings.patience)
    return Patience(1 / settings.time_scale if settings.sandbox else 1.0)


@contextlib.asynccontextmanager
async def open_world(settings: Settings, *, offline: bool = False) -> AsyncIterator[tuple[AckClient, Here]]:
    """As `open_api`, with the world that it speaks to, which knows what it hears of its account.

    `offline`: nobody is to be asked, and the client is not to be used.
    """
    if offline:
        yield cast("AckClient", None), Here(world_at(settings))
        return
    chain = _chain(settings)
    here = Here(await _world(settings, chain))
    async with open_api(settings, chain) as client:
        yield cast("AckClient", Listening(client, here)), here


def world_at(settings: Settings) -> World:
    """The world that the options name, as far as it is known without asking anybody."""
    from ackplan.adapters import ack as api

    region = settings.region or DEFAULT_REGION
    endpoint = None if settings.sandbox else api.parse_endpoint(settings.endpoint)
    return World("", LOOPBACK if endpoint is None or endpoint.loopback else endpoint.hostname, region)


async def _world(settings: Settings, chain: Credentials) -> World:
    """The same with the account of the credentials: for an endpoint on this machine nobody elsewhere is asked."""
    from ackplan.adapters import ack as api

    world = world_at(settings)
    asked = settings.sts_endpoint or ("" if world.endpoint == LOOPBACK else api.DEFAULT_STS)
    if settings.sandbox or not asked:
        return world
    account = await api.caller_account(
        asked, chain, nonce=lambda: str(uuid.uuid4()), now=now, ca_file=settings.ca_file or None
    )
    return replace(world, account=account)


def _chain(settings: Settings) -> Credentials:
    from ackplan.adapters import ack as api

    return api.CredentialChain(profile=settings.profile or None)


def _client_settings(settings: Settings, endpoint: str) -> ClientSettings:
    from ackplan.adapters import ack as api

    return api.ClientSettings(
        endpoint=endpoint,
        signature=settings.signature,
        region=settings.region,
        rate=settings.rate if settings.rate is not None else settings.limits.rate * (not settings.sandbox),
        ca_file=str(settings.path(settings.ca_file)) if settings.ca_file else None,
    )


def environment() -> dict[str, str]:
    return dict(os.environ)
