"""Which commit the files of a project are of: as git says, or where it can't be asked, as the CI job says.

What is on the disk counts: where a job is of one commit, and has checked out another, it is the latter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ackplan.adapters.local.git import git_answer
from ackplan.core.diagnostics import printable
from ackplan.core.provenance import commit_of

_SECONDS: Final = 5.0
_LONGEST: Final = 200
_STATUS: Final = ("status", "--porcelain=v2", "--branch", "--untracked-files=all", "--ignore-submodules=dirty")


class _JobVariables(NamedTuple):
    """Where one sort of CI says its commit and its branch; the first branch that is set is the one."""

    commit: str
    branches: tuple[str, ...]


_JOBS: Final = (
    _JobVariables("GITHUB_SHA", ("GITHUB_HEAD_REF", "GITHUB_REF_NAME")),
    _JobVariables("CI_COMMIT_SHA", ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME")),
    _JobVariables("BUILDKITE_COMMIT", ("BUILDKITE_BRANCH",)),
    _JobVariables("CIRCLE_SHA1", ("CIRCLE_BRANCH",)),
    _JobVariables("GIT_COMMIT", ("CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH")),
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit and its branch; each is empty where it is not known. `altered`: files are not as the commit has them."""

    commit: str = ""
    branch: str = ""
    altered: bool = False


def checkout(folder: Path, files: Sequence[str], environment: Mapping[str, str]) -> Checkout:
    """The checkout that a project's folder is in; `files` are those that must not be altered, relative to it."""
    job, on_disk = _of_job(environment), _of_git(folder, files)
    if not on_disk.commit:
        return job
    branch = job.branch if job.commit == on_disk.commit else ""
    return Checkout(on_disk.commit, branch or on_disk.branch, on_disk.altered)


def _of_job(environment: Mapping[str, str]) -> Checkout:
    for names in _JOBS:
        commit = commit_of(environment.get(names.commit, ""))
        if commit:
            branch = next((environment[name] for name in names.branches if environment.get(name)), "")
            return Checkout(commit, printable(branch)[:_LONGEST])
    return Checkout()


def _of_git(folder: Path, files: Sequence[str]) -> Checkout:
    """What git says of the folder; nothing where it keeps none of the files, or says nothing in time."""
    answer = git_answer(folder, "--literal-pathspecs", *_STATUS, "--", *files, seconds=_SECONDS)
    lines = (answer or b"").decode("utf-8", "replace").splitlines()
    heads = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    branch = heads.get("branch.head", "")
    return Checkout(
        commit_of(heads.get("branch.oid", "")),
        "" if branch == "(detached)" else printable(branch)[:_LONGEST],
        any(not line.startswith("#") for line in lines),
    )
