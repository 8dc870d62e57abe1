"""The shapes of a board's data: what `ackplan board --format json` prints, and what pages are made of."""

from __future__ import annotations

from typing import Final, TypedDict

# What the endpoint of clusters is called that are in a simulator on whatever machine it ran.
SANDBOX: Final = "loopback endpoint"


class MoveData(TypedDict):
    """A parameter that changed."""

    name: str
    before: str
    after: str


class EventData(TypedDict):
    """What a version of the record did to a cluster: `version` is the place of that among `versions`."""

    version: int
    event: str
    parameters: list[MoveData]


class ClusterData(TypedDict):
    """A recorded cluster, or what is inside of one; one that was deleted has no kind."""

    name: str
    kind: str
    region: str
    id: str
    recorded: bool
    history: list[EventData]


class VersionData(TypedDict):
    """A version of the record, and how many it created, changed, replaced and deleted."""

    serial: int
    when: str
    who: str
    what: str
    job: str
    counts: dict[str, int]
    first: bool


class RunData(TypedDict):
    """The last run: as it was noted at its end, or no more than the version of the record that it wrote."""

    what: str
    who: str
    job: str
    when: str
    exit: int | None
    counts: dict[str, int]


class LockData(TypedDict):
    """Who has the lock, or had it and died (not `lives`). `hold`: until somebody releases it, for the reason `what`."""

    id: str
    who: str
    what: str
    since: str
    job: str
    hold: bool
    lives: bool


class CallData(TypedDict):
    """A call whose effect is not known yet."""

    cluster: str
    operation: str
    sent: str
    run: str
    request: str
    task: str
    answered: bool


class DriftedData(TypedDict):
    """A cluster that moved outside of ackplan."""

    name: str
    gone: bool
    parameters: list[MoveData]
    notes: list[str]


class CheckData(TypedDict):
    """The last drift check. `holds`: it saw the record as it is now. `total` counts what drifted."""

    when: str
    age: float
    who: str
    job: str
    complete: bool
    holds: bool
    looked: int
    total: int
    drifted: list[DriftedData]


class PendingData(TypedDict):
    """A plan file that the store keeps and that could be applied now."""

    name: str
    when: str
    age: float
    who: str
    job: str
    mode: str
    complete: bool
    actions: dict[str, int]
    blocked: int


class WorldData(TypedDict):
    """The world that the clusters are of; `account` is empty where it is not known."""

    account: str
    endpoint: str
    regions: list[str]


class WorkspaceData(TypedDict):
    """A workspace: `name` is what it is called, `workspace` its name in the store.

    `unchecked` says why nothing can be said of drift; `clusters` count what is recorded.
    """

    store: str
    name: str
    workspace: str
    statuses: list[str]
    faults: list[str]
    unchecked: str
    world: WorldData
    serial: int
    clusters: int
    nested: int
    run: RunData | None
    interrupted: str
    lock: LockData | None
    calls: list[CallData]
    check: CheckData | None
    plans: list[PendingData]
    versions: list[VersionData]
    entries: list[ClusterData]


class AuthorData(TypedDict):
    """Who wrote something, and the link to the CI job."""

    who: str
    job: str
