"""`ackplan fmt`: what it writes, what it says, how it ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.running import command_line

ODD = "ackplan:   1\nclusters:\n    c:   # the one\n        cluster_type: Ask\n"
EVEN = "ackplan: 1\nclusters:\n  c:  # the one\n    cluster_type: Ask\n"


def test_files_are_written_and_named(tmp_path: Path) -> None:
    path = tmp_path / "ackplan.yaml"
    path.write_text(ODD, "utf-8")
    path.chmod(0o600)
    done = command_line(tmp_path, "fmt")
    assert (done.code, done.out, done.err) == (0, "ackplan.yaml\n", "")
    assert path.read_text("utf-8") == EVEN
    assert path.stat().st_mode & 0o777 == 0o600
    again = command_line(tmp_path, "fmt")
    assert (again.code, again.out) == (0, "")


def test_check_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ackplan.yaml"
    path.write_text(ODD, "utf-8")
    done = command_line(tmp_path, "fmt", "--check")
    assert (done.code, done.out) == (1, "ackplan.yaml\n")
    assert path.read_text("utf-8") == ODD
    path.write_text(EVEN, "utf-8")
    assert command_line(tmp_path, "fmt", "--check").code == 0


def test_diff_shows_what_changes(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(ODD.rstrip("\n"), "utf-8")
    done = command_line(tmp_path, "fmt", "--check", "--diff")
    assert done.code == 1
    assert done.out.splitlines()[:2] == ["--- ackplan.yaml", "+++ ackplan.yaml"]
    assert "-ackplan:   1\n" in done.out
    assert "+ackplan: 1\n" in done.out
    assert "-        cluster_type: Ask\n\\ No newline at end of file\n+  c:  # the one\n" in done.out


def test_lines_end_as_they_did(tmp_path: Path) -> None:
    path = tmp_path / "ackplan.yaml"
    path.write_bytes(EVEN.replace("\n", "\r\n").encode())
    assert command_line(tmp_path, "fmt", "--check").code == 0
    assert command_line(tmp_path, "fmt", "--diff").out == ""
    path.write_bytes(ODD.replace("\n", "\r\n").encode())
    assert command_line(tmp_path, "fmt").out == "ackplan.yaml\n"
    assert path.read_bytes() == EVEN.replace("\n", "\r\n").encode()


def test_paths_name_files_and_folders(tmp_path: Path) -> None:
    for name in ("fleet/a.yaml", "fleet/deep/b.yml", "fleet/notes.txt", "other.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ODD, "utf-8")
    assert command_line(tmp_path, "fmt", "--check").out == "fleet/a.yaml\nfleet/deep/b.yml\n"
    assert command_line(tmp_path, "fmt", "other.yaml", "-f", "fleet/deep").out == "other.yaml\nfleet/deep/b.yml\n"
    assert (tmp_path / "fleet/a.yaml").read_text("utf-8") == ODD


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(ODD, "utf-8")
    (tmp_path / "ackplan.yaml").symlink_to("real.yaml")
    assert command_line(tmp_path, "fmt").code == 0
    assert (tmp_path / "ackplan.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text("utf-8") == EVEN


def test_what_is_wrong_with_one_file_stops_no_other(tmp_path: Path) -> None:
    for name, text in {"a": "a: [\n", "b": ODD, "c": "a: {b: 1, # x\n  c: 2}\n"}.items():
        (tmp_path / "fleet").mkdir(exist_ok=True)
        (tmp_path / f"fleet/{name}.yaml").write_text(text, "utf-8")
    done = command_line(tmp_path, "fmt")
    assert (done.code, done.out) == (1, "fleet/b.yaml\n")
    assert [line[:21] for line in done.err.splitlines()] == ["fleet/a.yaml:2:1: ACK", "fleet/c.yaml:1:1: ACK"]


@pytest.mark.parametrize(("arguments", "code", "out"), [((), 0, EVEN), (("--check",), 1, "")])
def test_standard_input(
    arguments: tuple[str, ...], code: int, out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ODD.encode())))
    done = command_line(tmp_path, "fmt", *arguments, "-")
    assert (done.code, done.out, done.err) == (code, out, "")


def test_usage(tmp_path: Path) -> None:
    assert command_line(tmp_path, "fmt", "-", "a.yaml").code == 64
    missing = command_line(tmp_path, "fmt")
    assert (missing.code, missing.err[:7]) == (1, "ACK1020")
