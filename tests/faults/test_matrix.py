"""Each cell of the table in docs/reliability.md is what really happens, and breaks no promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.matrix import cell
from tests.faults.mishaps import (
    MISHAPS,
    OPERATIONS,
    TODAYS_MISHAPS,
    TODAYS_OPERATIONS,
    Mishap,
    Operation,
    applies,
)

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def cells(columns: int) -> dict[tuple[str, str], str]:
    """The table of the page that has so many columns: its cells by row and column."""
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.count(" | ") == columns]
    split = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    head, body = split[0], split[2:]
    return {(row[0], column): text for row in body for column, text in zip(head[1:], row[1:], strict=True)}


_CELLS = cells(len(OPERATIONS))
_CASES = [(mishap, operation) for mishap in MISHAPS for operation in OPERATIONS if applies(mishap, operation)]
_TODAYS = [(mishap, operation) for mishap in TODAYS_MISHAPS for operation in TODAYS_OPERATIONS]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where fleets are kept that are ready for something to happen to them."""
    return tmp_path_factory.mktemp("ready")


@pytest.mark.parametrize(
    ("mishap", "operation"), _CASES + _TODAYS, ids=[f"{o.title}: {m.title}" for m, o in _CASES + _TODAYS]
)
def test_cell(mishap: Mishap, operation: Operation, root: Path, tmp_path: Path) -> None:
    told = cell(mishap, operation, root, tmp_path / "it")
    last = told.runs[-1]
    assert not told.broken, f"{told.broken}\n{last.out}{last.err}"
    said = {**_CELLS, **cells(len(TODAYS_OPERATIONS))}[mishap.title, operation.title]
    assert str(told) == said, f"python -m tests.faults.matrix prints the table anew\n{last.out}{last.err}"


def test_page_has_all_rows_and_no_other() -> None:
    assert {row for row, _ in _CELLS} == {mishap.title for mishap in MISHAPS}
    figure = f"{len(MISHAPS)} faults, {len(OPERATIONS)} operations, {len(_CASES)} cells"
    assert figure in PAGE.read_text("utf-8")
    figure = f"{len(TODAYS_MISHAPS)} faults, {len(TODAYS_OPERATIONS)} operations, {len(_TODAYS)} cells"
    assert figure in PAGE.read_text("utf-8")
    assert {row for row, _ in cells(len(TODAYS_OPERATIONS))} == {mishap.title for mishap in TODAYS_MISHAPS}
    dashes = {key for key, text in _CELLS.items() if text == "-"}
    assert dashes == {(m.title, o.title) for m in MISHAPS for o in OPERATIONS if not applies(m, o)}
