"""The client of whoever only looks at what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.adapters.ack.client import AckClient

if TYPE_CHECKING:
    from ackplan.core.answers import Cluster


class PagingClient(AckClient):
    """Lists clusters as today's API does, page by page, and as the guide where the endpoint has no pages."""

    @classmethod
    def of(cls, client: AckClient) -> PagingClient:
        """Another client of the same endpoint, over the same connections."""
        return cls(client._sender, client._region)

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        """The clusters that the account shows in this region."""
        paged = await self.list_by_pages(region)
        return paged if paged is not None else await super().list_clusters(region)
