"""Who runs this process, for whoever finds its lock or its version of the record: user, host, and the job in CI."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
from collections.abc import Mapping

from ackplan.core.provenance import link_of
from ackplan.record.holder import Holder

_MOST = 500
# Where a CI says how its job can be looked at, and who started it.
_JOBS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
_GITHUB = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
_STARTERS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME")


def this_process(what: str, since: str, environment: Mapping[str, str]) -> Holder:
    """This process as the holder of a lock, with an id of its own; `environment` tells of a CI."""
    return Holder(secrets.token_hex(4), who(environment), os.getpid(), what, since, job(environment))


def who(environment: Mapping[str, str]) -> str:
    """`user@host`; in CI the user is who started the job."""
    user = next((environment[name] for name in _STARTERS if environment.get(name)), "") or _user()
    return f"{user[:_MOST]}@{socket.gethostname()}"


def job(environment: Mapping[str, str]) -> str:
    """Where the CI job of this process can be looked at; empty outside of CI."""
    links = [environment.get(name, "") for name in _JOBS]
    if all(environment.get(name) for name in _GITHUB):
        server, repository, run = (environment[name] for name in _GITHUB)
        links.append(f"{server}/{repository}/actions/runs/{run}")
    return next(filter(None, map(link_of, links)), "")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
