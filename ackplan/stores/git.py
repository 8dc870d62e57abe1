"""Asks git what it knows of a folder, read-only. Without git, or outside of a repository, there is no answer."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SECONDS = 30


def git(folder: Path, *arguments: str) -> bytes:
    """What git prints; nothing where it can't be asked: no git, no repository, no such commit."""
    command = ("git", "-c", "core.fsmonitor=false", "--no-pager", *arguments)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""


def top_folder(folder: Path) -> Path | None:
    """The top of the repository that the folder is in."""
    found = git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    return Path(found) if found else None


def branch(folder: Path) -> str:
    """The branch that is checked out; empty where there is none."""
    return git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").decode("utf-8", "replace").strip()
