"""Where what belongs to a run lies: journal, lock and backup follow from the record's real path alone.

However a record is named, there is one lock for it and one journal.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE: Final = ".ackplan"
# The usual name of a record's folder. It is made to be committed, so what belongs to a run lies beside it.
USUAL: Final = "state"


def run_folder(records: Path) -> Path:
    """The folder for the journals, locks and backups of the records in `records`.

    Of a record in a folder `state` it is `.ackplan` beside that folder, of any other `.ackplan` in it.
    """
    real = Path(os.path.realpath(records))
    return (real.parent if real.name == USUAL else real) / PRIVATE


def notes_of(beside: Path, workspace: str) -> Path:
    """The folder for the notes about a workspace; `beside` is that for what belongs to its runs."""
    return beside / "notes" / workspace


def former_run_folders(records: Path, project: Path) -> tuple[Path, ...]:
    """Where earlier versions had them, as far as that is elsewhere."""
    now = run_folder(records)
    named_so = os.path.realpath(records) == os.path.realpath(project / USUAL)
    former = project / PRIVATE if named_so else Path(os.path.realpath(records)) / PRIVATE
    return () if os.path.realpath(former) == os.path.realpath(now) else (former,)
