"""Secrets inside of the body of a call, under dotted names: `scaling_group.login_password`.

A plan holds references in their places (`{env: NAME}`, `{file: PATH}`); only the call that is sent has the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ackplan.core.json_types import Json, JsonObject


def parts_in(body: JsonObject, names: Iterable[str]) -> Iterator[tuple[str, Json]]:
    """The parts of a body that have these names, each with what stands there."""
    for name in names:
        value: Json = body
        for key in name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            yield name, value


def references_in(body: JsonObject, names: Iterable[str]) -> Iterator[tuple[str, JsonObject]]:
    """Those of them that are references."""
    return ((name, value) for name, value in parts_in(body, names) if isinstance(value, Mapping))


def with_secrets(body: JsonObject, names: Iterable[str], read: Callable[[JsonObject], str]) -> dict[str, Json]:
    """The body with what each reference leads to in its place."""
    filled = dict(body)
    for name, reference in references_in(body, names):
        filled = _put(filled, name.split("."), read(reference))
    return filled


def _put(body: JsonObject, keys: list[str], value: str) -> dict[str, Json]:
    key, *rest = keys
    inner = body.get(key)
    return {**body, key: _put(inner, rest, value) if rest and isinstance(inner, Mapping) else value}
