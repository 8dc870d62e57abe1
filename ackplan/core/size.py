"""How many nodes a cluster has, as the API counts them and as a spec does.

The API tells one number, `size`: masters of a dedicated cluster, workers that were made for it, and instances that were
attached (guide 2.9). A spec counts only the workers that are made (`num_of_nodes`, guide 2.1, 2.2) and names the rest.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`total` nodes, `masters` among them; `attached` are those of its workers that were instances before.

    A number of workers alone is a size without masters.
    """

    total: int
    masters: int = 0
    attached: int = 0

    @classmethod
    def with_made(cls, made: int, masters: int = 0, attached: int = 0) -> Size:
        """The size of a cluster for which so many workers are made."""
        return cls(made + masters + attached, masters, attached)

    @property
    def workers(self) -> int:
        """All workers. Negative where the API tells fewer nodes than there are masters."""
        return self.total - self.masters

    @property
    def made(self) -> int:
        """The workers that were made for the cluster; none where fewer nodes are told than are known otherwise."""
        return max(0, self.workers - self.attached)
