"""Asks git what it knows of a folder, read-only. Without git, or outside of a repository, there is no answer.

A checkout can hold a bare repository among its files, with settings of a stranger that name programs to run. Such a one
is not taken for a repository, and what a setting could have git run for these commands is switched off.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 30.0
_MOST = 16 << 20
_SETTINGS = {
    "safe.bareRepository": "explicit",
    "core.fsmonitor": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",  # what a partial clone lacks would be fetched
}
_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def git(folder: Path, *arguments: str, most: int = _MOST) -> bytes:
    """What git prints; nothing where it can't be asked: no git, no repository, no such commit, over `most` bytes."""
    return git_answer(folder, *arguments, most=most) or b""


def git_answer(folder: Path, *arguments: str, most: int = _MOST, seconds: float = _SECONDS) -> bytes | None:
    """The same, where nothing that is printed is an answer too; None where there is no answer within `seconds`."""
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = ("git", *settings, "--no-pager", *arguments)
    environment = os.environ | _ENVIRONMENT
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    try:
        running = subprocess.Popen(command, cwd=folder, env=environment, stdin=none, stdout=pipe, stderr=none)  # noqa: S603
    except OSError:
        return None
    with running, _ended_in_time(running, seconds):
        printed = running.stdout.read(most + 1) if running.stdout else b""
        if len(printed) > most:
            running.kill()
    return printed if running.returncode == 0 and len(printed) <= most else None


@contextlib.contextmanager
def _ended_in_time(running: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, running.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def top_folder(folder: Path) -> Path | None:
    """The top of the repository that the folder is in."""
    folder_name = git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    return Path(folder_name) if folder_name else None


def branch(folder: Path) -> str:
    """The branch that is checked out; empty where there is none."""
    return git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").decode("utf-8", "replace").strip()


def checked_out(folder: Path) -> str:
    """The commit that is checked out; empty where there is none."""
    return git(folder, "rev-parse", "--verify", "--quiet", "HEAD").decode("ascii", "replace").strip()


def is_altered(folder: Path) -> bool:
    """Whether a file that git keeps differs from what is checked out, or that can't be told."""
    changed = git_answer(folder, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return changed is None or bool(changed.strip())
