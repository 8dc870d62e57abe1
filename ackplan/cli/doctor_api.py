"""The checks of `doctor` that ask the endpoint: reachable, trusted, at the same time, and taking our signature."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ackplan.app.doctor import Check, CheckStatus, clock_check, region_check
from ackplan.cli.options import Settings
from ackplan.core.language import phrase, spoken

if TYPE_CHECKING:
    from ackplan.adapters.ack import AckClient, ClientSettings, CredentialChain
    from ackplan.core.diagnostics import Diagnostic

_LINKS = {
    "environment": "ALIBABA_CLOUD_ACCESS_KEY_ID and its companions",
    "oidc_role_arn": "OIDC: ALIBABA_CLOUD_ROLE_ARN and its companions",
    "cli_profile": "~/.aliyun/config.json",
    "profile": "~/.alibabacloud/credentials",
    "ecs_ram_role": "the role of this instance",
    "credential_uri": "ALIBABA_CLOUD_CREDENTIALS_URI",
}


async def api_checks(settings: Settings) -> AsyncIterator[Check]:
    """The checks, each only where the one before left it a chance."""
    from ackplan.adapters.ack.settings import DEFAULT_REGION

    if settings.sandbox:
        yield await _sandbox(settings)
    else:
        async for check in _account(settings):
            yield check
    yield region_check(settings.region, DEFAULT_REGION)


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
        return await _signed(client, "the embedded API")


async def _account(settings: Settings) -> AsyncIterator[Check]:
    from ackplan.adapters import ack
    from ackplan.project.wiring import notice

    reached, route = None, _route(settings)
    try:
        reached = await ack.probe(route)
    except ack.Fault as fault:
        yield Check("endpoint", _asked_by(route), _told(fault))
    if reached is not None:
        proxy = f" by the proxy {reached.proxy}" if reached.proxy else ""
        yield Check("endpoint", f"{settings.endpoint} answers{proxy}")
        yield clock_check(datetime.now(UTC), reached.date)
    chain = ack.CredentialChain(profile=settings.profile or None)
    credentials = await _credentials(chain, settings)
    yield credentials
    if reached is None or credentials.status is CheckStatus.FAILED:
        why = "the endpoint can't be reached" if reached is None else "there are no credentials"
        yield Check("signature", why, skipped=True)
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
        return f"asked for by the proxy {proxy}" if proxy else ""
    return ""


async def _credentials(chain: CredentialChain, settings: Settings) -> Check:
    """Where they come from. Neither the key nor its id is shown."""
    from ackplan.adapters.ack import Fault

    try:
        found = await chain.fetch()
    except Fault as fault:
        return Check("credentials", "", _told(fault))
    link = chain.link.rpartition("/")[0] or chain.link
    origin = _LINKS.get(link, _LINKS.get(link.partition("/")[0], link))
    if settings.profile:
        origin = f"profile {settings.profile} of ~/.aliyun/config.json"
    temporary = phrase(", temporary") if found.security_token else ""
    return Check("credentials", phrase("from {origin}{temporary}", origin=spoken(origin), temporary=temporary))


async def _signed(client: AckClient, how: str) -> Check:
    from ackplan.adapters.ack import Fault

    try:
        clusters = await client.list_clusters()
    except Fault as fault:
        return Check("signature", "", _told(fault))
    from ackplan.render.facts.words import counted

    return Check("signature", f"taken ({how}); {counted(len(clusters), 'live cluster')} can be seen")


def _told(fault: BaseException) -> tuple[Diagnostic, ...]:
    from ackplan.app.errors import as_diagnostics

    return as_diagnostics(fault)
