"""Which files changed since a revision, committed or not, as git tells it. Nothing of the checkout is run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ackplan.adapters.local.git import branch, checked_out, git, git_answer, top_folder
from ackplan.adapters.local.paths import PRIVATE
from ackplan.core.diagnostics import Failure, error

_ANY = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=dirty", "--name-only", "-z")


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """Files that changed, by their real paths, and the commit that they are held against."""

    commit: str
    files: frozenset[str]


def changed_since(folder: Path, revision: str) -> ChangedFiles:
    """What changed since this branch left `revision`: on its commits, in the working tree, and files that are new.

    Raises Failure for what is no revision, an option for one, or where git can't be asked.
    """
    commit = "" if revision.startswith("-") else _commit(folder, revision)
    top = top_folder(folder)
    if not commit or top is None:
        raise Failure(error("ACK8009.revision", revision=revision))
    # Where the revision went on meanwhile, as a main branch does, that is no change of this branch.
    base = git(folder, "merge-base", commit, "HEAD").decode("ascii", "replace").strip() or commit
    tracked = git_answer(folder, "diff", *_ANY, base, "--")
    untracked = git_answer(top, "ls-files", "--others", "--exclude-standard", "-z")
    if tracked is None or untracked is None:
        raise Failure(error("ACK8009.git", revision=revision))
    every = (os.fsdecode(name) for name in (tracked + untracked).split(b"\0") if name)
    names = (name for name in every if PRIVATE not in Path(name).parts)
    real = os.path.realpath(top)
    return ChangedFiles(base, frozenset(os.path.normpath(os.path.join(real, name)) for name in names))  # noqa: PTH118


def file_at(folder: Path, commit: str, name: str) -> bytes | None:
    """A file of the folder as it was in a commit; None where it was not there."""
    return git_answer(folder, "show", "--no-ext-diff", "--no-textconv", "--end-of-options", f"{commit}:./{name}")


def head(folder: Path) -> str:
    """The commit that is checked out, with the branch where there is one; empty outside of a repository."""
    commit = checked_out(folder)
    named = branch(folder)
    return f"{commit} ({named})" if commit and named else commit


def _commit(folder: Path, revision: str) -> str:
    if "\0" in revision:
        return ""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return git(folder, *words).decode("ascii", "replace").strip()
