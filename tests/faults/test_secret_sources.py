"""Secrets by reference, from files that somebody hostile names or puts there: refused, nothing told, nothing endless."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ackplan.adapters.local.secrets import Secrets
from ackplan.execute.ports import SecretUnreadable

_GOOD = "Ab1-long-enough"
_FILES = ("/dev/zero", "/dev/stdin", "pipe", "folder", "nowhere", "loop", "dangling", "to-zero", "to-pipe", "")
_BROKEN = {
    "huge": b"A1b-" * 2**20,
    "sparse": b"",
    "binary": b"\xff\xfe\x00Ab1-",
    "empty": b"",
    "accounts": b"root:x:0:0:root:/root:/bin/bash\nsync:x:4:65534:sync:/bin:/bin/sync\n",
}


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "folder").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    links = {"loop": "loop", "dangling": "nowhere", "to-zero": "/dev/zero", "to-pipe": "pipe"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    for name, data in _BROKEN.items():
        (folder / name).write_bytes(data)
    os.truncate(folder / "sparse", 10 * 2**30)
    return folder


def _refused(folder: Path, file: str) -> str:
    with pytest.raises(SecretUnreadable) as caught:
        Secrets({}, folder).read({"file": file})
    return str(caught.value)


@pytest.mark.parametrize("file", _FILES)
def test_what_is_no_file_is_not_opened(tmp_path: Path, file: str) -> None:
    folder = _folder(tmp_path)
    assert Secrets({}, folder).missing({"file": file})
    assert "is not there" in _refused(folder, file)


@pytest.mark.parametrize("file", ["pipe", "to-zero"])
def test_what_takes_the_place_of_a_file_at_the_last_moment_is_refused(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _path: True)
    assert "is not a regular file" in _refused(_folder(tmp_path), file)


@pytest.mark.parametrize("file", [*_BROKEN, "../project/accounts"])
def test_what_is_no_password_is_refused_and_not_told(tmp_path: Path, file: str) -> None:
    said = _refused(_folder(tmp_path), file)
    assert file in said
    assert "root" not in said
    assert len(said) < 200


def test_a_password_is_read_through_a_link_and_without_its_line_end(tmp_path: Path) -> None:
    """Secrets that a cluster or a container mounts are links."""
    folder = _folder(tmp_path)
    (tmp_path / "mounted").write_text(f"{_GOOD}\r\n")
    (folder / "password").symlink_to(tmp_path / "mounted")
    assert Secrets({}, folder).read({"file": "password"}) == _GOOD
