"""Which resource: its type, its name, and the resource that it is inside of.

As text an address is `cluster/shop/note/hello`. Its short form, which the spec, options, files and views have, leaves
out the type where the spec leaves it out: a cluster is `shop`, a node pool of it `shop/web`, a note `shop/note/hello`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

CLUSTER: Final = "cluster"
# The types that short forms do not name, at the top and inside of a cluster.
_UNNAMED: Final = (CLUSTER, "node_pool")


@dataclass(frozen=True, order=True)
class Address:
    """`parent` is the address of the resource that it is inside of; None at the top."""

    type: str
    name: str
    parent: Address | None = None

    def __str__(self) -> str:
        own = f"{self.type}/{self.name}"
        return own if self.parent is None else f"{self.parent}/{own}"

    @functools.cached_property
    def short(self) -> str:
        """The short form, which names one resource and no other."""
        if self.parent is None:
            return self.name
        own = self.name if self.type in _UNNAMED else f"{self.type}/{self.name}"
        return f"{self.parent.short}/{own}"

    @property
    def root(self) -> Address:
        """The resource at the top that it is inside of, or itself."""
        return self if self.parent is None else self.parent.root


def short_of(kind: str, cluster: str, name: str) -> str:
    """The short form of the resource of this type and name in a cluster."""
    return f"{cluster}/{name}" if kind == _UNNAMED[1] else f"{cluster}/{kind}/{name}"


def parse_whole(text: str) -> Address:
    """The address of something inside of a cluster, written in full. Raises ValueError for a text that is none."""
    match text.split("/"):
        case [outer, cluster, kind, name] if outer == CLUSTER != kind and cluster and kind and name:
            return parse(short_of(kind, cluster, name))
    raise ValueError(f"{text} is no address")


@functools.lru_cache(maxsize=1 << 16)
def parse(short: str) -> Address:
    """The address of a short form. Raises ValueError for a text that is none."""
    cluster, *rest = short.split("/")
    address = Address(CLUSTER, cluster)
    match rest:
        case []:
            return address
        case [name] if name:
            return Address(_UNNAMED[1], name, address)
        case [kind, name] if kind and name and kind not in _UNNAMED:
            return Address(kind, name, address)
    raise ValueError(f"{short} is no address")
