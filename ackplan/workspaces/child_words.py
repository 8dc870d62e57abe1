"""The command line and the environment of the process that runs one workspace: pure, so that any engine has the same.

A process gets the credentials of its own workspace and of no other one. What `workspaces.yaml` says holds before what
options and `ACKPLAN_*` variables say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ackplan.workspaces.model import USUAL_STATE, WorkspaceEntry, is_store
from ackplan.workspaces.runner import WorkspaceOrder

# Variables that hold credentials of Alibaba Cloud begin so: those of the environment are not for a named profile.
_ACCOUNT: Final = ("ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_", "ALIYUN_")
# Those that say where to ask, not who asks.
_NOT_SECRET: Final = frozenset(
    f"ALIBABA_CLOUD_{name}"
    for name in ("STS_REGION", "VPC_ENDPOINT_ENABLED", "IMDSV1_DISABLED", "ECS_METADATA_DISABLED")
)
# By the scheme of a store, what its credentials begin with.
_STORES: Final = {"s3": "AWS_", "oss": "OSS_", "postgresql": "PG", "postgres": "PG"}
# Options that are each workspace's own, or the fleet's: a process inherits none of them.
_OWN: Final = frozenset(
    f"ACKPLAN_{name}"
    for name in (
        "CHDIR", "FILE", "VAR_FILE", "WORKSPACE", "FORMAT", "NO_COLOR", "VERBOSE", "LOG_FILE", "AUTO_APPROVE", "POLICY",
        "CA_FILE", "IDENTITY", "JOBS", "WORKSPACES", "CHANGED_SINCE",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """What the options of the fleet's command say for all workspaces: `state` where none says its own, and words."""

    state: str = ""
    words: tuple[str, ...] = ()
    sandbox: bool = False


def words_of(order: WorkspaceOrder, root: Path, shared: SharedOptions) -> list[str]:
    """The words behind `ackplan`. Values stand in one word with their option: none can be taken for another option."""
    entry = order.entry
    words = [order.verb, f"--chdir={root / entry.path}", f"--workspace={entry.record}", *shared.words]
    state = entry.state or shared.state
    options = {"profile": entry.profile, "region": entry.region, "endpoint": entry.endpoint}
    if state and not shared.sandbox:
        options["state"] = state
    words += [f"--{name}={value}" for name, value in options.items() if value]
    words += [f"--file={file}" for file in entry.files]
    words += [f"--var-file={file}" for file in entry.var_files]
    return [*words, *order.words]


def environment_of(entry: WorkspaceEntry, environment: Mapping[str, str], state: str) -> dict[str, str]:
    """The variables for the process of one workspace, whose record is in `state`."""
    hidden = list(_hidden(entry, state))
    kept = {name: value for name, value in without_engine(environment).items() if name not in _OWN}
    return {
        name: value
        for name, value in kept.items()
        if name in _NOT_SECRET or not any(name.startswith(start) for start in hidden)
    }


def without_engine(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables without those that an engine is reached and read by: no workspace is to have them."""
    return {name: value for name, value in environment.items() if not name.startswith("ACKPLAN_ENGINE")}


def state_of(entry: WorkspaceEntry, environment: Mapping[str, str], shared: SharedOptions) -> str:
    """Where the record of a workspace is."""
    return entry.state or shared.state or environment.get("ACKPLAN_STATE", "") or USUAL_STATE


def _hidden(entry: WorkspaceEntry, state: str) -> Iterable[str]:
    if entry.profile:
        yield from _ACCOUNT
    scheme = state.partition("://")[0].lower() if is_store(state) else ""
    used = _STORES.get(scheme, "")
    yield from sorted({start for start in _STORES.values() if start != used})
