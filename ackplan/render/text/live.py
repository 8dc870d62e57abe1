"""What is live, as tables with aligned columns, Chinese names included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ackplan import catalog
from ackplan.model.answers import Cluster, Node, Task
from ackplan.render.safe import pad, shortened, width

# Longer than any name or id that the API gives out.
_CELL = 200


def clusters_table(clusters: Iterable[Cluster]) -> str:
    """Live clusters by name."""
    rows = [
        (c.name, c.cluster_id, _kind(c), c.region_id, c.state, "" if c.size is None else str(c.size))
        for c in sorted(clusters, key=lambda c: (c.name, c.cluster_id))
    ]
    return _table(("NAME", "ID", "KIND", "REGION", "STATE", "SIZE"), rows) if rows else "No clusters are live."


def _kind(cluster: Cluster) -> str:
    """The kind's name, or the API's own type for what is none of ours."""
    found = catalog.kind_of({**cluster.attributes, "cluster_type": cluster.cluster_type})
    return found.name if found else cluster.cluster_type or ""


def nodes_table(nodes: Iterable[Node]) -> str:
    """Nodes of a cluster, masters first, then by age."""
    ordered = sorted(nodes, key=lambda n: (n.role, n.created, n.instance_id))
    rows = [(n.instance_id, n.name, n.role, n.state, n.created) for n in ordered]
    return _table(("INSTANCE", "NAME", "ROLE", "STATE", "CREATED"), rows) if rows else "No nodes."


def task_text(tasks: Iterable[Task]) -> str:
    """Tasks in the order given, each with its error where it has one."""
    rows = [
        (
            t.task_id,
            t.cluster_id,
            t.task_type,
            t.state,
            t.created,
            t.updated,
            f"{t.error_code} {t.error_message}".strip(),
        )
        for t in tasks
    ]
    return _table(("TASK", "CLUSTER", "TYPE", "STATE", "CREATED", "UPDATED", "ERROR"), rows) if rows else "No tasks."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; an empty cell is a dash. A last column without any content is left out."""
    cells = [[shortened(cell, _CELL) or "-" for cell in row] for row in rows]
    if all(row[-1] == "-" for row in cells):
        head, cells = head[:-1], [row[:-1] for row in cells]
    lines = [list(head), *cells]
    columns = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(pad, line, columns)).rstrip() for line in lines)
