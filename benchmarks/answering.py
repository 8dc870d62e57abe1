"""An API that answers at once with what is in files, decoded as the client decodes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ackplan.adapters.ack import decode
from ackplan.adapters.ack.exchange import Answer
from ackplan.core.answers import Node

LIST, INSIDE = "live.answer", "inside.answer"
_PARTS = {"list_node_pools": "pools", "list_addon_instances": "addons", "list_nodes": "nodes"}


class FileApi:
    """Answers about the clusters of a folder; each that is no today's has so many `workers`."""

    def __init__(self, folder: Path, workers: int = 0) -> None:
        self._list = (folder / LIST).read_bytes() if (folder / LIST).exists() else b"[]"
        inside = json.loads((folder / INSIDE).read_bytes()) if (folder / INSIDE).exists() else {}
        self._inside = {
            (each, part): json.dumps(answer).encode()
            for each, parts in inside.items()
            for part, answer in parts.items()
        }
        self._nodes = tuple(
            Node(f"i-{n}", f"node-{n}", "Worker", "running", "2026-01-01T00:00:00Z") for n in range(workers)
        )

    async def list_clusters(self, region: str = "") -> Any:  # noqa: ARG002 - part of the protocol
        return decode.clusters(Answer(200, {}, self._list))[0]

    async def get_cluster(self, cluster_id: str, region: str = "") -> Any:  # noqa: ARG002 - part of the protocol
        return decode.cluster(Answer(200, {}, self._inside[cluster_id, "cluster"]), cluster_id)

    async def list_nodes(self, cluster_id: str, region: str = "") -> Any:  # noqa: ARG002 - part of the protocol
        return self._nodes

    async def read(
        self,
        operation: str,
        ids: Mapping[str, str],
        region: str = "",  # noqa: ARG002 - part of the protocol
        query: Mapping[str, str] | None = None,
    ) -> Any:
        part = _PARTS[operation] + (query or {}).get("nodepool_id", "")
        return decode.value(Answer(200, {}, self._inside[ids["id"], part]))
