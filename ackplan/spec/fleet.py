"""Finds spec files and merges their documents into one fleet: a name given twice is an error that names both places."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.core.json_types import Json
from ackplan.documents.files import below, digest, display, outside, read_bounded
from ackplan.documents.tree import Laid, Map, span_at
from ackplan.documents.yaml import parse

DEFAULT_FILE = "ackplan.yaml"
DEFAULT_FOLDER = "fleet"
_SUFFIXES = (".yaml", ".yml")
_AS_THEY_ARE: Final[Mapping[str, bytes]] = {}


@dataclass(slots=True)
class Document:
    """One YAML document of the spec and the file that it came from."""

    root: Json
    file: str


@dataclass(slots=True)
class Fleet:
    """All documents merged; every entry still knows its place. Values are as written, nothing is filled in."""

    region: Json = None
    region_place: tuple[Map, str] | None = None
    account: Json = None
    account_place: tuple[Map, str] | None = None
    variables: Laid = field(default_factory=Laid)
    templates: Laid = field(default_factory=Laid)
    clusters: Laid = field(default_factory=Laid)


def find(paths: Sequence[str], folder: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The spec files that `paths` (files or folders, relative to `folder`) name, or the default ones."""
    if not paths:
        default, below = folder / DEFAULT_FILE, folder / DEFAULT_FOLDER
        if os.path.lexists(default):
            return [default], list(outside(default, folder))
        if not below.is_dir():
            return [], [_no_spec(folder)]
        leaving = list(outside(below, folder))
        if leaving:
            return [], leaving
        paths = [DEFAULT_FOLDER]
    files: list[Path] = []
    diagnostics: list[Diagnostic] = []
    for path in paths:
        found, faults = _expand(folder / path)
        files += found
        diagnostics += faults
    return list(dict.fromkeys(files)), diagnostics


def _no_spec(folder: Path) -> Diagnostic:
    shown = "this folder" if display(folder) == "." else display(folder)
    return error("ACK1020.no_spec", default_file=DEFAULT_FILE, default_folder=DEFAULT_FOLDER, shown=shown)


def _expand(path: Path) -> tuple[list[Path], list[Diagnostic]]:
    try:
        if not path.is_dir():
            path.lstat()
            return [path], []
        files = below(path, _SUFFIXES)
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        return [], [error("ACK1020.expand_2", path=display(path), why=why)]
    if not files:
        return [], [error("ACK1020.expand", path=display(path))]
    return files, [fault for file in files for fault in outside(file, path)]


def read_documents(
    files: Iterable[Path], edited: Mapping[str, bytes] = _AS_THEY_ARE
) -> tuple[list[Document], list[Diagnostic], dict[Path, str]]:
    """The documents of all files, every fault of their YAML, and the digests of the bytes that they were read from.

    `edited` has what is read in place of files.
    """
    documents: list[Document] = []
    diagnostics: list[Diagnostic] = []
    digests: dict[Path, str] = {}
    for path in files:
        name = display(path)
        data, fault = (edited[name], None) if name in edited else read_bounded(path, name)
        if fault is not None:
            diagnostics.append(fault)
            continue
        digests[path] = digest(data)
        roots, faults = parse(data, name)
        diagnostics += faults
        documents += [Document(root, name) for root in roots if root is not None]
        if not faults and all(root is None for root in roots):
            diagnostics.append(error("ACK1021", span=Span(name, 1, 1)))
    return documents, diagnostics, digests


def merge(documents: Iterable[Document]) -> tuple[Fleet, list[Diagnostic]]:
    """One fleet of all documents. Documents that are not mappings are left out: the schema reports them."""
    fleet = Fleet()
    diagnostics: list[Diagnostic] = []
    for document in documents:
        root = document.root
        if not isinstance(root, Map):
            continue
        if "region" in root:
            diagnostics += _region(fleet, root)
        if "account" in root:
            diagnostics += _account(fleet, root)
        for section in ("variables", "templates", "clusters"):
            entries = root.get(section)
            if isinstance(entries, Map):
                diagnostics += _merge_section(getattr(fleet, section), entries, section)
    return fleet, diagnostics


def _region(fleet: Fleet, root: Map) -> list[Diagnostic]:
    if fleet.region_place is None:
        fleet.region, fleet.region_place = root["region"], (root, "region")
    elif fleet.region != root["region"]:
        return [
            error(
                "ACK1025",
                root=root["region"],
                region=fleet.region,
                region_place=span_at(fleet.region_place),
                span=root.value_span("region"),
            )
        ]
    return []


def _account(fleet: Fleet, root: Map) -> list[Diagnostic]:
    if fleet.account_place is None:
        fleet.account, fleet.account_place = root["account"], (root, "account")
    elif str(fleet.account) != str(root["account"]):
        return [
            error(
                "ACK1027",
                root=root["account"],
                account=fleet.account,
                account_place=span_at(fleet.account_place),
                span=root.value_span("account"),
            )
        ]
    return []


def _merge_section(target: Laid, source: Map, section: str) -> list[Diagnostic]:
    if not target:
        target.update(source)
        target.base = source
        return []
    diagnostics = []
    for name, value in source.items():
        if name in target:
            diagnostics.append(
                error("ACK1024", name=name, section=section, name_2=target.key_span(name), span=source.key_span(name))
            )
        else:
            target.put(name, value, (source, name))
    return diagnostics
