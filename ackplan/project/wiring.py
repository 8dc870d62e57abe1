"""Wires adapters to use cases: workspace, client, sandbox and the rest of the host, as the settings say."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ackplan.adapters.ack.settings import DEFAULT_REGION
from ackplan.adapters.local import clock, paths
from ackplan.adapters.local.atomic_files import check_within
from ackplan.adapters.local.clock import RealClock
from ackplan.adapters.local.folder_workspace import FolderWorkspace
from ackplan.adapters.local.process import this_process
from ackplan.adapters.local.secrets import Secrets
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.app.host import Host
from ackplan.app.worlds import Here, Listening
from ackplan.core.diagnostics import Failure, error
from ackplan.core.language import spoken
from ackplan.core.world import LOOPBACK, World
from ackplan.execute.presence import Patience
from ackplan.project.embedded import embedded
from ackplan.project.notices import NOTICES
from ackplan.project.plan_provenance import provenance_now
from ackplan.project.project_settings import ProjectSettings, inputs

if TYPE_CHECKING:
    from ackplan.adapters.ack import AckClient, Caller, ClientSettings
    from ackplan.adapters.ack.credentials import CredentialChain, Credentials
    from ackplan.adapters.stores.store_settings import AccessKey, StoreSettings
    from ackplan.app.policies import Judges
    from ackplan.app.workspace import Store, Workspace


def host(settings: ProjectSettings) -> Host:
    """All that use cases need of the world. Raises Failure."""
    opened = workspace(settings)
    return Host(
        inputs(settings),
        opened,
        functools.partial(open_world, settings),
        RealClock(opened.skew),
        Secrets(environment(), settings.chdir),
        judges,
        new_run,
        patience(settings),
        settings.limits,
        settings.resource_types,
        provenance_now(settings),
    )


def new_run() -> str:
    """The id of a run."""
    return secrets.token_hex(4)


def judges() -> Judges:
    """What holding a plan against policies needs: the time, a Rego engine, and the plan's JSON."""
    from ackplan.app.policies import Judges
    from ackplan.rego import evaluate
    from ackplan.render.terraform.plan import plan_json

    return Judges(clock.now(), evaluate, plan_json)


def workspace(settings: ProjectSettings, *, unencrypted: bool = False) -> Workspace:
    """The workspace that the settings name, in a folder or in a store. Raises Failure where it can't be used.

    `unencrypted`: a store may be so also where a key is set.
    """
    return _stored(settings, unencrypted=unencrypted) if in_store(settings) else _in_folder(settings)


def in_store(settings: ProjectSettings) -> bool:
    """Whether the record is in a store that others reach as well, rather than in a folder."""
    return not settings.sandbox and "://" in settings.state and not settings.state.lower().startswith("file:")


def store(settings: ProjectSettings, *, patient: bool = True) -> Store:
    """The store that the workspace is in, with what it has besides. Raises Failure where it can't be used.

    Not `patient`: it is not waited for where it is away.
    """
    if not in_store(settings):
        from ackplan.adapters.local.folder_store import FolderStore

        return FolderStore(state_folder(settings), run_folder(settings), settings.resource_types)
    from ackplan.adapters.stores.open_store import open_store
    from ackplan.adapters.stores.store_url import store_url

    used = _store_settings(settings)
    used = used if patient else replace(used, patience=0.0)
    return open_store(store_url(settings.state), used, settings.resource_types)


def _stored(settings: ProjectSettings, *, unencrypted: bool) -> Workspace:
    from ackplan.adapters.stores.open_store import open_workspace
    from ackplan.adapters.stores.store_url import store_url

    used = _store_settings(settings, unencrypted=unencrypted)
    return open_workspace(store_url(settings.state), settings.workspace, used, settings.resource_types)


def passphrase_of(*variables: str) -> str:
    """The passphrase that is to open a store: in the first of these variables that is set. Raises Failure for none."""
    values = environment()
    passphrase = next((values[name] for name in variables if values.get(name)), "")
    # What the environment has that is not UTF-8 comes as half surrogate pairs.
    if not passphrase or passphrase.encode("utf-8", "ignore").decode() != passphrase:
        raise Failure(error("ACK3130.passphrase", name=variables[-1]))
    return passphrase


def _store_settings(settings: ProjectSettings, *, unencrypted: bool = False) -> StoreSettings:
    from ackplan.adapters.stores.store_settings import StoreKeys, StoreSettings

    identity = settings.path(settings.identity) if settings.identity else None
    passphrase = environment().get("ACKPLAN_PASSPHRASE", "")
    return StoreSettings(
        lambda what: this_process(what, clock.timestamp(), environment()),
        settings.lock_ttl,
        settings.store_patience,
        notice,
        functools.partial(_access_key, _chain(settings)),
        StoreKeys(identity, passphrase, settings.key_id, unencrypted),
    )


def _access_key(chain: CredentialChain) -> AccessKey:
    """The access key that calls are signed with. Raises CredentialsUnavailable."""
    from ackplan.adapters.stores.store_settings import AccessKey

    credential = chain.fetch_now()
    return AccessKey(credential.access_key_id, credential.access_key_secret, credential.security_token)


def notice(text: str) -> None:
    """Tells a person what is waited for."""
    NOTICES.get()(spoken(text))


def _in_folder(settings: ProjectSettings) -> FolderWorkspace:
    """Raises Failure for a workspace that was left unfinished in its former place."""
    beside = run_folder(settings)
    _check_left(settings)
    return FolderWorkspace(settings.workspace, state_folder(settings), beside, settings.resource_types)


def _check_left(settings: ProjectSettings) -> None:
    """Raises Failure for what a run left where an earlier version had the journal: it would be done twice."""
    for folder in () if settings.sandbox else paths.former_run_folders(state_folder(settings), settings.chdir):
        journal = folder / f"{settings.workspace}.journal"
        if SqliteJournal(journal).read().head is not None:
            raise Failure(error("ACK3034", journal=journal, place=run_folder(settings)))


def state_folder(settings: ProjectSettings) -> Path:
    """Where the record is: the sandbox has one of its own."""
    if settings.sandbox:
        check_within(settings.sandboxed, settings.chdir)
        return settings.sandboxed
    location = settings.state.removeprefix("file:").removeprefix("//")
    folder = settings.path(location)
    if not settings.state_named:
        check_within(folder, settings.chdir)
    return folder


def run_folder(settings: ProjectSettings) -> Path:
    """Where the journal, the lock and the backup of the record are: those of one record are never another's."""
    folder = state_folder(settings)
    if settings.sandbox:
        return folder
    beside = paths.run_folder(folder)
    check_within(beside, beside.parent)
    return settings.private if os.path.realpath(settings.private) == os.path.realpath(beside) else beside


@contextlib.asynccontextmanager
async def open_api(settings: ProjectSettings, credentials: Credentials | None = None) -> AsyncIterator[AckClient]:
    """A client of the API that the settings name: the sandbox inside this process, or the endpoint."""
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


def patience(settings: ProjectSettings) -> Patience:
    """How far the cloud may lag; the sandbox runs faster than it."""
    if settings.patience is not None:
        return Patience(settings.patience)
    return Patience(1 / settings.time_scale if settings.sandbox else 1.0)


@contextlib.asynccontextmanager
async def open_world(settings: ProjectSettings, *, offline: bool = False) -> AsyncIterator[tuple[AckClient, Here]]:
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


def world_at(settings: ProjectSettings) -> World:
    """The world that the settings name, as far as it is known without asking anybody."""
    from ackplan.adapters import ack as api

    region = settings.region or DEFAULT_REGION
    endpoint = None if settings.sandbox else api.parse_endpoint(settings.endpoint)
    return World("", LOOPBACK if endpoint is None or endpoint.loopback else endpoint.hostname, region)


async def _world(settings: ProjectSettings, chain: Credentials) -> World:
    """The same with the account of the credentials: for an endpoint on this machine nobody elsewhere is asked."""
    return replace(world_at(settings), account=(await caller(settings, chain)).account)


async def caller(settings: ProjectSettings, chain: Credentials) -> Caller:
    """Whose the credentials are, as far as it is told. Raises nothing."""
    from ackplan.adapters import ack as api

    sts = settings.sts_endpoint or ("" if world_at(settings).endpoint == LOOPBACK else api.DEFAULT_STS)
    if settings.sandbox or not sts:
        return api.Caller()
    ca_file = settings.ca_file or None
    return await api.caller_identity(
        sts, chain, nonce=lambda: str(uuid.uuid4()), now=clock.now, ca_file=ca_file, notice=notice
    )


def _chain(settings: ProjectSettings) -> CredentialChain:
    from ackplan.adapters import ack as api

    return api.CredentialChain(profile=settings.profile or None)


def _client_settings(settings: ProjectSettings, endpoint: str) -> ClientSettings:
    from ackplan.adapters import ack as api

    return api.ClientSettings(
        endpoint=endpoint,
        signature=settings.signature,
        region=settings.region,
        rate=settings.rate,
        adapts=settings.rate is None and not settings.sandbox,
        ca_file=str(settings.path(settings.ca_file)) if settings.ca_file else None,
        notice=notice,
    )


def environment() -> dict[str, str]:
    return dict(os.environ)
