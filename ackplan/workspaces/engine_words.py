"""Which options go to a worker with a run, and which it takes: pure.

A run is read from a server that others may write to. A worker takes no option that names a file to write, a place to
send credentials to that it was not set up for, or anything that is not on this list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from ackplan.core.diagnostics import Failure, error
from ackplan.workspaces.engine_run import EngineTask, EngineTerms

_FLAGS: Final = frozenset({"--skip-blocked", "--allow-vanished", "--keep", "--fail-fast"})
_VALUES: Final = frozenset(
    {"--endpoint", "--region", "--profile", "--signature", "--sts-endpoint", "--patience", "--rate", "--parallelism",
     "--store-patience", "--lock-timeout", "--policy"}
)  # fmt: skip
_ADDRESSES: Final = ("--endpoint", "--sts-endpoint")
# What the fleet's command says of files here: a worker has its own.
_HERE: Final = ("--ca-file=", "--identity=", "--report=", "--detailed-exitcode", "--lock-ttl=")
_VALUE = re.compile(r"[ -~]{1,500}")
_CLOUD = ".aliyuncs.com"


def sendable(words: Iterable[str], root: str) -> tuple[str, ...]:
    """Those of a command's words that go to the workers. Raises Failure for one that can't."""
    return tuple(_sendable(word, root) for word in words if not word.startswith(_HERE))


def _sendable(word: str, root: str) -> str:
    name, _, value = word.partition("=")
    if name == "--policy" and not value.startswith("builtin:"):
        path = PurePosixPath(value)
        if not path.is_relative_to(root):
            raise Failure(error("ACK8207", word=word))
        return f"--policy={path.relative_to(root)}"
    if not _is_taken(word):
        raise Failure(error("ACK8207", word=word))
    return word


def _is_taken(word: str) -> bool:
    name, equals, value = word.partition("=")
    return name in _VALUES and bool(_VALUE.fullmatch(value)) if equals else word in _FLAGS


def check_words(task: EngineTask, terms: EngineTerms, addresses: Collection[str]) -> None:
    """Raises Failure for what a worker does not take. `addresses` are those that it was set up for."""
    for word in terms.words:
        if not _is_taken(word):
            raise Failure(error("ACK8207", word=word))
    for address in _addresses(task, terms):
        if address not in addresses and not _is_cloud(address):
            raise Failure(error("ACK8205.address", address=address))


def _addresses(task: EngineTask, terms: EngineTerms) -> Iterator[str]:
    if task.entry.endpoint:
        yield task.entry.endpoint
    for word in terms.words:
        name, _, value = word.partition("=")
        if name in _ADDRESSES:
            yield value


def _is_cloud(address: str) -> bool:
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.scheme == "https" and host.endswith(_CLOUD) and re.fullmatch(r"[a-z0-9.-]+", host) is not None


def policies(words: Iterable[str]) -> tuple[str, ...]:
    """The policies that are files of the repository."""
    named = (word.removeprefix("--policy=") for word in words if word.startswith("--policy="))
    return tuple(name for name in named if not name.startswith("builtin:"))
