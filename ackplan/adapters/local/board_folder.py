"""The folder of a board: written beside its place, and then put there at once. Nobody sees half of one.

A folder is a board's where it has the marker and nothing that no board has; every other one is left alone, unless it is
to be replaced by force: then a board's files go in among what is there.
"""

from __future__ import annotations

import ctypes
import glob
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ackplan.adapters.local.atomic_files import unwritable
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import display, read_regular

MARKER: Final = "ackplan-board.json"
PAGES: Final = "workspaces"
_OWN: Final = frozenset({MARKER, PAGES, "index.html", "board.css", "board.js", "clusters.js"})
_FIRST: Final = "index.html"
_LONGEST_MARKER = 4096
_AT_THE_WORKING_FOLDER, _EXCHANGE = -100, 2
_NAMED = 5
# Of seconds; to write a board takes less.
_OLD = 3600.0


@dataclass(slots=True)
class BoardFolder:
    """A folder that a board is to be in. `force`: also one in which there is something else."""

    place: Path
    force: bool = False
    _new: Path = field(init=False)

    def __post_init__(self) -> None:
        self.place = Path(os.path.realpath(self.place))
        self._new = self.place.parent / f".{self.place.name}.{secrets.token_hex(4)}.board"

    def begin(self) -> None:
        """Makes ready to write. Raises Failure for a folder that is not a board's, or that can't be written."""
        self._check()
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            for left in self._left_behind():
                shutil.rmtree(left, ignore_errors=True)
            (self._new / PAGES).mkdir(parents=True)
        except OSError as fault:
            raise Failure(unwritable(self.place, fault)) from None

    def write(self, name: str, text: str) -> None:
        """Writes one of its files. Raises Failure."""
        path = self._new / name
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise Failure(unwritable(self.place / name, fault)) from None

    def finish(self, marker: dict[str, object]) -> None:
        """Puts all that was written in its place, and nothing of what was there before. Raises Failure."""
        self.write(MARKER, json.dumps(marker) + "\n")
        try:
            if self._strange() or not self._put():
                self._put_in()
        except OSError as fault:
            raise Failure(unwritable(self.place, fault)) from None
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Removes what was written and is in no place."""
        shutil.rmtree(self._new, ignore_errors=True)

    def _left_behind(self) -> Iterator[Path]:
        """What runs left that were killed; what is young may be that of one that goes on."""
        for path in self.place.parent.glob(f".{glob.escape(self.place.name)}.????????.board"):
            if path.is_dir() and not path.is_symlink() and time.time() - path.stat().st_mtime > _OLD:
                yield path

    def _check(self) -> None:
        if self.place.exists() and not self.place.is_dir():
            raise Failure(error("ACK3140.file", path=display(self.place)))
        strange = self._strange()
        if strange and not self.force:
            names = ", ".join(display(self.place / name) for name in strange[:_NAMED])
            raise Failure(error("ACK3140", path=display(self.place), names=names))

    def _strange(self) -> list[str]:
        """What is in the folder and in no board; all where it has no marker."""
        try:
            names = sorted(path.name for path in self.place.iterdir())
        except FileNotFoundError:
            return []
        except OSError as fault:
            raise Failure(unwritable(self.place, fault)) from None
        own = _OWN if self._is_marked() else frozenset()
        return [name for name in names if name not in own]

    def _is_marked(self) -> bool:
        try:
            marker = json.loads(read_regular(self.place / MARKER, _LONGEST_MARKER) or b"")
        except (Failure, ValueError, RecursionError):
            return False
        return isinstance(marker, dict) and "ackplan_board" in marker

    def _put(self) -> bool:
        """Puts the new folder in the place of the old one by one step; False where that can't be done here."""
        if not self.place.exists():
            self._new.rename(self.place)
            return True
        if Path(os.path.realpath(".")).is_relative_to(self.place):
            return False
        shutil.copymode(self.place, self._new)
        return _exchanged(self._new, self.place)

    def _put_in(self) -> None:
        """Puts each file in its place, the first page last: for a folder that can't be replaced as a whole."""
        pages = self.place / PAGES
        if pages.is_symlink() or (pages.exists() and not self._is_marked()):
            raise Failure(error("ACK3140", path=display(self.place), names=display(pages)))
        pages.mkdir(exist_ok=True)
        new = [path.relative_to(self._new) for path in sorted(self._new.rglob("*")) if path.is_file()]
        for path in sorted(new, key=lambda path: path.name == _FIRST):
            shutil.move(self._new / path, self.place / path)
        for path in pages.iterdir():
            if path.relative_to(self.place) not in new and not path.is_dir():
                path.unlink()


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders changed places, which Linux does at once."""
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if exchange is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(exchange(_AT_THE_WORKING_FOLDER, names[0], _AT_THE_WORKING_FOLDER, names[1], _EXCHANGE) == 0)
