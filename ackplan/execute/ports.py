"""What execution needs of the world, as Protocols. Adapters implement them; tests bring their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ackplan.core.error_codes import Meaning, error_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ackplan.core.answers import Accepted, Attached, Cluster, LogLine, Node, Retry, Task
    from ackplan.core.json_types import Json
    from ackplan.record.journal import Entry

WriteDown = Callable[[], Awaitable[None]]


class ApiError(Exception):
    """A call that did not succeed.

    `code` is the API's own (`ClusterNameAlreadyExist`), or one of ours for what never got an answer
    (`ConnectionFailed`, `Timeout`, `AnswerTooLarge`, `AnswerUnreadable`). `http_status` is 0 without an answer.
    `uncertain` says that the call may have taken effect all the same: never repeat a changing call then, look first.
    `retries` are the tries of the same call before this one.
    """

    retries: tuple[Retry, ...] = ()
    sent = True
    """False for a call that the client itself refused: its message says what to do."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        http_status: int = 0,
        request_id: str = "",
        uncertain: bool = False,
        operation: str = "",
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.request_id = request_id
        self.uncertain = uncertain
        self.operation = operation

    @property
    def missing(self) -> bool:
        """Whether the API says, by its code, that there is no cluster of this id. No status says that by itself."""
        return error_code(self.code).meaning is Meaning.NO_CLUSTER

    def __str__(self) -> str:
        status = f"HTTP {self.http_status} " if self.http_status else ""
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.operation}: {status}{self.code}: {self.message}{request}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a changing call says: `ids` fill the places of its path; `body` may hold secrets.

    `new_id` is the field of the answer that has the id of what was made; empty where nothing is.
    """

    ids: Mapping[str, str]
    body: object = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    new_id: str = ""


class ApiReader(Protocol):
    """The calls that change nothing; each may be repeated freely. `region` goes into x-acs-region-id."""

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        """The clusters that the account shows there; whether those of other regions too is the API's matter."""
        ...

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        """One cluster; an ApiError that is `missing` where the API says that there is none."""
        ...

    async def list_nodes(self, cluster_id: str, region: str = "") -> tuple[Node, ...]:
        """All nodes of a cluster, every page of them."""
        ...

    async def get_task(self, task_id: str, region: str = "") -> Task: ...

    async def list_tasks(self, cluster_id: str, region: str = "") -> tuple[Task, ...]:
        """The tasks of a cluster without their parts, newest first; it may lag, and proves nothing absent."""
        ...

    async def read(
        self, operation: str, ids: Mapping[str, str], region: str = "", query: Mapping[str, str] | None = None
    ) -> Json:
        """What an operation of the contract that changes nothing answers. `ids` fill the places of its path."""
        ...

    async def list_logs(self, cluster_id: str, region: str = "") -> tuple[LogLine, ...]: ...


class Api(ApiReader, Protocol):
    """The calls that change something. `region` goes into x-acs-region-id; bodies are those of `schemas/`.

    `write_down` is awaited before each try to send the call: it writes it down anew where that was a while ago. Raises
    what it could not be written down for; nothing is sent then.
    """

    async def create_cluster(self, region: str, body: Mapping[str, Any], write_down: WriteDown) -> Accepted: ...

    async def delete_cluster(
        self, region: str, cluster_id: str, write_down: WriteDown, query: Mapping[str, str] | None = None
    ) -> Accepted:
        """`query` says what is to stay of the cloud resources that were made for the cluster."""
        ...

    async def scale_out(
        self, region: str, cluster_id: str, body: Mapping[str, Any], write_down: WriteDown
    ) -> Accepted: ...

    async def attach(
        self, region: str, cluster_id: str, body: Mapping[str, Any], write_down: WriteDown
    ) -> Attached: ...

    async def remove_nodes(
        self, region: str, cluster_id: str, body: Mapping[str, Any], write_down: WriteDown
    ) -> Accepted: ...

    async def change(self, operation: str, region: str, sent: Sent, write_down: WriteDown) -> Accepted:
        """Any other operation of the contract that changes something."""
        ...


class Clock(Protocol):
    """Time as the run sees it, in seconds. `now` is monotonic; `wall` is since 1970, and what other machines go by."""

    def now(self) -> float: ...

    def wall(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Journal(Protocol):
    """What a run has done so far, durably."""

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is on disk: a call is sent only then."""
        ...


class SecretSource(Protocol):
    """Reads a secret when a call needs it. `reference` is `{"env": NAME}` or `{"file": PATH}`."""

    def read(self, reference: Mapping[str, Any]) -> str:
        """The secret. Raises SecretUnreadable, which never holds the value."""
        ...


class SecretUnreadable(Exception):
    """A secret that can't be read or breaks the password rule; the message names where it was to come from."""
