"""A policy's rules as immutable values. Patterns are those of file names: `*`, `?`, `[abc]`; upper case matters."""

from __future__ import annotations

import datetime
import fnmatch
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.address import CLUSTER
from ackplan.core.diagnostics import Severity, Span
from ackplan.core.json_types import Json
from ackplan.policy.faults import Validator

NODE_POOL: Final = "node_pool"
TYPES: Final = (CLUSTER, NODE_POOL, "addon")


@functools.lru_cache(4096)
def fits(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns is that of the text."""
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `number` resources, or percent of all of them, may be changed, or destroyed (`destroys`)."""

    destroys: bool
    number: int
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


@dataclass(frozen=True, slots=True)
class Allowing:
    """What may be, and what may not; without `allow` all may be that is not forbidden."""

    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()

    def refuses(self, text: str) -> bool:
        return fits(text, self.forbid) or bool(self.allow and not fits(text, self.allow))

    def __str__(self) -> str:
        words = {"allowed": self.allow, "forbidden": self.forbid}
        return "; ".join(f"{word}: {', '.join(patterns)}" for word, patterns in words.items() if patterns)


@dataclass(frozen=True, slots=True)
class Regions:
    allowing: Allowing


@dataclass(frozen=True, slots=True)
class InstanceTypes:
    allowing: Allowing


@dataclass(frozen=True, slots=True)
class Tags:
    """Keys of tags, each with the pattern of its value."""

    required: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hours:
    """When changes are allowed: from minute to minute of the day in `zone`, on these days (0: Monday)."""

    zone: datetime.tzinfo
    named: str
    days: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Protection:
    """Clusters of these names, and what is refused of them: `destroy`, `replace`, `change`."""

    names: tuple[str, ...]
    refused: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """What every resource of a type must look like: a JSON Schema, and what a validator was made of it."""

    type: str
    schema: Json
    validator: Validator


@dataclass(frozen=True, slots=True)
class Supported:
    """The version of every cluster is supported for as many more days."""

    days: int


Check = Limit | Regions | InstanceTypes | Tags | Hours | Protection | ResourceSchema | Supported


@dataclass(frozen=True, slots=True)
class Selector:
    """Which resources a rule is for. An empty field selects all; without `types` the check says which."""

    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Clusters that a rule is not for; `until` is the last day of it, in UTC."""

    names: tuple[str, ...]
    reason: str
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `id` is unique over all policies of a plan: `FILE/RULE`. `span` is where it stands; None: built in."""

    id: str
    check: Check
    reason: str
    cure: str = ""
    severity: Severity = Severity.ERROR
    select: Selector = field(default_factory=Selector)
    exceptions: tuple[Exemption, ...] = ()
    span: Span | None = None

    @property
    def built_in(self) -> bool:
        """Whether ackplan brings it. None of these asks for the name of a cluster."""
        return self.span is None

    @property
    def types(self) -> tuple[str, ...]:
        """The types of resources that it looks at."""
        match self.check:
            case ResourceSchema(type=each):
                return (each,)
            case Hours() | InstanceTypes() | Protection():
                return self.select.types or TYPES
            case _:
                return self.select.types or (CLUSTER,)
