"""A request as it arrived: what routes, signatures and bodies read of it, free of the web framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus


@dataclass(frozen=True, slots=True)
class Incoming:
    """`raw_path` is the path as sent; `query` is decoded, in the order sent, None for a name without `=`.

    `headers` has names in lower case; one that came several times has its values joined with `,`.
    """

    method: str
    raw_path: str
    query: tuple[tuple[str, str | None], ...]
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")

    @property
    def path(self) -> str:
        """Decoded; what is no text in UTF-8 is replaced."""
        return _text(unquote(self.raw_path))

    def header(self, name: str) -> str:
        """Empty where there is none. `name` is in lower case."""
        return self.headers.get(name, "")

    def parameters(self) -> dict[str, str]:
        """The query; of a name given twice the last value."""
        return {_text(name): _text(value or "") for name, value in self.query}


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def incoming(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Incoming:
    """Takes a request's parts apart. `target` stands in the request line: path and query, or all of an address."""
    raw_path, _, query = target.partition("?")
    _, absolute, beyond_scheme = raw_path.partition("://")
    if absolute:
        raw_path = "/" + beyond_scheme.partition("/")[2]
    collected: dict[str, list[str]] = {}
    for name, value in headers:
        collected.setdefault(name.lower(), []).append(value)
    joined = {name: ",".join(values) for name, values in collected.items()}
    return Incoming(method, raw_path, _pairs(query), joined, body)


def _pairs(query: str) -> tuple[tuple[str, str | None], ...]:
    pairs = []
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        pairs.append((unquote_plus(name), unquote_plus(value) if equals else None))
    return tuple(pairs)
