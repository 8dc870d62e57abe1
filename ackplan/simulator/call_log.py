"""The calls that a simulator got, for tests and for people who look on. Secrets are never among them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `operation` is empty for one that the API does not have; `body` is None for one without.

    `status` is 0 for a call that got no answer.
    """

    method: str
    path: str
    operation: str
    body: object
    status: int
    request_id: str = ""
    code: str = ""
