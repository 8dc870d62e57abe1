"""One call and its answer, as the parts of this package hand them to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.answers import Retry

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that is to be made.

    `changes` says that it may change something: such a call is never repeated once it may have taken effect.
    `missing_by_status`: any 404 means that the thing is not there, even one that the API itself did not write.
    `limit` bounds the answer, in bytes. `body` is a JSON value; None sends none.
    """

    operation: str
    method: str
    path: str
    changes: bool
    region: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = field(default=None, repr=False)
    action: str = ""
    limit: int = MIB
    missing_by_status: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came: status, headers by their lower-case names, body after decompression, tries before it."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    retries: tuple[Retry, ...] = ()

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300
