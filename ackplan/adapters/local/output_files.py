"""What a command line names to be written replaces only a file of the same sort, or one that is named with `--force`.

Spec, record and what belongs to a run are never replaced so: nothing on a command line that names one of them is meant.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ackplan.adapters.local.atomic_files import check_writable, unwritable, write_atomically
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import display

# Of a file's begin and of its end; a sort shows in them.
_LOOK = 8192


class Sort(Enum):
    """What a file is, as messages call it."""

    PLAN = "a plan file"
    REPORT = "a report"
    INDEX = "an index of plans"
    PAGE = "a page"
    LOG = "a log"
    KUBECONFIG = "a kubeconfig of one cluster"
    CERTIFICATE = "a certificate or a key"
    SPEC = "a spec"
    RECORD = "a record"
    DATABASE = "a journal or a database"
    OTHER = "what would be written"


_NEVER = frozenset({Sort.SPEC, Sort.RECORD, Sort.DATABASE})


_SPEC = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a project has for something else: files, and files and folders that its spec is read from."""

    files: tuple[Path, ...] = ()
    specs: tuple[Path, ...] = ()

    def has(self, path: Path) -> bool:
        """Whether the path is one of them, or belongs to a run."""
        return belongs_to_a_run(path) or same(path, self.files) or self._is_spec(path)

    def _is_spec(self, path: Path) -> bool:
        """Whether the spec is read from there, or would be if there were something."""
        if path.suffix not in _SPEC:
            return same(path, (file for file in self.specs if not file.is_dir()))
        folders = (folder for folder in self.specs if folder.is_dir())
        return same(path, self.specs) or any(same(folder, path.absolute().parents) for folder in folders)


@dataclass(frozen=True, slots=True)
class Output:
    """One file to write, unless it is reserved."""

    path: Path
    sort: Sort
    force: bool = False
    reserved: Reserved = Reserved()

    def check(self) -> None:
        """Raises Failure where it can't or must not be written; for what is known before a run."""
        self.check_sort()
        check_writable(self.path)

    def write(self, data: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
        """Raises Failure where it can't or must not be written."""
        self.check_sort()
        write_atomically(self.path, data, mode=mode)

    @property
    def replaces(self) -> bool:
        """Whether a file of another sort stands there."""
        sort = sort_of(self.path)
        return sort is Sort.OTHER or sort not in {None, self.sort}

    def check_sort(self) -> None:
        """Raises Failure where it must not be replaced."""
        if self.reserved.has(self.path):
            raise Failure(error("ACK3017.reserved", path=display(self.path)))
        sort = sort_of(self.path)
        if sort in _NEVER and sort is not self.sort:
            raise Failure(error("ACK3017.other", path=display(self.path), sort=sort.value))
        if self.replaces and not self.force:
            raise Failure(error("ACK3017.forceable", path=display(self.path), sort=self.sort.value))


def sort_of(path: Path) -> Sort | None:
    """What a file is; None where there is none yet, an empty one, or what is no file. Raises Failure."""
    try:
        ends = _ends(path)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Failure(unwritable(path, fault)) from None
    return sort_of_data(*ends) if ends[0] else None


def check_not_else(data: bytes, name: str) -> None:
    """Raises Failure for what is YAML by chance, and nothing that a person lays out: a record, a plan, a report."""
    sort = sort_of_data(data[:_LOOK], data[-_LOOK:])
    if sort in {Sort.RECORD, Sort.PLAN, Sort.REPORT}:
        raise Failure(error("ACK3017.spec", name=name, sort=sort.value))


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Begin and end of a regular file; nothing of what is none."""
    if not stat.S_ISREG(path.stat().st_mode):
        return b"", b""
    with path.open("rb") as stream:
        head = stream.read(_LOOK)
        stream.seek(max(os.fstat(stream.fileno()).st_size - _LOOK, 0))
        return head, stream.read(_LOOK)


def sort_of_data(head: bytes, tail: bytes = b"") -> Sort:
    """What data are, by how they begin and end."""
    head = _unpacked(head)
    text, rest = (part.decode("utf-8-sig", "replace") for part in (head, tail or head))
    return next((sort for sort, holds in _SIGNS.items() if holds(text, rest)), Sort.OTHER)


def _unpacked(head: bytes) -> bytes:
    """The begin of what was compressed, as a plan file is."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _LOOK)
    except zlib.error:
        return head


def _has(text: str, *keys: str) -> bool:
    return all(re.search(rf'"{key}"\s*:', text) for key in keys)


def _is_record(head: str, tail: str) -> bool:
    return head.lstrip()[:1] == "{" and _has(head, "clusters") and _has(tail, "lineage", "serial")


def _is_kubeconfig(head: str, _tail: str) -> bool:
    """One with several contexts was merged: it is somebody's own."""
    kind = re.search(r"(?m)^[ \t{]*['\"]?kind['\"]?[ \t]*:[ \t]*['\"]?Config\b", head)
    return kind is not None and len(re.findall(r"(?<![\w-])context['\"]?[ \t]*:", head)) < 2


def _matches(pattern: str) -> Callable[[str, str], bool]:
    return lambda head, _tail: re.match(pattern, head) is not None


_SIGNS: dict[Sort, Callable[[str, str], bool]] = {
    Sort.DATABASE: _matches(r"SQLite format 3\0"),
    Sort.PLAN: _matches(r'\s*\{\s*"ackplan_plan":'),
    Sort.INDEX: _matches(r'\s*\{\s*"ackplan_fleet":'),
    Sort.RECORD: _is_record,
    Sort.REPORT: _matches(r'\s*\{\s*"run": "[^"]*",\s*"who":'),
    Sort.PAGE: _matches(r"(?s)<!doctype html>.*require-trusted-types-for"),
    Sort.LOG: _matches(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \S+ [A-Z]+ "),
    Sort.CERTIFICATE: _matches("-----BEGIN "),
    Sort.SPEC: _matches(r"(?s)(.*\n)?[ {\t]*['\"]?ackplan['\"]?[ \t]*:"),
    Sort.KUBECONFIG: _is_kubeconfig,
}


def belongs_to_a_run(path: Path) -> bool:
    """Whether it is a journal, a lock, a backup or the sandbox, of any workspace."""
    *folders, name = Path(os.path.realpath(path)).parts
    private = ".ackplan" in folders
    return private and ("sandbox" in folders or re.search(r"\.(journal|lock|backup|db)\b", name) is not None)


def same(path: Path, others: Iterable[Path]) -> bool:
    """Whether a path leads to one of the others."""
    return os.path.realpath(path) in {*map(os.path.realpath, others)}
