"""Wires adapters to use cases: stores, client and sandbox, as the options say."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ackplan.app.applying import Stores
from ackplan.app.observing import Observer
from ackplan.cli.clock import RealClock, timestamp
from ackplan.cli.embedded import embedded
from ackplan.cli.options import DEFAULT_STATE, Settings
from ackplan.execute.presence import Patience
from ackplan.stores.files import check_within
from ackplan.stores.journal import SqliteJournal
from ackplan.stores.local import LocalRecordStore
from ackplan.stores.lock import locked

if TYPE_CHECKING:
    from ackplan.api import AckClient, ClientSettings
    from ackplan.cli.planning import Asked

T = TypeVar("T")
# Calls a second that an account's quota bears beside other users of it, where nothing else is said.
_RATE = 20.0


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


def stores(settings: Settings) -> Stores:
    """The record and the journal of the workspace."""
    beside = run_folder(settings)
    record = LocalRecordStore(state_folder(settings), settings.workspace, beside)
    return Stores(record, SqliteJournal(beside / f"{settings.workspace}.journal"))


def state_folder(settings: Settings) -> Path:
    location = settings.state.removeprefix("file:").removeprefix("//")
    if "://" in location:
        raise click.UsageError(f"--state {settings.state}: only a local folder can hold the record")
    folder = settings.path(location)
    if not settings.state_named:
        check_within(folder, settings.chdir)
    return folder


def run_folder(settings: Settings) -> Path:
    """Where the journal, the lock and the backup of the record are: those of one record are never another's.

    Of the record in its usual place they are in the project's `.ackplan/`, of any other in `.ackplan/` beside it.
    """
    folder, usual = state_folder(settings), settings.chdir / DEFAULT_STATE
    if os.path.realpath(folder) != os.path.realpath(usual):
        return folder / settings.private.name
    check_within(settings.private, settings.chdir)
    return settings.private


def lock(settings: Settings, what: str, timeout: float) -> contextlib.AbstractAsyncContextManager[None]:
    return locked(lock_path(settings), what, timestamp(), timeout, RealClock().sleep)


def lock_path(settings: Settings) -> Path:
    return run_folder(settings) / f"{settings.workspace}.lock"


@contextlib.asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[AckClient]:
    """A client of the API that the options name: the sandbox inside this process, or the endpoint."""
    from ackplan import api

    if not settings.sandbox:
        chain = api.CredentialChain(profile=settings.profile or None)
        async with api.open_client(_client_settings(settings, settings.endpoint), chain) as client:
            yield client
        return
    kept = settings.private / "sandbox.db"
    check_within(kept, settings.chdir)
    settings.private.mkdir(parents=True, exist_ok=True)
    async with embedded(db=kept, time_scale=settings.time_scale) as running:
        fixed = api.FixedCredentials("sandbox", "sandbox")
        async with api.open_client(_client_settings(settings, running.url), fixed) as client:
            yield client


def observer(settings: Settings, api: AckClient, asked: Asked, clock: RealClock | None = None) -> Observer:
    """Who looks at what is live, as the options say."""
    where = "the sandbox" if settings.sandbox else settings.endpoint
    place = f"{where}, region {settings.region or api.region} where none is recorded"
    return Observer(api, clock or RealClock(), patience(settings), place, asked.allow_vanished)


def patience(settings: Settings) -> Patience:
    """How far the cloud may lag; the sandbox runs faster than it."""
    if settings.patience is not None:
        return Patience(settings.patience)
    return Patience(1 / settings.time_scale if settings.sandbox else 1.0)


def _client_settings(settings: Settings, endpoint: str) -> ClientSettings:
    from ackplan import api

    return api.ClientSettings(
        endpoint=endpoint,
        signature=settings.signature,
        region=settings.region,
        rate=settings.rate if settings.rate is not None else _RATE * (not settings.sandbox),
        ca_file=str(settings.path(settings.ca_file)) if settings.ca_file else None,
    )


def environment() -> dict[str, str]:
    return dict(os.environ)
