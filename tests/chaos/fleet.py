"""The spec of the team, which somebody goes on changing while runs are under way."""

from __future__ import annotations

import random
import threading
from typing import Any

from tests.faults.scenes import NEWEST, pooled, spec

from .world import PLAIN, SIZES

_PLAIN = tuple(f"{PLAIN}-{number}" for number in range(4))
_POOLED = ("pooled-0", "pooled-1")
_POOLS = ("web", "batch", "extra")


class Fleet:
    """What is wanted: sizes by cluster, and for clusters with pools by pool."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self.plain: dict[str, int] = {}
        self.pools: dict[str, dict[str, int]] = {}
        for _ in range(4):
            self._edit()

    def edit(self, most: int = 3) -> str:
        """One change or some; what they are."""
        with self._lock:
            return ", ".join(self._edit() for _ in range(self._rng.randint(1, most)))

    def _edit(self) -> str:
        rng = self._rng
        if rng.random() < 0.5:
            return self._edit_plain(rng.choice(_PLAIN))
        return self._edit_pools(rng.choice(_POOLED))

    def _edit_plain(self, name: str) -> str:
        if name in self.plain and self._rng.random() < 0.25:
            del self.plain[name]
            return f"{name} goes"
        self.plain[name] = size = self._rng.choice([each for each in SIZES if each != self.plain.get(name)])
        return f"{name}: {size}"

    def _edit_pools(self, name: str) -> str:
        if name in self.pools and self._rng.random() < 0.1:
            del self.pools[name]
            return f"{name} goes"
        pools, pool = self.pools.setdefault(name, {}), self._rng.choice(_POOLS)
        if pool in pools and self._rng.random() < 0.25:
            del pools[pool]
            return f"{name}/{pool} goes"
        pools[pool] = size = self._rng.choice([each for each in SIZES if each != pools.get(pool)])
        return f"{name}/{pool}: {size}"

    def text(self) -> str:
        """The spec as it is now."""
        with self._lock:
            return self._text()

    def _text(self) -> str:
        clusters: dict[str, Any] = {
            name: {"num_of_nodes": size, "scale_in": NEWEST} for name, size in self.plain.items()
        }
        for name, pools in self.pools.items():
            clusters[name] = pooled(**{
                pool: {"desired_size": size, "scale_in": NEWEST} for pool, size in pools.items()
            })  # fmt: skip
        return spec(clusters)
