"""Merging a kubeconfig into another: the new cluster, user and context come in under one name, the rest stays.

What comes from the API is checked before it is written where kubectl believes it: an entry may hold what a connection
needs and nothing that runs a program, reads a file of this machine or leads the connection elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.adapters.local.kubeconfig_text import KubeconfigEntry, edited
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.yaml import parse

MAX_BYTES = 4 * 1024 * 1024
ITEMS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_PLAIN = {
    "clusters": frozenset({"server", "certificate-authority-data", "tls-server-name"}),
    "users": frozenset({"client-certificate-data", "client-key-data", "token", "username", "password"}),
    "contexts": frozenset({"cluster", "user", "namespace"}),
}
_ANSWER = "the answer of the API"


@dataclass(frozen=True, slots=True)
class Merged:
    """The text to write. `context` was the current one before; `server` is where the entry of this name led before."""

    text: str
    context: str = ""
    server: str = ""


def merged(existing: bytes | None, fetched: str, name: str, file: str, *, plugins: bool = False) -> Merged:
    """The text of `existing` (of `file`) with the fetched config in it as `name`, which becomes the current context.

    Layout, order and comments of `existing` stay. `plugins`: an entry may hold whatever the API put into it. Raises
    Failure for a file that is no kubeconfig, and for an answer that is none or holds more than a connection needs.
    """
    data = existing if existing and existing.strip() else b"{}"
    base = _read(data, file)
    _check_kind(base, file)
    entries = {section: _entry(base, section, name) for section in ITEMS}
    new = chosen(fetched)
    if not plugins:
        check_plain(fetched)
    context = {**_kept(entries["contexts"]), **new["contexts"], "cluster": name, "user": name}
    wanted = {**new, "contexts": context}
    text = edited(
        existing or b"", [KubeconfigEntry(section, ITEMS[section], name, wanted[section]) for section in ITEMS], file
    )
    before = base.get("current-context")
    return Merged(text, before if isinstance(before, str) else "", _server(entries["clusters"], wanted["clusters"]))


def chosen(fetched: str) -> dict[str, dict[str, object]]:
    """Cluster, user and context of a config that the API hands out, by section. Raises Failure."""
    config = _read(fetched.encode("utf-8", "replace"), _ANSWER)
    context = _named(config, "contexts", config.get("current-context"))
    found = {
        "clusters": _named(config, "clusters", context.get("cluster")),
        "users": _named(config, "users", context.get("user")),
        "contexts": context,
    }
    return {section: dict(content) for section, content in found.items()}


def check_plain(fetched: str) -> None:
    """Raises Failure where a config that the API hands out is none, or any of its entries holds more than is needed."""
    chosen(fetched)
    more = dict.fromkeys(_more_than_plain(_read(fetched.encode("utf-8", "replace"), _ANSWER)))
    if more:
        raise Failure(error("ACK4004", more=", ".join(more)))


def _more_than_plain(config: Mapping[str, object]) -> Iterator[str]:
    for section, item in ITEMS.items():
        for entry in _entries(config, section):
            content = entry.get(item)
            for key, value in content.items() if isinstance(content, dict) else ():
                if key not in _PLAIN[section] or not isinstance(value, str):
                    yield f"{item}.{key}"


def _named(config: Mapping[str, object], section: str, name: object) -> Mapping[str, object]:
    """The content of the entry of this name; without a name of the first one."""
    entries = _entries(config, section)
    entry = next((e for e in entries if e.get("name") == name), entries[0] if entries and name is None else {})
    content = entry.get(ITEMS[section])
    if not isinstance(content, dict):
        raise Failure(error("ACK4003.section", file=_ANSWER, section=section))
    return content


def _entries(config: Mapping[str, object], section: str) -> list[dict[str, object]]:
    listed = config.get(section)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _entry(config: Mapping[str, object], section: str, name: str) -> Mapping[str, object]:
    """What stands under this name; nothing where there is no such entry."""
    content = next((e.get(ITEMS[section]) for e in _entries(config, section) if e.get("name") == name), None)
    return content if isinstance(content, dict) else {}


def _kept(context: Mapping[str, object]) -> dict[str, object]:
    """What a person set for a context that is merged again."""
    return {key: value for key, value in context.items() if key == "namespace" and isinstance(value, str)}


def _server(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    server = before.get("server", "")
    return server if isinstance(server, str) and server != after.get("server") else ""


def _check_kind(config: Mapping[str, object], file: str) -> None:
    """Refuses a file that is something else: a spec is a mapping with clusters too."""
    if config.get("kind", "Config") != "Config" or "ackplan" in config:
        raise Failure(error("ACK4003.kind", file=file))
    for section in ITEMS:
        if not isinstance(config.get(section) or [], list):
            raise Failure(error("ACK4003.list", file=file, section=section))


def _read(data: bytes, file: str) -> dict[str, object]:
    documents, faults = parse(data, file)
    if not faults and documents in ([], [None]):
        return {}
    if faults or len(documents) != 1 or not isinstance(documents[0], dict):
        raise Failure(error("ACK4003.mapping", file=file))
    return documents[0]
