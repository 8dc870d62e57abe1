"""Keeps secrets out of what is shown, logged or recorded.

By name: a field whose name says that it holds a secret is left out. By value: a secret that was sent is blanked
wherever a server repeats it, as signature errors repeat the security token.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ackplan.core.json_types import Json, JsonObject

BLANK: Final = "[hidden]"
_JSON = frozenset({"{", "["})
_SECRET_NAMES: Final = (
    "passw", "secret", "token", "credential", "privatekey", "private_key", "accesskey", "access_key", "kubeconfig",
    "kube_config",
)  # fmt: skip


@functools.lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _names_secret(name)


def _names_secret(text: str) -> bool:
    folded = text.casefold()
    return any(map(folded.__contains__, _SECRET_NAMES))


def without_secrets(fields: JsonObject) -> JsonObject:
    """A decoded object without its secret fields, nor texts that are JSON themselves and have some."""
    return {
        name: part if isinstance(part, str) else _without_secrets(part)
        for name, part in fields.items()
        if not is_secret(name) and not _hides_secret(part)
    }


def _without_secrets(value: Json) -> Json:
    if isinstance(value, dict):
        return without_secrets(value)
    if isinstance(value, list):
        return [_without_secrets(part) for part in value if not _hides_secret(part)]
    return value


def _hides_secret(value: Json) -> bool:
    if not isinstance(value, str) or not (value[:1] in _JSON or value[:1].isspace()):
        return False
    return value.lstrip()[:1] in _JSON and _names_secret(value)


def secrets_in(body: object) -> Iterator[str]:
    """The secret texts that a request body holds."""
    if isinstance(body, Mapping):
        for name, part in body.items():
            if is_secret(name) and isinstance(part, str) and part:
                yield part
            else:
                yield from secrets_in(part)
    elif isinstance(body, list | tuple):
        for part in body:
            yield from secrets_in(part)


def blanked(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret blanked, as it is and as JSON writes it."""
    forms = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, BLANK)
    return text
