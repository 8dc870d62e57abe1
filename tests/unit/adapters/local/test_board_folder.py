"""The folder of a board: put in its place at once, and never in that of something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ackplan.adapters.local import board_folder
from ackplan.adapters.local.board_folder import BoardFolder
from ackplan.core.diagnostics import Failure

MARK: dict[str, object] = {"ackplan_board": 1}


def write(place: Path, *pages: str, force: bool = False) -> None:
    folder = BoardFolder(place, force)
    folder.begin()
    for name in (*(f"workspaces/{page}.html" for page in pages), "index.html"):
        folder.write(name, f"{name} of {pages}")
    folder.finish(MARK)


def files(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}


def test_pages_of_workspaces_that_are_gone_go(tmp_path: Path) -> None:
    place = tmp_path / "new" / "board"
    write(place, "a", "b")
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/a.html", "workspaces/b.html"}
    write(place, "b")
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/b.html"}
    assert [path.name for path in place.parent.iterdir()] == ["board"]


def test_an_empty_folder_keeps_who_may_read_it(tmp_path: Path) -> None:
    place = tmp_path / "board"
    place.mkdir(mode=0o750)
    write(place, "a")
    assert place.stat().st_mode & 0o777 == 0o750


def test_a_board_that_was_killed_is_not_seen_and_goes_with_the_next(tmp_path: Path) -> None:
    place = tmp_path / "board"
    write(place, "a")
    killed = BoardFolder(place)
    killed.begin()
    killed.write("index.html", "half")
    assert (place / "index.html").read_text() != "half"
    (left,) = (path for path in tmp_path.iterdir() if path != place)
    write(place, "b")
    assert left.exists(), "it may be that of a run that goes on"
    os.utime(left, (0, 0))
    write(place, "b")
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_two_at_once_leave_a_whole_board(tmp_path: Path) -> None:
    place = tmp_path / "board"
    first, second = BoardFolder(place), BoardFolder(place)
    for folder in (first, second):
        folder.begin()
        folder.write("index.html", "x")
    first.write("workspaces/a.html", "first")
    second.write("workspaces/b.html", "second")
    first.finish(MARK)
    second.finish(MARK)
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/b.html"}
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_a_name_with_signs_of_patterns_is_a_name(tmp_path: Path) -> None:
    other = tmp_path / ".b1.0a0b0c0d.board"
    other.mkdir()
    os.utime(other, (0, 0))
    write(tmp_path / "b[1]*", "a")
    assert other.exists()


def test_a_board_that_failed_leaves_the_one_before(tmp_path: Path) -> None:
    place = tmp_path / "board"
    write(place, "a")
    before = files(place)
    failed = BoardFolder(place)
    failed.begin()
    with pytest.raises(Failure):
        failed.write("no/such/folder", "x")
    failed.abandon()
    assert files(place) == before
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "letter.txt").write_text("dear")
    with pytest.raises(Failure, match=r"ACK3140.*letter\.txt"):
        write(place, "a")
    (place / "ackplan-board.json").write_text("{}")
    with pytest.raises(Failure, match="ACK3140"):
        write(place, "a")
    assert files(place) == {"letter.txt", "ackplan-board.json"}


def test_something_that_was_put_into_a_board_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / "board"
    write(place, "a")
    (place / "letter.txt").write_text("dear")
    with pytest.raises(Failure, match=r"ACK3140.*letter\.txt"):
        write(place, "b")
    write(place, "b", force=True)
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/b.html", "letter.txt"}


def test_by_force_a_board_goes_in_among_what_is_there(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "letter.txt").write_text("dear")
    write(place, "a", force=True)
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/a.html", "letter.txt"}


def test_a_folder_of_pages_that_is_not_ours_is_not_written_into(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    (place / "workspaces").mkdir(parents=True)
    (place / "workspaces" / "letter.html").write_text("dear")
    with pytest.raises(Failure, match="ACK3140"):
        write(place, "a", force=True)
    assert files(place) == {"workspaces/letter.html"}
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_is_written_meanwhile_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / "board"
    write(place, "a")
    folder = BoardFolder(place)
    folder.begin()
    folder.write("index.html", "new")
    (place / "letter.txt").write_text("dear")
    folder.finish(MARK)
    assert files(place) == {"ackplan-board.json", "index.html", "letter.txt"}


def test_where_folders_cannot_change_places_files_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_folder, "_exchanged", lambda _one, _other: False)
    place = tmp_path / "board"
    write(place, "a", "b")
    write(place, "b")
    assert files(place) == {"ackplan-board.json", "index.html", "workspaces/b.html"}


def test_the_folder_that_a_command_runs_in_stays_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    write(Path(), "a")
    write(Path(), "b")
    assert tmp_path.stat().st_ino == before
    assert files(tmp_path) == {"ackplan-board.json", "index.html", "workspaces/b.html"}


def test_a_link_is_followed_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "a")
    assert (tmp_path / "link").is_symlink()
    assert "index.html" in files(tmp_path / "real")


def test_a_file_and_what_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Failure, match="ACK3140"):
        write(tmp_path / "file", "a")
    with pytest.raises(Failure, match="ACK3010"):
        write(Path("/proc/board"), "a")
