"""The client of the ACK API: one method for each operation of the guide, with checked values in and out.

It is the `Api` that execution asks for, and has what the commands need besides. Every method raises a Fault of
`ackplan.adapters.ack.api_errors`, which is an ApiError, and nothing else.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from ackplan.adapters.ack import cluster_pages, decode
from ackplan.adapters.ack.answer_fields import Malformed
from ackplan.adapters.ack.api_errors import Answered, AnswerTooLarge, AnswerUnreadable, NotSent
from ackplan.adapters.ack.calls import any_call, call, logs_call, page_call
from ackplan.adapters.ack.endpoint import parse_endpoint
from ackplan.adapters.ack.error_bodies import request_id
from ackplan.adapters.ack.pace import RateLimit
from ackplan.adapters.ack.sender import Carrier, Pace, Sender, Signer, Surroundings
from ackplan.adapters.ack.settings import DEFAULT_REGION, ClientSettings
from ackplan.adapters.ack.signing import SIGNERS

if TYPE_CHECKING:
    from ackplan.adapters.ack.credentials import Credentials
    from ackplan.adapters.ack.exchange import Answer, ApiCall
    from ackplan.core.answers import Accepted, Attached, Cluster, Kubeconfig, LogLine, Node, Task
    from ackplan.core.json_types import Json
    from ackplan.execute.ports import Sent, WriteDown

T = TypeVar("T")

_PAGE: Final = 100
_MOST_PAGES: Final = 200


class AckClient:
    """A client of one endpoint. `region` stands in calls that name none."""

    def __init__(self, sender: Sender, region: str = DEFAULT_REGION) -> None:
        self._sender = sender
        self._region = region

    @property
    def region(self) -> str:
        """The region of calls that name none."""
        return self._region

    def stop(self) -> None:
        """From now on a call that did not succeed is not sent again."""
        self._sender.stop()

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        """The clusters that the account shows in this region, Swarm clusters among them (guide 2.10)."""
        region = region or self._region
        listed, total = await self._ask(call("list_clusters", region), decode.clusters)
        return listed if total is None or total <= len(listed) else await self._paged(region, len(listed))

    async def _paged(self, region: str, first: int) -> tuple[Cluster, ...]:
        """All clusters, from an endpoint that answers page by page; a list that is not whole is refused."""
        clusters: dict[str, Cluster] = {}
        total: int | None = None
        for number in range(1, _MOST_PAGES + 1):
            query = {"page_number": str(number), "page_size": str(_PAGE)}
            page, total = await self._ask(call("list_clusters", region, query=query), decode.clusters)
            before = len(clusters)
            clusters.update((cluster.cluster_id, cluster) for cluster in page)
            if total is None or len(clusters) >= total:
                return tuple(clusters.values())
            if len(clusters) == before:
                break
        why = f"the list is not whole: {len(clusters) or first} of {total} clusters"
        raise AnswerUnreadable("AnswerUnreadable", why, operation="list_clusters")

    async def list_by_pages(self, region: str = "") -> tuple[Cluster, ...] | None:
        """The clusters as today's list shows them; None where the endpoint has none that is whole."""

        async def page(number: int) -> tuple[tuple[Cluster, ...], int | None]:
            query = {"page_number": str(number), "page_size": str(cluster_pages.SIZE)}
            return await self._ask(page_call(region or self._region, query), decode.clusters)

        return await cluster_pages.read_pages(page)

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        """One cluster (guide 2.9). An error that is `missing` only where the API says that there is none."""
        wanted = call("get_cluster", region or self._region, {"id": cluster_id})
        return await self._ask(wanted, lambda answer: decode.cluster(answer, cluster_id))

    async def list_nodes(self, cluster_id: str, region: str = "") -> tuple[Node, ...]:
        """All nodes of a cluster, every page of them; none twice, though nodes may come and go between pages."""
        nodes: dict[str, Node] = {}
        seen = 0
        for number in range(1, _MOST_PAGES + 1):
            query = {"pageNumber": str(number), "pageSize": str(_PAGE)}
            wanted = call("list_nodes", region or self._region, {"id": cluster_id}, query=query)
            page, total = await self._ask(wanted, decode.nodes)
            before = len(nodes)
            nodes.update((node.instance_id or node.name or str(seen + at), node) for at, node in enumerate(page))
            seen += len(page)
            if number > 1 and page and len(nodes) == before:
                why = f"the pages repeat {before} of {total} nodes"
                raise AnswerUnreadable("AnswerUnreadable", why, operation="list_nodes")
            if seen >= total if total is not None else len(page) < _PAGE:
                return tuple(nodes.values())
            if not page:
                why = f"the pages end after {seen} of {total} nodes"
                raise AnswerUnreadable("AnswerUnreadable", why, operation="list_nodes")
        why = f"there are more than {_MOST_PAGES} pages of nodes"
        raise AnswerTooLarge("AnswerTooLarge", why, operation="list_nodes")

    async def get_task(self, task_id: str, region: str = "") -> Task:
        """A task (beyond the guide). NotFound also where the endpoint has no tasks."""
        wanted = call("get_task", region or self._region, {"task_id": task_id})
        return await self._ask(wanted, lambda answer: decode.task(answer, task_id))

    async def list_tasks(self, cluster_id: str, region: str = "") -> tuple[Task, ...]:
        """The tasks of a cluster without their parts, every page of them (beyond the guide).

        Tasks begin between two pages: none comes twice, and one that slipped over an edge came before.
        """
        tasks: dict[str, Task] = {}
        for number in range(1, _MOST_PAGES + 1):
            query = {"page_number": str(number), "page_size": str(_PAGE)}
            wanted = call("list_tasks", region or self._region, {"id": cluster_id}, query=query)
            page, total = await self._ask(wanted, decode.tasks)
            before = len(tasks)
            tasks.update((task.task_id, task) for task in page)
            if len(tasks) == before or total is None or len(tasks) >= total:
                break
        return tuple(dataclasses.replace(task, cluster_id=cluster_id) for task in tasks.values())

    async def list_logs(self, cluster_id: str, region: str = "") -> tuple[LogLine, ...]:
        """What the cluster's own log says, in the order of the answer (beyond the guide)."""
        return await self._ask(logs_call(region or self._region, cluster_id), decode.logs)

    async def read(
        self, operation: str, ids: Mapping[str, str], region: str = "", query: Mapping[str, str] | None = None
    ) -> Json:
        """What an operation of the contract that changes nothing answers, as it stands."""
        return await self._ask(call(operation, region or self._region, ids, query=query), decode.value)

    async def change(self, operation: str, region: str, sent: Sent, write_down: WriteDown | None = None) -> Accepted:
        """An operation of the contract that changes something, and has no method of its own here."""
        wanted = call(operation, region or self._region, sent.ids, query=sent.query, body=sent.body)
        return await self._ask(wanted, lambda answer: decode.accepted_any(answer, sent.new_id), write_down)

    async def create_cluster(
        self, region: str, body: Mapping[str, object], write_down: WriteDown | None = None
    ) -> Accepted:
        """Creates a cluster (guide 2.1, 2.2, 2.4, 3.4); the answer names it and the task."""
        return await self._ask(call("create_cluster", region or self._region, body=body), decode.created, write_down)

    async def delete_cluster(
        self,
        region: str,
        cluster_id: str,
        write_down: WriteDown | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Accepted:
        """Deletes a cluster and releases its nodes (guide 2.12), but for what today's `query` keeps."""
        wanted = call("delete_cluster", region or self._region, {"id": cluster_id}, query=query)
        return await self._ask(wanted, decode.accepted_or_empty, write_down)

    async def scale_out(
        self, region: str, cluster_id: str, body: Mapping[str, object], write_down: WriteDown | None = None
    ) -> Accepted:
        """Adds `count` workers (guide 2.3)."""
        return await self._ask(self._call("scale_out", region, cluster_id, body), decode.accepted, write_down)

    async def scale(self, region: str, cluster_id: str, body: Mapping[str, object]) -> Accepted:
        """Scales by the older call (guide 3.5)."""
        return await self._ask(self._call("scale", region, cluster_id, body), decode.accepted)

    async def attach(
        self, region: str, cluster_id: str, body: Mapping[str, object], write_down: WriteDown | None = None
    ) -> Attached:
        """Attaches ECS instances (guide 2.6); each succeeds or fails by itself."""
        return await self._ask(self._call("attach", region, cluster_id, body), decode.attached, write_down)

    async def attach_script(self, region: str, cluster_id: str, body: Mapping[str, object]) -> str:
        """The join script of an edge node (guide 2.7). It holds a token: a secret."""
        return await self._ask(self._call("attach_script", region, cluster_id, body), decode.script)

    async def remove_nodes(
        self, region: str, cluster_id: str, body: Mapping[str, object], write_down: WriteDown | None = None
    ) -> Accepted:
        """Removes workers (guide 2.11)."""
        return await self._ask(
            self._call("remove_nodes", region, cluster_id, body), decode.accepted_or_empty, write_down
        )

    async def kubeconfig(self, cluster_id: str, region: str = "", query: Mapping[str, str] | None = None) -> Kubeconfig:
        """A cluster's kubeconfig (guide 2.5): a secret. Today's API takes a `query`: for how long, which address."""
        wanted = call("kubeconfig", region or self._region, {"id": cluster_id}, query=query)
        return await self._ask(wanted, decode.config)

    async def certs(self, cluster_id: str, region: str = "") -> Mapping[str, object]:
        """A cluster's certificates as the API answers them (guide 2.8): a secret."""
        return await self._ask(call("certs", region or self._region, {"id": cluster_id}), decode.mapping)

    async def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None, region: str = ""
    ) -> tuple[int, object]:
        """Any call: its status and its decoded answer, also where that is the API's JSON for an error.

        None stands for an empty answer. Raises where there is no answer of the API's own.
        """
        wanted = any_call(method, path, region or self._region, query, body)
        try:
            return await self._ask(wanted, lambda answer: (answer.status, decode.value(answer)))
        except Answered as fault:
            if fault.body is None:
                raise
            return fault.status, fault.body

    def _call(self, name: str, region: str, cluster_id: str, body: Mapping[str, object] | None = None) -> ApiCall:
        return call(name, region or self._region, {"id": cluster_id}, body=body)

    async def _ask(self, wanted: ApiCall, read: Callable[[Answer], T], write_down: WriteDown | None = None) -> T:
        answer = await self._sender.send(wanted, write_down)
        try:
            return read(answer)
        except Malformed as why:
            fault = AnswerUnreadable(
                "AnswerUnreadable",
                str(why),
                http_status=answer.status,
                request_id=request_id({}, answer.headers),
                uncertain=wanted.changes,
                operation=wanted.operation,
            )
            fault.retries = answer.retries
            raise fault from None


@asynccontextmanager
async def open_client(
    settings: ClientSettings,
    credentials: Credentials,
    surroundings: Surroundings | None = None,
    carried: Callable[[Carrier], Carrier] | None = None,
) -> AsyncIterator[AckClient]:
    """A client for as long as the block lasts; its connections end with it.

    Raises NotSent for an endpoint, a certificate file or a signature that can't be used. The rest is for tests and
    rehearsals: `carried` may put something between the client and its transport.
    """
    from ackplan.adapters.ack.transport import Transport

    endpoint = parse_endpoint(settings.endpoint, allow_clear_text=settings.allow_clear_text)
    if settings.signature not in SIGNERS:
        why = f"the signature has to be one of {', '.join(SIGNERS)}"
        raise NotSent("SignatureRefused", why, operation="signature")
    around = surroundings or Surroundings()
    transport = Transport(endpoint, settings)
    signer = Signer(endpoint.authority, settings.signature, credentials)
    pace = Pace(RateLimit(settings.rate, adapts=settings.adapts), around.clock, asyncio.Lock())
    carrier: Carrier = carried(transport) if carried else transport
    try:
        sender = Sender(carrier, signer, pace, settings.retries, around, transport.connecting)
        yield AckClient(sender, settings.region or DEFAULT_REGION)
    finally:
        await transport.close()
