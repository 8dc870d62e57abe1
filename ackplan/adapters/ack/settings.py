"""How a client is set up. Plain values with safe defaults; nothing secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ackplan.adapters.ack.retry import RetryPolicy

# The region that a call names when neither it nor the settings do, as the official clients have it.
DEFAULT_REGION = "cn-hangzhou"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Bounds of one try, in seconds: to connect, between two reads, and altogether."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What a client needs to know.

    `signature` is `hmac-sha1` or `acs3`. `region` stands in calls that name none. `rate` bounds all calls together,
    in calls a second; None or 0 does not. One that `adapts` has no rate, and finds out what the API takes.
    `connections` bounds how many calls are under way at once. `ca_file` names certificates to trust besides the
    system's. `allow_clear_text` permits http to other hosts than this one. `notice` takes a line for a person where
    there is no connection; None: nothing is said.
    """

    endpoint: str = "https://cs.aliyuncs.com"
    signature: str = "hmac-sha1"
    region: str = ""
    rate: float | None = None
    adapts: bool = False
    connections: int = 20
    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    ca_file: Path | str | None = None
    allow_clear_text: bool = False
    notice: Callable[[str], None] | None = None
