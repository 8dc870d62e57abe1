"""One rule of a file of faults, as its schema lets it through. The language is described in `rules`."""

from __future__ import annotations

from typing import Required, TypedDict


class Rule(TypedDict, total=False):
    """`kind` says which of the others it may have, and what they do."""

    kind: Required[str]
    operation: str
    cluster: str
    nth: int
    first: int
    probability: float
    when: str
    code: str
    message: str
    status: int
    xml: bool
    retry_after: int
    acs_retry_after: int
    seconds: float
    state: str
    bare: bool
    instances: list[str]
    names: list[str]
    share: float
