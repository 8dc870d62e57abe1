"""Each cell of the second table in docs/reliability.md is what really happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mishaps import Mishap
from tests.faults.reads import READINGS, ROWS, Reading, row
from tests.faults.test_matrix import PAGE, cells

_CELLS = cells(len(READINGS))
_CASES = [(mishap, reading) for mishap in ROWS for reading in READINGS]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reads")


@pytest.mark.parametrize(("mishap", "reading"), _CASES, ids=[f"{r.title}: {m.title}" for m, r in _CASES])
def test_cell(mishap: Mishap, reading: Reading, root: Path) -> None:
    told = row(mishap, root)[reading.title]
    assert not told.broken, f"{told.broken}\n{told.first.out}{told.first.err}"
    said = _CELLS[mishap.title, reading.title]
    assert str(told) == said, f"python -m tests.faults.reads prints the table anew\n{told.first}"
    if reading.changes:
        assert told.sent == 1 or "throttled" in mishap.title


def test_page_has_all_rows_and_no_other() -> None:
    figure = f"{len(ROWS)} faults, {len(READINGS)} operations, {len(_CASES)} cells"
    assert figure in PAGE.read_text("utf-8")
    assert set(_CELLS) == {(mishap.title, reading.title) for mishap, reading in _CASES}
