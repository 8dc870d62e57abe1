"""Asks an endpoint something without signing it: whether it can be reached at all, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ackplan.adapters.ack.endpoint import Endpoint, parse_endpoint
from ackplan.adapters.ack.exchange import ApiCall
from ackplan.adapters.ack.settings import ClientSettings


@dataclass(frozen=True, slots=True)
class Reached:
    """An endpoint that answered. `date` is the time there, in UTC; None where it does not say. `proxy` is a host."""

    endpoint: Endpoint
    date: datetime | None
    proxy: str = ""


async def probe(settings: ClientSettings) -> Reached:
    """Sends one unsigned request. Raises a Fault where no answer came back; which answer does not matter."""
    from ackplan.adapters.ack.transport import Transport

    endpoint = parse_endpoint(settings.endpoint, allow_clear_text=settings.allow_clear_text)
    transport = Transport(endpoint, settings)
    try:
        answer = await transport.send(ApiCall("probe", "GET", "/clusters", changes=False), {}, None)
    finally:
        await transport.close()
    return Reached(endpoint, _date(answer.headers.get("date", "")), transport.proxy_host)


def proxy_of(settings: ClientSettings) -> str:
    """Host and port of the proxy that the environment names for the endpoint; empty without one. Raises a Fault."""
    from ackplan.adapters.ack.transport import Transport

    return Transport(parse_endpoint(settings.endpoint, allow_clear_text=True), settings).proxy_host


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
