"""The checks of `doctor` that ask the endpoint: reachable, trusted, at the same time, and taking our signature."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from ackplan.app.doctor import Check, CheckStatus, clock_check, region_check
from ackplan.cli.options import Settings
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.adapters.ack import AckClient, ClientSettings, CredentialChain
    from ackplan.core.diagnostics import Diagnostic

_LINKS = {
    "environment": "{name} and its companions",
    "oidc_role_arn": "OIDC: {name} and its companions",
    "cli_profile": "~/.aliyun/config.json",
    "profile": "~/.alibabacloud/credentials",
    "ecs_ram_role": "the role of this instance",
    "credential_uri": "ALIBABA_CLOUD_CREDENTIALS_URI",
}
# How much of the id of a key is shown at either end, and from which length on.
_SHOWN: Final = 4
_LONG: Final = 12
_WHOSE: Final = {
    (False, False): "",
    (True, False): ", of account {account}",
    (True, True): ", of account {account}: {name}",
}
_VARIABLES: Final = {"environment": "ALIBABA_CLOUD_ACCESS_KEY_ID", "oidc_role_arn": "ALIBABA_CLOUD_ROLE_ARN"}


async def api_checks(settings: Settings, of_spec: Sequence[str]) -> AsyncIterator[Check]:
    """The checks, each only where the one before left it a chance. `of_spec` are the regions of its clusters."""
    from ackplan.adapters.ack.settings import DEFAULT_REGION

    if settings.sandbox:
        yield await _sandbox(settings)
    else:
        async for check in _account(settings):
            yield check
    yield region_check(settings.region, DEFAULT_REGION, _origin_of_region(), of_spec)


def _origin_of_region() -> str:
    """What says the region: an option, or a variable of the environment."""
    said = click.get_current_context().get_parameter_source("region")
    return "ACKPLAN_REGION" if said is click.core.ParameterSource.ENVIRONMENT else "--region"


async def fleet_check(settings: Settings) -> Check:
    """Whether what is recorded and wanted is what is live: each under one name, each listed, in the right world."""
    from ackplan.adapters.ack import Fault
    from ackplan.app.doctor import fleet_told
    from ackplan.app.plan import PlanOptions
    from ackplan.core.diagnostics import Failure
    from ackplan.project.project import Project

    try:
        proposal = await Project(settings).propose(PlanOptions(refresh_only=True))
    except (Failure, Fault) as fault:
        return Check("clusters", "", _told(fault))
    return fleet_told(proposal.plan)


async def _sandbox(settings: Settings) -> Check:
    from ackplan.project.wiring import open_api

    async with open_api(settings) as client:
        return await _signed(client, phrase("the embedded API"))


async def _account(settings: Settings) -> AsyncIterator[Check]:
    from ackplan.adapters import ack
    from ackplan.project.wiring import notice

    reached, route = None, _route(settings)
    try:
        reached = await ack.probe(route)
    except ack.Fault as fault:
        yield Check("endpoint", _asked_by(route), _told(fault))
    if reached is not None:
        said = "{endpoint} answers by the proxy {proxy}" if reached.proxy else "{endpoint} answers"
        yield Check("endpoint", phrase(said, endpoint=settings.endpoint, proxy=reached.proxy or ""))
        yield clock_check(datetime.now(UTC), reached.date)
    chain = ack.CredentialChain(profile=settings.profile or None)
    credentials = await _credentials(chain, settings, asks=reached is not None)
    yield credentials
    if reached is None or credentials.status is CheckStatus.FAILED:
        why = "the endpoint can't be reached" if reached is None else "there are no credentials"
        yield Check("signature", phrase(why), skipped=True)
        return
    client_settings = ack.ClientSettings(
        endpoint=settings.endpoint,
        signature=settings.signature,
        region=settings.region,
        retries=ack.RetryPolicy(attempts=2),
        ca_file=settings.ca_file or None,
        notice=notice,
    )
    async with ack.open_client(client_settings, chain) as client:
        yield await _signed(client, settings.signature)


def _route(settings: Settings) -> ClientSettings:
    from ackplan.adapters import ack
    from ackplan.project.wiring import notice

    return ack.ClientSettings(endpoint=settings.endpoint, ca_file=settings.ca_file or None, notice=notice)


def _asked_by(route: ClientSettings) -> str:
    """The proxy that was asked, where there is one: it may be what can't be reached."""
    from ackplan.adapters import ack

    with contextlib.suppress(ack.Fault):
        proxy = ack.proxy_of(route)
        return phrase("asked for by the proxy {proxy}", proxy=proxy) if proxy else ""
    return ""


async def _credentials(chain: CredentialChain, settings: Settings, *, asks: bool) -> Check:
    """Where they come from, and whose they are if that can be asked. Of the key no more is shown than its ends."""
    from ackplan.adapters.ack import Caller, Fault
    from ackplan.project.wiring import caller

    try:
        found = await chain.fetch()
    except Fault as fault:
        return Check("credentials", "", _told(fault))
    origin = _origin(chain, settings)
    temporary, key = bool(found.security_token), found.access_key_id
    masked = f"{key[:_SHOWN]}…{key[-_SHOWN:]}" if len(key) >= _LONG else ""
    said = "from {origin}{key:, key #}, temporary" if temporary else "from {origin}{key:, key #}"
    whose = await caller(settings, chain) if asks else Caller()
    of = phrase(_WHOSE[bool(whose.account), bool(whose.name)], account=whose.account, name=whose.name)
    return Check("credentials", phrase(said, origin=origin, key=masked) + of)


def _origin(chain: CredentialChain, settings: Settings) -> str:
    if settings.profile:
        return phrase("profile {profile} of ~/.aliyun/config.json", profile=settings.profile)
    link = chain.link.rpartition("/")[0] or chain.link
    link = link if link in _LINKS else link.partition("/")[0]
    return phrase(_LINKS.get(link, link), name=_VARIABLES.get(link, ""))


async def _signed(client: AckClient, how: str) -> Check:
    from ackplan.adapters.ack import Fault

    try:
        clusters = await client.list_clusters()
    except Fault as fault:
        return Check("signature", "", _told(fault))
    from ackplan.render.facts.words import counted

    live = counted(len(clusters), "live cluster")
    return Check("signature", phrase("taken ({how}); {clusters} can be seen", how=how, clusters=live))


def _told(fault: BaseException) -> tuple[Diagnostic, ...]:
    from ackplan.app.errors import as_diagnostics

    return as_diagnostics(fault)
