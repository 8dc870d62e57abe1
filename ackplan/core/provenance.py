"""Where a plan comes from: when and by whom it was made, of which commit, for the sandbox or an account.

It is told to readers and compared with nothing: the same plan, made again, is the same plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ackplan.core.json_types import Json

_MOST: Final = 500
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LINK = re.compile(r"https?://[!-~]+")
_TEXTS = ("at", "by", "job", "commit", "branch")
_SWITCHES = ("altered", "sandbox")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is not known is empty. `at` is RFC 3339, in UTC, `by` is `user@host`, `job` is where the CI job can be seen.

    `altered`: files of the spec are not as they are in `commit`. `sandbox`: it is for the sandbox of a project.
    """

    at: str = ""
    by: str = ""
    job: str = ""
    commit: str = ""
    branch: str = ""
    altered: bool = False
    sandbox: bool = False

    def __bool__(self) -> bool:
        return bool(self.at)


def commit_of(text: str) -> str:
    """The text, where it can be the id of a commit; else nothing."""
    return text if _COMMIT.fullmatch(text) else ""


def link_of(text: str) -> str:
    """The text, where it is an address that a browser may be led to, without a name or password in it; else nothing."""
    try:
        parts = urlsplit(text) if len(text) <= _MOST and _LINK.fullmatch(text) else None
        return text if parts and parts.hostname and "@" not in parts.netloc else ""
    except ValueError:
        return ""


def encode_provenance(provenance: Provenance) -> dict[str, Json]:
    """As JSON data; what is not known, and what is not so, is left out."""
    return {name: value for name in (*_TEXTS, *_SWITCHES) if (value := getattr(provenance, name))}


def decode_provenance(value: Json) -> Provenance:
    """What `encode_provenance` made. Raises TypeError or ValueError for what it can't have made."""
    if not isinstance(value, dict):
        raise TypeError("a mapping is expected")
    texts = {name: value.get(name, "") for name in _TEXTS}
    for text in texts.values():
        if not isinstance(text, str) or len(text) > _MOST or not text.isprintable():
            raise ValueError("a short text is expected")
    switches = {name: value.get(name) is True for name in _SWITCHES}
    decoded = Provenance(**texts, **switches)  # type: ignore[arg-type]
    fits = _MOMENT.fullmatch(decoded.at) and decoded.commit == commit_of(decoded.commit)
    if not fits or decoded.job != link_of(decoded.job) or encode_provenance(decoded) != value:
        raise ValueError("it was not written so")
    return decoded
